"""What the site refuses, what it says with every answer, and that nothing that is sent makes it fail."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient

from app.records import links, people, sign_in
from app.web.headers import HEADERS
from app.web.security import Tries
from tests.web.conftest import Site

Answer = Callable[[Site], Any]


def failing(site: Site) -> Any:
    """The answer to a request that fails by our own fault."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(people, "accounts_of", lambda *_: 1 / 0)
        return site.visit("owner").get("/team")


ANSWERS: dict[str, Answer] = {
    "a page": lambda site: site.visit("owner").get("/team"),
    "a page for nobody": lambda site: site.visit(None).get("/team"),
    "no page": lambda site: site.visit("owner").get("/nothing/at/all"),
    "a method that is not taken": lambda site: site.visit("owner").delete("/team"),
    "a fragment": lambda site: site.visit("owner").get("/nothing", headers={"HX-Request": "true"}),
    "a redirect": lambda site: site.visit("owner").post("/settings/name", data={"name": "M"}),
    "a refusal": lambda site: site.visit("owner").post("/settings/name", data={"name": ""}),
    "an address that is none": lambda site: site.visit(None).get("/l/unknown"),
    "a script": lambda site: site.visit(None).get("/static/copy.js"),
    "JSON": lambda site: site.visit(None).get("/api/v1/pilots"),
    "the API's description": lambda site: site.visit(None).get("/openapi.json"),
    "health": lambda site: site.visit(None).get("/healthz"),
    "what is too large": lambda site: site.visit("owner").post("/settings/name", content=b"x" * 12_000_000),
    "what was sent from elsewhere": lambda site: posted(site, {"Origin": "https://evil.example"}),
    "a report": lambda site: site.visit("owner").get(f"/assessments/{site.assessment()}/report.json"),
    "a failure": failing,
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_every_answer_carries_the_headers(site: Site, answer: Answer) -> None:
    headers = answer(site).headers
    assert [name for name in HEADERS if name not in headers] == []
    assert "'unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_a_failure_is_said_without_its_details(site: Site) -> None:
    answer = failing(site)
    assert (answer.status_code, "our fault" in answer.text, "ZeroDivision" in answer.text) == (500, True, False)


def test_https_is_asked_for_where_the_site_has_it(open_site: Callable[..., Site]) -> None:
    answer = open_site(public_url="https://ready.example").visit(None).get("/healthz")
    assert "max-age" in answer.headers["strict-transport-security"]


def test_pages_need_no_inline_style_and_no_inline_script(site: Site) -> None:
    owner, assessment = site.visit("owner"), site.assessment()
    pages = ("/", "/pilots/new", "/team", "/settings", "/confirmations", "/method", "/catalogues/genai-production")
    of_it = ("", "/cost", "/gates", "/links", "/report", "/evidence")
    for path in (*pages, *(f"/assessments/{assessment}{each}" for each in of_it)):
        page = owner.get(path)
        assert page.status_code == 200, path
        for sign in (" style=", "<style", "<script>", " onclick=", "javascript:"):
            assert sign not in page.text, (path, sign)


def posted(site: Site, headers: dict[str, str]) -> Any:
    return site.visit("owner").post("/settings/name", data={"name": "Changed"}, headers=headers)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"Sec-Fetch-Site": "cross-site"}, 403, id="from another site"),
        pytest.param({"Sec-Fetch-Site": "same-site"}, 403, id="from a neighbour"),
        pytest.param({"Origin": "https://evil.example"}, 403, id="an old browser, from another site"),
        pytest.param({"Origin": "null"}, 403, id="from nowhere that has a name"),
        pytest.param({"Origin": "http://testserver:81"}, 403, id="from another port"),
        pytest.param({"Origin": "http://["}, 403, id="from what is no address"),
        pytest.param({"Sec-Fetch-Site": "same-origin"}, 303, id="from our own page"),
        pytest.param({"Origin": "http://testserver"}, 303, id="an old browser, from our own page"),
        pytest.param({}, 303, id="no browser"),
    ],
)
def test_a_change_is_taken_from_our_own_pages_only(site: Site, headers: dict[str, str], status: int) -> None:
    assert posted(site, headers).status_code == status
    assert ("Changed" in site.visit("owner").get("/team").text) is (status == 303)


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app/settings.py",
        "/static/..%2fapp%2fsettings.py",
        "/static/%2e%2e/app/settings.py",
        "/static//etc/passwd",
        "/static/.gitignore",
        "/static/",
        "/static/%00",
        "/..%2f..%2fetc%2fpasswd",
        "/l/../team",
        "//evil.example/",
        "/sign-in/../../etc/passwd",
        "/%ff",
    ],
)
def test_a_path_that_climbs_leads_nowhere(anonymous: TestClient, path: str) -> None:
    assert anonymous.get(path).status_code in (401, 404)


def test_only_hashes_of_secrets_are_kept(site: Site, tmp_path: Path) -> None:
    at, owner, assessment = datetime.now(UTC), site.callers["owner"], site.assessment()
    ends = at + timedelta(days=1)
    client = site.visit("owner")
    client.post("/settings/password", data={"password": "four plain words", "password_again": "four plain words"})
    with site.database.writing() as db:
        opens: dict[str, Any] = {"sections": [], "appendix": False, "title": None, "expires_at": ends, "at": at}
        _, link = links.make(db, owner, assessment, role="read", **opens)
        sign_in_link = sign_in.make_sign_in_link(db, owner, owner.account, expires_at=ends, at=at)
    secrets = [
        link,
        sign_in_link,
        site.token(),
        "four plain words",
        *(str(each.value) for each in client.cookies.jar),
    ]
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert b"Maren Vogt" in kept
    assert [secret for secret in secrets if secret.encode() in kept] == []


