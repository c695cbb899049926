"""Measured values as people hand them in: a list of numbers, or a column of a table as text."""

import re
from collections.abc import Sequence
from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

MOST_VALUES = 100_000
_POINT = re.compile(r"[+-]?(?:\d{1,15}(?:\.\d{0,15})?|\.\d{1,15})(?:[eE][+-]?\d{1,2})?", re.ASCII)
_COMMA = re.compile(r"[+-]?(?:\d{1,15}(?:,\d{0,15})?|,\d{1,15})", re.ASCII)
_COLUMN_OF_COMMAS = "a comma may divide values or decimals here: write decimals with a point, or values with semicolons"


def _values(given: object) -> object:
    if isinstance(given, str):
        return in_text(given)
    if isinstance(given, Sequence) and any(isinstance(each, bool) for each in given):
        raise ValueError("must be numbers, not true or false")
    return given


Values = Annotated[
    tuple[Annotated[float, Field(ge=-1e15, le=1e15)], ...],
    Field(max_length=MOST_VALUES),
    BeforeValidator(_values),
    WithJsonSchema({"anyOf": [{"type": "array", "items": {"type": "number"}}, {"type": "string"}]}),
]
"""Numbers as a list or as text: one a line, or with semicolons, tabs or (in one line) commas between them."""


def in_text(text: str) -> tuple[float, ...]:
    """The numbers of a text, without a heading and without empty cells.

    Raises:
        ValueError: one is no number, or a comma could mean two things.
    """
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(plain) > 40 * MOST_VALUES:
        raise ValueError(f"is longer than {MOST_VALUES:,} values can be")
    cells, form = _cells(plain)
    stated = [cell.strip().strip('"') for cell in cells]
    stated = [cell for cell in stated if cell]
    if stated and not form.fullmatch(stated[0]) and re.search(r"[^\W\d]", stated[0]):
        stated = stated[1:]
    found = []
    for number, cell in enumerate(stated, start=1):
        if not form.fullmatch(cell):
            raise ValueError(f"must be numbers; value {number} is {cell[:20]!r}")
        found.append(float(cell.replace(",", ".")))
    return tuple(found)


def _cells(text: str) -> tuple[list[str], re.Pattern[str]]:
    """The cells of a text, and how its numbers are written."""
    if ";" in text or "\t" in text:
        return re.split(r"[;\t\n]", text), _COMMA if "," in text and "." not in text else _POINT
    if "," not in text:
        return re.split(r"\s+", text) if not re.search(r"[^\W\d]", text) else text.split("\n"), _POINT
    lines = text.split("\n")
    if len(lines) == 1 or "." in text:
        return re.split(r"[,\n]", text), _POINT
    raise ValueError(_COLUMN_OF_COMMAS)
