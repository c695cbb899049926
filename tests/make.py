"""Small parts for tests, with honest defaults: a test names only what matters to it.

Everything is said by Ann and confirmed by Ben, on `TODAY`, about a pilot of ordinary stakes with its profile filled in.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from app.finding import Finding
from app.readiness.assessment import (
    Answer,
    Assessment,
    CatalogueReference,
    Change,
    Evidence,
    NotApplicable,
    Pilot,
    RiskException,
    Withdrawal,
)
from app.readiness.catalogue import Catalogue, ChangeKind, Dimension, Gate, Need, Policy, Question, Tier
from app.readiness.condition import parse as parse_condition
from app.readiness.grade import Grade
from app.readiness.profile import Profile
from app.readiness.rule import Against, Metric, Piece, Rules, Supports
from app.readiness.rule_text import figure
from app.readiness.score import Score, score

TODAY: Final = date(2026, 11, 20)

ASSERTED, DOCUMENTED, DEMONSTRATED, MEASURED = Grade


def days_ago(days: int) -> date:
    """A day so many days before `TODAY`; a negative number lies after it."""
    return TODAY - timedelta(days=days)


# ---- what a catalogue consists of


def gate(level: int = 3, *, when: str | None = None, **said: Any) -> Gate:
    """A gate that an exception can cover, and that always applies."""
    condition = parse_condition(when) if when else None
    return Gate(**{"level": level, "not_applicable": False, "exception": True, "when": condition} | said)


def question(key: str = "logs", *, when: str | None = None, **said: Any) -> Question:
    """A question of weight 1 that always applies."""
    defaults: dict[str, Any] = {
        "key": key,
        "title": key.capitalize(),
        "text": f"How good is {key}?",
        "why": "Somebody is hurt otherwise.",
        "levels": ("none", "some", "defined", "shown", "measured"),
        "proof": {2: "a paper", 3: "a test", 4: "a week of production"},
        "weight": 1,
        "owner": "ciso",
        "effort_days": (1.0, 1.0, 1.0, 1.0),
        "references": {"rmf": ("MAP 1.1",)},
        "when": parse_condition(when) if when else None,
    }
    return Question(**defaults | said)


def dimension(key: str, *questions: Question, weight: int = 1, metrics: Iterable[Metric] = ()) -> Dimension:
    """A dimension; its questions' keys get its own in front."""
    whole = tuple(question_with_key(each, f"{key}.{each.key}") for each in questions)
    said: dict[str, Any] = {"title": key.capitalize(), "about": f"About {key}.", "metrics": tuple(metrics)}
    return Dimension(key=key, weight=weight, questions=whole, **said)


def question_with_key(given: Question, key: str) -> Question:
    """The same question under another key."""
    return Question(**{name: getattr(given, name) for name in given.__slots__} | {"key": key})


def metric(key: str = "latency", unit: str = "ms", *names: str) -> Metric:
    """A metric, under the names that tools have for it."""
    return Metric(key=key, title=key.capitalize(), unit=unit, names=names)


def piece(*figures: str, same: Iterable[str] = (), together: Iterable[str] | None = None) -> Piece:
    """One thing that a level needs, of one run of one item unless more is said."""
    several = None if together is None else tuple(together)
    return Piece(title="A test", figures=tuple(map(figure, figures)), same=tuple(same), together=several)


def shows(level: int, *pieces: Piece | str) -> Supports:
    """What shows a level: every piece; a text is a piece of one figure."""
    return Supports(level=level, pieces=tuple(each if isinstance(each, Piece) else piece(each) for each in pieces))


def speaks_against(level: int, text: str, *given: str, same: Iterable[str] = ()) -> Against:
    """What holds an answer down to a level, where what is given stands beside it."""
    return Against(level=level, figure=figure(text), given=tuple(map(figure, given)), same=tuple(same))


def rules(*either: Supports | Against) -> Rules:
    """How a question reads findings."""
    return Rules(
        supports=tuple(each for each in either if isinstance(each, Supports)),
        against=tuple(each for each in either if isinstance(each, Against)),
    )


def catalogue(*dimensions: Dimension, **policy: Any) -> Catalogue:
    """A catalogue of these dimensions, with the tiers, thresholds and shelf lives of the rules."""
    return Catalogue(policy=_policy([each.key for each in dimensions], **policy), dimensions=dimensions)


def _policy(dimensions: Iterable[str], **said: Any) -> Policy:
    defaults: dict[str, Any] = {
        "id": "small",
        "version": "1",
        "title": "Small",
        "about": "A catalogue for tests.",
        "coverage": Decimal("0.8"),
        "not_applicable_share": Decimal("0.15"),
        "exception_days": 180,
        "confirmation_days": 0.1,
        "levels": ("Absent", "Ad hoc", "Defined", "Shown", "Measured"),
        "shelf_life_days": {DOCUMENTED: 365, DEMONSTRATED: 180, MEASURED: 90},
        "owners": {"ciso": "CISO"},
        "tiers": TIERS,
        "needs": (
            need("ttft_p95_ms", "number", 1500.0, "ms"),
            need("monthly_budget", "money", "40000", "currency"),
            need("currency", "text", "EUR"),
            need("regions_allowed", "list", ("eu",)),
        ),
        "dimensions": tuple(dimensions),
    }
    return Policy(**defaults | said)


def need(key: str, kind: Any, example: float | str | tuple[str, ...], unit: str | None = None) -> Need:
    """A need of the catalogue."""
    return Need(key=key, kind=kind, unit=unit, title=key, hint="Ask.", example=example)


HIGH: Final = (
    "autonomy = act-alone or affects_people = yes or data any {special-category} or risk_class in {high, unclassified}"
)
LOW: Final = "users only {staff} and autonomy = assist and data none of {personal, special-category, trade-secret}"


