"""The team and one's own settings."""

import re
from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from app.records import audit, people, sign_in
from app.records.caller import Role
from tests.web.conftest import ADDRESS, Site

PASSWORD = "four plain words here"


def shown_once(page: str) -> str:
    """The secret that a page shows, in its field."""
    found = re.search(r'<input[^>]* value="([^"]+)"[^>]* readonly', page)
    assert found, page
    return found[1]


def role_of(site: Site, who: str) -> str:
    with site.database.reading() as db:
        return str(people.find_account(db, site.callers["owner"], site.callers[who].account).role)


def test_somebody_added_comes_in_once_by_the_link_that_is_shown(site: Site, client: TestClient) -> None:
    page = client.post("/team", data={"name": "Ada King", "email": "Ada@Nordhafen.example", "role": "editor"})
    assert page.status_code == 200
    path = shown_once(page.text).removeprefix(ADDRESS)
    ada = site.visit(None)
    assert ada.get(path).headers["location"] == "/"
    assert "Ada King" in ada.get("/team").text
    assert site.visit(None).get(path).status_code == 404


@pytest.mark.parametrize(
    ("said", "words"),
    [
        pytest.param({"email": "owner@nordhafen.example"}, "is taken", id="an address that somebody has"),
        pytest.param({"email": "no address"}, "an address such as", id="what is no address"),
        pytest.param({"email": "stranger@elsewhere.example"}, "is taken", id="an address of another organisation"),
        pytest.param({"name": " "}, "must not be empty", id="no name"),
        pytest.param({"name": "x" * 81}, "at most 80", id="too long a name"),
    ],
)
def test_an_account_that_does_not_fit_shows_the_form_again(
    client: TestClient, said: dict[str, str], words: str
) -> None:
    page = client.post("/team", data={"name": "Ada King", "email": "ada@x.example", "role": "viewer"} | said)
    assert page.status_code == 422
    assert words in page.text
    assert page.text.count('value="viewer" selected') >= 1


@pytest.mark.parametrize("who", ["editor", "viewer"])
def test_only_an_owner_changes_the_team(site: Site, who: str) -> None:
    account = site.callers["editor"].account
    visitor = site.visit(who)
    assert visitor.get("/team").status_code == 200
    for path in ("/team", f"/team/{account}/role", f"/team/{account}/sign-in-links", "/settings/organisation"):
        assert visitor.post(path, data={"role": "owner", "name": "X", "email": "x@y.example"}).status_code == 403


def test_a_role_is_changed(site: Site, client: TestClient) -> None:
    account = site.callers["viewer"].account
    assert client.post(f"/team/{account}/role", data={"role": "editor"}).status_code == 303
    assert role_of(site, "viewer") == "editor"


def test_the_last_owner_stays_one(site: Site, client: TestClient) -> None:
    answer = client.post(f"/team/{site.callers['owner'].account}/role", data={"role": "viewer"})
    assert (answer.status_code, "last owner" in answer.text, role_of(site, "owner")) == (422, True, "owner")


@pytest.mark.parametrize("path", ["role", "sign-in-links"])
def test_an_account_of_another_organisation_does_not_exist(site: Site, client: TestClient, path: str) -> None:
    stranger = site.callers["stranger"].account
    assert client.post(f"/team/{stranger}/{path}", data={"role": "viewer"}).status_code == 404


def test_a_new_sign_in_link_lets_somebody_in_who_forgot(site: Site, client: TestClient) -> None:
    page = client.post(f"/team/{site.callers['viewer'].account}/sign-in-links")
    assert site.visit(None).get(shown_once(page.text).removeprefix(ADDRESS)).status_code == 303


def test_ones_name_is_changed_everywhere(site: Site, client: TestClient) -> None:
    assert client.post("/settings/name", data={"name": "Maren Vogt-Lund"}).status_code == 303
    assert "Maren Vogt-Lund" in client.get("/team").text


@pytest.mark.parametrize("name", ["", "a\u0000b", "x" * 81])
def test_a_name_that_does_not_fit_is_kept_to_be_mended(client: TestClient, name: str) -> None:
    page = client.post("/settings/name", data={"name": name})
    assert (page.status_code, "Nothing was changed" in page.text) == (422, True)


