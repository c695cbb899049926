"""A table as a value: what its columns are called and what stands in each cell. Workbook and CSV are made of these."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Cell = str | int | float | Decimal | date | tuple[str, ...] | None
Row = tuple[Cell, ...]
Kind = Literal["plain", "strong", "state", "points", "money", "link"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its head, its width in characters, and how what stands in it looks."""

    title: str
    width: int
    kind: Kind = "plain"


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a title. None is an empty cell; several texts stand together in theirs."""

    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Row]
    empty: str = "Nothing is on record."  # what is said where there is no row
