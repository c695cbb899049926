"""Figures entered by hand: what a question's rules read, as choices and fields of the form to attach something."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Annotated, NamedTuple

from pydantic import Field as Bounded
from pydantic import TypeAdapter, ValidationError

from app.errors import Problem, Refused, problems_of
from app.finding import Finding, Scalar
from app.readiness.assessment import NeedValue
from app.readiness.catalogue import Catalogue, Question
from app.readiness.rule_text import Figure
from app.readiness.rule_words import unit_text
from app.readiness.unit import MONEY

STATISTICS = ("p50", "p90", "p95", "p99", "mean", "max", "min", "sum", "count", "latest", "ci95_lower", "ci95_upper")
_VALUE: TypeAdapter[float] = TypeAdapter(Annotated[float, Bounded(allow_inf_nan=False)])
_ENDS_OF_AN_INTERVAL = frozenset({"ci95_lower", "ci95_upper"})
_YES_OR_NO = {"yes": 1.0, "no": 0.0}
_LONGEST_NUMBER = 40


class Row(NamedTuple):
    """A figure as it was typed."""

    metric: str
    statistic: str
    value: str
    unit: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A figure that the question's rules read, and what they look at beside its value."""

    key: str
    title: str
    unit: str
    hint: str | None
    statistic: str  # the one that the rules read first; "" for none
    attributes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """Something that the rules look at beside a figure's value."""

    name: str
    label: str
    read_with: str  # the figures that it is read with, in words; "" for all of them
    value: str


def asked_of(catalogue: Catalogue, question: Question, needs: Mapping[str, NeedValue]) -> tuple[Asked, ...]:
    """What the question's rules read, in their order."""
    figures: dict[str, list[Figure]] = {}
    for each in question.rules.figures:
        figures.setdefault(each.metric, []).append(each)
    beside = _same(question)
    currency = needs.get("currency")
    asked = []
    for key, read in figures.items():
        metric = catalogue.metrics[key]
        unit = (currency if isinstance(currency, str) else "") if metric.unit == MONEY else unit_text(metric.unit)
        statistic = next((each.statistic for each in read if each.statistic not in (None, "any")), None) or ""
        names = dict.fromkeys(name for each in read for name in (*_attributes(each), *beside.get(key, ())))
        asked.append(Asked(key, metric.title, unit, metric.hint, statistic, tuple(names)))
    return tuple(asked)


def rows_of(asked: Sequence[Asked], typed: Sequence[Row]) -> tuple[tuple[Asked | None, Row], ...]:
    """The rows of the form: one for each figure that is asked, with what was typed into it, and one for any other."""
    of_asked = tuple((each, _typed_for(each, typed)) for each in asked)
    keys = {each.key for each in asked}
    others = tuple((None, row) for row in typed if row.metric and row.metric not in keys)
    return (*of_asked, *(others or ((None, Row("", "", "", "")),)))


def _typed_for(asked: Asked, typed: Sequence[Row]) -> Row:
    preset = Row(asked.key, asked.statistic, "", asked.unit)
    return next((row for row in typed if row.metric == asked.key), preset)


def fields_of(asked: Sequence[Asked], typed: Mapping[str, str]) -> tuple[Field, ...]:
    """Every attribute that one of them looks at, with what was typed into it; the commonest first."""
    names = dict.fromkeys(name for each in asked for name in each.attributes)
    reading = {name: [each.title for each in asked if name in each.attributes] for name in names}
    return tuple(
        Field(
            name,
            name.replace("_", " ").replace(".", " "),
            "" if len(reading[name]) == len(asked) else "; ".join(reading[name]),
            typed.get(name, ""),
        )
        for name in sorted(names, key=lambda name: -len(reading[name]))
    )


def findings_of(rows: Sequence[Row], beside: Mapping[str, str], source: str) -> tuple[Finding, ...]:
    """The figures that were typed, each with what was taken with them; rows of nothing but a preset are none.

    Raises:
        Refused: a value is no number; with the row that it stands in.
    """
    found, problems = [], []
    attributes = {name: attribute(typed) for name, typed in beside.items()}
    for at, row in enumerate(rows):
        if not row.metric or (not row.value and (row.unit or row.statistic)):
            continue
        try:
            value = _VALUE.validate_python(_YES_OR_NO.get(row.value.casefold(), row.value)) if row.value else None
        except ValidationError as error:
            problems += [Problem(f"value-{at}", f"{row.metric}: {each.message}") for each in problems_of(error)]
            continue
        found.append(
            Finding(
                metric=row.metric,
                statistic=row.statistic or None,
                value=value,
                unit=row.unit or None,
                attributes=attributes,
                where=source.strip() or None,
            )
        )
    if problems:
        raise Refused("Something does not fit.", problems)
    return tuple(found)


def attribute(typed: str) -> Scalar:
    """What was typed beside a figure: a number where it is one, yes and no, or words."""
    plain = typed.strip()
    if plain.casefold() in ("yes", "no"):
        return plain.casefold() == "yes"
    if len(plain) > _LONGEST_NUMBER or "_" in plain:
        return plain
    try:
        number = float(plain)
    except ValueError:
        return plain
    if not isfinite(number):
        return plain
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _attributes(figure: Figure) -> Iterator[str]:
    yield from (test.attribute for test in figure.tests)
    if figure.attribute:
        yield figure.attribute
    if figure.different:
        yield figure.different
    if figure.statistic in _ENDS_OF_AN_INTERVAL:
        yield "n"


def _same(question: Question) -> Mapping[str, tuple[str, ...]]:
    """By metric, the attributes on which the findings of one run, or the runs taken together, must agree."""
    found: dict[str, tuple[str, ...]] = {}
    for rule in question.rules.supports:
        for piece in rule.pieces:
            for each in piece.figures:
                found[each.metric] = (*found.get(each.metric, ()), *piece.same, *(piece.together or ()))
    for against in question.rules.against:
        found[against.figure.metric] = (*found.get(against.figure.metric, ()), *against.same)
    return found
