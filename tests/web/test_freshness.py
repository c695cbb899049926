"""What goes stale, on a page: by who answers, day by day, what each answer loses, and where the pilot then stands."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from starlette.testclient import TestClient

from app.readiness.grade import Grade
from app.records import attachments, pilots
from app.words import day
from tests.web.conftest import PROFILE, Site

GATE = "model.licence-terms"
TODAY = datetime.now(UTC).date()


def shown(client: TestClient, assessment: UUID, query: str = "") -> str:
    return client.get(f"/assessments/{assessment}/freshness{query}").text


@pytest.fixture
def assessment(site: Site) -> UUID:
    """An assessment with a gate that is passed by a test of 170 days ago, confirmed."""
    with site.database.writing() as db:
        needs = {"licences_allowed": ("MIT",)}
        pilot = pilots.add(db, site.callers["owner"], "Letters", PROFILE, needs, at=datetime.now(UTC))
    assessment = site.assessment(pilot)
    site.answer(assessment, GATE, 3)
    item = site.attach(assessment, GATE, grade=Grade.DEMONSTRATED, observed_on=TODAY - timedelta(days=170))
    with site.database.writing() as db:
        attachments.confirm(db, site.callers["editor"], item, at=datetime.now(UTC))
    return assessment


def test_what_loses_a_grade_is_told_with_its_day_and_what_the_answer_loses(
    client: TestClient, assessment: UUID
) -> None:
    page = shown(client, assessment)
    assert f"1 answer has evidence that loses a grade within 90 days, the first on {day(TODAY + timedelta(11))}" in page
    assert "demonstrated to documented" in page
    assert "level 3 to 2" in page


def test_a_gate_that_turns_stands_in_the_first_sentence(client: TestClient, assessment: UUID) -> None:
    page = shown(client, assessment)
    assert re.search(rf'A gate turns: <a href="/assessments/{assessment}/model#{GATE}">', page)


def test_it_stands_with_who_answers_for_it(client: TestClient, assessment: UUID) -> None:
    assert re.search(r"<summary><span>[^<]+</span><span class=\"state\">1 answer from", shown(client, assessment))


def test_the_days_ahead_can_be_chosen(site: Site, client: TestClient) -> None:
    assessment = site.assessment()
    site.answer(assessment, GATE, 2)
    site.attach(assessment, GATE, grade=Grade.DOCUMENTED, observed_on=TODAY - timedelta(days=315))
    assert "Nothing goes stale within 30 days." in shown(client, assessment, "?within=30")
    assert "loses a grade within 60 days" in shown(client, assessment, "?within=60")


@pytest.mark.parametrize("within", ["0", "31", "soon"])
def test_only_the_days_that_are_offered_can_be_asked_for(client: TestClient, assessment: UUID, within: str) -> None:
    assert client.get(f"/assessments/{assessment}/freshness?within={within}").status_code == 422


def test_what_is_stale_already_is_told_with_what_it_was(site: Site, client: TestClient) -> None:
    assessment = site.assessment()
    site.answer(assessment, GATE, 2)
    site.attach(assessment, GATE, grade=Grade.DOCUMENTED, observed_on=TODAY - timedelta(days=400))
    page = shown(client, assessment)
    assert "1 answer rests on something that counts less already" in page
    assert "documented to asserted" in page


def test_what_has_no_day_is_told_as_such(site: Site, client: TestClient) -> None:
    assessment = site.assessment()
    site.answer(assessment, GATE, 2)
    site.attach(assessment, GATE, grade=Grade.DOCUMENTED, observed_on=None)
    assert "documented to asserted, for want of a date" in shown(client, assessment)


def test_it_leads_to_the_report_as_of_each_later_day(client: TestClient, assessment: UUID) -> None:
    page = shown(client, assessment)
    for days in (30, 60, 90):
        at = f"/assessments/{assessment}/report?as_of={TODAY + timedelta(days=days)}"
        assert at in page
        assert client.get(at).status_code == 200


def test_where_nothing_is_attached_nothing_goes_stale(site: Site, client: TestClient) -> None:
    assert "Nothing goes stale within 90 days." in shown(client, site.assessment())


def test_a_viewer_sees_it(viewer: TestClient, assessment: UUID) -> None:
    assert viewer.get(f"/assessments/{assessment}/freshness").status_code == 200


def test_it_asks_the_database_as_often_however_much_is_attached(
    site: Site, client: TestClient, assessment: UUID
) -> None:
    with site.counting() as before:
        shown(client, assessment)
    for number in range(6):
        site.attach(assessment, "cost.unit-cost", title=f"item {number}")
    with site.counting() as after:
        shown(client, assessment)
    assert len(after) == len(before)


def test_of_all_pilots_those_that_lose_something_stand_with_their_first_day(
    site: Site, client: TestClient, assessment: UUID
) -> None:
    site.assessment(site.pilot("Nothing attached"))
    page = client.get("/freshness").text
    assert "1 of 2 pilots changes by time alone within 90 days." in page
    assert f'href="/assessments/{assessment}/freshness?within=90"' in page
    assert day(TODAY + timedelta(days=11)) in page
    assert f'href="/assessments/{assessment}/model#{GATE}"' in page
    assert "Nothing attached" not in page


def test_where_no_pilot_loses_anything_it_says_so(site: Site, client: TestClient) -> None:
    site.assessment()
    assert "Nothing goes stale within 30 days in any of 1 pilot." in client.get("/freshness?within=30").text


def test_nothing_of_another_organisation_goes_stale_here(stranger: TestClient, assessment: UUID) -> None:
    assert "Letters" not in stranger.get("/freshness").text


def test_all_of_them_ask_the_database_as_often_as_one(site: Site, client: TestClient, assessment: UUID) -> None:
    with site.counting() as before:
        client.get("/freshness")
    for number in range(4):
        other = site.assessment(site.pilot(f"Pilot {number}"))
        site.answer(other, GATE, 2)
        site.attach(other, GATE, grade=Grade.DOCUMENTED, observed_on=TODAY - timedelta(days=300))
    with site.counting() as after:
        client.get("/freshness")
    assert len(after) == len(before)
