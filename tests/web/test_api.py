"""The JSON API: pilots, assessments, scores, reports, and how it describes itself."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.web.api.assessments import ScoreShown
from tests.web.conftest import ADDRESS, Site

NOWHERE = "01990000-0000-7000-8000-000000000000"  # no id of anything
PILOT = {
    "name": "Customer service assistant",
    "profile": {"deployment": ["api"], "data": ["personal", "internal"], "go_live": "2027-03-01"},
    "needs": {"peak_concurrency": 400, "monthly_budget": "40000.50", "currency": "EUR"},
}


@pytest.fixture
def api(site: Site) -> Callable[..., TestClient]:
    """Opens a client with the token of that person."""

    def open_(who: str = "owner") -> TestClient:
        client = TestClient(site.app, base_url=ADDRESS, raise_server_exceptions=False)
        client.headers["Authorization"] = f"Bearer {site.token(who)}"
        return client

    return open_


def problem_fields(answer: Any) -> set[str]:
    return {each["where"] for each in answer.json()["problems"]}


def test_a_made_pilot_stands_where_its_location_says(api: Callable[..., TestClient]) -> None:
    made = api().post("/api/v1/pilots", json=PILOT)
    assert made.status_code == 201
    found = api().get(made.headers["location"])
    assert (found.status_code, found.json()) == (200, made.json())


def test_money_is_a_decimal_string_whichever_way_it_was_sent(api: Callable[..., TestClient]) -> None:
    sent = PILOT | {"needs": {"monthly_budget": 40000.5}}
    assert api().post("/api/v1/pilots", json=sent).json()["needs"] == {"monthly_budget": "40000.5"}


def test_a_profile_is_read_as_json_and_not_guessed(api: Callable[..., TestClient]) -> None:
    answer = api().post("/api/v1/pilots", json={"name": "X", "profile": {"retrieval": "yes", "go_live": 1900000000}})
    assert (answer.status_code, problem_fields(answer)) == (422, {"profile.retrieval", "profile.go_live"})


@pytest.mark.parametrize(
    ("sent", "where"),
    [
        pytest.param({"profile": {}}, "name", id="a name missing"),
        pytest.param({"name": ""}, "name", id="a name of nothing"),
        pytest.param({"name": "a\u0007b"}, "name", id="a name with a control character"),
        pytest.param({"name": "X" * 201}, "name", id="a name too long"),
        pytest.param({"name": "X", "colour": 1}, "colour", id="a field that there is not"),
        pytest.param({"name": "X", "profile": {"model": ["gpt"]}}, "profile.model.0", id="a value that there is not"),
        pytest.param({"name": "X", "needs": {"colour": 1}}, "needs.colour", id="a need that there is not"),
        pytest.param({"name": "X", "needs": {"peak_concurrency": -1}}, "needs.peak_concurrency", id="a need below 0"),
        pytest.param(
            {"name": "X", "profile": {"deployment": ["air-gapped", "api"]}},
            "profile.deployment",
            id="a profile that contradicts itself",
        ),
    ],
)
def test_a_pilot_that_does_not_fit_is_refused_with_its_field(
    api: Callable[..., TestClient], sent: dict[str, Any], where: str
) -> None:
    answer = api().post("/api/v1/pilots", json=sent)
    assert (answer.status_code, problem_fields(answer)) == (422, {where})
    assert api().get("/api/v1/pilots").json()["items"] == []


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{", id="half of it"),
        pytest.param(b"[1", id="half a list"),
        pytest.param(b"\xff\xfe", id="no text"),
        pytest.param(b"[" * 100_000, id="depth without end"),
        *(pytest.param(b"[" * depth + b"]" * depth, id=f"depth {depth}") for depth in range(800, 1000, 5)),
        pytest.param(b'{"name": "\\ud800"}', id="half a character"),
        pytest.param(b'{"name": "X", "needs": {"peak_concurrency": NaN}}', id="no number"),
        pytest.param(b'{"name": "X", "needs": {"peak_concurrency": 1e999}}', id="too large a number"),
        pytest.param(b"null", id="null"),
        pytest.param(b'"X"', id="only text"),
    ],
)
def test_a_body_that_is_no_such_json_is_422_in_words(api: Callable[..., TestClient], body: bytes) -> None:
    answer = api().post("/api/v1/pilots", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data", ""])
def test_a_body_that_is_not_sent_as_json_is_told_how(api: Callable[..., TestClient], kind: str) -> None:
    answer = api().post("/api/v1/pilots", content=b'{"name": "X"}', headers={"Content-Type": kind})
    assert (answer.status_code, "application/json" in answer.text) == (422, True)


def paged(client: TestClient, address: str) -> list[str]:
    """The ids of a whole list, by its cursors, while its links lead to the same pages."""
    listed, query = [], "limit=2"
    while query:
        page = client.get(f"{address}?{query}")
        assert len(page.json()["items"]) <= 2
        listed += [each["id"] for each in page.json()["items"]]
        query = f"limit=2&cursor={page.json()['next']}" if page.json()["next"] else ""
        assert page.links == ({"next": {"url": f"{address}?{query}", "rel": "next"}} if query else {})
    return listed


def test_pilots_are_listed_page_by_page_newest_first(site: Site, api: Callable[..., TestClient]) -> None:
    made = [str(site.pilot(f"Pilot {number}")) for number in range(5)]
    assert paged(api(), "/api/v1/pilots") == made[::-1]


def test_the_assessments_of_a_pilot_are_listed_page_by_page(site: Site, api: Callable[..., TestClient]) -> None:
    pilot = site.pilot()
    made = [str(site.assessment(pilot)) for _ in range(4)]
    site.assessment()
    assert paged(api(), f"/api/v1/pilots/{pilot}/assessments") == made[::-1]


@pytest.mark.parametrize("query", ["cursor=x", "limit=0", "limit=1000", "limit=x"])
def test_a_cursor_or_limit_that_is_none_is_refused(api: Callable[..., TestClient], query: str) -> None:
    assert api().get(f"/api/v1/pilots?{query}").status_code == 422


def test_a_changed_pilot_has_a_new_version_and_waits_again(api: Callable[..., TestClient]) -> None:
    made = api().post("/api/v1/pilots", json=PILOT)
    address = made.headers["location"]
    api("editor").post(f"{address}/confirmation")
    changed = api().put(address, json=PILOT | {"needs": {}}, headers={"If-Match": made.headers["etag"]})
    assert (changed.status_code, changed.headers["etag"], changed.json()["confirmed_by"]) == (200, '"2"', None)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        pytest.param({}, 428, id="without If-Match"),
        pytest.param({"If-Match": '"7"'}, 412, id="with a version that never was"),
        pytest.param({"If-Match": "whatever"}, 412, id="with what is no version"),
    ],
)
def test_a_pilot_is_not_changed(api: Callable[..., TestClient], sent: dict[str, str], status: int) -> None:
    address = api().post("/api/v1/pilots", json=PILOT).headers["location"]
    answer = api().put(address, json=PILOT | {"name": "Other"}, headers=sent)
    assert (answer.status_code, api().get(address).json()["name"]) == (status, PILOT["name"])


def test_a_stale_pilot_is_answered_with_both(api: Callable[..., TestClient]) -> None:
    address = api().post("/api/v1/pilots", json=PILOT).headers["location"]
    api("editor").put(address, json=PILOT | {"name": "Theirs"}, headers={"If-Match": '"1"'})
    stale = api().put(address, json=PILOT | {"name": "Yours"}, headers={"If-Match": '"1"'}).json()
    assert (stale["theirs"]["name"], stale["theirs"]["version"], stale["yours"]["name"]) == ("Theirs", 2, "Yours")


def test_nobody_confirms_their_own_pilot(api: Callable[..., TestClient]) -> None:
    address = api().post("/api/v1/pilots", json=PILOT).headers["location"]
    assert api().post(f"{address}/confirmation").status_code == 422
    assert api("editor").post(f"{address}/confirmation").json()["confirmed_by"] == "Jonas Adler"


def test_what_was_not_looked_at_is_not_confirmed(api: Callable[..., TestClient]) -> None:
    address = api().post("/api/v1/pilots", json=PILOT).headers["location"]
    answer = api("editor").post(f"{address}/confirmation", headers={"If-Match": '"9"'})
    assert (answer.status_code, api().get(address).json()["confirmed_by"]) == (412, None)


def test_a_change_is_recorded_once_it_has_happened(site: Site, api: Callable[..., TestClient]) -> None:
    address, today = f"/api/v1/pilots/{site.pilot()}", datetime.now(UTC).date()
    recorded = api().post(f"{address}/changes", json={"on": today.isoformat(), "kind": "model"})
    tomorrow = (today + timedelta(days=1)).isoformat()
    refused = api().post(f"{address}/changes", json={"on": tomorrow, "kind": "model"})
    assert (recorded.status_code, refused.status_code, problem_fields(refused)) == (201, 422, {"on"})
    assert [each["id"] for each in api().get(address).json()["changes"]] == [recorded.json()["id"]]


@pytest.mark.parametrize("sent", [None, {}, {"catalogue": {"id": "genai-production", "version": "1"}}])
def test_an_assessment_is_begun(site: Site, api: Callable[..., TestClient], sent: Any) -> None:
    begun = api().post(f"/api/v1/pilots/{site.pilot()}/assessments", json=sent)
    assert begun.status_code == 201
    assert api().get(begun.headers["location"]).json()["id"] == begun.json()["id"]


def test_a_catalogue_that_there_is_not_is_not_found(site: Site, api: Callable[..., TestClient]) -> None:
    sent = {"catalogue": {"id": "genai-production", "version": "99"}}
    assert api().post(f"/api/v1/pilots/{site.pilot()}/assessments", json=sent).status_code == 404


def test_a_score_has_the_shape_that_is_described(site: Site, api: Callable[..., TestClient]) -> None:
    scored = api().get(f"/api/v1/assessments/{site.assessment()}/score").json()
    shaped = ScoreShown.model_validate(scored)
    assert set(scored) == set(shaped.model_dump())


@pytest.mark.parametrize("day", ["5", "2027-02-30", "yesterday", "1900000000"])
def test_a_day_that_is_none_is_refused(site: Site, api: Callable[..., TestClient], day: str) -> None:
    answer = api().get(f"/api/v1/assessments/{site.assessment()}/score?as_of={day}")
    assert (answer.status_code, problem_fields(answer)) == (422, {"as_of"})


@pytest.mark.parametrize(
    ("kind", "begins"), [("pdf", b"%PDF-"), ("html", b"<!doctype html>"), ("json", b"{"), ("xlsx", b"PK")]
)
def test_the_report_is_a_file(site: Site, api: Callable[..., TestClient], kind: str, begins: bytes) -> None:
    answer = api().get(f"/api/v1/assessments/{site.assessment()}/report.{kind}")
    assert (answer.status_code, answer.content.lstrip()[: len(begins)]) == (200, begins)
    assert answer.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize(
    "path",
    [
        f"/api/v1/pilots/{NOWHERE}",
        "/api/v1/pilots/junk",
        "/api/v1/assessments/junk/score",
        f"/api/v1/assessments/{NOWHERE}",
        f"/api/v1/assessments/{NOWHERE}/report.pdf",
        f"/api/v1/milestones/{NOWHERE}",
        "/api/v1/",
    ],
)
def test_what_there_is_not_is_not_found(api: Callable[..., TestClient], path: str) -> None:
    answer = api().get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_a_viewer_reads_and_changes_nothing(site: Site, api: Callable[..., TestClient]) -> None:
    site.pilot()
    assert len(api("viewer").get("/api/v1/pilots").json()["items"]) == 1
    assert api("viewer").post("/api/v1/pilots", json=PILOT).status_code == 403
