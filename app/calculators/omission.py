"""Cost lines that an option leaves out, and what each would usually come to."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from app.calculators.customary import Customary, usual
from app.calculators.money import Amount, cents
from app.calculators.outlay import Load, outlay
from app.calculators.ownership import ApiOption, CloudOption, HybridOption, Option, OwnedOption, Simple
from app.calculators.term import Source
from app.calculators.tornado import changed

_ANY: Final = ("one_time_cost", "staff_full_time", "licences_per_year", "switching_cost")
_IN_ONE_FIGURE: Final = (
    "electricity_price_per_kwh",
    "pue",
    "rack_price_per_kw_month",
    "maintenance_share_per_year",
)
_OWNED: Final = ("network_share", "storage_share", *_IN_ONE_FIGURE, "upgrade_cost_by_year", "residual_share")
_CUSTOM: Final = {
    "network_share": "network_share",
    "storage_share": "storage_share",
    "pue": "pue",
    "maintenance_share_per_year": "maintenance_share",
    "extras_share": "extras_share",
}


class Omission(BaseModel):
    """A cost line that is not counted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: str = Field(description="the field that would count it")
    title: str
    usual: str | None = Field(default=None, description="what it usually is")
    adds_low: Amount | None = Field(default=None, description="what the low figure would add to the total")
    adds: Amount | None = Field(default=None, description="what the typical figure would add to the total")
    adds_high: Amount | None = Field(default=None, description="what the high figure would add to the total")
    source: Source | None = None


def lines_asked(option: Simple) -> tuple[str, ...]:
    """The fields of the cost lines that an option of its kind has, its price aside."""
    if isinstance(option, ApiOption):
        return _ANY
    if isinstance(option, CloudOption):
        return ("extras_share", *_ANY)
    if option.running_cost_per_unit_hour is not None:
        return (*(field for field in _OWNED if field not in _IN_ONE_FIGURE), *_ANY)
    return (*_OWNED, *_ANY)


def lines_left_out(option: Simple) -> tuple[str, ...]:
    """The fields of the cost lines that nobody has stated; a zero that is written down is stated."""
    return tuple(
        field
        for field in lines_asked(option)
        if getattr(option, field) is None or (getattr(option, field) == () and field not in option.model_fields_set)
    )


def share_filled(option: Option) -> float:
    """The share of an option's cost lines that are stated; its price is one of them."""
    parts = (option.own, option.overflow) if isinstance(option, HybridOption) else (option,)
    asked = sum(len(lines_asked(part)) + 1 for part in parts)
    return 1 - sum(len(lines_left_out(part)) for part in parts) / asked


def omissions(option: Option, served: tuple[Load, ...], staff_cost: Decimal | None) -> Iterator[Omission]:
    """Each line that is left out, with what it would usually add."""
    found = outlay(option, served, staff_cost).total
    parts = {"own": option.own, "overflow": option.overflow} if isinstance(option, HybridOption) else {"": option}
    for name, part in parts.items():
        for field in lines_left_out(part):
            path = (name, field) if name else (field,)
            row = _row(part, field, len(served))
            added: list[Decimal] = []
            if row is not None and field != "staff_full_time":
                there = (changed(option, path, float(each)) for each in (row.low, row.typical, row.high))
                added = sorted(cents(outlay(each, served, staff_cost).total - found) for each in there)
            yield Omission(
                field=".".join(path),
                title=type(part).model_fields[field].title or field,
                usual=row.told if row else None,
                adds_low=added[0] if added else None,
                adds=added[1] if added else None,
                adds_high=added[2] if added else None,
                source=row.source if row else None,
            )


def _row(part: Simple, field: str, years: int) -> Customary | None:
    if field == "staff_full_time":
        return usual(field)
    if field == "residual_share":
        return usual(f"residual_share_{years}")
    if field == "pue" and isinstance(part, OwnedOption) and part.electricity_price_per_kwh is None:
        return None
    return usual(_CUSTOM[field]) if field in _CUSTOM else None
