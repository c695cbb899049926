"""A catalogue: dimensions, questions, gates and verdict policy as data."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, PlainSerializer, TypeAdapter

from app.readiness.condition import Condition
from app.readiness.condition import parse as parse_condition
from app.readiness.grade import NamedGrade, ShelfLives
from app.readiness.rule import NO_RULES, Metric, Rules
from app.readiness.unit import MONEY

ChangeKind = Literal["model", "provider-terms", "volume", "data", "purpose"]
NeedKind = Literal["number", "money", "text", "list"]

_NONE: frozenset[str] = frozenset()
_FORBID = ConfigDict(extra="forbid", arbitrary_types_allowed=True)


def _condition(given: object) -> object:
    return parse_condition(given) if isinstance(given, str) else given


When = Annotated[Condition, BeforeValidator(_condition), PlainSerializer(str)]
KEY = re.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*")
Key = Annotated[str, Field(pattern=f"^{KEY.pattern}$", max_length=60)]
NeedKey = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$", max_length=60)]
Sentence = Annotated[str, Field(min_length=1, max_length=1200)]
Title = Annotated[str, Field(min_length=1, max_length=60)]
Level = Annotated[int, Field(ge=0, le=4)]
Days = Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]
Threshold = Annotated[Decimal, Field(ge=0, le=100)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A question that no average may hide: below `level`, proven, the pilot does not go."""

    __pydantic_config__ = _FORBID

    level: Annotated[int, Field(ge=1, le=4)]
    not_applicable: bool  # whether the question may be marked as not applicable while the gate's condition holds
    exception: bool  # whether a named person may accept the risk until a day
    when: When | None = None
    exception_until: date | None = None  # a legal duty's first day: from then on the gate allows no exception

    def allows_exception(self, day: date) -> bool:
        """Whether an exception can cover this gate on `day`."""
        return self.exception and (self.exception_until is None or day < self.exception_until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One thing that production needs, answered by a maturity level from 0 to 4 with an observable anchor each."""

    __pydantic_config__ = _FORBID

    key: str  # in the file without its dimension, afterwards with: security.encryption-in-use
    title: Title
    text: Sentence
    why: Sentence
    levels: Annotated[tuple[Sentence, ...], Field(min_length=5, max_length=5)]
    proof: Mapping[Annotated[int, Field(ge=2, le=4)], Sentence]  # what would prove levels 2, 3 and 4
    weight: Annotated[int, Field(ge=1, le=10)]
    owner: Key
    effort_days: Annotated[tuple[Days, ...], Field(min_length=4, max_length=4)]  # for the steps 0→1, 1→2, 2→3, 3→4
    references: Mapping[str, tuple[str, ...]]  # framework: ids
    changes: frozenset[ChangeKind] = frozenset()  # kinds of change after which the answer asks to be looked at again
    needs: tuple[NeedKey, ...] = ()
    when: When | None = None
    shelf_life_days: Mapping[NamedGrade, Annotated[int, Field(ge=1)]] | None = None
    gate: Gate | None = None
    rules: Rules = NO_RULES  # how it reads levels out of findings


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """Questions that belong together and are answered by the same people."""

    __pydantic_config__ = _FORBID

    key: Key
    title: Title
    about: Sentence
    weight: Annotated[int, Field(ge=1, le=10)]
    questions: Annotated[tuple[Question, ...], Field(min_length=1)]
    metrics: tuple[Metric, ...] = ()  # that only its own questions read


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A figure that the pilot states once and that thresholds compare with."""

    __pydantic_config__ = _FORBID

    key: NeedKey
    kind: NeedKind
    unit: str | None
    title: Title
    hint: Sentence  # how to find it
    example: int | float | str | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """How high the bar is for a pilot of this kind."""

    __pydantic_config__ = _FORBID

    key: Key
    title: Title
    blank: Literal["meets", "fails"] | None
    go: Threshold
    floor: Threshold
    no_go: Threshold
    when: When | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LawDate:
    """A day from which a legal duty applies."""

    __pydantic_config__ = _FORBID

    what: Sentence
    framework: str
    id: str
    applies_from: date
    source: Sentence
    read_on: date
    note: str = ""
    when: When | None = None  # whose pilots it concerns


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the scores add up to: thresholds, tiers, shelf lives, and the words for levels and owners."""

    __pydantic_config__ = _FORBID

    id: Key
    version: Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+)*$")]
    title: Title
    about: Sentence
    coverage: Annotated[Decimal, Field(gt=0, le=1)]  # share of questions answered below which nothing is decided
    not_applicable_share: Annotated[Decimal, Field(ge=0, le=1)]  # of a dimension's weight
    exception_days: Annotated[int, Field(ge=1)]
    confirmation_days: Days
    levels: Annotated[tuple[Title, ...], Field(min_length=5, max_length=5)]
    shelf_life_days: Mapping[NamedGrade, Annotated[int, Field(ge=1)]]
    owners: Mapping[Key, Title]
    tiers: Annotated[tuple[Tier, ...], Field(min_length=1)]
    needs: tuple[Need, ...]
    dimensions: Annotated[tuple[Key, ...], Field(min_length=1)]  # their order; each has a file of its own
    metrics: tuple[Metric, ...] = ()  # that questions of any dimension read


@dataclass(frozen=True, slots=True)
class Framework:
    """A framework whose items questions refer to, as published."""

    key: str
    version: str
    items: Mapping[str, str]  # id: title


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """A versioned set of dimensions, questions, gates and policy."""

    policy: Policy
    dimensions: tuple[Dimension, ...]
    frameworks: Mapping[str, Framework] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The catalogue's name, without its version."""
        return self.policy.id

    @property
    def version(self) -> str:
        """Its version, as text."""
        return self.policy.version

    @cached_property
    def questions(self) -> Mapping[str, Question]:
        """Every question by its whole key, in the order of the catalogue."""
        return {question.key: question for dimension in self.dimensions for question in dimension.questions}

    @cached_property
    def needs(self) -> Mapping[str, Need]:
        """Every need by its key."""
        return {need.key: need for need in self.policy.needs}

    @cached_property
    def metrics(self) -> Mapping[str, Metric]:
        """Every metric that its rules read, by its key."""
        every = (*self.policy.metrics, *(metric for dimension in self.dimensions for metric in dimension.metrics))
        return {metric.key: metric for metric in every}

    @cached_property
    def heard(self) -> frozenset[str]:
        """The keys of the metrics that any of its rules reads."""
        return frozenset(figure.metric for question in self.questions.values() for figure in question.rules.figures)

    @cached_property
    def _named(self) -> Mapping[str, frozenset[str]]:
        by_name: dict[str, set[str]] = {}
        for key, metric in self.metrics.items():
            for name in (key, *metric.names):
                by_name.setdefault(name, set()).add(key)
        return {name: frozenset(keys) for name, keys in by_name.items()}

    @cached_property
    def _endings(self) -> tuple[str, ...]:
        return tuple(name[1:] for name in self._named if name.startswith("*."))

    def metrics_of(self, name: str) -> frozenset[str]:
        """The keys of the metrics that findings of that name are of."""
        keys = self._named.get(name, _NONE)
        for ending in self._endings if name.endswith(self._endings) else ():
            if name.endswith(ending):
                keys |= self._named[f"*{ending}"]
        return keys

    @cached_property
    def gate_needs(self) -> Mapping[str, tuple[str, ...]]:
        """By a gate's question, the needs that decide whether its level is reached, in their order."""
        return {question.key: self._deciding(question.rules, gate.level) for question, gate in self.gates}

    def _deciding(self, rules: Rules, level: int) -> tuple[str, ...]:
        wanted = set(rules.needs_below(level))
        if any(self.metrics[key].unit == MONEY for key in rules.metrics_below(level)):
            wanted.add("currency")
        return tuple(key for key in self.needs if key in wanted)

    @cached_property
    def dimension_of(self) -> Mapping[str, Dimension]:
        """The dimension of each question, by the question's key."""
        return {question.key: dimension for dimension in self.dimensions for question in dimension.questions}

    @cached_property
    def gates(self) -> tuple[tuple[Question, Gate], ...]:
        """Every gate with its question, in the order of the catalogue."""
        return tuple((question, question.gate) for question in self.questions.values() if question.gate)

    @cached_property
    def shelf_lives(self) -> Mapping[str, ShelfLives]:
        """Per question, how long each grade lasts: the policy's, and the question's own where it has some."""
        default = {grade: timedelta(days=days) for grade, days in self.policy.shelf_life_days.items()}
        return {
            question.key: default
            | {grade: timedelta(days=days) for grade, days in (question.shelf_life_days or {}).items()}
            for question in self.questions.values()
        }

    def dimension(self, key: str) -> Dimension | None:
        """The dimension of that key, or None."""
        return next((dimension for dimension in self.dimensions if dimension.key == key), None)


def version_number(version: str) -> tuple[int, ...]:
    """A version as numbers that sort: 1.10 after 1.9, and 1.0 the same as 1."""
    numbers = [int(part) for part in version.split(".")]
    while len(numbers) > 1 and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


_QUESTION = TypeAdapter(Question)
_NEED = TypeAdapter(Need)
_TIER = TypeAdapter(Tier)


def described(catalogue: Catalogue) -> dict[str, Any]:
    """A catalogue as plain values, ready to be written as JSON: what a script may depend on, and the words."""
    policy = catalogue.policy
    return {
        "id": catalogue.id,
        "version": catalogue.version,
        "title": policy.title,
        "about": policy.about,
        "levels": list(policy.levels),
        "owners": dict(policy.owners),
        "needs": [_NEED.dump_python(need, mode="json") for need in policy.needs],
        "policy": {
            "coverage": float(policy.coverage),
            "not_applicable_share": float(policy.not_applicable_share),
            "exception_days": policy.exception_days,
            "confirmation_days": policy.confirmation_days,
            "tiers": [
                _TIER.dump_python(tier, mode="json")
                | {"go": float(tier.go), "floor": float(tier.floor), "no_go": float(tier.no_go)}
                for tier in policy.tiers
            ],
            "shelf_life_days": {str(grade): days for grade, days in policy.shelf_life_days.items()},
        },
        "dimensions": [
            {
                "key": dimension.key,
                "title": dimension.title,
                "about": dimension.about,
                "weight": float(dimension.weight),
                "questions": [_described(question) for question in dimension.questions],
            }
            for dimension in catalogue.dimensions
        ],
    }


def _described(question: Question) -> dict[str, Any]:
    plain: dict[str, Any] = _QUESTION.dump_python(question, mode="json")
    plain["changes"] = sorted(question.changes)
    plain["shelf_life_days"] = (
        {str(grade): days for grade, days in question.shelf_life_days.items()} if question.shelf_life_days else None
    )
    plain["references"] = [
        {"framework": framework, "id": item} for framework, ids in question.references.items() for item in ids
    ]
    return plain
