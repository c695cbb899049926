"""A report with something in each of its parts: what a writer leaves out is noticed."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from app.readiness.outlook import Forecast, Fragility, Hinge, Outlook, Proving
from app.readiness.path import Path, Step
from app.readiness.verdict import Verdict
from app.report.model import (
    CauseLine,
    EvidenceLine,
    FindingLine,
    MilestoneLine,
    NoLongerAsked,
    Report,
    SinceLine,
    TradeOffLine,
)
from app.report.told import told

FINDING = FindingLine("ttft", "p95", "412.0625", "ms", "concurrency 400", "row 7 of the summary", 2)


def whole(report: Report) -> Report:
    """The report with something in each of its parts."""
    outlook = Outlook(
        path=Path(target=Verdict.GO, effort_days=Decimal("12.5"), steps=(_step(), _step(kind="pilot", question=None))),
        fragility=Fragility(
            count=1, becomes="conditional", hinges=(_hinge("Injection tested"),), others=(_hinge("Rollback drilled"),)
        ),
        proving=(
            Proving(
                question="security.secrets", title="Secrets", owner="CISO", claimed=3, proven=1, how="confirm",
                grade=None, evidence=None, effort_days=Decimal("0.1"),
            ),
        ),
        forecast=(
            Forecast(on=date(2027, 3, 1), verdict="no-go", proven=Decimal("38.2"), loses=("Load tested", "Drilled")),
        ),
    )  # fmt: skip
    return replace(
        _with_findings(report),
        outlook=outlook,
        told=told(outlook, report.verdict_title),
        milestones=(
            MilestoneLine("0198-a", "Sealed in June", date(2026, 6, 30), "Maren Vogt", "no-go", "No-go",
                          Decimal("61.2"), Decimal("41.5"), "ab" * 32),
        ),
        since=SinceLine(
            "Sealed in June", date(2026, 6, 30), "No-go", Decimal("41.5"), Decimal("15.7"),
            (CauseLine("items confirmed", Decimal("18.1")), CauseLine("time", Decimal("-2.4"))),
        ),
        trade_offs=(
            TradeOffLine("No second region", "Too dear for 40 users.", "Half a day of outage a year.",
                         "operations.rollback", "Rollback", "Steering committee", date(2026, 9, 1), None, "holds"),
        ),
        no_longer_asked=(NoLongerAsked("security.paper-locks", 2, "Kept from version 1.", ("Photo of the lock",)),),
        asks_again=("security.secrets",),
        gates=(replace(report.gates[0], turned=("On 2026-08-01 Ann raised the need.",)), *report.gates[1:]),
    )  # fmt: skip


def _step(**said: Any) -> Step:
    usual: dict[str, Any] = {
        "kind": "level", "question": "security.injection-tested", "title": "Injection tested", "owner": "CISO office",
        "level_from": 1, "level_to": 3, "effort_days": Decimal("2.5"), "grade": "demonstrated",
        "evidence": "A report of the attack suite.", "proven": Decimal("71.3"), "lifts": Decimal("1.1"), "gate": True,
    }  # fmt: skip
    return Step(**usual | said)


def _hinge(title: str) -> Hinge:
    return Hinge(
        question=f"security.{title.lower().replace(' ', '-')}", title=title, proven=3, carried_by="Attack run of May",
        grade="demonstrated", declared_by="Jonas Adler",
    )  # fmt: skip


def _with_findings(report: Report) -> Report:
    def held(item: EvidenceLine) -> EvidenceLine:
        return replace(item, findings=(FINDING, replace(FINDING, statistic="p99", value=None)))

    first = next(each for each in report.dimensions if each.questions)
    line = next(each for each in first.questions if each.evidence)
    items = {each: held(each) for each in line.evidence}
    questions = tuple(
        replace(each, evidence=tuple(items.values())) if each is line else each for each in first.questions
    )
    dimensions = tuple(replace(each, questions=questions) if each is first else each for each in report.dimensions)
    return replace(
        report, dimensions=dimensions, register=tuple(items.get(each, each) for each in report.register or ())
    )
