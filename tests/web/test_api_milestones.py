"""The JSON API: milestones sealed and compared, trade-offs, newer questions taken up, and changes before the pilot."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from starlette.testclient import TestClient

from app.readiness.assessment import CatalogueReference
from app.readiness.grade import Grade
from app.readiness.milestone import read_milestone
from app.records import assessments
from tests.web.conftest import ADDRESS, Site

NOWHERE = "01990000-0000-7000-8000-000000000000"  # no id of anything
QUESTION = "cost.budget-ceiling"


class Api:
    """Two accounts and one assessment."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.assessment: UUID = site.assessment()
        self.home = f"/api/v1/assessments/{self.assessment}"
        self.owner = self.client("owner")

    def client(self, who: str) -> TestClient:
        client = TestClient(self.site.app, base_url=ADDRESS, raise_server_exceptions=False)
        client.headers["Authorization"] = f"Bearer {self.site.token(who)}"
        return client

    def seal(self, title: str, home: str | None = None) -> Any:
        return self.owner.post(f"{home or self.home}/milestones", json={"title": title})

    def compare(self, **query: str) -> Any:
        return self.owner.get(f"{self.home}/comparison", params=query)


@pytest.fixture
def api(site: Site) -> Api:
    return Api(site)


def test_a_milestone_is_sealed_and_stands_where_its_location_says(api: Api) -> None:
    api.site.answer(api.assessment, QUESTION, 3)
    made = api.seal("Before the committee")
    assert made.status_code == 201
    found = api.owner.get(made.headers["location"])
    assert (found.status_code, found.json()["id"], found.json()["sha256"]) == (
        200,
        made.json()["id"],
        made.json()["sha256"],
    )


def test_a_downloaded_milestone_verifies_by_itself(api: Api) -> None:
    api.site.answer(api.assessment, QUESTION, 3, note="בדיקה – “quoted”")
    read = read_milestone(api.owner.get(api.seal("לפני הוועדה").headers["location"]).text)
    assert (read.title, read.name_of(read.sealed_by)) == ("לפני הוועדה", "Maren Vogt")
    assert read.assessment.answers[QUESTION].level == 3


def test_a_sealed_milestone_never_changes(api: Api) -> None:
    api.site.answer(api.assessment, QUESTION, 3)
    address = api.seal("June").headers["location"]
    before = api.owner.get(address)
    api.site.answer(api.assessment, QUESTION, 0)
    after = api.owner.get(address)
    assert (before.text, before.headers["etag"]) == (after.text, after.headers["etag"])


def test_a_title_is_given_once(api: Api) -> None:
    assert api.seal("June").status_code == 201
    again = api.seal("June")
    assert (again.status_code, again.json()["type"]) == (409, "/problems#conflict")
    assert "June" in again.json()["detail"]
    other = f"/api/v1/assessments/{api.site.assessment()}"
    assert api.seal("June", other).status_code == 201
    assert len(api.owner.get(f"{api.home}/milestones").json()["items"]) == 1


def test_of_two_who_seal_at_once_one_wins_and_the_other_is_told(api: Api) -> None:
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: api.seal("June"), range(4)))
    assert sorted(each.status_code for each in answers) == [201, 409, 409, 409]


@pytest.mark.parametrize("title", ["", " ", "a\u0007b", "x" * 300, None, 5])
def test_a_title_that_is_none_is_refused(api: Api, title: Any) -> None:
    refused = api.seal(title)
    assert (refused.status_code, [each["where"] for each in refused.json()["problems"]]) == (422, ["title"])
    assert api.owner.get(f"{api.home}/milestones").json()["items"] == []


def test_milestones_are_listed_page_by_page_newest_first_with_links(api: Api) -> None:
    sealed = [api.seal(f"Milestone {number}").json() for number in range(5)]
    listed: list[Any] = []
    address: str | None = f"{api.home}/milestones?limit=2"
    while address:
        page = api.owner.get(address)
        listed += page.json()["items"]
        assert ("next" in page.links) == (page.json()["next"] is not None)
        address = page.links["next"]["url"] if "next" in page.links else None
    assert listed == sealed[::-1]


