"""Which columns of a table are which sample, as far as their own words say so; whoever reads it looks at the guess."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.evidence.cells import name_words, numbers
from app.evidence.trial import arms_in, pairs_in

_BEFORE: Final = frozenset({"before", "pre", "baseline", "vorher", "avant", "antes"})
_WITHOUT: Final = frozenset({"control", "without", "ohne"})
_NO_MEASURE: Final = frozenset(
    {"id", "nr", "no", "index", "participant", "person", "task", "year", "week", "month", "day", "date"}
)
_MOST_NAMED = 20
_MOST_COLUMNS = 200


@dataclass(frozen=True, slots=True)
class Columns:
    """The fields of a table that say which column is what, and the same in a sentence."""

    fields: Mapping[str, str]
    told: str


def columns_of(names: Sequence[str], rows: Sequence[Mapping[str, str]]) -> Columns:
    """What the columns are, where one pair, or one column of groups or periods, says so; else they are only named."""
    listed = ", ".join(names[:_MOST_NAMED])
    if len(names) <= _MOST_COLUMNS:
        table = {name: [row.get(name) for row in rows] for name in names}
        figures = [name for name in names if numbers(table[name]) is not None]
        pairs = [each for each in pairs_in(names) if each.before in figures and each.after in figures]
        if len(pairs) == 1:
            return _of_pair(pairs[0].before, pairs[0].after)
        found = _of_words(table, names)
        measures = [each for each in figures if each not in found.values() and not set(name_words(each)) & _NO_MEASURE]
        if found and len(measures) == 1:
            return _of_arms({"value": measures[0], **found})
        if found:
            return Columns(found, f"Say under Table in which column the values are. It has {listed}.")
    return Columns({}, f"Say under Table which column is which sample. It has {listed}.")


def _of_pair(one: str, other: str) -> Columns:
    """Two columns of the same; those of a group without and with the system are no two times of the same people."""
    without = set(name_words(one)) & _WITHOUT
    first, second = ("control", "treatment") if without else ("before", "after")
    words = ("without the system", "with it") if without else ("before", "since")
    told = f"Taken as {words[0]}: {one}; as {words[1]}: {other}. See under Table whether that is right."
    return Columns({"columns": f"{first}: {one}\n{second}: {other}"}, told)


def _of_words(table: Mapping[str, Sequence[str | None]], names: Sequence[str]) -> dict[str, str]:
    """The column that says who had the system, and the one that says when, where their words tell."""
    fields: dict[str, str] = {}
    left = list(names)
    while (arms := arms_in(table, left)) is not None:
        left.remove(arms.column)
        when = bool(set(name_words(arms.first)) & _BEFORE)
        column, first, second = ("period", "before", "after") if when else ("arm", "control", "treatment")
        if arms.told and column not in fields:
            fields |= {column: arms.column, first: arms.first, second: arms.second}
    return fields


def _of_arms(fields: Mapping[str, str]) -> Columns:
    told = [f"Taken as the values: {fields['value']}"]
    if "arm" in fields:
        told.append(f"who had it by {fields['arm']}: {fields['control']} without, {fields['treatment']} with")
    if "period" in fields:
        told.append(f"when by {fields['period']}: {fields['before']} before, {fields['after']} since")
    return Columns(fields, f"{'; '.join(told)}. See under Table whether that is right.")
