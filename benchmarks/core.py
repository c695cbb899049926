"""Scoring and the PDF, without a database."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO

from pypdf import PdfReader

from app import library
from app.finding import Finding
from app.readiness.assessment import Assessment, NotApplicable
from app.readiness.catalogue import Catalogue
from app.readiness.document import read_document
from app.readiness.fragility import fragility
from app.readiness.milestone import Sealed
from app.readiness.outlook import outlook
from app.readiness.path import NoPath, Path, path_to
from app.readiness.score import score
from app.readiness.trend import Side
from app.report.compose import Background, compose
from app.report.model import Report
from benchmarks.measure import Measure, milliseconds

DAY = date(2026, 11, 20)
_ITEMS = 300

_COLD = """
import sys, time
from benchmarks.core import full_report
report = full_report()
began = time.perf_counter()
from app.report.write.pdf import pdf
pdf(report)
print(1000 * (time.perf_counter() - began))
"""


def full_assessment() -> Assessment:
    """Every question answered, with 300 items of evidence between them."""
    catalogue = library.catalogue()
    answers: dict[str, object] = {}
    keys = list(catalogue.questions)
    for index, key in enumerate(keys):
        count = _ITEMS // len(keys) + (index < _ITEMS % len(keys))
        answers[key] = {
            "level": 3,
            "note": f"What was done for {catalogue.questions[key].title}, and where it can be seen. " * 2,
            "evidence": [
                {
                    "kind": "document",
                    "title": f"Test record {index}.{item}",
                    "sha256": f"{index:032x}{item:032x}",
                    "grade": ("documented", "demonstrated", "measured")[item % 3],
                    "observed_on": (DAY - timedelta(days=7 * item + index)).isoformat(),
                    "attached_by": "Ann",
                    "confirmed_by": "Ben" if item % 2 else None,
                }
                for item in range(count)
            ],
        }
    document = {
        "format": "readyroom.assessment/1",
        "catalogue": {"id": catalogue.id, "version": catalogue.version},
        "pilot": {
            "name": "Benchmark",
            "profile": {},
            "needs": {need.key: need.example for need in catalogue.policy.needs},
            "stated_by": "Ann",
            "confirmed_by": "Ben",
        },
        "answers": answers,
    }
    return read_document(json.dumps(document), catalogue)


def unready_assessment() -> Assessment:
    """The same, far from a Go: levels of all kinds, blanks, marks, findings that speak against, looks that wait."""
    catalogue, full = library.catalogue(), full_assessment()
    answers = dict(full.answers)
    waits = NotApplicable(reason="out-of-scope", by="Ann")
    for index, (key, each) in enumerate(full.answers.items()):
        if index % 9 == 0:
            answers[key] = replace(each, level=None)
        elif index % 10 == 1 and catalogue.questions[key].gate is None:
            answers[key] = replace(each, level=None, not_applicable=waits)
        else:
            first, *others = each.evidence
            speaks = Finding(metric="errors", against=1 + index % 3 if index % 4 == 0 else None)
            measured = replace(first, kind="artefact", findings=(speaks,), supports=3)
            answers[key] = replace(each, level=1 + index % 4, evidence=(measured, *others))
    return replace(full, answers=answers, pilot=replace(full.pilot, confirmed_by=None))


def full_report() -> Report:
    """The report of that assessment, with its path, its forecast, four milestones and what moved since the last."""
    catalogue, assessment = library.catalogue(), full_assessment()
    before = replace(assessment, answers={key: replace(each, level=2) for key, each in assessment.answers.items()})
    days = [DAY - timedelta(days=30 * months) for months in (4, 3, 2, 1)]
    return compose(
        catalogue,
        assessment,
        DAY,
        Background(
            organisation="Benchmark",
            confidentiality="Internal",
            law=library.law(),
            outlook=outlook(catalogue, assessment, DAY),
            milestones=[_sealed(catalogue, before, day) for day in days],
            last_milestone=Side(catalogue, before, days[-1]),
        ),
    )


def _sealed(catalogue: Catalogue, assessment: Assessment, day: date) -> Sealed:
    scored = score(catalogue, assessment, day)
    return Sealed(
        id=f"milestone-{day}",
        title=f"Review of {day}",
        sealed_by="Ann",
        sealed_at=datetime.combine(day, time(), UTC),
        as_of=day,
        catalogue=f"{catalogue.id} version {catalogue.version}",
        verdict=scored.decision.verdict,
        claimed=scored.claimed,
        proven=scored.proven,
        sha256="0" * 64,
    )


def measures() -> Iterator[Measure]:
    """Scoring, and the PDF warm and cold."""
    from app.report.write.pdf import pdf

    catalogue, assessment = library.catalogue(), full_assessment()
    questions, items = len(assessment.answers), sum(len(each.evidence) for each in assessment.answers.values())
    taken = milliseconds(lambda: score(catalogue, assessment, DAY), times=30)
    yield Measure(f"scoring {questions} answers with {items} items", taken, "ms", 5)
    yield from _outlook_measures()
    report = full_report()
    pages = len(PdfReader(BytesIO(pdf(report))).pages)
    days = iter(range(1, 100))  # each time the report of another day, so that nothing is set from memory

    def another() -> bytes:
        return pdf(replace(report, as_of=DAY + timedelta(days=next(days))))

    taken = milliseconds(another, times=9)
    yield Measure("PDF of its report, warm", taken, "ms", 400, detail=f"{pages} pages")
    cold = subprocess.run([sys.executable, "-c", _COLD], capture_output=True, text=True, check=True)
    yield Measure("PDF of its report, cold (import and compiler included)", float(cold.stdout), "ms", 1500)


def _outlook_measures() -> Iterator[Measure]:
    """The path to Go of a pilot far from it, with what its verdict hangs on; and the whole outlook."""
    catalogue, assessment = library.catalogue(), unready_assessment()
    scored = score(catalogue, assessment, DAY)

    def path_and_fragility() -> Path | NoPath:
        fragility(catalogue, assessment, scored)
        return path_to(catalogue, assessment, DAY)

    found = path_and_fragility()  # the solver is loaded by now
    steps = f"{len(found.steps)} steps" if isinstance(found, Path) else "no path"
    taken = milliseconds(path_and_fragility, times=9)
    yield Measure(f"path to Go and fragility, {len(assessment.answers)} answers", taken, "ms", 200, detail=steps)
    taken = milliseconds(lambda: outlook(catalogue, assessment, DAY), times=9)
    yield Measure("the whole outlook of that assessment", taken, "ms", 400)