def test_a_viewer_reads_milestones_and_seals_none(api: Api) -> None:
    address, viewer = api.seal("June").headers["location"], api.client("viewer")
    assert viewer.get(address).status_code == 200
    assert viewer.post(f"{api.home}/milestones", json={"title": "July"}).status_code == 403


def test_what_the_caller_has_already_is_not_sent_again(api: Api) -> None:
    for address in (api.seal("June").headers["location"], api.home):
        first = api.owner.get(address)
        again = api.owner.get(address, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
        listed = api.owner.get(address, headers={"If-None-Match": f'"x", W/{first.headers["etag"]}'})
        assert listed.status_code == 304


def test_a_document_that_has_changed_is_sent(api: Api) -> None:
    first = api.owner.get(api.home)
    api.site.answer(api.assessment, QUESTION, 3)
    again = api.owner.get(api.home, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.json()["answers"][QUESTION]["level"]) == (200, 3)


def test_two_milestones_are_compared_and_the_parts_add_up(api: Api) -> None:
    api.site.answer(api.assessment, QUESTION, 1)
    june = api.seal("June").json()["id"]
    api.site.answer(api.assessment, QUESTION, 3)
    api.site.attach(api.assessment, QUESTION, grade=Grade.DOCUMENTED)
    july = api.seal("July").json()["id"]
    told = api.compare(**{"from": june, "to": july}).json()
    moved = {each["cause"]: each["points"] for each in told["parts"] if each["points"]}
    assert set(moved) == {"items added"}
    assert sum(moved.values()) == pytest.approx(told["proven"][1] - told["proven"][0])
    (changed,) = told["questions"]
    assert (changed["key"], changed["claimed"], changed["proven"]) == (QUESTION, [1, 3], [1, 2])
    assert changed["causes"] == ["answers", "items added"]


def test_a_milestone_is_compared_with_today_unless_another_is_named(api: Api) -> None:
    api.site.answer(api.assessment, QUESTION, 1)
    june = api.seal("June").json()["id"]
    told = api.compare(**{"from": june})
    assert (told.status_code, told.json()["questions"]) == (200, [])
    assert told.json() == api.compare(**{"from": june, "to": "now"}).json()


def test_a_milestone_of_another_assessment_is_not_compared(api: Api) -> None:
    june = api.seal("June").json()["id"]
    other = api.seal("Elsewhere", f"/api/v1/assessments/{api.site.assessment()}").json()["id"]
    for query in ({"from": june, "to": other}, {"from": other, "to": june}):
        refused = api.compare(**query)
        assert refused.status_code == 404
        assert "another assessment" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        pytest.param({}, 422, id="nothing named"),
        pytest.param({"from": "junk"}, 422, id="no id"),
        pytest.param({"from": NOWHERE}, 404, id="no milestone"),
        pytest.param({"from": "now"}, 422, id="today with today"),
    ],
)
def test_what_cannot_be_compared_is_refused(api: Api, query: dict[str, str], status: int) -> None:
    assert api.compare(**query).status_code == status


def trade_off(**said: Any) -> dict[str, Any]:
    today = datetime.now(UTC).date()
    return {"title": "One provider", "reason": "Time.", "decided_by": "Board", "on": today.isoformat()} | said


def test_a_trade_off_is_recorded_and_ended_and_stays_on_record(api: Api) -> None:
    made = api.owner.post(f"{api.home}/trade-offs", json=trade_off(cost="Two weeks", question=QUESTION))
    assert (made.status_code, made.json()["assessment"]) == (201, str(api.assessment))
    ended = api.owner.post(f"/api/v1/trade-offs/{made.json()['id']}/end")
    assert (ended.status_code, api.owner.post(f"/api/v1/trade-offs/{made.json()['id']}/end").status_code) == (200, 422)
    (kept,) = api.owner.get(api.home).json()["trade_offs"]
    assert (kept["id"], kept["cost"], kept["question"]) == (made.json()["id"], "Two weeks", QUESTION)


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"title": ""}, id="no title"),
        pytest.param({"on": "2999-01-01"}, id="not decided yet"),
        pytest.param({"until": "2020-01-01"}, id="over before it begins"),
        pytest.param({"question": "cost.nothing"}, id="about no question"),
        pytest.param({"colour": "red"}, id="a field that there is not"),
    ],
)
def test_a_trade_off_that_does_not_fit_is_refused(api: Api, said: dict[str, Any]) -> None:
    assert api.owner.post(f"{api.home}/trade-offs", json=trade_off(**said)).status_code == 422
    assert api.owner.get(api.home).json()["trade_offs"] == []


