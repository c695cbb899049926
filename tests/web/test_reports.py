"""The report as a page and as files, and the register of its evidence."""

import json
import re
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from starlette.testclient import TestClient

from app.evidence.arrived import arrived
from app.readiness.grade import Grade
from app.records import assessments, attachments, audit, links, scenarios
from app.records.calculations import work_out
from app.web.access import SESSION_COOKIE
from tests.calculators.given import GIVEN
from tests.report.read_back import read_back, squeezed
from tests.web.conftest import Site
from tests.web.leads import Links

TODAY = datetime.now(UTC).date()
SHORT = ("genai-first-look", "1")  # its path is found in no time
QUESTION = "security.supply-chain"
KINDS = ("pdf", "html", "json")
APPENDIX = ["Only we know this.", "Parts list of May"]


@pytest.fixture
def assessment(site: Site) -> UUID:
    """A pilot with some of its questions answered, one of them with a confirmed test record and a note."""
    begun = site.assessment()
    for question in ("security.secrets", "operations.monitoring", "cost.budget-ceiling"):
        site.answer(begun, question, 2)
    site.answer(begun, QUESTION, 3, note="Only we know this.")
    record = site.attach(begun, QUESTION, title="Parts list of May", grade=Grade.DEMONSTRATED)
    confirm(site, record)
    return begun


def confirm(site: Site, evidence: UUID) -> None:
    with site.database.writing() as db:
        attachments.confirm(db, site.callers["editor"], evidence, at=datetime.now(UTC))


def reader(site: Site, assessment: UUID, *, appendix: bool, sections: tuple[str, ...] = ()) -> TestClient:
    """Somebody who came through a link to read the report."""
    at = datetime.now(UTC)
    with site.database.writing() as db:
        ends = at + timedelta(days=7)
        given: dict[str, Any] = {"role": "read", "sections": sections, "appendix": appendix, "title": None}
        _, token = links.make(db, site.callers["owner"], assessment, **given, expires_at=ends, at=at)
        session = links.enter(db, token, "Priya Nair", at=at)
    client = site.visit(None)
    client.cookies.set(SESSION_COOKIE, session)
    return client


def words(client: TestClient, assessment: UUID, kind: str | None = None) -> str:
    """The report's words as somebody reads them there, without spaces; no kind: on the page."""
    answer = client.get(f"/assessments/{assessment}/report" + (f".{kind}" if kind else ""))
    assert answer.status_code == 200
    return read_back(answer.content).text if kind == "pdf" else squeezed(unescape(re.sub(r"<[^>]*>", "", answer.text)))


def missing(said: list[str], text: str) -> list[str]:
    """What is not said in the text."""
    return [each for each in said if squeezed(each) not in text]


def report(client: TestClient, assessment: UUID, **query: Any) -> Any:
    """The report as a program reads it."""
    return json.loads(client.get(f"/assessments/{assessment}/report.json", params=query).content)


@pytest.mark.parametrize("kind", [None, "pdf", "html"])
def test_every_writer_prints_the_figures_of_the_json(client: TestClient, assessment: UUID, kind: str | None) -> None:
    said = report(client, assessment)
    figures = [said["claimed"], said["proven"], said["gap"], *said["claimed_range"]]
    figures += [each[of] for each in said["dimensions"] for of in ("claimed", "proven") if each[of] is not None]
    assert missing([f"{figure:.1f}" for figure in figures], words(client, assessment, kind)) == []


@pytest.mark.parametrize("kind", [None, "pdf", "html"])
def test_every_writer_names_every_gate_and_every_reason(client: TestClient, assessment: UUID, kind: str | None) -> None:
    said = report(client, assessment)
    named = [each["title"] for each in said["gates"]] + [each["text"] for each in said["reasons"]]
    assert missing(named, words(client, assessment, kind)) == []


@pytest.mark.parametrize("kind", [None, *KINDS])
def test_a_reader_by_link_sees_the_summary_and_no_answer(site: Site, assessment: UUID, kind: str | None) -> None:
    text = words(reader(site, assessment, appendix=False), assessment, kind)
    assert missing(APPENDIX, text) == APPENDIX


@pytest.mark.parametrize("kind", [None, *KINDS])
def test_a_reader_by_link_sees_the_answers_where_the_maker_ticked_them(
    site: Site, assessment: UUID, kind: str | None
) -> None:
    assert missing(APPENDIX, words(reader(site, assessment, appendix=True), assessment, kind)) == []


def test_a_link_to_some_sections_shows_the_answers_of_no_other(site: Site, assessment: UUID) -> None:
    said = report(reader(site, assessment, appendix=True, sections=("cost",)), assessment)
    assert [each["key"] for each in said["dimensions"] if each["questions"]] == ["cost"]


