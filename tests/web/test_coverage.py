"""Coverage by framework, as a page and as CSV."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from starlette.testclient import TestClient

from app import library
from app.readiness.grade import Grade
from app.records import audit, links
from app.web.access import SESSION_COOKIE
from app.words import framework
from tests.web.conftest import PROFILE, Site
from tests.web.leads import Links

TODAY = datetime.now(UTC).date()
QUESTION = "security.supply-chain"


@pytest.fixture
def assessment(site: Site) -> UUID:
    begun = site.assessment()
    site.answer(begun, QUESTION, 3, note="Only we know this.")
    site.answer(begun, "cost.budget-ceiling", 2)
    site.attach(begun, QUESTION, title="Parts list of May", grade=Grade.DOCUMENTED)
    return begun


def holder(site: Site, assessment: UUID, **given: Any) -> TestClient:
    """Somebody who came through a link."""
    at = datetime.now(UTC)
    usual: dict[str, Any] = {"role": "read", "sections": (), "appendix": True, "title": None}
    with site.database.writing() as db:
        ends = at + timedelta(days=7)
        _, token = links.make(db, site.callers["owner"], assessment, **usual | given, expires_at=ends, at=at)
        session = links.enter(db, token, "Priya Nair", at=at)
    client = site.visit(None)
    client.cookies.set(SESSION_COOKIE, session)
    return client


def shown(client: TestClient, assessment: UUID, query: str = "") -> str:
    answer = client.get(f"/assessments/{assessment}/coverage{query}")
    assert answer.status_code == 200
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


def exported(client: TestClient, assessment: UUID, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"/assessments/{assessment}/coverage.csv{query}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def test_every_framework_and_every_item_is_there(client: TestClient, assessment: UUID) -> None:
    page = shown(client, assessment, "?framework=all")
    for key, each in library.frameworks().items():
        assert framework(key) in page
        assert [title for title in each.items.values() if re.sub(r"\s+", " ", title) not in page] == []


def test_one_framework_is_summed_up_in_a_sentence(client: TestClient, assessment: UUID) -> None:
    page = shown(client, assessment, "?framework=iso-42001")
    items = library.frameworks()["iso-42001"].items
    assert re.search(rf"ISO/IEC 42001: \d+ of {len(items)} items touched; \d+\.\d proven\.", page)
    assert "GOVERN 1.1" not in page


def test_a_framework_that_there_is_not_is_not_found(client: TestClient, assessment: UUID) -> None:
    answer = client.get(f"/assessments/{assessment}/coverage?framework=iso-9001")
    assert answer.status_code == 404
    assert "There is no framework iso-9001 here." in unescape(answer.text)


def test_each_question_leads_to_where_it_is_answered(client: TestClient, assessment: UUID) -> None:
    leads = Links(client.get(f"/assessments/{assessment}/coverage?framework=all").text)
    assert f"/assessments/{assessment}/security#{QUESTION}" in leads.to


def test_the_overview_has_every_framework_and_leads_to_its_items(client: TestClient, assessment: UUID) -> None:
    assert "9 frameworks: 233 of 233 items touched." in shown(client, assessment)
    leads = Links(client.get(f"/assessments/{assessment}/coverage").text)
    for key in library.frameworks():
        assert f"/assessments/{assessment}/coverage?framework={key}" in leads.to


def test_it_says_what_is_claimed_and_proven_and_what_is_blank(client: TestClient, assessment: UUID) -> None:
    page = shown(client, assessment, "?framework=all")
    assert "claimed 3, proven 2" in page
    assert "blank" in page
    assert "not asked of this pilot" in page


def test_nothing_answered_is_not_known_and_no_zero(site: Site, client: TestClient) -> None:
    page = shown(client, site.assessment(), "?framework=gdpr")
    assert "proven is not known" in page
    assert "0.0" not in page


def test_days_of_law_stand_beside_their_items_with_source(site: Site, client: TestClient) -> None:
    european = {"regimes": frozenset({"eu-ai-act"}), "go_live": TODAY + timedelta(days=400)}
    fields = {name: getattr(PROFILE, name) for name in PROFILE.__slots__} | european
    begun = site.assessment(site.pilot(profile=type(PROFILE)(**fields)))
    page = shown(client, begun, "?framework=eu-ai-act")
    duty = next(each for each in library.law() if each.id == "Art. 4")
    assert f"Applied since 2 Feb 2025 , before the go-live: {duty.what}" in page
    assert duty.source.strip() in page
    lines = {each["Item"]: each for each in exported(client, begun) if each["Key"] == "eu-ai-act"}
    assert (lines["Art. 4"]["Duty from"], lines["Art. 4"]["Before go-live"]) == ("2025-02-02", "yes")


def test_the_file_has_every_item_and_leaves_a_row_in_the_audit(
    site: Site, client: TestClient, assessment: UUID
) -> None:
    assert len(exported(client, assessment)) == 233
    with site.database.reading() as db:
        noted = audit.list_for(db, site.callers["owner"]).items
    assert [each.subject for each in noted if each.what == "coverage exported"] == [assessment]


def test_another_day_is_asked_for_in_page_and_file(client: TestClient, assessment: UUID) -> None:
    later = TODAY + timedelta(days=500)
    assert "claimed 3, proven 1" in shown(client, assessment, f"?framework=all&as_of={later}")  # the document has aged
    leads = Links(client.get(f"/assessments/{assessment}/coverage?as_of={later}").text)
    assert f"/assessments/{assessment}/coverage.csv?as_of={later}" in leads.to
    assert f"/assessments/{assessment}/coverage?framework=gdpr&as_of={later}" in leads.to
    assert client.get(f"/assessments/{assessment}/coverage?as_of=soon").status_code == 422


def test_a_link_to_the_whole_report_opens_all_of_it(site: Site, assessment: UUID) -> None:
    priya = holder(site, assessment)
    leads = Links(priya.get(f"/assessments/{assessment}/coverage?framework=all").text)
    assert f"/assessments/{assessment}/report#{QUESTION}" in leads.to
    assert not [each for each in leads.to if each.startswith(f"/assessments/{assessment}/security")]
    assert len(exported(priya, assessment)) == 233


@pytest.mark.parametrize("given", [{"appendix": False}, {"sections": ("cost",)}], ids=["the summary", "some sections"])
def test_a_link_to_less_opens_no_item(site: Site, assessment: UUID, given: dict[str, Any]) -> None:
    """An item that one question touches would tell its level."""
    priya = holder(site, assessment, **given)
    page = shown(priya, assessment) + shown(priya, assessment, "?framework=all")
    assert "ISO/IEC 42001" in page
    assert "claimed 3, proven 2" not in page
    assert "GOVERN 1.1" not in page
    assert priya.get(f"/assessments/{assessment}/coverage.csv").status_code == 404


def test_a_link_to_answer_does_not_open_it(site: Site, assessment: UUID) -> None:
    priya = holder(site, assessment, role="answer", sections=("security",), appendix=False)
    assert priya.get(f"/assessments/{assessment}/coverage").status_code == 404
    assert priya.get(f"/assessments/{assessment}/coverage.csv").status_code == 404
