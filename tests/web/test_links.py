"""Links for people without an account: made, opened, revoked."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from app.records import assessments, links, sign_in
from app.records.tables import PersonRow
from app.web.access import SESSION_COOKIE
from tests.web.conftest import ADDRESS, Site

ANSWER = "cost.budget-ceiling"


def made(site: Site, assessment: UUID, *, days: float = 14, **said: Any) -> str:
    """The path of a new link."""
    at = datetime.now(UTC)
    asked: dict[str, Any] = {"role": "answer", "sections": ["cost"], "appendix": False, "title": None} | said
    with site.database.writing() as db:
        expires_at = at + timedelta(days=days)
        _, token = links.make(
            db, site.callers["owner"], assessment, expires_at=expires_at, at=at - timedelta(days=1), **asked
        )
    return f"/l/{token}"


def form(**said: Any) -> dict[str, Any]:
    until = datetime.now(UTC).date() + timedelta(days=14)
    return {"role": "answer", "sections": ["cost"], "until": until.isoformat()} | said


def url_in(page: str) -> str:
    found = re.search(r'value="([^"]*/l/[^"]+)"', page)
    assert found, page
    return found[1]


@pytest.fixture
def assessment(site: Site) -> UUID:
    return site.assessment(site.pilot("Customer service assistant"))


def test_a_made_link_is_shown_this_once_and_opens(client: TestClient, anonymous: TestClient, assessment: UUID) -> None:
    page = client.post(f"/assessments/{assessment}/links", data=form(title="Finance"))
    assert page.status_code == 200
    url = url_in(page.text)
    assert anonymous.get(url.removeprefix(ADDRESS)).status_code == 200
    listed = client.get(f"/assessments/{assessment}/links").text
    assert "Finance" in listed
    assert url not in listed


def test_without_a_public_address_the_page_says_where_a_link_works(client: TestClient, assessment: UUID) -> None:
    page = client.post(f"/assessments/{assessment}/links", data=form())
    assert "works on this machine only" in page.text
    assert url_in(page.text).startswith(f"{ADDRESS}/l/")


def test_a_link_begins_with_the_public_address(open_site: Callable[..., Site]) -> None:
    site = open_site(public_url="https://ready.example")
    page = site.visit("owner").post(f"/assessments/{site.assessment()}/links", data=form())
    assert url_in(page.text).startswith("https://ready.example/l/")
    assert "this machine only" not in page.text


@pytest.mark.parametrize(
    ("said", "words"),
    [
        pytest.param({"sections": []}, "at least one", id="nothing to answer"),
        pytest.param({"sections": ["nothing"]}, "there is no dimension", id="a section that there is not"),
        pytest.param({"until": "2020-01-01"}, "in the future", id="over before it begins"),
        pytest.param({"until": "2999-01-01"}, "within 180 days", id="for too long"),
    ],
)
def test_a_link_that_does_not_fit_shows_the_form_again_with_what_was_typed(
    client: TestClient, assessment: UUID, said: dict[str, Any], words: str
) -> None:
    page = client.post(f"/assessments/{assessment}/links", data=form(title="For Ines") | said)
    assert page.status_code == 422
    assert words in page.text
    assert "For Ines" in page.text


@pytest.mark.parametrize("until", ["", "soon", "2026-02-30"])
def test_a_day_that_is_none_is_refused_in_words(client: TestClient, assessment: UUID, until: str) -> None:
    page = client.post(f"/assessments/{assessment}/links", data=form(until=until, title="For Ines"))
    assert (page.status_code, "For Ines" in page.text) == (422, True)


def test_the_landing_says_who_asks_what_for_how_long_and_until_when(
    site: Site, anonymous: TestClient, assessment: UUID
) -> None:
    page = anonymous.get(made(site, assessment)).text
    for words in ("Maren Vogt", "questions about Cost", "Customer service assistant", "Nordhafen", "minutes", "UTC"):
        assert words in page


def test_a_holder_gives_a_name_and_answers_under_it(site: Site, anonymous: TestClient, assessment: UUID) -> None:
    path = made(site, assessment)
    entered = anonymous.post(path, data={"name": "Ines Duarte"})
    assert (entered.status_code, entered.headers["location"]) == (303, f"/assessments/{assessment}/cost")
    saved = anonymous.post(f"/assessments/{assessment}/answers/{ANSWER}", data={"seen": "0", "level": "2"})
    assert saved.status_code == 303
    with site.database.reading() as db:
        kept = assessments.read(db, site.callers["owner"], assessment)
    assert kept.saved[ANSWER].by == "Ines Duarte, by link"


def test_a_holder_sees_their_section_and_nothing_else(site: Site, anonymous: TestClient, assessment: UUID) -> None:
    anonymous.post(made(site, assessment), data={"name": "Ines"})
    assert anonymous.get(f"/assessments/{assessment}/cost").status_code == 200
    for other in ("security", "report", "links", "gates", "evidence"):
        assert anonymous.get(f"/assessments/{assessment}/{other}").status_code == 404
    assert anonymous.get("/").status_code == 404


def test_a_reader_sees_the_summary_and_the_answers_only_where_ticked(site: Site, assessment: UUID) -> None:
    site.answer(assessment, ANSWER, 2, note="Known to few.")
    pages = {}
    for appendix in (False, True):
        reader = site.visit(None)
        went = reader.post(made(site, assessment, role="read", sections=[], appendix=appendix), data={"name": "Board"})
        assert went.headers["location"] == f"/assessments/{assessment}/report"
        pages[appendix] = reader.get(went.headers["location"]).text
        assert reader.get(f"/assessments/{assessment}/cost").status_code == 404
    assert ("Known to few." in pages[False], "Known to few." in pages[True]) == (False, True)


def test_who_comes_back_with_the_cookie_goes_on(site: Site, anonymous: TestClient, assessment: UUID) -> None:
    path = made(site, assessment)
    anonymous.post(path, data={"name": "Ines"})
    again = anonymous.get(path)
    assert (again.status_code, again.headers["location"]) == (303, f"/assessments/{assessment}/cost")


@pytest.mark.parametrize(("name", "same"), [(" ines duarte ", True), ("Ines D.", False)])
def test_the_same_name_on_another_device_is_the_same_person(
    site: Site, assessment: UUID, name: str, same: bool
) -> None:
    path = made(site, assessment)
    persons = []
    for called in ("Ines Duarte", name):
        device = site.visit(None)
        device.post(path, data={"name": called})
        with site.database.reading() as db:
            caller = sign_in.caller_of_session(db, device.cookies[SESSION_COOKIE], at=datetime.now(UTC))
        assert caller
        persons.append(caller.person)
    assert (persons[0] == persons[1]) is same


def test_the_same_name_through_another_link_is_another_person(site: Site, assessment: UUID) -> None:
    for path in (made(site, assessment), made(site, assessment)):
        site.visit(None).post(path, data={"name": "Ines"})
    with site.database.reading() as db:
        assert db.sql.scalar(select(func.count()).where(PersonRow.by_link)) == 2


@pytest.mark.parametrize("name", ["", "   ", "a\u0007b", "x" * 300])
def test_a_name_that_is_none_is_asked_for_again(site: Site, anonymous: TestClient, assessment: UUID, name: str) -> None:
    page = anonymous.post(made(site, assessment), data={"name": name})
    assert (page.status_code, "asks you" in page.text, SESSION_COOKIE in page.cookies) == (422, True, False)


def test_unknown_expired_and_revoked_look_alike(site: Site, client: TestClient, assessment: UUID) -> None:
    expired, revoked = made(site, assessment, days=-0.5), made(site, assessment)
    with site.database.reading() as db:
        newest = links.list_for(db, site.callers["owner"], assessment)[0]
    client.post(f"/links/{newest.id}/revocation")
    pages = {site.visit(None).get(path).text for path in ("/l/unknown", expired, revoked)}
    assert len(pages) == 1
    assert "Ask whoever sent it for a new one" in pages.pop()
    for path in ("/l/unknown", expired, revoked):
        assert site.visit(None).post(path, data={"name": "Ines"}).status_code == 404


def test_revoking_ends_the_holders_sessions_at_once(
    site: Site, client: TestClient, anonymous: TestClient, assessment: UUID
) -> None:
    anonymous.post(made(site, assessment), data={"name": "Ines"})
    with site.database.reading() as db:
        link = links.list_for(db, site.callers["owner"], assessment)[0]
    assert anonymous.get(f"/assessments/{assessment}/cost").status_code == 200
    assert client.post(f"/links/{link.id}/revocation").status_code == 303
    assert anonymous.get(f"/assessments/{assessment}/cost").status_code == 401


def test_an_account_that_opens_a_link_is_told_that_it_is_signed_in(
    site: Site, client: TestClient, assessment: UUID
) -> None:
    assert "You are signed in as Maren Vogt" in client.get(made(site, assessment)).text


def test_a_viewer_makes_no_links(viewer: TestClient, assessment: UUID) -> None:
    assert viewer.get(f"/assessments/{assessment}/links").status_code == 403
    assert viewer.post(f"/assessments/{assessment}/links", data=form()).status_code == 403


def test_the_list_takes_the_same_statements_for_one_link_and_for_many(
    site: Site, client: TestClient, assessment: UUID
) -> None:
    def statements() -> int:
        with site.counting() as sent:
            client.get(f"/assessments/{assessment}/links")
        return len(sent)

    made(site, assessment)
    one = statements()
    for _ in range(10):
        made(site, assessment)
    assert statements() == one


@pytest.mark.parametrize("site", ["sqlite", "postgresql"], indirect=True)
def test_the_whole_way_through_a_link_is_the_same_on_both_databases(site: Site) -> None:
    assessment = site.assessment()
    page = site.visit("owner").post(f"/assessments/{assessment}/links", data=form())
    path, holder = url_in(page.text).removeprefix(ADDRESS), site.visit(None)
    for name in ("Ines Duarte", "ines duarte"):
        assert holder.post(path, data={"name": name}).status_code == 303
    said = {"seen": "0", "level": "2", "note": "Ünïcode – 漢字"}
    assert holder.post(f"/assessments/{assessment}/answers/{ANSWER}", data=said).status_code == 303
    with site.database.reading() as db:
        kept = assessments.read(db, site.callers["owner"], assessment)
        assert db.sql.scalar(select(func.count()).where(PersonRow.by_link)) == 1
    assert kept.assessment.answers[ANSWER].note == "Ünïcode – 漢字"