def test_the_register_of_a_link_to_some_sections_holds_no_others_evidence(site: Site, assessment: UUID) -> None:
    assert report(reader(site, assessment, appendix=True, sections=("cost",)), assessment)["register"] == []


@pytest.mark.parametrize(
    ("opened", "seen"),
    [
        pytest.param({"appendix": False}, ("sentence",), id="the summary tells what it came to"),
        pytest.param(
            {"appendix": True, "sections": ("cost",)}, ("sentence",), id="so does the rest of another section"
        ),
        pytest.param(
            {"appendix": True, "sections": ("security",)}, ("sentence", "figures", "evidence_for"), id="whole"
        ),
        pytest.param({"appendix": True}, ("sentence", "figures", "evidence_for"), id="whole with all of them"),
    ],
)
def test_a_reader_by_link_sees_the_figures_of_a_scenario_where_it_is_evidence(
    site: Site, assessment: UUID, opened: dict[str, Any], seen: tuple[str, ...]
) -> None:
    at, owner, worked = datetime.now(UTC), site.callers["owner"], work_out("federated", GIVEN["federated"])
    with site.database.writing() as db:
        pilot = assessments.find(db, owner, assessment).pilot
        scenario = scenarios.add(db, owner, pilot, "Two sites", worked, at=at)
        scenarios.attach(db, owner, scenario, assessment, QUESTION, at=at)
    (told,) = report(reader(site, assessment, **opened), assessment)["scenarios"]
    assert tuple(each for each in ("sentence", "figures", "evidence_for") if told[each]) == seen


@pytest.mark.parametrize("appendix", [False, True])
def test_a_reader_by_link_is_led_nowhere_but_within_the_report(site: Site, assessment: UUID, *, appendix: bool) -> None:
    page = reader(site, assessment, appendix=appendix).get(f"/assessments/{assessment}/report")
    ours = [to for to in Links(page.text).to if not to.startswith(("#", "https://wiki.example/"))]
    assert {to.partition("?")[0].partition(".")[0] for to in ours} == {f"/assessments/{assessment}/report"}


@pytest.mark.parametrize("who", ["owner", "reader", "summary"])
def test_every_link_within_the_page_arrives(site: Site, assessment: UUID, who: str) -> None:
    client = site.visit("owner") if who == "owner" else reader(site, assessment, appendix=who == "reader")
    page = Links(client.get(f"/assessments/{assessment}/report").text)
    assert [to for to in page.to if to.startswith("#") and to[1:] not in page.ids] == []


def test_no_two_things_on_the_page_have_one_id(client: TestClient, assessment: UUID) -> None:
    ids = Links(client.get(f"/assessments/{assessment}/report").text).ids
    assert len(ids) == len(set(ids))


def test_a_reason_leads_to_its_question(client: TestClient, assessment: UUID) -> None:
    key = next(each["question"] for each in report(client, assessment)["reasons"] if each["question"])
    page = client.get(f"/assessments/{assessment}/report")
    assert f"/assessments/{assessment}/{key.partition('.')[0]}#{key}" in Links(page.text).to


@pytest.mark.parametrize("path", ["report", "report.pdf", "report.html", "report.json", "evidence"])
def test_another_organisation_finds_nothing(stranger: TestClient, assessment: UUID, path: str) -> None:
    assert stranger.get(f"/assessments/{assessment}/{path}").status_code == 404


@pytest.mark.parametrize("path", ["report", "report.json", "evidence"])
def test_nobody_reads_without_signing_in(anonymous: TestClient, assessment: UUID, path: str) -> None:
    assert anonymous.get(f"/assessments/{assessment}/{path}").status_code == 401


@pytest.mark.parametrize("path", ["report", "report.json", "evidence"])
def test_a_viewer_reads(viewer: TestClient, assessment: UUID, path: str) -> None:
    assert viewer.get(f"/assessments/{assessment}/{path}").status_code == 200


def test_a_viewer_is_not_offered_to_share(viewer: TestClient, assessment: UUID) -> None:
    assert f"/assessments/{assessment}/links" not in Links(viewer.get(f"/assessments/{assessment}/report").text).to


def test_a_later_day_counts_what_has_aged_by_then_as_less(client: TestClient, assessment: UUID) -> None:
    later = report(client, assessment, as_of=(TODAY + timedelta(days=400)).isoformat())
    assert later["proven"] < report(client, assessment)["proven"]


def test_a_page_for_another_day_says_so(client: TestClient, assessment: UUID) -> None:
    page = client.get(f"/assessments/{assessment}/report", params={"as_of": "2031-02-03"})
    assert "As of 3 Feb 2031, not today" in page.text


