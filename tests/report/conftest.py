"""A report as a pilot at work would have it: every question answered or put aside, some of it shown, some of it not."""

import hashlib
import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from app import library
from app.readiness.assessment import Assessment
from app.readiness.document import read_document
from app.readiness.score import score
from app.report.compose import compose
from app.report.model import Report
from app.report.write.pdf import pdf
from tests.report.background import background
from tests.report.read_back import ReadBack, read_back

TODAY = date(2026, 11, 20)
PROFILE: dict[str, Any] = {
    "deployment": ["hybrid"],
    "model": ["open-weights", "fine-tuned"],
    "parameters_b": 70,
    "data": ["internal", "personal"],
    "regions": ["eu"],
    "regimes": ["eu-ai-act", "gdpr"],
    "sector": "Banking",
    "eu_role": "deployer",
    "risk_class": "limited",
    "autonomy": "decide-with-human",
    "users": ["staff", "customers"],
    "affects_people": True,
    "staffing_planned": True,
    "retrieval": True,
    "tools": False,
    "federated": False,
    "go_live": "2027-03-01",
}


def document() -> dict[str, Any]:
    """An assessment document of the bundled catalogue."""
    catalogue = library.catalogue()
    answers = {key: _answer(number, key) for number, key in enumerate(catalogue.questions)}
    coverable = [question.key for question, gate in catalogue.gates if gate.exception][1]
    answers[coverable]["evidence"] = []
    return {
        "format": "readyroom.assessment/1",
        "catalogue": {"id": catalogue.id, "version": catalogue.version},
        "pilot": {
            "name": "Customer service assistant",
            "profile": PROFILE,
            "needs": {"peak_concurrency": 400, "monthly_budget": "40000", "currency": "EUR"},
            "stated_by": "Ann",
            "confirmed_by": "Ben",
        },
        "changes": [{"on": "2026-11-10", "kind": "volume", "note": "The Danish branch joins."}],
        "answers": answers,
        "exceptions": [
            {
                "gate": coverable,
                "asked_by": "Ann",
                "accepted_by": "Ben",
                "reason": "Launch limited to 40 users.",
                "from": "2026-11-01",
                "until": "2027-01-31",
                "cost": "Two people at the desk until January.",
            }
        ],
        "trade_offs": [
            {
                "title": "One provider for a year",
                "reason": "A second contract would cost more than the risk.",
                "cost": "No way round an outage of the provider.",
                "question": coverable,
                "decided_by": "Steering committee",
                "on": "2026-10-01",
                "until": "2027-09-30",
            }
        ],
    }


def _answer(number: int, key: str) -> dict[str, Any]:
    question = library.catalogue().questions[key]
    if question.gate is None and number % 17 == 5:
        return {"ask": f"Cleo of team {number}"}
    if question.gate is None and number % 29 == 7:
        reason = {"reason": "out-of-scope", "note": "Text only.", "by": "Ann", "confirmed_by": "Ben"}
        return {"not_applicable": reason}
    level = max(3, question.gate.level if question.gate else 0)
    return {
        "level": level,
        "note": f"Note {number}.",
        "evidence": [_item(number), *([_item(-number)] if number % 3 else [])],
    }


def _item(number: int) -> dict[str, Any]:
    shown = number >= 0
    return {
        "kind": "document" if shown else "link",
        "title": f"Test report {abs(number)}" if shown else f"Decision {abs(number)}",
        "url": None if shown else f"https://wiki.example.org/decisions/{abs(number)}",
        "sha256": hashlib.sha256(str(number).encode()).hexdigest() if shown else None,
        "grade": "demonstrated" if shown else "documented",
        "observed_on": (TODAY - timedelta(days=10 + number % 40)).isoformat(),
        "attached_by": "Ann",
        "confirmed_by": "Ben" if number % 4 else None,
    }


@pytest.fixture(scope="session")
def assessment() -> Assessment:
    return read_document(json.dumps(document()), library.catalogue())


@pytest.fixture(scope="session")
def report(assessment: Assessment) -> Report:
    catalogue = library.catalogue()
    proven = score(catalogue, assessment, TODAY).proven
    assert proven is not None
    made = compose(catalogue, assessment, TODAY, background(proven))
    turned = "Ann restated “Data” on 2026-10-02, after evidence was attached: the gate was passed and is failed since."
    return replace(made, gates=(replace(made.gates[0], turned=(turned,)), *made.gates[1:]))


@pytest.fixture(scope="session")
def file(report: Report) -> bytes:
    return pdf(report)


@pytest.fixture(scope="session")
def read(file: bytes) -> ReadBack:
    return read_back(file)
