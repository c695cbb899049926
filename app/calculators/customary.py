"""What a cost or a rate usually is: low, typical and high, each with its source and date, out of `facts/costs.csv`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import Field

from app.calculators.facts import rows
from app.calculators.form import COST_LINES, Control, shown
from app.calculators.term import Source

_TABLE = "costs.csv"


@dataclass(frozen=True, slots=True)
class Customary:
    """One row of the table."""

    key: str
    title: str
    low: str
    typical: str
    high: str
    unit: str
    source: Source

    @property
    def number(self) -> float:
        """The typical figure."""
        return float(self.typical)

    @property
    def span(self) -> str:
        """The range and the typical figure, where there is a range."""
        return f"{self.low} to {self.high}, typically {self.typical}" if self.low else self.typical

    @property
    def told(self) -> str:
        """The same with its unit, and where it comes from."""
        return f"{self.span} {self.unit} ({self.source.title}; {self.source.date})"


@cache
def customary() -> Mapping[str, Customary]:
    """Every row, by key."""
    return {
        row["key"]: Customary(
            row["key"],
            row["title"],
            row["low"],
            row["typical"],
            row["high"],
            row["unit"],
            Source(title=row["source"], url=row["url"] or None, date=row["date"]),
        )
        for row in rows(_TABLE)
    }


def usual(key: str) -> Customary:
    """The row of that key."""
    return customary()[key]


def asked(
    default: Any,
    title: str,
    unit: str,
    told: str = "",
    *,
    custom: str | None = None,
    line: bool = False,
    group: str | None = None,
    main: bool = False,
    form: Control | None = None,
    **bounds: Any,
) -> Any:
    """A field with its title, its unit, what it means, and what it usually is; `line`: one of the cost lines."""
    row = usual(custom) if custom else None
    description = "; ".join(part for part in (told, "not counted where left out" if line else "") if part)
    extra = shown(
        unit,
        group or (COST_LINES if line else None),
        main=main,
        form=form,
        usual=row.span if row and row.low else None,
        source=row.source if row else None,
    )
    return Field(default=default, title=title, description=description or title, json_schema_extra=extra, **bounds)