def test_a_link_is_not_tried_without_end(anonymous: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.web import links as web

    monkeypatch.setattr(web, "_tries", Tries(times=3, seconds=300))
    statuses = [anonymous.get(f"/l/guess-{number}").status_code for number in range(5)]
    assert statuses == [404, 404, 404, 429, 429]


def test_tries_are_forgotten_in_time_and_never_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    tries, now = Tries(times=1, seconds=10), [0.0]
    monkeypatch.setattr("app.web.security.monotonic", lambda: now[0])
    for number in range(20_000):
        tries.count(str(number))
    assert len(tries._tries) <= 10_000
    now[0] = 11
    tries.count("19999")


def chunks(size: int) -> Iterator[bytes]:
    for _ in range(size // 65536):
        yield b"x" * 65536


@pytest.mark.parametrize("path", ["/settings/name", "/pilots", "/api/v1/pilots"])
def test_a_body_without_a_length_is_cut_off(site: Site, path: str) -> None:
    client = site.visit("owner")
    client.headers["Authorization"] = f"Bearer {site.token()}"
    kind = "application/json" if "api" in path else "application/x-www-form-urlencoded"
    answer = client.post(path, content=chunks(20_000_000), headers={"Content-Type": kind})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=", b"x"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: nonsense\r\n\r\na\r\n--x--\r\n"),
        ("multipart/form-data; boundary=\xff", b"x"),
        ("application/x-www-form-urlencoded", b"%zz=%ff&name=%00&&&=&" * 50),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % number for number in range(3000))),
        ("application/x-www-form-urlencoded; charset=nonsense", b"x=y"),
        ("application/json", b"{"),
        ("text/plain", b"x=y"),
        ("", b"x=y"),
    ],
)
def test_a_form_that_is_none_is_refused_in_words(site: Site, kind: str, body: bytes) -> None:
    assessment, owner = site.assessment(), site.visit("owner")
    paths = ("/settings/password", "/team", "/pilots", f"/assessments/{assessment}/answers/cost.budget-ceiling")
    also = (f"/assessments/{assessment}/answers/cost.budget-ceiling/evidence", f"/assessments/{assessment}/links")
    for path in (*paths, *also):
        answer = owner.post(path, content=body, headers={b"Content-Type": kind.encode("latin-1")})
        assert 400 <= answer.status_code < 500, path


def test_a_note_of_a_megabyte_is_refused_in_words(site: Site, client: TestClient) -> None:
    assessment = site.assessment()
    said = {"seen": "0", "level": "3", "note": "x" * 1_000_000}
    answer = client.post(f"/assessments/{assessment}/answers/cost.budget-ceiling", data=said)
    assert (answer.status_code, "10000" in answer.text.replace(",", "")) == (422, True)


JUNK = (
    "",
    " ",
    "x",
    "0",
    "-1",
    "9" * 20,
    "null",
    "true",
    "\u0000",
    "\u202e",
    "ä" * 500,
    "'; --",
    "{{7*7}}",
)
NAMES = (
    *("name", "note", "level", "seen", "ask", "not_applicable", "not_applicable_note", "kind", "title", "url", "grade"),
    *("observed_on", "metric", "value", "reason", "until", "gate", "on", "role", "sections", "appendix", "email", "to"),
    *("password", "password_again", "deployment", "data", "parameters_b", "go_live", "organisation", "back", "what"),
)


@pytest.mark.parametrize("seed", range(2))
def test_nothing_that_is_sent_makes_a_route_fail(site: Site, seed: int) -> None:
    chosen = random.Random(seed)
    assessment, pilot = site.assessment(catalogue=("genai-first-look", "1")), site.pilot()
    item = site.attach(assessment, "protection.hostile-input")
    ids: dict[str, Any] = {
        "assessment": assessment,
        "pilot": pilot,
        "evidence": item,
        "question": "protection.hostile-input",
    }
    token, failed = site.token(), []
    for route in iter_route_contexts(site.app.routes):
        for method in sorted((route.methods or set()) - {"HEAD"}) * 4:
            client = site.visit("owner")
            client.headers |= {"Authorization": f"Bearer {token}", "HX-Request": chosen.choice(("true", "false"))}
            path = filled(str(route.path), chosen, ids)
            query = {chosen.choice(("as_of", "show", "sort", "said", "version", "to", "cursor")): chosen.choice(JUNK)}
            form = {name: chosen.choice(JUNK) for name in chosen.sample(NAMES, 8)}
            sent = {"json": chosen.choice((form, list(form), None, 5))} if "/api/" in path else {"data": form}
            answer = client.request(method, path, params=query, **(sent if method != "GET" else {}))
            if answer.status_code >= 500:
                failed.append(f"{method} {path} {query} {sent}")
    assert failed == []


def filled(path: str, chosen: random.Random, ids: dict[str, Any]) -> str:
    """The path with ids that there are, or with junk."""
    while "{" in path:
        before, _, rest = path.partition("{")
        name, _, after = rest.partition("}")
        junk = chosen.choice(("junk", "%00", "..", "01990000-0000-7000-8000-000000000000", "%F0%9F%92%A9", "a.b"))
        path = f"{before}{ids.get(name, junk) if chosen.random() < 0.8 else junk}{after}"
    return path


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_probe_may_ask_for_the_head_alone(site: Site, path: str) -> None:
    answer = site.visit(None).head(path)
    assert (answer.status_code, answer.content) == (200, b"")
