"""What samples of people's work show: two columns a person, two groups, or figures of delivery by the period."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median, stdev
from typing import Any

from app.evidence.cells import empty, name_words, numbers
from app.evidence.figures import finding, words
from app.evidence.spread import Difference, of_groups, of_pairs
from app.finding import Finding

MOST_MEASURES = 20
FEW = 10  # values in an arm: below it an interval says little

Table = Mapping[str, Sequence[str | None]]  # the cells of each column

_BEFORE = {"before", "pre", "baseline", "vorher", "avant", "antes", "without", "ohne", "control"}
_AFTER = {
    "after", "post", "nachher", "danach", "apres", "après", "despues", "después", "with", "mit", "treatment",
    "pilot", "assisted", "copilot",
}  # fmt: skip
_CONTROL = _BEFORE | {"kontrolle", "kontrollgruppe", "kontroll", "contrôle", "comparison", "manual", "untreated"}
_TREATED = _AFTER | {"treated", "pilot", "intervention", "assisted", "ai", "copilot", "assistant", "test", "behandlung"}
_GROUPS = {"group", "gruppe", "arm", "treatment", "treated", "condition", "ai", "pilot", "assisted", "cohort"}
_SWITCHES = ({"0", "1"}, {"no", "yes"}, {"false", "true"}, {"nein", "ja"})
_NO_MEASURE = {"id", "nr", "no", "index", "participant", "year", "week", "month", "day", "date"}
_ESTIMATES = {"predicted", "estimated", "estimate", "forecast", "expected", "geschätzt"}
_UNITS = {
    "ms": "ms", "s": "s", "sec": "s", "secs": "s", "seconds": "s", "sekunden": "s", "min": "min", "mins": "min",
    "minutes": "min", "minuten": "min", "h": "h", "hours": "h", "stunden": "h", "days": "d", "tage": "d", "%": "%",
    "percent": "%", "pct": "%",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pair:
    """Two columns that hold the same measure before and after."""

    measure: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Arms:
    """A column that says who is in which of two groups."""

    column: str
    first: str
    second: str
    told: bool  # whether the words themselves say which of the two is the pilot


def unit_in(name: str) -> str | None:
    """The unit that a column's name states."""
    return next((_UNITS[word] for word in reversed(name_words(name)) if word in _UNITS), None)


def pairs_in(names: Sequence[str]) -> list[Pair]:
    """The pairs of columns whose names differ in before and after alone."""
    found = []
    for before in names:
        stem = [word for word in name_words(before) if word not in _BEFORE]
        if len(stem) + 1 != len(name_words(before)):
            continue
        for after in names:
            other = name_words(after)
            if [word for word in other if word not in _AFTER] == stem and len(other) == len(stem) + 1:
                found.append(Pair(words("_".join(stem)) or "measure", before, after))
                break
    return found


def arms_in(table: Table, names: Sequence[str]) -> Arms | None:
    """The column that divides the rows into a group with and a group without, if there is one."""
    for name in names:
        values: set[str] = set()
        for cell in table[name]:
            if cell is not None and not empty(cell):
                values.add(cell.strip())
            if len(values) > 2:
                break
        if len(values) != 2:
            continue
        first, second = sorted(values)
        one, other = set(name_words(first)), set(name_words(second))
        if one & _CONTROL and other & _TREATED:
            return Arms(name, first, second, told=True)
        if one & _TREATED and other & _CONTROL:
            return Arms(name, second, first, told=True)
        if {first.lower(), second.lower()} in _SWITCHES and set(name_words(name)) & _GROUPS:
            return Arms(name, first, second, told=False)
    return None


def pair_findings(table: Table, pair: Pair) -> tuple[list[Finding], int] | None:
    """What a pair shows, and how many rows have a gap in it; None where a column is no column of numbers."""
    before, after = numbers(table[pair.before]), numbers(table[pair.after])
    if before is None or after is None:
        return None
    both = [(one, other) for one, other in zip(before, after, strict=True) if one is not None and other is not None]
    gaps = len(before) - len(both)
    if not both:
        return None
    first, second = [one for one, _ in both], [other for _, other in both]
    changes = [other - one for one, other in both]
    about = {"measure": pair.measure, "design": "before and after", "n": len(both), "dropped": gaps}
    where, unit = f"columns {pair.before}, {pair.after}", unit_in(pair.measure) or unit_in(pair.before)
    found = _arm(first, unit, {**about, "arm": "before"}, pair.before)
    found += _arm(second, unit, {**about, "arm": "after"}, pair.after)
    found += _difference(of_pairs(changes), fmean(first), unit, about, where)
    found += finding("trial.difference", median(changes), unit, statistic="p50", where=where, attributes=about)
    lower = sum(each < 0 for each in changes) / len(changes)
    found += finding("trial.lower_after_share", lower, "1", where=where, attributes=about)
    return found, gaps


def group_findings(table: Table, arms: Arms, name: str) -> list[Finding]:
    """What a column of numbers shows of two groups; nothing where it is none, or no measure."""
    if set(name_words(name)) & _NO_MEASURE:
        return []
    values = numbers(table[name])
    if values is None:
        return []
    groups = [(cell or "").strip() for cell in table[arms.column]]
    first, second = (
        [value for value, group in zip(values, groups, strict=True) if value is not None and group == arm]
        for arm in (arms.first, arms.second)
    )
    if not first or not second:
        return []
    estimate = True if set(name_words(name)) & _ESTIMATES else None
    about = {"measure": words(name), "group_column": words(arms.column), "self_reported": estimate}
    unit = unit_in(name)
    found = _arm(first, unit, {**about, "arm": words(arms.first), "n": len(first)}, name)
    found += _arm(second, unit, {**about, "arm": words(arms.second), "n": len(second)}, name)
    both = {**about, "from": words(arms.first), "to": words(arms.second), "n": len(first) + len(second)}
    both["n_smaller_arm"] = min(len(first), len(second))
    return found + _difference(of_groups(first, second), fmean(first), unit, both, name)


def _arm(values: list[float], unit: str | None, about: Mapping[str, Any], where: str) -> list[Finding]:
    found: list[Finding] = []
    for statistic, value in (
        ("mean", fmean(values)),
        ("p50", median(values)),
        ("std", stdev(values) if len(values) > 1 else None),
    ):
        found += finding("trial.measure", value, unit, statistic=statistic, where=where, attributes=about)
    if set(values) <= {0.0, 1.0}:
        found += finding("trial.measure", sum(values), "1", statistic="count", where=where, attributes=about)
    return found


def _difference(
    one: Difference, baseline: float, unit: str | None, about: Mapping[str, Any], where: str
) -> list[Finding]:
    """The difference with its interval; whether that lies on one side of nothing; and the change by the baseline."""
    told = {**about, "test": one.test}
    if one.lower is not None and one.upper is not None:
        told["interval_excludes_zero"] = one.lower > 0 or one.upper < 0
    found: list[Finding] = []
    for statistic, value in (("mean", one.mean), ("ci95_lower", one.lower), ("ci95_upper", one.upper)):
        found += finding("trial.difference", value, unit, statistic=statistic, where=where, attributes=told)
        if value is not None and baseline > 0:
            change, of = value / baseline, {**told, "measured_in": unit}
            found += finding("trial.relative_change", change, "1", statistic=statistic, where=where, attributes=of)
    return found