def test_a_page_for_another_day_exports_that_day(client: TestClient, assessment: UUID) -> None:
    page = client.get(f"/assessments/{assessment}/report", params={"as_of": "2031-02-03"})
    assert f"/assessments/{assessment}/report.pdf?as_of=2031-02-03" in Links(page.text).to


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", ""])
def test_any_day_that_there_is_can_be_asked_for(client: TestClient, assessment: UUID, day: str) -> None:
    assert client.get(f"/assessments/{assessment}/report", params={"as_of": day}).status_code == 200


@pytest.mark.parametrize("day", ["tomorrow", "2026-02-30", "0", "20261121", "2026-11-21T00:00"])
def test_what_is_no_day_is_refused_in_words(client: TestClient, assessment: UUID, day: str) -> None:
    answer = client.get(f"/assessments/{assessment}/report", params={"as_of": day})
    assert (answer.status_code, "as of" in answer.text) == (422, True)


def test_a_form_that_there_is_no_writer_for_is_not_found(client: TestClient, assessment: UUID) -> None:
    assert client.get(f"/assessments/{assessment}/report.docx").status_code == 404


@pytest.mark.parametrize(
    ("kind", "media"), [("pdf", "application/pdf"), ("html", "text/html; charset=utf-8"), ("json", "application/json")]
)
def test_a_file_says_what_it_is(client: TestClient, assessment: UUID, kind: str, media: str) -> None:
    assert client.get(f"/assessments/{assessment}/report.{kind}").headers["content-type"] == media


@pytest.mark.parametrize(
    ("pilot", "name"),
    [
        pytest.param("Letter drafting", f"Letter-drafting-readiness-{TODAY}.json", id="a plain name"),
        pytest.param('a/b\\c:"d";e', f"a-b-c-d-e-readiness-{TODAY}.json", id="signs that file systems refuse"),
        pytest.param("Übung", f"Ubung-readiness-{TODAY}.json", id="letters beyond ASCII"),
        pytest.param("説明", f"-readiness-{TODAY}.json", id="nothing in ASCII"),
        pytest.param("...", f"readiness-{TODAY}.json", id="no letters"),
    ],
)
def test_a_file_has_a_name_that_every_file_system_takes(site: Site, pilot: str, name: str) -> None:
    assessment = site.assessment(site.pilot(pilot), catalogue=SHORT)
    sent = site.visit("owner").get(f"/assessments/{assessment}/report.json").headers["content-disposition"]
    assert sent.startswith(f'attachment; filename="{name}"')


def test_a_name_in_any_script_reaches_the_file(site: Site) -> None:
    assessment = site.assessment(site.pilot("説明"), catalogue=SHORT)
    sent = site.visit("owner").get(f"/assessments/{assessment}/report.json").headers["content-disposition"]
    assert sent.endswith(f"filename*=UTF-8''%E8%AA%AC%E6%98%8E-readiness-{TODAY}.json")


@pytest.mark.parametrize("kind", KINDS)
def test_an_export_stands_in_the_audit(site: Site, client: TestClient, assessment: UUID, kind: str) -> None:
    client.get(f"/assessments/{assessment}/report.{kind}")
    with site.database.reading() as db:
        entry = audit.list_for(db, site.callers["owner"], subject=assessment).items[0]
    assert (entry.what, entry.by, (entry.after or {})["as"]) == ("report exported", "Maren Vogt", f".{kind}")


def test_the_audit_of_a_readers_export_says_that_it_held_no_answers(site: Site, assessment: UUID) -> None:
    reader(site, assessment, appendix=False).get(f"/assessments/{assessment}/report.json")
    with site.database.reading() as db:
        entry = audit.list_for(db, site.callers["owner"], subject=assessment).items[0]
    assert (entry.after or {})["answers"] is False


@pytest.mark.parametrize("path", ["report", "report.json", "evidence"])
def test_a_fuller_report_takes_no_more_statements(site: Site, client: TestClient, path: str) -> None:
    begun = site.assessment()
    counts = []
    for question in ("cost.budget-ceiling", "operations.monitoring", "operations.drift"):
        site.answer(begun, question)
        confirm(site, site.attach(begun, question))
        with site.counting() as sent:
            client.get(f"/assessments/{begun}/{path}")
        counts.append(len(sent))
    assert len(set(counts)) == 1


@pytest.mark.parametrize("module", ["typst", "highspy", "xlsxwriter", "numpy", "app.calculators.tco"])
def test_what_takes_long_to_load_is_not_loaded_before_it_is_needed(module: str) -> None:
    check = f"import app.web.app, sys; sys.exit('{module}' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


def test_nobody_waits_for_a_file_to_be_written(site: Site, client: TestClient, assessment: UUID) -> None:
    """The file is made after the transaction; what was worked out for it is kept in another one."""
    with site.counting() as sent:
        client.get(f"/assessments/{assessment}/report.pdf")
    audited = next(index for index, each in enumerate(sent) if each.startswith("INSERT INTO audit"))
    assert sent[audited + 1] == "BEGIN IMMEDIATE"


