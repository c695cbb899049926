"""The ways to run a model that costs are compared for: by the call, rented, owned, or owned with a rented overflow.

A cost line that is left out is not counted, and is named as not counted: what nobody has asked about is not free.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, model_validator

from app.calculators.customary import asked, usual
from app.calculators.form import COST_LINES, shown
from app.calculators.money import Money
from app.calculators.term import CalculatorInput
from app.wording import Line

LONGEST: Final = 7
"""Years that can be compared."""

_LARGE: Final = 1e12
_LONGEST_NAME: Final = 200


class Demand(CalculatorInput):
    """What has to be served, the same for each option."""

    hours_per_month: float = asked(
        usual("hours_per_month").number,
        "Hours of use a month",
        "hours",
        "for how long machines are in use; what is rented on demand is paid for these hours",
        custom="hours_per_month",
        gt=0,
        le=744,
    )
    input_million_tokens_per_month: float = asked(
        0, "Tokens read", "million tokens a month", ge=0, le=_LARGE, main=True
    )
    output_million_tokens_per_month: float | None = asked(
        None,
        "Tokens written",
        "million tokens a month",
        "needed where anything is paid by the token",
        ge=0,
        le=_LARGE,
        main=True,
    )
    growth_per_year: float = asked(
        0, "Growth of the tokens", "share a year", "0.2 is a fifth more", ge=-0.9, le=10, main=True
    )
    peak_to_mean: float | None = asked(
        None,
        "Peak over mean",
        "ratio",
        "tokens a second in the busiest minutes over the mean; needed where the number of units is to be found",
        ge=1,
        le=100,
        main=True,
    )


class _Option(CalculatorInput):
    name: Line = Field(
        title="Name", description="as the comparison calls it", min_length=1, json_schema_extra=shown(main=True)
    )
    one_time_cost: Money | None = asked(
        None, "Start", "currency", "integration, migration, installation, once", line=True
    )
    staff_full_time: float | None = asked(
        None, "People", "full-time people", "who run it", custom="staff_full_time", ge=0, le=10_000, line=True
    )
    licences_per_year: Money | None = asked(None, "Licences", "currency a year", "software and support", line=True)
    switching_cost: Money | None = asked(
        None, "Leaving", "currency", "what it costs to go elsewhere at the end", line=True
    )
    fixed_cost_per_month: Money | None = asked(
        None, "Other fixed cost", "currency a month", "any other, used or not", line=True
    )
    other_cost_by_year: tuple[Money, ...] = asked(
        (),
        "Other cost by year",
        "currency",
        "any other cost, the first year first",
        max_length=LONGEST,
        group=COST_LINES,
        form="numbers",
    )


class ApiOption(_Option, title="Paid by the token"):
    """Paid by the token."""

    kind: Literal["api"] = Field(title="Kind")
    model: Line | None = Field(
        default=None,
        title="Model",
        description="whose list price is taken where none is stated",
        json_schema_extra=shown(group="Prices", main=True),
    )
    provider: Line | None = Field(
        default=None,
        title="Provider",
        description="needed where several sell the model",
        json_schema_extra=shown(group="Prices"),
    )
    input_price_per_million: Money | None = asked(
        None, "Price of tokens read", "currency a million tokens", group="Prices", main=True
    )
    output_price_per_million: Money | None = asked(
        None, "Price of tokens written", "currency a million tokens", group="Prices", main=True
    )
    cached_price_per_million: Money | None = asked(
        None, "Price of cached tokens", "currency a million tokens", group="Prices"
    )
    cached_share: float = asked(0, "Share read from the cache", "share of the tokens read", ge=0, le=1, group="Prices")
    batch_share: float = asked(0, "Share sent in batches", "share of the tokens", ge=0, le=1, group="Prices")
    batch_discount: float = asked(
        usual("batch_discount").number,
        "Discount for batches",
        "share",
        custom="batch_discount",
        ge=0,
        le=1,
        group="Prices",
    )
    price_change_per_year: float = asked(
        0, "Change of price", "share a year", "-0.2 is a fifth less", ge=-0.9, le=5, group="Prices"
    )

    @model_validator(mode="after")
    def _priced(self) -> Self:
        if self.model is None and (self.input_price_per_million is None or self.output_price_per_million is None):
            raise ValueError("state input_price_per_million and output_price_per_million, or a model with a list price")
        return self


class _Machines(_Option):
    units: int | None = asked(
        None,
        "Units",
        "units",
        "servers or accelerators, whatever the price is for; found from demand and speed where left out",
        ge=1,
        le=1_000_000,
        group="Machines",
        main=True,
    )
    output_tokens_per_second_per_unit: float | None = asked(
        None,
        "Speed of a unit",
        "output tokens a second",
        "as the capacity calculator or a load test says",
        ge=1e-6,
        le=1e9,
        group="Machines",
        main=True,
    )

    @model_validator(mode="after")
    def _sized(self) -> Self:
        if self.units is None and self.output_tokens_per_second_per_unit is None:
            raise ValueError("state units, or output_tokens_per_second_per_unit so that they can be found")
        return self


class CloudOption(_Machines, title="Rented machines"):
    """Machines rented by the hour, as they are used or reserved round the clock."""

    kind: Literal["cloud"] = Field(title="Kind")
    price_per_unit_hour: Money = Field(
        title="Price of an hour",
        description="of one unit, before the discount",
        json_schema_extra=shown("currency", "Machines", main=True),
    )
    commitment: Literal["on-demand", "reserved"] = Field(
        default="on-demand",
        title="Commitment",
        description="reserved: every hour of the month is paid, used or not",
        json_schema_extra=shown(
            group="Machines", main=True, labels={"on-demand": "as used", "reserved": "reserved round the clock"}
        ),
    )
    discount: float = asked(
        0, "Discount", "share", "for a commitment, off the price of an hour", ge=0, le=1, group="Machines", main=True
    )
    extras_share: float | None = asked(
        None, "Storage, data sent out, support", "share of the rent", custom="extras_share", ge=0, le=5, line=True
    )
    price_change_per_year: float = asked(
        0, "Change of price", "share a year", "-0.2 is a fifth less", ge=-0.9, le=5, group="Machines"
    )


class OwnedOption(_Machines, title="Machines of one's own"):
    """Machines that are bought."""

    kind: Literal["owned"] = Field(title="Kind")
    price_per_unit: Money = Field(
        title="Price of a unit",
        description="bought and delivered",
        json_schema_extra=shown("currency", "Machines", main=True),
    )
    network_share: float | None = asked(
        None, "Network", "share of the machines' price", custom="network_share", ge=0, le=5, line=True
    )
    storage_share: float | None = asked(
        None, "Storage", "share of the machines' price", custom="storage_share", ge=0, le=5, line=True
    )
    spares_share: float | None = asked(
        None, "Spare parts", "share of the machines' price", custom="spares_share", ge=0, le=5, line=True
    )
    upgrade_cost_by_year: tuple[Money, ...] = asked(
        (),
        "Upgrades",
        "currency",
        "bought at the start of each year, the first year first",
        max_length=LONGEST,
        group="Machines",
        form="numbers",
    )
    depreciation_years: float = asked(
        usual("depreciation_years").number,
        "Written off over",
        "years",
        "evenly; shown beside the payments",
        custom="depreciation_years",
        ge=1,
        le=10,
        group="Machines",
    )
    residual_share: float | None = asked(
        None,
        "Resale at the end",
        "share of the price",
        "what machines bring; the usual figures are for five years",
        custom="residual_share_5",
        ge=0,
        le=1,
        line=True,
    )
    power_kw_per_unit: float | None = asked(
        None,
        "Power of a unit",
        "kW at the wall under load",
        "without cooling",
        ge=0,
        le=10_000,
        group="Electricity",
        main=True,
    )
    idle_power_share: float | None = asked(
        None,
        "Power while idle",
        "share of the power under load",
        custom="idle_power_share",
        ge=0,
        le=1,
        line=True,
        group="Electricity",
    )
    pue: float | None = asked(
        None,
        "Cooling and the building",
        "ratio (PUE)",
        custom="pue",
        ge=1,
        le=5,
        line=True,
        group="Electricity",
        main=True,
    )
    electricity_price_per_kwh: Money | None = asked(
        None, "Electricity", "currency a kWh", line=True, group="Electricity", main=True
    )
    electricity_price_change_per_year: float = asked(
        0, "Change of that price", "share a year", ge=-0.9, le=5, group="Electricity"
    )
    rack_price_per_kw_month: Money | None = asked(
        None, "Space", "currency a kW and month", "rack or colocation", line=True
    )
    maintenance_share_per_year: float | None = asked(
        None, "Upkeep", "share of the machines' price a year", custom="maintenance_share", ge=0, le=2, line=True
    )
    running_cost_per_unit_hour: Money | None = asked(
        None,
        "Running cost in one figure",
        "currency for a unit and hour of use",
        "in place of electricity, cooling, space and upkeep",
        group=COST_LINES,
    )

    @model_validator(mode="after")
    def _counted_once(self) -> Self:
        parts = ("electricity_price_per_kwh", "rack_price_per_kw_month", "maintenance_share_per_year")
        stated = [part for part in parts if getattr(self, part) is not None]
        if self.running_cost_per_unit_hour is not None and stated:
            raise ValueError(f"state running_cost_per_unit_hour or {stated[0]}: one holds the other")
        needs_power = self.electricity_price_per_kwh is not None or self.rack_price_per_kw_month is not None
        if needs_power and self.power_kw_per_unit is None:
            raise ValueError("state power_kw_per_unit: electricity and space are paid by the kilowatt")
        return self


class HybridOption(CalculatorInput, title="Own machines and something rented"):
    """Machines of one's own for the steady part of the demand, and something rented for the rest.

    Its parts need no names of their own.
    """

    kind: Literal["hybrid"] = Field(title="Kind")
    name: Line = Field(
        title="Name", description="as the comparison calls it", min_length=1, json_schema_extra=shown(main=True)
    )
    own: OwnedOption = Field(title="What is owned", json_schema_extra=shown(main=True))
    overflow: Annotated[ApiOption | CloudOption, Field(discriminator="kind")] = Field(
        title="What is rented", json_schema_extra=shown(main=True)
    )
    own_share: float = Field(
        title="Share served by what is owned",
        description="of the tokens, or of the hours where no tokens are stated; the placement calculator finds it",
        json_schema_extra=shown("share of the demand", main=True),
        ge=0,
        le=1,
    )

    @model_validator(mode="before")
    @classmethod
    def _parts_named(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        words = (("own", "owned"), ("overflow", "rented"))
        named = {part: _named(given[part], given.get("name"), word) for part, word in words if part in given}
        return {**given, **named}


def _named(part: Any, whole: Any, word: str) -> Any:
    """A part of a mixture, with a name where it has none."""
    if not isinstance(part, Mapping) or part.get("name") is not None or not isinstance(whole, str):
        return part
    return {**part, "name": f"{whole}, {word}"[:_LONGEST_NAME]}


Option = ApiOption | CloudOption | OwnedOption | HybridOption
Simple = ApiOption | CloudOption | OwnedOption
"""Any option that is not made of two."""
