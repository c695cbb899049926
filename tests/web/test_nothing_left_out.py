"""What people wrote stands in every export, in every script, and whatever the catalogue has become since."""

import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from starlette.testclient import TestClient

from app.finding import Finding
from app.readiness.assessment import TradeOff
from app.records import answers, assessments, attachments, exceptions, milestones, pilots, scenarios, trade_offs
from app.records.calculations import work_out
from tests.report.read_back import read_back, squeezed
from tests.web.conftest import PROFILE, Site
from tests.web.test_milestones import SHORT
from tests.web.test_upgrades import DROPPED

TODAY = datetime.now(UTC).date()
NETWORK = {"uplink_mbit_s": 10, "downlink_mbit_s": 50}
KINDS = (None, "pdf", "html", "xlsx", "json")


@pytest.fixture
def program(site: Site) -> TestClient:
    """The owner's program, at the API."""
    client = site.visit(None)
    client.headers["Authorization"] = f"Bearer {site.token()}"
    return client


def report(client: TestClient, assessment: UUID, kind: str | None) -> str:
    """Every word of the report in that form, without spaces; no kind: the page."""
    answer = client.get(f"/assessments/{assessment}/report" + (f".{kind}" if kind else ""))
    assert answer.status_code == 200
    if kind == "pdf":
        return read_back(answer.content).text
    if kind == "xlsx":
        return squeezed("".join(str(cell.value) for cell in every_cell(answer.content)))
    text = answer.text if kind == "json" else unescape(re.sub(r"<[^>]*>", "", answer.text))
    return squeezed(json.dumps(json.loads(text), ensure_ascii=False) if kind == "json" else text)


def every_cell(content: bytes) -> list[Any]:
    sheets = load_workbook(io.BytesIO(content)).worksheets
    return [cell for sheet in sheets for row in sheet.iter_rows() for cell in row if cell.value is not None]


def told(site: Site, name: str) -> tuple[UUID, list[str]]:
    """An assessment in which something is written wherever something can be; and all that was written."""
    at, owner, editor = datetime.now(UTC), site.callers["owner"], site.callers["editor"]
    written: list[str] = []

    def write(what: str) -> str:
        written.append(f"{name} {what} {len(written)}")
        return written[-1]

    with site.database.writing() as db:
        pilot = pilots.add(db, owner, write("pilot"), PROFILE, {}, at=at)
    assessment = site.assessment(pilot, catalogue=SHORT)
    with site.database.reading() as db:
        catalogue = db.catalogue(*SHORT)
    for at_, question in enumerate(catalogue.questions.values()):
        if at_ % 5 == 3:
            site.answer(assessment, question.key, None, ask=write("whom"), note=write("note"))
        elif at_ % 5 == 4 and not question.gate:
            said = answers.Marked(reason="other", note=write("mark"))
            site.answer(assessment, question.key, None, not_applicable=said, note=write("note"))
        else:
            site.answer(assessment, question.key, at_ % 5, note=write("note"))
    first, gate = next(iter(catalogue.questions)), next(each for each, gate in catalogue.gates if gate.exception)
    worked = work_out("federated", {"nodes": [{"name": write("node"), **NETWORK}], "update_bytes": 1_000_000})
    figure = Finding(metric="wait", statistic="p95", value=1.5, unit="s", where=write("where"))
    with site.database.writing() as db:
        items = []
        for shown in ({"kind": "link"}, {"kind": "figure", "url": None, "findings": (figure,)}):
            usual: dict[str, Any] = {"title": write("item"), "url": "https://wiki.example", "observed_on": TODAY}
            item = attachments.Shown(**(usual | shown))
            items.append(attachments.attach(db, owner, assessment, first, item, limit=100, at=at))
        attachments.withdraw(db, owner, items[-1], write("withdrawal"), at=at)
        until = TODAY + timedelta(days=30)
        risk = exceptions.ask(db, owner, assessment, gate.key, write("risk"), until, cost=write("cost"), at=at)
        exceptions.accept(db, editor, risk, at=at)
        given = TradeOff(
            title=write("title"), reason=write("reason"), decided_by=write("who"), on=TODAY, cost=write("price")
        )
        trade_offs.record(db, owner, assessment, given, at=at)
        pilots.record_change(db, owner, pilot, TODAY, "model", write("change"), at=at)
        milestones.seal(db, owner, assessment, write("milestone"), at=at)
        scenarios.add(db, owner, pilot, write("scenario"), worked, at=at)
    return assessment, written