def test_an_exception_may_say_what_it_costs(api: Api) -> None:
    until = (datetime.now(UTC).date() + timedelta(days=30)).isoformat()
    asked = {"gate": QUESTION, "reason": "Until January.", "until": until, "cost": "EUR 20,000"}
    assert api.owner.post(f"{api.home}/exceptions", json=asked).status_code == 201
    assert api.owner.get(api.home).json()["exceptions"][0]["cost"] == "EUR 20,000"


@pytest.fixture
def short(api: Api) -> str:
    """The address of an assessment by the first version of the short catalogue."""
    site, at, pilot = api.site, datetime.now(UTC), api.site.pilot()
    with site.database.writing() as db:
        first = CatalogueReference(id="genai-first-look", version="1")
        return f"/api/v1/assessments/{assessments.begin(db, site.callers['owner'], pilot, first, at=at)}"


def test_a_newer_version_is_taken_up(api: Api, short: str) -> None:
    taken = api.owner.post(f"{short}/catalogue", json={"version": "2"})
    assert (taken.status_code, taken.json()["catalogue"]["version"]) == (200, "2")
    assert api.owner.get(short).json()["catalogue"]["version"] == "2"


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_version_is_never_taken_down_nor_taken_up_twice(api: Api, short: str, version: str) -> None:
    api.owner.post(f"{short}/catalogue", json={"version": "2"})
    refused = api.owner.post(f"{short}/catalogue", json={"version": version})
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems#conflict")
    assert refused.json()["detail"]
    assert api.owner.get(short).json()["catalogue"]["version"] == "2"


def test_a_version_that_there_is_not_is_not_found(api: Api, short: str) -> None:
    assert api.owner.post(f"{short}/catalogue", json={"version": "99"}).status_code == 404


def test_a_change_before_the_pilot_is_refused_and_told_from_when_on(api: Api) -> None:
    pilot, today = api.site.pilot(), datetime.now(UTC).date()
    address = f"/api/v1/pilots/{pilot}/changes"
    before = {"on": (today - timedelta(days=1)).isoformat(), "kind": "model"}
    refused = api.owner.post(address, json=before)
    assert (refused.status_code, [each["where"] for each in refused.json()["problems"]]) == (422, ["on"])
    assert today.isoformat() in json.dumps(refused.json())
    assert api.owner.get(f"/api/v1/pilots/{pilot}").json()["changes"] == []
    assert api.owner.post(address, json=before | {"on": today.isoformat()}).status_code == 201


def test_a_change_may_be_as_old_as_what_was_shown_for_the_pilot(api: Api) -> None:
    pilot, day = api.site.pilot(), datetime.now(UTC).date() - timedelta(days=40)
    api.site.attach(api.site.assessment(pilot), QUESTION, observed_on=day)
    address = f"/api/v1/pilots/{pilot}/changes"
    earlier = (day - timedelta(days=1)).isoformat()
    assert api.owner.post(address, json={"on": earlier, "kind": "model"}).status_code == 422
    assert api.owner.post(address, json={"on": day.isoformat(), "kind": "model"}).status_code == 201


@pytest.mark.parametrize("path", [f"milestones/{NOWHERE}", "milestones/junk"])
def test_a_milestone_that_there_is_not_is_not_found(api: Api, path: str) -> None:
    assert api.owner.get(f"/api/v1/{path}").status_code == 404
