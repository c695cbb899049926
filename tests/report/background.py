"""What a report tells beside its score, as a pilot that was measured for half a year would have it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from app import library
from app.readiness.assessment import Answer, Evidence
from app.readiness.fragility import Fragility, Hinge
from app.readiness.milestone import Sealed
from app.readiness.outlook import Forecast, Outlook, Proving
from app.readiness.path import Path, Step
from app.readiness.trend import CAUSES, Cause, Part, Trend
from app.readiness.verdict import Verdict
from app.report.compose import Background
from app.report.scenario import ScenarioFigure, ScenarioLine, ScenarioUse

TODAY = date(2026, 11, 20)


def outlook() -> Outlook:
    """A path of four steps, a verdict that hangs on one answer, and two days on which it falls."""
    questions = library.catalogue().questions
    level, items, away = (questions[key] for key in list(questions)[3:6])
    steps = (
        _step("pilot", None, "Profile and needs", effort="0.1", proven="51.0", lifts="0.0"),
        _step("items", items.key, items.title, owner="CISO", levels=(2, 3), effort="0.1", proven="53.4", lifts="2.4"),
        _step("not-applicable", away.key, away.title, owner="CISO", effort="0.1", proven="53.9", lifts="0.5"),
        _step(
            "level",
            level.key,
            level.title,
            owner="Platform owner",
            levels=(2, 4),
            effort="7",
            grade="measured",
            evidence=level.proof[4],
            proven="70.2",
            lifts="16.3",
            gate=True,
        ),
    )
    hinge = Hinge(
        question=level.key,
        title=level.title,
        proven=2,
        carried_by="Test report 3",
        grade="documented",
        declared_by="Ann",
    )
    return Outlook(
        path=Path(target=Verdict.GO, effort_days=Decimal("7.3"), steps=steps),
        fragility=Fragility(count=1, becomes="no-go", hinges=(hinge,), others=()),
        proving=(
            Proving(
                question=level.key,
                title=level.title,
                owner="Platform owner",
                claimed=3,
                proven=2,
                how="evidence",
                grade="demonstrated",
                evidence=level.proof[3],
                effort_days=Decimal(3),
            ),
            Proving(
                question=items.key,
                title=items.title,
                owner="CISO",
                claimed=3,
                proven=2,
                how="confirm",
                grade=None,
                evidence=None,
                effort_days=Decimal("0.1"),
            ),
        ),
        forecast=(
            Forecast(on=date(2027, 3, 1), verdict="no-go", proven=Decimal("38.2"), loses=(level.title, items.title)),
            Forecast(on=date(2027, 6, 1), verdict="no-go", proven=Decimal("31.0"), loses=(away.title,)),
        ),
    )


def _step(
    kind: str,
    question: str | None,
    title: str,
    *,
    effort: str,
    proven: str,
    lifts: str,
    owner: str | None = None,
    levels: tuple[int, int] | tuple[None, None] = (None, None),
    grade: str | None = None,
    evidence: str | None = None,
    gate: bool = False,
) -> Step:
    return Step(
        kind=kind,  # type: ignore[arg-type]
        question=question,
        title=title,
        owner=owner,
        level_from=levels[0],
        level_to=levels[1],
        effort_days=Decimal(effort),
        grade=grade,
        evidence=evidence,
        proven=Decimal(proven),
        lifts=Decimal(lifts),
        gate=gate,
    )


def milestones() -> tuple[Sealed, ...]:
    """Three, from a No-go in May on."""
    figures = [
        ("Kick-off", date(2026, 5, 12), Verdict.NO_GO, "70.0", "22.0"),
        ("Before the pilot's second wave", date(2026, 7, 20), Verdict.NO_GO, "74.0", "31.4"),
        ("Steering committee", date(2026, 9, 28), Verdict.CONDITIONAL, "77.0", "45.2"),
    ]
    return tuple(
        Sealed(
            id=f"0199{number:028x}",
            title=title,
            sealed_by="Ann",
            sealed_at=datetime.combine(on, datetime.min.time(), UTC) + timedelta(hours=9),
            as_of=on,
            catalogue="genai-production 1",
            verdict=verdict,
            claimed=Fraction(claimed),
            proven=Fraction(proven),
            sha256=f"{number:064x}",
        )
        for number, (title, on, verdict, claimed, proven) in enumerate(figures, start=1)
    )


def trend(proven: Fraction) -> Trend:
    """What moved proven from the last milestone to what it is now: three causes of the nine."""
    before = Fraction("45.2")
    shown = Decimal(int(proven * 10)).scaleb(-1) - Decimal("45.2")
    parts: dict[Cause, Decimal] = {"answers": Decimal("6.0"), "time": Decimal("-2.5")}
    parts["items added"] = shown - sum(parts.values())
    return Trend(
        proven=(before, proven),
        claimed=(Fraction(77), Fraction(78)),
        verdicts=("conditional", "conditional"),
        parts=tuple(Part(each, Fraction(parts.get(each, 0)), parts.get(each, Decimal(0))) for each in CAUSES),
        questions=(),
    )


def dropped() -> dict[str, Answer]:
    """An answer that a newer version of the catalogue does not ask for."""
    item = Evidence(kind="document", title="Plan of the old index", observed_on=date(2026, 4, 1))
    return {"data.index-plan": Answer(level=2, note="Kept from the first version.", evidence=(item,))}


def scenarios(question: str) -> tuple[ScenarioLine, ...]:
    """One that is evidence for a question, and one that was worked out much later."""
    sizing = ScenarioLine(
        id="0199" + "a" * 28,
        name="Six, with the two that are ordered",
        calculator="capacity",
        calculator_title="Capacity",
        sentence="6 accelerators serve 260 people at once; memory binds.",
        figures=(
            ScenarioFigure("Tokens a second", "4,761 tokens/s", "3,238 to 6,904 in 9 of 10 cases"),
            ScenarioFigure("Weights", "72.7 GB"),
        ),
        evidence_for=(ScenarioUse(question, question), ScenarioUse("gone.question", "gone.question")),
        worked_out_on=date(2026, 10, 5),
        by="Ben",
    )
    return sizing, replace(sizing, name="Much later", worked_out_on=date(2031, 1, 1))


def background(proven: Fraction) -> Background:
    """All of it."""
    return Background(
        organisation="Nordbank AG",
        confidentiality="Confidential: for the board only",
        law=library.law(),
        outlook=outlook(),
        milestones=milestones(),
        last_milestone=trend(proven),
        dropped=dropped(),
        asks_again=(list(library.catalogue().questions)[8],),
        scenarios=scenarios("infrastructure.capacity-proven"),
    )
