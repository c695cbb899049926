"""What the bundled rules hear: figures as readers, calculators and people give them, and what they prove."""

from typing import Any, Final

from app import library
from app.finding import Finding
from app.readiness.assessment import Evidence, Needs
from app.readiness.gates import GateState
from app.readiness.grade import Grade
from app.readiness.score import question_score
from tests.make import DEMONSTRATED, TODAY, answer, artefact, assessment, pilot, profile, scored

CATALOGUE: Final = library.catalogue()
NEEDS: Final[dict[str, Any]] = {
    "monthly_budget": 40_000.0,
    "daily_spend_ceiling": 2_500.0,
    "currency": "EUR",
    "overrun_max": 0.1,
    "unit_cost_max": 3.5,
    "outcomes_per_month": 12_000.0,
    "quality_margin": 0.02,
    "headcount_cut": 0.1,
    "gain": 0.2,
    "error_catch": 0.8,
    "users": 900.0,
    "reach": 0.6,
    "recovery_minutes": 240.0,
    "rollback_minutes": 30.0,
}
DESIGN: Final = "difference-in-differences"


def figure(metric: str, value: float, unit: str | None = "1", statistic: str | None = None, **about: Any) -> Finding:
    """A figure as readers, calculators and people give it."""
    return Finding(metric=metric, statistic=statistic, value=value, unit=unit, attributes=about)


def entered(*figures: Finding, grade: Grade = DEMONSTRATED, days_old: int = 0) -> Evidence:
    """Figures that Ann entered and Ben confirmed."""
    return artefact(grade, days_old, *figures, kind="figure", supports=None)


def gain(lower: float, **about: Any) -> Finding:
    """The low end of a measured gain, as the productivity calculation gives it."""
    return figure("productivity.effect", lower, "1", "ci95_lower", **{"design": DESIGN, "n": 400} | about)


def quality(lower: float, measure: str) -> Finding:
    """The low end of a change of quality."""
    return figure("quality_change", lower, "1", "ci95_lower", measure=measure, n=120)


def without(*keys: str) -> dict[str, Any]:
    """The needs, but for some that nobody wrote down."""
    return {key: value for key, value in NEEDS.items() if key not in keys}


def proven(key: str, *items: Evidence, needs: Needs | None = None, claimed: int = 4) -> int | None:
    """The level that a question's answer proves, claimed at the top, by a pilot that wrote its needs down."""
    dimension = CATALOGUE.dimension_of[key]
    question = next(each for each in dimension.questions if each.key == key)
    given = assessment({key: answer(claimed, *items)}, pilot=pilot(needs=NEEDS if needs is None else needs))
    return question_score(CATALOGUE, given, dimension, question, TODAY).proof.proven


def gate_state(key: str, *items: Evidence, needs: Needs, **said: Any) -> GateState:
    """The state of a gate whose question is claimed at the top; `said` is what the profile says otherwise."""
    shown = scored(CATALOGUE, {key: answer(4, *items)}, pilot=pilot(needs=needs, profile=profile(**said)))
    return next(gate.state for gate in shown.gates if gate.question.key == key)


def month(name: str, cost: float, *, whole: bool = True, unit: str = "EUR") -> Finding:
    """A month of a bill, as the readers of bills give it."""
    return figure("monthly_billed_cost", cost, unit, "sum", month=name, whole_month=whole)
