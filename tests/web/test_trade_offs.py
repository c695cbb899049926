"""Trade-offs: recorded in words, shown in the report, ended without being lost."""

import re
from datetime import UTC, datetime, timedelta

from starlette.testclient import TestClient

from tests.web.conftest import Site

TODAY = datetime.now(UTC).date()
SAID = {
    "title": "Slower answers for a lower bill",
    "reason": "Users accept four seconds; a second card would double the cost.",
    "cost": "Two seconds an answer",
    "decided_by": "Steering committee",
    "on": TODAY.isoformat(),
    "until": "",
    "question": "",
}


def test_a_trade_off_stands_on_its_page_and_in_the_report(site: Site, client: TestClient) -> None:
    home = f"/assessments/{site.assessment()}"
    assert client.post(f"{home}/trade-offs", data=SAID).status_code == 303
    for page in (client.get(f"{home}/trade-offs").text, client.get(f"{home}/report").text):
        for said in ("Slower answers for a lower bill", "Two seconds an answer", "Steering committee"):
            assert said in page


def test_a_trade_off_moves_no_score(site: Site, client: TestClient) -> None:
    assessment = site.assessment()
    token = {"Authorization": f"Bearer {site.token()}"}
    before = client.get(f"/api/v1/assessments/{assessment}/score", headers=token).json()
    client.post(f"/assessments/{assessment}/trade-offs", data=SAID)
    assert client.get(f"/api/v1/assessments/{assessment}/score", headers=token).json() == before


def test_what_does_not_fit_is_said_and_nothing_typed_is_lost(site: Site, client: TestClient) -> None:
    home = f"/assessments/{site.assessment()}"
    refused = client.post(f"{home}/trade-offs", data=SAID | {"title": "", "on": "soon", "cost": "Dear"})
    assert refused.status_code == 422
    assert 'href="#field-on"' in refused.text
    assert "must be a date such as 2026-11-20" in refused.text
    assert "Dear" in refused.text
    assert "No trade-off is recorded" in client.get(f"{home}/trade-offs").text


def test_one_that_ends_before_it_begins_is_refused(site: Site, client: TestClient) -> None:
    home = f"/assessments/{site.assessment()}"
    refused = client.post(f"{home}/trade-offs", data=SAID | {"until": (TODAY - timedelta(days=1)).isoformat()})
    assert refused.status_code == 422
    assert "before it begins" in refused.text
    assert "Steering committee" in refused.text


def test_one_that_is_ended_stays_on_record(site: Site, client: TestClient) -> None:
    home = f"/assessments/{site.assessment()}"
    yesterday = (TODAY - timedelta(days=1)).isoformat()
    client.post(f"{home}/trade-offs", data=SAID | {"on": yesterday})
    end = re.search(r"/trade-offs/[0-9a-f-]{36}/end", client.get(f"{home}/trade-offs").text)
    assert end
    assert client.post(end[0]).status_code == 303
    page = client.get(f"{home}/trade-offs").text
    assert "Slower answers for a lower bill" in page
    assert end[0] not in page


def test_another_organisation_cannot_end_it(site: Site, client: TestClient, stranger: TestClient) -> None:
    home = f"/assessments/{site.assessment()}"
    client.post(f"{home}/trade-offs", data=SAID)
    end = re.search(r"/trade-offs/[0-9a-f-]{36}/end", client.get(f"{home}/trade-offs").text)
    assert end
    assert stranger.post(end[0]).status_code == 404