@pytest.mark.parametrize("kind", KINDS)
def test_all_that_was_written_stands_in_the_report(site: Site, client: TestClient, kind: str | None) -> None:
    assessment, written = told(site, "Written")
    text = report(client, assessment, kind)
    assert [each for each in written if squeezed(each) not in text] == []


def test_all_that_was_written_stands_in_the_document(site: Site, program: TestClient) -> None:
    assessment, written = told(site, "Written")
    out = json.dumps(program.get(f"/api/v1/assessments/{assessment}").json())
    beside = ("milestone", "scenario", "node")  # which stand in documents of their own
    assert [each for each in written if each not in out] == [each for each in written if each.split()[-2] in beside]


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_profile_makes_go_away_is_in_the_report_still(site: Site, client: TestClient, kind: str | None) -> None:
    """What is said without a level, too."""
    pilot = site.pilot(profile=replace(PROFILE, tools=True))
    assessment, question = site.assessment(pilot, catalogue=SHORT), "protection.narrow-reach"
    site.answer(assessment, question, None, ask="The platform team", note="They are on leave until May.")
    at, owner = datetime.now(UTC), site.callers["owner"]
    with site.database.writing() as db:
        pilots.change(db, owner, pilot, "Letter drafting", PROFILE, {}, seen=1, at=at)
    text = report(client, assessment, kind)
    assert squeezed("The platform team") in text
    assert squeezed("They are on leave until May.") in text


BY_WHOM_OR_WHY: tuple[dict[str, Any], ...] = (
    {"ask": "Whoever began it", "note": "Said of what is dropped."},
    {
        "not_applicable": answers.Marked(reason="other", note="Why it never mattered"),
        "note": "Said of what is dropped.",
    },
)


def _said_of(site: Site, assessment: UUID, given: dict[str, Any]) -> list[str]:
    """Says that of the question that the newer version drops; gives the words."""
    site.answer(assessment, DROPPED, None, **given)
    return [each if isinstance(each, str) else each.note or "" for each in given.values()]


