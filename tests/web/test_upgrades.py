"""Taking up a newer version of a catalogue: shown first, then taken, and nothing lost."""

from uuid import UUID

import pytest
from starlette.testclient import TestClient

from tests.web.conftest import Site

DROPPED = "money-and-value.problem-stated"
ANCHOR_CHANGED = "money-and-value.gain-measured"


@pytest.fixture
def assessment(site: Site) -> UUID:
    """An assessment on the first version of the short catalogue, with answers that the second one touches."""
    begun = site.assessment(catalogue=("genai-first-look", "1"))
    site.answer(begun, DROPPED, 3, note="Why we began")
    site.answer(begun, ANCHOR_CHANGED, 2)
    return begun


def test_what_differs_and_what_it_does_here_is_shown_first(client: TestClient, assessment: UUID) -> None:
    page = client.get(f"/assessments/{assessment}/catalogue").text
    assert "Version 2 is there" in page
    assert "1 answer to a question that is no longer asked" in page
    assert "1 answer whose anchor reads otherwise" in page
    assert "1 new question to answer" in page


def test_taken_up_it_keeps_and_lists_what_is_no_longer_asked(client: TestClient, assessment: UUID) -> None:
    assert client.post(f"/assessments/{assessment}/catalogue", data={"version": "2"}).status_code == 303
    report = client.get(f"/assessments/{assessment}/report").text
    assert "genai-first-look version 2" in report
    assert "Why we began" in report


def test_a_changed_anchor_asks_until_the_answer_is_saved_again(
    site: Site, client: TestClient, assessment: UUID
) -> None:
    client.post(f"/assessments/{assessment}/catalogue", data={"version": "2"})
    token = {"Authorization": f"Bearer {site.token()}"}
    report = f"/api/v1/assessments/{assessment}/report.json"
    assert client.get(report, headers=token).json()["asks_again"] == [ANCHOR_CHANGED]
    site.answer(assessment, ANCHOR_CHANGED, 2)
    assert client.get(report, headers=token).json()["asks_again"] == []


def test_there_is_no_way_back(client: TestClient, assessment: UUID) -> None:
    client.post(f"/assessments/{assessment}/catalogue", data={"version": "2"})
    refused = client.post(f"/assessments/{assessment}/catalogue", data={"version": "1"})
    assert refused.status_code == 409
    assert "version 2" in refused.text
    assert "genai-first-look version 2" in client.get(f"/assessments/{assessment}/report").text


def test_the_newest_version_says_that_it_is(client: TestClient, assessment: UUID) -> None:
    client.post(f"/assessments/{assessment}/catalogue", data={"version": "2"})
    assert "the newest version there is" in client.get(f"/assessments/{assessment}/catalogue").text


@pytest.mark.parametrize("version", ["7", "1", "../1"])
def test_a_version_that_is_not_newer_is_not_shown(client: TestClient, assessment: UUID, version: str) -> None:
    refused = client.get(f"/assessments/{assessment}/catalogue", params={"version": version})
    assert refused.status_code == 404
    assert "newer than 1" in refused.text


def test_who_only_looks_sees_the_difference_and_takes_up_nothing(viewer: TestClient, assessment: UUID) -> None:
    page = viewer.get(f"/assessments/{assessment}/catalogue").text
    assert "An owner or an editor can take it up" in page
    assert viewer.post(f"/assessments/{assessment}/catalogue", data={"version": "2"}).status_code == 403