# ---- the register


def shown(client: TestClient, assessment: UUID, show: str) -> list[str]:
    """The titles of the items that a view of the register shows."""
    page = client.get(f"/assessments/{assessment}/evidence", params={"show": show})
    assert page.status_code == 200
    return re.findall(r'<tr><th scope="row"><a [^>]*><bdi>([^<]*)</bdi>', page.text)


def test_the_register_shows_every_item(client: TestClient, assessment: UUID) -> None:
    assert shown(client, assessment, "all") == ["Parts list of May"]


def test_an_item_that_nobody_confirmed_waits(site: Site, client: TestClient, assessment: UUID) -> None:
    site.attach(assessment, QUESTION, title="Parts list of June")
    assert shown(client, assessment, "waiting") == ["Parts list of June"]


def test_a_withdrawal_that_nobody_confirmed_waits(site: Site, client: TestClient, assessment: UUID) -> None:
    item = site.attach(assessment, QUESTION, title="Wrong list")
    confirm(site, item)
    with site.database.writing() as db:
        attachments.withdraw(db, site.callers["owner"], item, "It is another system's.", at=datetime.now(UTC))
    assert shown(client, assessment, "waiting") == ["Wrong list"]


def test_a_withdrawn_item_is_listed_with_its_reason(site: Site, client: TestClient, assessment: UUID) -> None:
    item = site.attach(assessment, QUESTION, title="Wrong list")
    with site.database.writing() as db:
        attachments.withdraw(db, site.callers["owner"], item, "It is another system's.", at=datetime.now(UTC))
    page = client.get(f"/assessments/{assessment}/evidence", params={"show": "withdrawn"})
    assert "another system&#39;s" in page.text


@pytest.mark.parametrize(
    ("grade", "days_old", "listed"),
    [
        pytest.param(Grade.DEMONSTRATED, 0, False, id="fresh for months"),
        pytest.param(Grade.DEMONSTRATED, 150, True, id="loses a grade within sixty days"),
        pytest.param(Grade.DEMONSTRATED, 200, True, id="has lost a grade"),
        pytest.param(Grade.DOCUMENTED, 250, False, id="loses a grade later than that"),
    ],
)
def test_what_goes_stale_soon_is_listed(
    site: Site, client: TestClient, grade: Grade, days_old: int, *, listed: bool
) -> None:
    begun = site.assessment()
    site.answer(begun, QUESTION)
    observed_on = TODAY - timedelta(days=days_old)
    confirm(site, site.attach(begun, QUESTION, title="Old", grade=grade, observed_on=observed_on))
    assert shown(client, begun, "stale") == (["Old"] if listed else [])


def test_what_is_stale_first_stands_first(site: Site, client: TestClient, assessment: UUID) -> None:
    for title, days_old in (("Later", 140), ("Sooner", 170), ("Already", 200)):
        observed_on = TODAY - timedelta(days=days_old)
        item = site.attach(assessment, QUESTION, title=title, grade=Grade.DEMONSTRATED, observed_on=observed_on)
        confirm(site, item)
    assert shown(client, assessment, "stale") == ["Already", "Sooner", "Later"]


def test_an_empty_register_says_what_evidence_is_for(site: Site, client: TestClient) -> None:
    page = client.get(f"/assessments/{site.assessment()}/evidence")
    assert "Nothing is attached yet" in page.text


def test_a_view_that_there_is_none_of_is_refused(client: TestClient, assessment: UUID) -> None:
    assert client.get(f"/assessments/{assessment}/evidence", params={"show": "junk"}).status_code == 422


def test_a_document_can_be_downloaded_from_the_register(site: Site, client: TestClient, assessment: UUID) -> None:
    given = attachments.Shown(
        kind="document", title="Plan", url=None, grade=None, observed_on=date(2026, 1, 1), findings=()
    )
    with site.database.writing() as db:
        file = arrived("plan.txt", "text/plain", b"The plan.")
        owner = site.callers["owner"]
        attachments.attach(db, owner, assessment, QUESTION, given, arrived=file, limit=1000, at=datetime.now(UTC))
    to = next(
        each for each in Links(client.get(f"/assessments/{assessment}/evidence").text).to if each.endswith("/file")
    )
    assert client.get(to).content == b"The plan."


def test_every_answer_stands_on_the_page_with_its_note(client: TestClient, assessment: UUID) -> None:
    assert "Only we know this." in client.get(f"/assessments/{assessment}/report").text


def test_what_people_wrote_is_no_markup(site: Site, client: TestClient, assessment: UUID) -> None:
    site.answer(assessment, QUESTION, note="<script>alert(1)</script>")
    assert "<script>alert" not in client.get(f"/assessments/{assessment}/report").text
