"""An assessment with everything in it, out as its document and scored by the command: the same, to the last digit."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

from app import library
from app.cli import main
from app.evidence.arrived import arrived
from app.finding import Finding
from app.readiness.assessment import TradeOff, not_applicable_problem
from app.readiness.document import document, read_document
from app.readiness.grade import Grade
from app.records import answers, assessments, attachments, exceptions, pilots, trade_offs
from tests.artefacts import load_test
from tests.web.conftest import ADDRESS, PROFILE, Site

NOTE = "نسخة من التقرير – \u200fהערה: ראו נספח ב׳ 📎 “quoted” \\ /"
NEEDS: dict[str, Any] = {
    "peak_concurrency": 400,
    "ttft_p95_ms": 1500.5,
    "monthly_budget": "40000.50",
    "currency": "EUR",
}


@pytest.fixture
def everything(site: Site) -> UUID:
    """An assessment in which two accounts have said, shown, confirmed, withdrawn, accepted and changed things."""
    at = datetime.now(UTC)
    owner, editor = site.callers["owner"], site.callers["editor"]
    catalogue = library.catalogue()
    needs = {each.key: each.example for each in catalogue.needs.values()} | NEEDS  # all: or there may be no path
    with site.database.writing() as db:
        pilot = pilots.add(db, owner, f"Letters {NOTE[:10]}", PROFILE, needs, at=at)
        assessment = assessments.begin(db, owner, pilot, at=at)
    spare = [each.key for each in catalogue.questions.values() if not each.gate]
    mute = [key for key in spare if not not_applicable_problem(catalogue.questions[key], PROFILE)][:4]
    for number, question in enumerate(key for key in catalogue.questions if key not in mute):
        _said_and_shown(site, assessment, question, number)
    for number, question in enumerate(mute):
        said = answers.Marked(reason="out-of-scope", note=NOTE)
        site.answer(assessment, question, None, not_applicable=said)
        with site.database.writing() as db:
            if number % 2:
                answers.confirm_not_applicable(db, editor, assessment, question, at=at)
    with site.database.writing() as db:
        gate, until = "infrastructure.capacity-proven", at.date() + timedelta(days=60)
        asked = exceptions.ask(db, owner, assessment, gate, NOTE, until, cost="EUR 20,000 – at most", at=at)
        exceptions.accept(db, editor, asked, at=at)
        exceptions.ask(db, owner, assessment, "cost.budget-ceiling", "Not accepted.", until, at=at)
        taken = TradeOff(
            title=NOTE[:40], reason=NOTE, decided_by="Board", on=at.date(), cost="Two weeks", question=gate
        )
        trade_offs.record(db, owner, assessment, taken, at=at)
        ended = TradeOff(title="Ended", reason="Over.", decided_by="Board", on=at.date())
        trade_offs.end(db, editor, trade_offs.record(db, owner, assessment, ended, at=at), at=at)
        pilots.record_change(db, owner, pilot, at.date(), "model", NOTE, at=at)
        pilots.record_change(db, owner, pilot, at.date(), "data", None, at=at)
        pilots.confirm(db, editor, pilot, at=at)
    return assessment


def _said_and_shown(site: Site, assessment: UUID, question: str, number: int) -> None:
    """A level or none, and one item of each kind, some confirmed, some withdrawn, some confirmed as withdrawn."""
    if number % 11 == 10:
        site.answer(assessment, question, None, ask="שירות הרשת")
        return
    if number % 13 == 12:
        return
    site.answer(assessment, question, number % 5, note=NOTE if number % 3 == 0 else None)
    if number % 2:
        return
    at, number = datetime.now(UTC), number // 2
    day = at.date() - timedelta(days=number * 3)
    figure = Finding(metric="ttft", statistic="p95", value=412.0625, unit="ms", attributes={"concurrency": 400})
    kinds: tuple[dict[str, Any], ...] = (
        {"title": f"Link {number}"},
        {"kind": "figure", "url": None, "grade": Grade.MEASURED, "findings": (figure,), "title": NOTE[:30]},
        {"kind": "document", "url": None},
        {"observed_on": None},
    )
    said: dict[str, Any] = {"grade": list(Grade)[number % 4], "observed_on": day} | kinds[number % 4]
    if said.get("kind") == "document":
        file = arrived("Ordner – 2026.pdf", "application/pdf", f"%PDF-1.7 {number}".encode())
        if number % 8 == 6:
            file = arrived("Lauf – 2026.json", "application/json", load_test(day))
        shown = attachments.Shown(**{"title": file.name} | said)
        with site.database.writing() as db:
            owner = site.callers["owner"]
            item = attachments.attach(db, owner, assessment, question, shown, arrived=file, limit=100_000, at=at)
    else:
        item = site.attach(assessment, question, **said)
    with site.database.writing() as db:
        if number % 3:
            attachments.confirm(db, site.callers["editor"], item, at=at)
        if number % 7 == 3:
            attachments.withdraw(db, site.callers["owner"], item, "נמשך – another model.", at=at)
        if number % 14 == 3:
            attachments.confirm(db, site.callers["editor"], item, at=at)


@pytest.fixture
def program(site: Site) -> TestClient:
    client = TestClient(site.app, base_url=ADDRESS, raise_server_exceptions=False)
    client.headers["Authorization"] = f"Bearer {site.token()}"
    return client


def exported(program: TestClient, assessment: UUID) -> str:
    answer = program.get(f"/api/v1/assessments/{assessment}")
    assert answer.status_code == 200
    return answer.text


def test_the_document_scored_by_the_command_gives_what_the_api_gives(
    everything: UUID, program: TestClient, tmp_path: Path
) -> None:
    file = tmp_path / "assessment.json"
    file.write_text(exported(program, everything), "utf-8")
    for days in (0, 120):
        day = (datetime.now(UTC).date() + timedelta(days)).isoformat()
        printed = CliRunner().invoke(main, ["score", str(file), "--as-of", day, "--json"])
        assert printed.exit_code == 0, printed.output
        told = json.loads(printed.stdout)
        assert told == program.get(f"/api/v1/assessments/{everything}/score?as_of={day}").json()
        assert told["path_to_go"]["steps"]


def test_nothing_is_missing_from_the_document_and_read_in_it_comes_out_the_same(
    everything: UUID, program: TestClient
) -> None:
    out = json.loads(exported(program, everything))
    said = out["answers"].values()
    items = [item for answer in said for item in answer["evidence"]]
    assert {each["kind"] for each in items} == {"link", "figure", "document", "artefact"}
    assert {bool(each["withdrawn"]) for each in items} == {True, False}
    assert {bool(each["withdrawn"]["confirmed_by"]) for each in items if each["withdrawn"]} == {True, False}
    assert {bool(each["not_applicable"]["confirmed_by"]) for each in said if each["not_applicable"]} == {True, False}
    assert [each["cost"] for each in out["exceptions"]] == ["EUR 20,000 – at most", None]
    assert [each["title"] for each in out["trade_offs"]] == [NOTE[:40], "Ended"]
    assert {each["kind"] for each in out["changes"]} == {"model", "data"}
    assert {key: out["pilot"]["needs"][key] for key in NEEDS} == NEEDS
    assert out["pilot"]["confirmed_by"] == "Jonas Adler"
    assert NOTE in {answer["note"] for answer in said}
    assert document(read_document(json.dumps(out), library.catalogue())) == out