def set_password(client: TestClient, password: str = PASSWORD, again: str | None = None, now: str = "") -> int:
    said = {"password": password, "password_again": password if again is None else again, "password_now": now}
    return client.post("/settings/password", data=said).status_code


def test_a_password_set_signs_in_and_ends_every_other_session(site: Site, client: TestClient) -> None:
    elsewhere = site.visit("owner")
    assert set_password(client) == 303
    assert (client.get("/settings").status_code, elsewhere.get("/settings").status_code) == (200, 401)
    came = site.visit(None).post("/sign-in", data={"email": "owner@nordhafen.example", "password": PASSWORD})
    assert came.status_code == 303


@pytest.mark.parametrize(
    ("password", "again"), [("short", "short"), (PASSWORD, "other words instead"), ("x" * 2000, "x" * 2000), ("", "")]
)
def test_a_password_that_will_not_do_changes_nothing(site: Site, client: TestClient, password: str, again: str) -> None:
    assert set_password(client, password, again) == 422
    with site.database.reading() as db:
        assert not sign_in.any_password_set(db)


def test_a_password_is_changed_only_by_whoever_knows_the_one_until_now(client: TestClient) -> None:
    set_password(client)
    assert set_password(client, "another four plain words", now="a guess") == 422
    assert set_password(client, "another four plain words", now=PASSWORD) == 303


def test_a_token_is_shown_this_once_and_opens_nothing_once_revoked(site: Site, client: TestClient) -> None:
    page = client.post("/tokens", data={"title": "release pipeline"})
    token = shown_once(page.text)
    bearer = {"Authorization": f"Bearer {token}"}
    assert site.visit(None).get("/api/v1/pilots", headers=bearer).status_code == 200
    settings = client.get("/settings").text
    assert ("release pipeline" in settings, token in settings) == (True, False)
    with site.database.reading() as db:
        (kept,) = sign_in.tokens_of(db, site.callers["owner"])
    assert client.post(f"/tokens/{kept.id}/revocation").status_code == 303
    assert site.visit(None).get("/api/v1/pilots", headers=bearer).status_code == 401


def test_nobody_revokes_the_token_of_another(site: Site, editor: TestClient) -> None:
    site.token("owner")
    with site.database.reading() as db:
        (kept,) = sign_in.tokens_of(db, site.callers["owner"])
    assert editor.post(f"/tokens/{kept.id}/revocation").status_code == 404


def test_signing_out_everywhere_ends_every_session_of_ones_own(site: Site, client: TestClient) -> None:
    elsewhere, other = site.visit("owner"), site.visit("editor")
    assert client.post("/settings/sign-out").status_code == 303
    statuses = [each.get("/settings").status_code for each in (client, elsewhere, other)]
    assert statuses == [401, 401, 200]


def test_the_organisation_words_its_own_mark(site: Site, client: TestClient) -> None:
    assessment = site.assessment()
    said = {"organisation": "Nordhafen AG", "confidentiality": "For the board only"}
    assert client.post("/settings/organisation", data=said).status_code == 303
    report = client.get(f"/assessments/{assessment}/report").text
    assert "Nordhafen AG" in report
    assert "For the board only" in report


def test_a_change_of_people_stands_in_the_audit(site: Site, client: TestClient) -> None:
    client.post("/settings/name", data={"name": "Maren"})
    client.post("/tokens", data={"title": "x"})
    client.post("/settings/sign-out")
    with site.database.reading() as db:
        what = [each.what for each in audit.list_for(db, site.callers["owner"]).items]
    assert {"name changed", "token made", "signed out everywhere"} <= set(what)


def test_the_team_takes_the_same_statements_for_three_accounts_and_for_thirty(site: Site, client: TestClient) -> None:
    def statements() -> int:
        with site.counting() as sent:
            client.get("/team")
        return len(sent)

    few = statements()
    with site.database.writing() as db:
        for number in range(30):
            people.add_account(
                db, site.callers["owner"], f"n{number}@x.example", "N", Role.VIEWER, at=datetime.now(UTC)
            )
    assert statements() == few
