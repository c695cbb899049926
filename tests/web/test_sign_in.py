"""Signing in and out, and how long it lasts."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from starlette.testclient import TestClient

from app.records import sign_in
from app.records.database import Unavailable
from app.web import sign_in as web
from app.web.access import SESSION_COOKIE
from app.web.security import Tries
from tests.web.conftest import Site

EMAIL, PASSWORD = "owner@nordhafen.example", "four plain words here"


@pytest.fixture(autouse=True)
def no_tries_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "_tries_for_one", Tries(times=10, seconds=300))
    monkeypatch.setattr(web, "_tries_from_one", Tries(times=100, seconds=300))


@pytest.fixture
def with_password(site: Site) -> Site:
    owner = site.callers["owner"]
    with site.database.writing() as db:
        sign_in.set_password(db, owner, owner.account, web.hashed(PASSWORD), at=datetime.now(UTC))
    return site


def link(site: Site, *, hours: float = 1) -> str:
    at = datetime.now(UTC)
    with site.database.writing() as db:
        owner, ends = site.callers["owner"], at + timedelta(hours=hours)
        return f"/sign-in/{sign_in.make_sign_in_link(db, owner, owner.account, expires_at=ends, at=at)}"


def tried(client: TestClient, password: str = PASSWORD, email: str = EMAIL, to: str = "/") -> tuple[int, str]:
    answer = client.post("/sign-in", data={"email": email, "password": password, "to": to})
    return answer.status_code, answer.headers.get("location", "")


def test_a_password_signs_in(with_password: Site, anonymous: TestClient) -> None:
    assert tried(anonymous, email=" Owner@Nordhafen.EXAMPLE ") == (303, "/")
    assert anonymous.get("/settings").status_code == 200


@pytest.mark.parametrize(
    ("email", "password"),
    [
        pytest.param(EMAIL, "something else", id="another password"),
        pytest.param("nobody@nordhafen.example", PASSWORD, id="nobody"),
        pytest.param("editor@nordhafen.example", PASSWORD, id="an account without a password"),
        pytest.param("\u0000", "\u0000", id="control characters"),
    ],
)
def test_what_does_not_fit_says_no_more_than_that(
    with_password: Site, anonymous: TestClient, email: str, password: str
) -> None:
    answer = anonymous.post("/sign-in", data={"email": email, "password": password})
    assert (answer.status_code, SESSION_COOKIE in answer.cookies) == (401, False)
    assert "do not go together" in answer.text


def test_what_was_typed_stays_but_the_password(anonymous: TestClient) -> None:
    page = anonymous.post("/sign-in", data={"email": "ann@x.example", "password": "guess of a word"}).text
    assert ("ann@x.example" in page, "guess of a word" in page) == (True, False)


@pytest.mark.parametrize(
    ("to", "goes"),
    [
        ("/team", "/team"),
        ("/assessments/x/cost?a=b", "/assessments/x/cost?a=b"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/\r\nSet-Cookie: a=b", "/"),
        ("/\t/evil.example", "/"),
        ("team", "/"),
        ("", "/"),
    ],
)
def test_signing_in_leads_to_an_address_of_ours(with_password: Site, anonymous: TestClient, to: str, goes: str) -> None:
    assert tried(anonymous, to=to) == (303, goes)


def test_tries_are_limited_for_one_address(with_password: Site, anonymous: TestClient) -> None:
    statuses = [tried(anonymous, "guess")[0] for _ in range(11)]
    assert statuses == [401] * 10 + [429]
    assert tried(anonymous)[0] == 429


def test_a_link_works_once(site: Site) -> None:
    path, first, second = link(site), site.visit(None), site.visit(None)
    assert (first.get(path).status_code, first.get("/settings").status_code) == (303, 200)
    assert (second.get(path).status_code, second.get("/settings").status_code) == (404, 401)


@pytest.mark.parametrize("path", ["/sign-in/unknown", "/sign-in/%00", "/sign-in/" + "x" * 5000])
def test_a_link_that_never_was_opens_nothing(anonymous: TestClient, path: str) -> None:
    assert anonymous.get(path).status_code == 404


def test_a_link_that_is_over_opens_nothing(site: Site, anonymous: TestClient) -> None:
    assert anonymous.get(link(site, hours=-1)).status_code == 404


def test_asking_only_for_its_head_does_not_use_a_link_up(site: Site, anonymous: TestClient) -> None:
    path = link(site)
    anonymous.head(path)
    assert anonymous.get(path).status_code == 303


def test_signing_out_ends_the_session_on_the_server(site: Site, client: TestClient) -> None:
    token = client.cookies[SESSION_COOKIE]
    assert client.post("/sign-out").headers["location"].startswith("/sign-in")
    thief = site.visit(None)
    thief.cookies.set(SESSION_COOKIE, token)
    assert thief.get("/settings").status_code == 401


def test_a_session_over_asks_to_sign_in_and_leads_back(anonymous: TestClient) -> None:
    page = anonymous.get("/team")
    assert (page.status_code, "/sign-in?to=/team" in page.text) == (401, True)


def session_ends(site: Site, token: str) -> datetime:
    with site.database.reading() as db:
        caller = sign_in.caller_of_session(db, token, at=datetime.now(UTC))
    assert caller
    assert caller.session_expires_at
    return caller.session_expires_at


@pytest.mark.parametrize(("days_left", "lasts_longer"), [(13.5, False), (12, True), (0.1, True)])
def test_a_visit_lets_a_session_last_longer_once_a_day_of_it_has_passed(
    site: Site, days_left: float, lasts_longer: bool
) -> None:
    at = datetime.now(UTC)
    with site.database.writing() as db:
        ends = at + timedelta(days=days_left)
        token = sign_in.open_session(db, site.callers["owner"].account, expires_at=ends, at=at)
    visitor = site.visit(None)
    visitor.cookies.set(SESSION_COOKIE, token)
    visitor.get("/team")
    assert (session_ends(site, token) > ends) is lasts_longer


@pytest.mark.parametrize(("url", "secure"), [("https://ready.example", True), (None, False)])
def test_the_cookie_is_for_this_site_and_no_script(
    open_site: Callable[..., Site], url: str | None, secure: bool
) -> None:
    site = open_site(public_url=url)
    cookie = site.visit(None).get(link(site)).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert ("secure" in cookie) is secure


def test_a_save_is_no_failure_because_the_session_could_not_be_extended(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = datetime.now(UTC)
    with site.database.writing() as db:
        token = sign_in.open_session(db, site.callers["owner"].account, expires_at=at + timedelta(days=3), at=at)
    client = site.visit(None)
    client.cookies.set(SESSION_COOKIE, token)

    def busy(*_: object, **__: object) -> None:
        raise Unavailable("The database is busy.")

    monkeypatch.setattr(sign_in, "extend_session", busy)
    assert client.post("/settings/name", data={"name": "Kept"}).status_code == 303
    assert "Kept" in client.get("/team").text