@pytest.mark.parametrize("given", BY_WHOM_OR_WHY, ids=["whom to ask", "a mark"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_newer_version_of_the_questions_loses_no_word(
    site: Site, client: TestClient, kind: str | None, given: dict[str, Any]
) -> None:
    assessment, written = told(site, "Written")
    with site.database.reading() as db:
        before = assessments.read(db, site.callers["owner"], assessment).assessment.answers[DROPPED].note
    written = [each for each in written if each != before] + _said_of(site, assessment, given)
    client.post(f"/assessments/{assessment}/catalogue", data={"version": "2"})
    with site.database.reading() as db:
        kept = assessments.read(db, site.callers["owner"], assessment)
    assert DROPPED in kept.dropped
    text = report(client, assessment, kind)
    assert [each for each in written if squeezed(each) not in text] == []


# ---- what begins like a formula, and what runs from the right


def test_no_cell_of_a_workbook_is_made_a_formula_by_what_was_written(site: Site, client: TestClient) -> None:
    assessment, written = told(site, '=HYPERLINK("https://evil.example";"Look")&')
    for path in (f"/assessments/{assessment}/report.xlsx", "/portfolio.xlsx"):
        cells = every_cell(client.get(path).content)
        assert [cell.value for cell in cells if cell.data_type == "f"] == []
        assert any(cell.value == written[0] for cell in cells)


ARABIC = "مساعد الرسائل"


def test_a_title_from_right_to_left_stands_on_every_page_by_itself(site: Site, client: TestClient) -> None:
    assessment, written = told(site, ARABIC)
    milestone = next(to for to in re.findall(r"/milestones/[0-9a-f-]{36}", client.get(home(assessment)).text))
    pages = ("/", f"/assessments/{assessment}", home(assessment), f"/assessments/{assessment}/report", milestone)
    for path in (*pages, f"/assessments/{assessment}/trade-offs", f"/assessments/{assessment}/comparison"):
        text = unescape(client.get(path).text)
        body = text.partition("<main")[2]
        assert written[0] in text
        assert re.search(rf"(<bdi>|dir=\"auto\"[^>]*>)\s*{re.escape(ARABIC)}", body), path


def home(assessment: UUID) -> str:
    return f"/assessments/{assessment}/milestones"


@pytest.mark.parametrize("kind", ["pdf", "html", "xlsx", "json"])
def test_a_title_from_right_to_left_names_its_files(site: Site, client: TestClient, kind: str) -> None:
    assessment, written = told(site, ARABIC)
    answer = client.get(f"/assessments/{assessment}/report.{kind}")
    disposition = answer.headers["content-disposition"]
    assert "مساعد-الرسائل" in unquote(disposition.partition("filename*=UTF-8''")[2])
    content = answer.content
    if kind == "pdf":
        assert read_back(content).holds(written[0].partition(" pilot")[0])
    else:
        assert squeezed(ARABIC) in report(client, assessment, kind)


# ---- a report in the wrong language


@pytest.mark.parametrize("asked", ["de-DE,de;q=0.9", "ar", ""])
def test_a_report_is_in_the_language_that_it_says(site: Site, client: TestClient, asked: str) -> None:
    assessment = site.assessment(catalogue=SHORT)
    headers = {"Accept-Language": asked}
    for path in (f"/assessments/{assessment}/report", f"/assessments/{assessment}/report.html"):
        text = client.get(path, headers=headers).text
        assert '<html lang="en"' in text
        assert f"{TODAY.day} {TODAY:%b} {TODAY.year}" in text
    pdf = PdfReader(io.BytesIO(client.get(f"/assessments/{assessment}/report.pdf", headers=headers).content))
    assert str(pdf.root_object["/Lang"]).startswith("en")


# ---- reports keyed on what is shown


def test_two_that_are_called_the_same_are_two(site: Site, client: TestClient) -> None:
    firsts = [site.assessment(site.pilot("Twin"), catalogue=SHORT) for _ in range(2)]
    with site.database.reading() as db:
        question = next(iter(db.catalogue(*SHORT).questions))
    sealed = []
    for at, assessment in enumerate(firsts):
        site.answer(assessment, question, at * 4, note=f"Only of number {at}.")
        site.attach(assessment, question, title="Record")
        site.attach(assessment, question, title="Record")
        with site.database.writing() as db:
            sealed.append(milestones.seal(db, site.callers["owner"], assessment, "Board", at=datetime.now(UTC)))
    for at, (assessment, milestone) in enumerate(zip(firsts, sealed, strict=True)):
        for path in (f"/assessments/{assessment}/report.json", f"/milestones/{milestone}/report.json"):
            said = json.loads(client.get(path).content)
            assert f"Only of number {at}." in json.dumps(said)
            assert f"Only of number {1 - at}." not in json.dumps(said)
            assert (said["claimed"], len(said["register"])) == (100.0 * at, 2)
    rows = load_workbook(io.BytesIO(client.get("/portfolio.xlsx").content)).worksheets[0].iter_rows(values_only=True)
    assert sorted(figure for row in rows if "Twin" in row for figure in row if figure in (0, 100)) != []


# ---- two tabs


def test_saving_in_one_tab_reverts_nothing_that_was_saved_in_another(site: Site, program: TestClient) -> None:
    assessment = site.assessment(catalogue=SHORT)
    with site.database.reading() as db:
        one, other, *_ = [each for each in db.catalogue(*SHORT).questions if each.startswith("protection.")]
    tabs = [site.visit("owner") for _ in range(2)]
    address = f"/assessments/{assessment}"
    for tab in tabs:
        tab.get(f"{address}/protection")  # both have loaded the page before anything is said
    given = {"level": "3", "seen": "0", "note": "From the first tab."}
    assert tabs[0].post(f"{address}/answers/{one}", data=given).status_code == 303
    assert tabs[1].post(f"{address}/answers/{other}", data=given | {"note": "From the second."}).status_code == 303
    stale = tabs[1].post(f"{address}/answers/{one}", data=given | {"level": "1", "note": "Late."})
    assert stale.status_code == 412
    assert "From the first tab." in stale.text
    assert "Late." in stale.text
    kept = program.get(f"/api/v1{address}").json()["answers"]
    assert {key: (kept[key]["level"], kept[key]["note"]) for key in (one, other)} == {
        one: (3, "From the first tab."),
        other: (3, "From the second."),
    }
