"""What one option costs, line by line and year by year.

Sources: the lines and their formulas follow Barroso, Hölzle and Ranganathan, "The Datacenter as a Computer" (3rd ed.,
2018), chapter 6; cost per unit of output the "Levelized cost of artificial intelligence" (arXiv 2509.02596, 2025).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from operator import add
from typing import Final

from app.calculators.money import exact, total
from app.calculators.ownership import ApiOption, CloudOption, Demand, HybridOption, Option, OwnedOption, Simple
from app.calculators.tariff import Tariff
from app.calculators.term import misfit

MONTHS: Final = 12
HOURS_OF_A_MONTH: Final = Decimal(730)
_SECONDS: Final = 3600
_MILLION: Final = Decimal(10) ** 6

TITLES: Final[Mapping[str, str]] = {
    "purchase": "Machines",
    "network": "Network",
    "storage": "Storage",
    "spares": "Spare parts",
    "start": "Start",
    "upgrades": "Upgrades",
    "use": "Tokens",
    "rent": "Rent",
    "extras": "Storage, data sent out, support",
    "energy": "Electricity",
    "cooling": "Cooling and the building",
    "space": "Space",
    "upkeep": "Upkeep",
    "running": "Running cost in one figure",
    "people": "People",
    "licences": "Licences",
    "other": "Other",
    "switching": "Leaving",
    "resale": "Resale",
}

ByYear = tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Load:
    """What has to be served in a month of one year."""

    hours: Decimal
    input_millions: Decimal
    output_millions: Decimal | None
    peak_to_mean: Decimal | None

    @property
    def millions(self) -> Decimal:
        """All tokens, in millions a month."""
        return self.input_millions + (self.output_millions or Decimal(0))

    def part(self, share: Decimal, *, hours: bool) -> "Load":
        """A share of it; of the hours as well, or in all of them."""
        written = None if self.output_millions is None else self.output_millions * share
        worked = self.hours * share if hours else self.hours
        return Load(worked, self.input_millions * share, written, self.peak_to_mean)


@dataclass(frozen=True, slots=True)
class Outlay:
    """What is paid, by line and year; `end` is paid, or got back where below zero, when the last year is over."""

    years: int
    capital: Mapping[str, ByYear]
    running: Mapping[str, ByYear]
    end: Mapping[str, Decimal]
    units: tuple[int, ...] = ()
    utilisation: tuple[Decimal, ...] = ()  # of what the units can write in the hours of use; empty: not known
    bought: ByYear = ()  # what is written off, by the year of purchase

    @property
    def capital_by_year(self) -> ByYear:
        """What is bought, by year."""
        return _summed(self.capital, self.years)

    @property
    def running_by_year(self) -> ByYear:
        """What is paid as one goes, by year."""
        return _summed(self.running, self.years)

    @property
    def total(self) -> Decimal:
        """Everything, not discounted."""
        return total(self.capital_by_year) + total(self.running_by_year) + total(self.end.values())

    def present_value(self, rate: Decimal) -> Decimal:
        """Everything at its worth today: purchases at the start of a year, the rest at its end.

        Source: Brealey, Myers and Allen, "Principles of Corporate Finance" (13th ed., 2020), chapter 2.
        """
        value = Decimal(0)
        for year, (bought, paid) in enumerate(zip(self.capital_by_year, self.running_by_year, strict=True)):
            value += bought / (1 + rate) ** year + paid / (1 + rate) ** (year + 1)
        return value + total(self.end.values()) / (1 + rate) ** self.years


def loads(demand: Demand, years: int) -> tuple[Load, ...]:
    """The demand of each year: tokens grow, hours do not."""
    growth = 1 + exact(demand.growth_per_year)
    written = demand.output_million_tokens_per_month
    return tuple(
        Load(
            exact(demand.hours_per_month),
            exact(demand.input_million_tokens_per_month) * growth**year,
            None if written is None else exact(written) * growth**year,
            None if demand.peak_to_mean is None else exact(demand.peak_to_mean),
        )
        for year in range(years)
    )


def outlay(option: Option, served: Sequence[Load], staff_cost: Decimal | None, *, pinned: int | None = None) -> Outlay:
    """What an option costs for the load of each year. `pinned`: that many units, whatever the load."""
    if isinstance(option, HybridOption):
        return _hybrid(option, served, staff_cost)
    if isinstance(option, ApiOption):
        use = tuple(_tokens(option, load, year) for year, load in _years(served))
        found = Outlay(len(served), {}, {"use": use}, {})
    elif isinstance(option, CloudOption):
        found = _rented(option, served, pinned)
    else:
        found = _owned(option, served, pinned)
    return _with_common(option, found, staff_cost)


def _years(served: Sequence[Load]) -> list[tuple[int, Load]]:
    return list(enumerate(served))


def _tokens(option: ApiOption, load: Load, year: int) -> Decimal:
    """A year's tokens: read at two prices, written, less the discount for batches, at that year's price level."""
    if load.output_millions is None:
        raise misfit(("demand.output_million_tokens_per_month", f"state it: {option.name} is paid by the token"))
    if option.input_price_per_million is None or option.output_price_per_million is None:
        raise misfit(("options", f"{option.name} has no price"))
    if option.cached_share and option.cached_price_per_million is None:
        raise misfit(("options", f"{option.name}: state cached_price_per_million, or a cached_share of 0"))
    tariff = Tariff(
        option.input_price_per_million,
        option.output_price_per_million,
        option.cached_price_per_million,
        exact(option.cached_share),
        exact(option.batch_share),
        exact(option.batch_discount),
    )
    month = tariff.cost(load.input_millions, load.output_millions)
    return MONTHS * month * (1 + exact(option.price_change_per_year)) ** year


def capacity_millions(option: CloudOption | OwnedOption, units: Decimal, hours: Decimal) -> Decimal | None:
    """What that many units can write in that many hours, in millions of tokens; None where their speed is not known."""
    if option.output_tokens_per_second_per_unit is None:
        return None
    return units * exact(option.output_tokens_per_second_per_unit) * _SECONDS * hours / _MILLION


def _units(option: CloudOption | OwnedOption, served: Sequence[Load], pinned: int | None) -> tuple[int, ...]:
    """Units in each year: as stated, or the least that carry the peak of the year."""
    stated = pinned or option.units
    if stated is not None:
        return (stated,) * len(served)
    found = []
    for load in served:
        one = capacity_millions(option, Decimal(1), load.hours)
        if load.output_millions is None or load.peak_to_mean is None or one is None:
            missing = "output_million_tokens_per_month" if load.output_millions is None else "peak_to_mean"
            raise misfit((f"demand.{missing}", f"state it, or the units of {option.name}, which are found from it"))
        peak = load.output_millions * load.peak_to_mean
        found.append(max(1, int(-(-peak // one))) if one else 1)
    return tuple(found)


def _utilisation(option: CloudOption | OwnedOption, units: Sequence[int], served: Sequence[Load]) -> ByYear:
    found = []
    for count, load in zip(units, served, strict=True):
        able = capacity_millions(option, Decimal(count), load.hours)
        if not able or load.output_millions is None:
            return ()
        found.append(load.output_millions / able)
    return tuple(found)


def _rented(option: CloudOption, served: Sequence[Load], pinned: int | None) -> Outlay:
    units = _units(option, served, pinned)
    price = option.price_per_unit_hour * (1 - exact(option.discount))
    change = 1 + exact(option.price_change_per_year)
    reserved = option.commitment == "reserved"
    rent = tuple(
        count * price * (HOURS_OF_A_MONTH if reserved else load.hours) * MONTHS * change**year
        for (year, load), count in zip(_years(served), units, strict=True)
    )
    running = {"rent": rent}
    if option.extras_share is not None:
        running["extras"] = _times(rent, option.extras_share)
    return Outlay(len(served), {}, running, {}, units, _utilisation(option, units, served))


def _owned(option: OwnedOption, served: Sequence[Load], pinned: int | None) -> Outlay:
    units = _kept(_units(option, served, pinned))
    added = [count - before for before, count in zip((0, *units), units, strict=False)]
    purchase = tuple(count * option.price_per_unit for count in added)
    capital = {"purchase": purchase}
    for line, share in (
        ("network", option.network_share),
        ("storage", option.storage_share),
        ("spares", option.spares_share),
    ):
        if share is not None:
            capital[line] = _times(purchase, share)
    if option.upgrade_cost_by_year:
        capital["upgrades"] = _padded(option.upgrade_cost_by_year, len(served))
    utilisation = _utilisation(option, units, served)
    running = _electricity(option, units, served, utilisation)
    installed = tuple(count * option.price_per_unit for count in units)
    if option.rack_price_per_kw_month is not None:
        rate = exact(option.power_kw_per_unit or 0) * option.rack_price_per_kw_month * MONTHS
        running["space"] = tuple(count * rate for count in units)
    if option.maintenance_share_per_year is not None:
        running["upkeep"] = _times(installed, option.maintenance_share_per_year)
    if option.running_cost_per_unit_hour is not None:
        rate = option.running_cost_per_unit_hour * MONTHS
        running["running"] = tuple(count * rate * load.hours for count, load in zip(units, served, strict=True))
    end = {}
    if option.residual_share is not None:
        end["resale"] = -exact(option.residual_share) * total(purchase)
    return Outlay(len(served), capital, running, end, units, utilisation, _summed(capital, len(served)))


def _electricity(
    option: OwnedOption, units: Sequence[int], served: Sequence[Load], utilisation: Sequence[Decimal]
) -> dict[str, ByYear]:
    """Power between idle and load by the share of the hours in use, for 8,760 hours, and what cooling adds to it.

    Source: a straight line between idle and load as in Fan, Weber and Barroso, "Power Provisioning for a
    Warehouse-sized Computer" (ISCA 2007); PUE, the site's power over that of the machines, as in ISO/IEC 30134-2:2016.
    """
    if option.electricity_price_per_kwh is None:
        return {}
    idle = exact(option.idle_power_share or 0)
    change = 1 + exact(option.electricity_price_change_per_year)
    energy = []
    for (year, load), count in zip(_years(served), units, strict=True):
        in_use = min(Decimal(1), load.hours / HOURS_OF_A_MONTH)
        if utilisation:
            in_use *= min(Decimal(1), utilisation[year])
        kilowatts = count * exact(option.power_kw_per_unit or 0) * (idle + (1 - idle) * in_use)
        energy.append(kilowatts * HOURS_OF_A_MONTH * MONTHS * option.electricity_price_per_kwh * change**year)
    lines = {"energy": tuple(energy)}
    if option.pue is not None:
        lines["cooling"] = tuple(each * (exact(option.pue) - 1) for each in energy)
    return lines


def _with_common(option: Simple, found: Outlay, staff_cost: Decimal | None) -> Outlay:
    years = found.years
    capital, running, end = dict(found.capital), dict(found.running), dict(found.end)
    if option.one_time_cost is not None:
        capital["start"] = _padded((option.one_time_cost,), years)
    if option.staff_full_time is not None:
        if option.staff_full_time and staff_cost is None:
            raise misfit(("staff_cost_per_year", f"state what a person costs a year: {option.name} needs people"))
        running["people"] = (exact(option.staff_full_time) * (staff_cost or Decimal(0)),) * years
    if option.licences_per_year is not None:
        running["licences"] = (option.licences_per_year,) * years
    if option.fixed_cost_per_month is not None or option.other_cost_by_year:
        fixed = (option.fixed_cost_per_month or Decimal(0)) * MONTHS
        running["other"] = tuple(fixed + each for each in _padded(option.other_cost_by_year, years))
    if option.switching_cost is not None:
        end["switching"] = option.switching_cost
    return replace(found, capital=capital, running=running, end=end)


def _hybrid(option: HybridOption, served: Sequence[Load], staff_cost: Decimal | None) -> Outlay:
    share = exact(option.own_share)
    own = outlay(option.own, [load.part(share, hours=False) for load in served], staff_cost)
    rest = outlay(option.overflow, [load.part(1 - share, hours=True) for load in served], staff_cost)
    end = {line: own.end.get(line, Decimal(0)) + rest.end.get(line, Decimal(0)) for line in {**own.end, **rest.end}}
    return replace(own, capital=_joined(own.capital, rest.capital), running=_joined(own.running, rest.running), end=end)


def _joined(one: Mapping[str, ByYear], other: Mapping[str, ByYear]) -> dict[str, ByYear]:
    found = dict(one)
    for line, amounts in other.items():
        found[line] = tuple(map(add, found[line], amounts)) if line in found else amounts
    return found


def _kept(units: Sequence[int]) -> tuple[int, ...]:
    """What was bought stays."""
    return tuple(max(units[: year + 1]) for year in range(len(units)))


def _times(amounts: ByYear, share: float) -> ByYear:
    return tuple(each * exact(share) for each in amounts)


def _padded(amounts: Sequence[Decimal], years: int) -> ByYear:
    return tuple((*amounts, *(Decimal(0),) * years)[:years])


def _summed(lines: Mapping[str, ByYear], years: int) -> ByYear:
    return tuple(total(amounts[year] for amounts in lines.values()) for year in range(years))
