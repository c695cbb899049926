"""Rules that read levels out of findings: data in a catalogue, checked when it is read.

A figure of a rule is a line of text:

    p95 time_to_first_token <= need.ttft_p95_ms with concurrency >= need.peak_concurrency

`rule_text` reads it; `heard` says what it hears in an item.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field, PlainSerializer

from app.readiness.amount import Amount
from app.readiness.rule_text import Figure, NeedList, bound_needs, figure
from app.readiness.unit import MONEY, factor

_FORBID = ConfigDict(extra="forbid", arbitrary_types_allowed=True)


def _figure(given: object) -> object:
    return figure(given) if isinstance(given, str) else given


FigureText = Annotated[Figure, BeforeValidator(_figure), PlainSerializer(str)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Words = Annotated[str, Field(min_length=1, max_length=160)]
Level = Annotated[int, Field(ge=0, le=4)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """Something that tools and people give figures of, under whatever names."""

    __pydantic_config__ = _FORBID

    key: Name  # its name in rules, and the one under which a person enters it
    title: Words
    unit: Words  # in which thresholds are stated; `money`: the pilot's own currency
    names: tuple[Words, ...] = ()  # as tools write it; "*.acc" is any name that ends in .acc
    hint: Annotated[str, Field(max_length=400)] | None = None  # what counts, and how to work it out


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One thing that a level needs: figures taken together, of one item, or of several where it says so."""

    __pydantic_config__ = _FORBID

    title: Words  # what it is, as on a shopping list: A load test at the peak, of 15 minutes or more
    figures: Annotated[tuple[FigureText, ...], Field(min_length=1)]
    same: tuple[Name, ...] = ()  # attributes on which findings must agree to be of one run
    together: tuple[Name, ...] | None = None  # several items may meet it together if they agree on these; None: one


@dataclass(frozen=True, slots=True, kw_only=True)
class Supports:
    """What shows a level: every piece."""

    __pydantic_config__ = _FORBID

    level: Annotated[int, Field(ge=1, le=4)]
    pieces: Annotated[tuple[Piece, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """What holds the level down: a figure beyond its threshold, where what is given with it stands beside it."""

    __pydantic_config__ = _FORBID

    level: Level  # above which it speaks against
    figure: FigureText
    given: tuple[FigureText, ...] = ()  # what must be found beside it, in the same run
    same: tuple[Name, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How a question reads findings. Supporting and speaking against are two rules."""

    __pydantic_config__ = _FORBID

    supports: tuple[Supports, ...] = ()  # several for a level are alternatives
    against: tuple[Against, ...] = ()

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every figure that they read, in their order."""
        return (
            *(each for rule in self.supports for piece in rule.pieces for each in piece.figures),
            *(each for rule in self.against for each in (rule.figure, *rule.given)),
        )

    @cached_property
    def metrics(self) -> frozenset[str]:
        """The metrics that they read."""
        return frozenset(figure.metric for figure in self.figures)

    def needs_below(self, level: int) -> frozenset[str]:
        """The needs that decide whether `level` is reached: of what supports it or less, and speaks against it."""
        return frozenset(key for figure in self._deciding(level) for key in figure.needs)

    def metrics_below(self, level: int) -> frozenset[str]:
        """The metrics whose values decide the same: those in money cannot be read without the pilot's currency."""
        return frozenset(each.metric for each in self._deciding(level) if each.operator and each.reads_value)

    def _deciding(self, level: int) -> Iterator[Figure]:
        for supporting in self.supports:
            if supporting.level <= level:
                for piece in supporting.pieces:
                    yield from piece.figures
        for against in self.against:
            if against.level < level:
                yield from (against.figure, *against.given)


NO_RULES = Rules()
_HOLDS: Mapping[str, str] = {"number": "a figure", "money": "a figure", "text": "words", "list": "a list"}


def rule_problems(
    rules: Rules, metrics: Mapping[str, Metric], needs: Mapping[str, tuple[str, str | None]]
) -> list[str]:
    """What is wrong between a question's rules, the metrics and the needs (the kind of each, and its unit)."""
    found: list[str] = []
    for each in rules.figures:
        metric = metrics.get(each.metric)
        if metric is None:
            found.append(f"'{each}' reads '{each.metric}', and there is no such metric")
        found += _need_problems(each, needs)
        if each.bound is not None and each.reads_value and not isinstance(each.bound, Amount):
            found.append(f"'{each}' compares a value with words: only an attribute can be one (yes is 1, no is 0)")
        if metric is not None and isinstance(each.bound, Amount) and each.reads_value:
            found += [problem for problem in [_unit_problem(each, each.bound, metric, needs)] if problem]
    found += [
        f"'{rule.figure}' speaks against nothing: it compares with no threshold"
        for rule in rules.against
        if rule.figure.operator is None or rule.figure.quantity != "some"
    ]
    return found


def _need_problems(read: Figure, needs: Mapping[str, tuple[str, str | None]]) -> Iterator[str]:
    """That a need is not there, or is no figure where it is worked with, or no list where it lists what is allowed."""
    for bound in (read.bound, *(test.bound for test in read.tests)):
        for key in bound_needs(bound):
            if key not in needs:
                yield f"'{read}' reads need.{key}, and there is no such need"
            elif isinstance(bound, NeedList) != (needs[key][0] == "list") or needs[key][0] == "text":
                holds = _HOLDS[needs[key][0]]
                yield f"'{read}' reads need.{key}, which holds {holds}: 'in' takes a list, the rest figures"


def _unit_problem(
    read: Figure, bound: Amount, metric: Metric, needs: Mapping[str, tuple[str, str | None]]
) -> str | None:
    """That a need stands alone as a threshold in another unit than the metric's."""
    kind, unit = needs.get(bound.text.removeprefix("need."), ("", None))
    if kind not in ("number", "money"):
        return None
    unit = unit or ""
    if (metric.unit == MONEY and unit == "currency") or factor(unit, metric.unit) == 1:
        return None
    return f"'{read}' compares {metric.unit} with a need in {unit or 'no unit'}"
