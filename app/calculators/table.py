"""A table of people's work as text: which of its columns, and which words in them, are which sample.

Nothing is guessed. In published trials the column that says who had the system has been described the wrong way round.
"""

import csv
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.calculators.sample import MOST_VALUES, in_text
from app.calculators.term import misfit
from app.errors import problems_of

_SAMPLES = ("before", "after", "control", "treatment", "series")
_LONGEST = 10_000_000  # characters
_NOTHING = frozenset({"", "na", "n/a", "nan", "null", "none", "-"})


class Table(BaseModel):
    """A table with one row for each value, or with one column for each sample."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str = Field(
        min_length=1,
        max_length=_LONGEST,
        title="Table",
        description="with its heading; columns parted by commas, semicolons or tabs",
    )
    columns: Mapping[str, str] = Field(
        default={},
        max_length=len(_SAMPLES),
        title="Columns of samples",
        description=f"which column is which sample ({', '.join(_SAMPLES)}), where each has one of its own",
    )
    value: str | None = Field(default=None, title="Column of values", description="where all are in one column")
    arm: str | None = Field(default=None, title="Column of arms", description="says who had the system")
    control: str = Field(default="control", title="Word for without", description="in the column of arms")
    treatment: str = Field(default="treatment", title="Word for with", description="in the column of arms")
    period: str | None = Field(default=None, title="Column of periods", description="says what was before and since")
    before: str = Field(default="before", title="Word for before", description="in the column of periods")
    after: str = Field(default="after", title="Word for since", description="in the column of periods")
    group: str | None = Field(
        default=None, title="Column of groups", description="such as experience: each is judged by itself too"
    )


def filled(given: Any) -> Any:
    """Plain values of an input with the samples of its table in the place of the table.

    Raises:
        Unreadable: the table cannot be read, or the same samples are given twice.
    """
    if not isinstance(given, Mapping) or given.get("table") is None:
        return given
    try:
        found = samples(Table.model_validate(given["table"]))
    except ValidationError as error:
        raise misfit(*((f"table.{each.where}".rstrip("."), each.message) for each in problems_of(error))) from None
    twice = sorted(found.keys() & given.keys())
    if twice:
        raise misfit((twice[0], "is in the table already: give one of the two"))
    return {**given, **found, "table": None}


def samples(table: Table) -> dict[str, Any]:
    """The samples of a table, and those of its groups, by the names of the fields that they fill.

    Raises:
        Unreadable: a column is missing, holds no numbers, or words are in it that are none of the stated ones.
    """
    head, rows, comma = _read(table.text)
    for field in ("value", "arm", "period", "group"):
        _known(f"table.{field}", getattr(table, field), head)
    for name, column in table.columns.items():
        if name not in _SAMPLES:
            raise misfit((f"table.columns.{name}", f"is no sample; there are {', '.join(_SAMPLES)}"))
        _known(f"table.columns.{name}", column, head)
    if bool(table.columns) == (table.value is not None):
        raise misfit(("table.columns", "give either the columns of the samples, or value with arm or period"))
    if table.value is not None and table.arm is None and table.period is None:
        raise misfit(("table.arm", "is needed, or period: nothing says which value belongs where"))
    found = _samples(table, head, rows, comma)
    if table.group is None:
        return found
    at = head.index(table.group)
    names = sorted({row[at].strip() for row in rows if row[at].strip()})
    groups = [
        {"name": name, **_samples(table, head, [row for row in rows if row[at].strip() == name], comma)}
        for name in names
    ]
    return {**found, "groups": groups}


def _samples(table: Table, head: Sequence[str], rows: Sequence[Sequence[str]], comma: bool) -> dict[str, Any]:
    if table.columns:
        places = {name: head.index(column) for name, column in table.columns.items()}
        whole = [row for row in rows if all(row[at].strip().lower() not in _NOTHING for at in places.values())]
        return {name: _numbers(table.columns[name], [row[at] for row in whole], comma) for name, at in places.items()}
    found: dict[str, list[str]] = {}
    for row in rows:
        cell = row[head.index(table.value or "")]
        if cell.strip().lower() not in _NOTHING:
            found.setdefault(_sample_of(table, head, row), []).append(cell)
    return {name: _numbers(table.value or "", cells, comma) for name, cells in found.items()}


def _sample_of(table: Table, head: Sequence[str], row: Sequence[str]) -> str:
    """The name of the sample that a row belongs to."""
    words = []
    for field, column, allowed in (
        ("arm", table.arm, {table.control: "control", table.treatment: "treatment"}),
        ("period", table.period, {table.before: "before", table.after: "after"}),
    ):
        if column is None:
            continue
        cell = row[head.index(column)].strip()
        if cell not in allowed:
            raise misfit((f"table.{field}", f"column {column} holds {cell[:20]!r}; expected {' or '.join(allowed)}"))
        words.append(allowed[cell])
    return "_".join(words)


def _read(text: str) -> tuple[list[str], list[list[str]], bool]:
    """Heading and rows of a table, and whether its numbers have a decimal comma."""
    plain = text.removeprefix("\ufeff").strip()
    first = plain.split("\n", 1)[0]
    mark = next((each for each in (";", "\t") if each in first), ",")
    try:
        rows = [row for row in csv.reader(plain.splitlines(), delimiter=mark, strict=True) if any(row)]
    except csv.Error as error:
        raise misfit(("table.text", f"is no table: {error}")) from None
    if len(rows) < 2:
        raise misfit(("table.text", "needs a heading and rows below it"))
    if len(rows) > MOST_VALUES:
        raise misfit(("table.text", f"has more than {MOST_VALUES:,} rows"))
    head = [each.strip() for each in rows[0]]
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(head):
            raise misfit(("table.text", f"row {number} has {len(row)} cells, the heading {len(head)}"))
    return head, rows[1:], mark != ","


def _known(where: str, column: str | None, head: Sequence[str]) -> None:
    if column is not None and column not in head:
        raise misfit((where, f"there is no column {column[:40]!r}; there are {', '.join(head[:20])}"))


def _numbers(column: str, cells: Sequence[str], comma: bool) -> tuple[float, ...]:
    """The cells of a column as numbers; a first cell in words is no heading here."""
    plain = [each.strip().replace(",", ".") if comma and "." not in each else each.strip() for each in cells]
    try:
        return in_text("\n".join(["heading", *plain]))
    except ValueError as wrong:
        raise misfit(("table.text", f"column {column}: {wrong}")) from None