def tier(key: str, go: int, floor: int, no_go: int, *, when: str | None = None, blank: Any = None) -> Tier:
    """How high the bar is; a tier without a condition is the last."""
    condition = parse_condition(when) if when else None
    bar = {"go": Decimal(go), "floor": Decimal(floor), "no_go": Decimal(no_go)}
    return Tier(key=key, title=f"{key} stakes", when=condition, blank=blank, **bar)


TIERS: Final = (
    tier("high", 70, 50, 40, when=HIGH, blank="meets"),
    tier("low", 55, 35, 30, when=LOW, blank="fails"),
    tier("ordinary", 60, 40, 30),
)


# ---- what an assessment consists of


def finding(metric: str = "ttft", statistic: str | None = "p95", *, against: int | None = None) -> Finding:
    """One figure; it speaks against nothing unless it is told to."""
    return Finding(metric=metric, statistic=statistic, value=1.0, unit="ms", against=against)


def found(
    metric: str = "latency",
    value: float | None = 1.0,
    unit: str | None = "ms",
    statistic: str | None = None,
    **attributes: bool | float | str,
) -> Finding:
    """A figure that a rule may read, with its attributes."""
    return Finding(metric=metric, statistic=statistic, value=value, unit=unit, attributes=attributes)


def evidence(grade: Grade | None = DOCUMENTED, days_old: int | None = 0, **said: Any) -> Evidence:
    """A document of so many days ago (None: undated), attached by Ann and confirmed by Ben."""
    defaults: dict[str, Any] = {
        "kind": "document",
        "grade": grade,
        "observed_on": None if days_old is None else days_ago(days_old),
        "attached_by": "Ann",
        "confirmed_by": "Ben",
    }
    return Evidence(**defaults | said)


def artefact(grade: Grade | None = MEASURED, days_old: int | None = 0, *findings: Finding, **said: Any) -> Evidence:
    """A confirmed file with findings (a harmless one unless others are given) that supports level 4 as stated."""
    return evidence(grade, days_old, **{"kind": "artefact", "supports": 4, "findings": findings or (finding(),)} | said)


def file(*findings: Finding, grade: Grade = MEASURED, days_old: int | None = 0, **said: Any) -> Evidence:
    """A confirmed file with these findings, of which nothing is stated: only rules say what it shows."""
    return artefact(grade, days_old, *findings, **{"supports": None} | said)


def withdrawal(**said: Any) -> Withdrawal:
    """A withdrawal by Ann that Ben has confirmed."""
    defaults: dict[str, Any] = {"by": "Ann", "on": TODAY, "reason": "the wrong file", "confirmed_by": "Ben"}
    return Withdrawal(**defaults | said)


def answer(level: int | None = 3, *items: Evidence, **said: Any) -> Answer:
    """An answer with these items."""
    return Answer(level=level, evidence=items, **said)


def proven_answer(level: int = 4, grade: Grade = MEASURED) -> Answer:
    """A claim with one confirmed item of today behind it."""
    return answer(level, evidence(grade))


def not_applicable(**said: Any) -> Answer:
    """A question marked by Ann as not applicable, and confirmed by Ben."""
    defaults: dict[str, Any] = {"reason": "out-of-scope", "by": "Ann", "confirmed_by": "Ben"}
    return Answer(not_applicable=NotApplicable(**defaults | said))


def change(kind: ChangeKind = "model", days_old: int = 0) -> Change:
    """A change of the pilot."""
    return Change(on=days_ago(days_old), kind=kind)


def exception(gate_key: str, **said: Any) -> RiskException:
    """The risk of a gate, asked by Ann and accepted by Ben from yesterday until in a month."""
    defaults: dict[str, Any] = {
        "gate": gate_key,
        "reason": "the supplier delivers in January",
        "begins": days_ago(1),
        "until": days_ago(-30),
        "asked_by": "Ann",
        "accepted_by": "Ben",
    }
    return RiskException(**defaults | said)


ORDINARY: Final[Mapping[str, Any]] = {
    "deployment": frozenset({"cloud-gpu"}),
    "model": frozenset({"open-weights"}),
    "parameters_b": 8.0,
    "data": frozenset({"internal"}),
    "regions": frozenset({"eu"}),
    "regimes": frozenset({"gdpr"}),
    "sector": "retail",
    "eu_role": "deployer",
    "risk_class": "minimal",
    "autonomy": "assist",
    "users": frozenset({"customers"}),
    "affects_people": False,
    "staffing_planned": False,
    "retrieval": False,
    "tools": False,
    "federated": False,
    "go_live": date(2027, 3, 1),
}


def profile(**said: Any) -> Profile:
    """A profile of ordinary stakes with nothing left blank."""
    return Profile(**{**ORDINARY, **said})


def pilot(**said: Any) -> Pilot:
    """A pilot of ordinary stakes; profile and needs stated by Ann and confirmed by Ben."""
    defaults: dict[str, Any] = {"name": "Helper", "profile": profile(), "stated_by": "Ann", "confirmed_by": "Ben"}
    return Pilot(**defaults | said)


def assessment(answers: Mapping[str, Answer] | None = None, **said: Any) -> Assessment:
    """An assessment of the small catalogue."""
    defaults: dict[str, Any] = {
        "catalogue": CatalogueReference(id="small", version="1"),
        "pilot": pilot(),
        "answers": answers or {},
    }
    return Assessment(**defaults | said)


def scored(given: Catalogue, answers: Mapping[str, Answer], *, as_of: date = TODAY, **said: Any) -> Score:
    """The score of an assessment that says this."""
    return score(given, assessment(answers, **said), as_of)
