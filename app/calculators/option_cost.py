"""The options of a comparison side by side: what each costs, when it pays for itself, what matters most."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.calculators.break_even import months_until_cheaper, use_at_which_equal
from app.calculators.money import Amount, cents, exact, plain, total, unit_price
from app.calculators.omission import Omission, omissions, share_filled
from app.calculators.outlay import MONTHS, TITLES, Load, Outlay, capacity_millions, loads, outlay
from app.calculators.ownership import ApiOption, Demand, HybridOption, Option, OwnedOption
from app.calculators.tornado import Leaf, band, changed, leaves
from app.finding import Scalar

_NOTHING: Final = Decimal(0)
_FEWEST: Final = Decimal("0.000001")  # millions of tokens: one token, below which a price of a million says nothing

Totals = Mapping[str, Decimal]
"""The total of each option, by its name."""

Moved = tuple[Leaf, Totals, Totals]
"""A figure that was moved, and what came of it: with its low value, with its high value."""


class _Shown(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class CostLine(_Shown):
    """One line of what an option costs."""

    line: str
    title: str
    kind: Literal["capital", "running", "end"]
    by_year: tuple[Amount, ...] = Field(description="paid in each year; for the end: after the last")
    total: Amount


class BreakEven(_Shown):
    """When an option has paid for itself against another."""

    against: str
    months: float | None = Field(default=None, description="from then on it has cost no more")
    hours: float | None = Field(default=None, description="the same in hours of use")
    utilisation: float | None = Field(default=None, description="share of full use at which both cost the same")
    million_tokens_per_month: float | None = Field(default=None, description="tokens at which both cost the same")
    months_note: str | None = None
    utilisation_note: str | None = None
    utilisation_formula: str | None = None


class Swing(_Shown):
    """What one input, moved down and up, does to the total."""

    input: str
    title: str
    low: Scalar
    high: Scalar
    total_low: Amount = Field(description="the total with the low value")
    total_high: Amount = Field(description="the total with the high value")
    cheapest_low: str | None = Field(default=None, description="the option that costs least then, where it is another")
    cheapest_high: str | None = Field(default=None, description="the option that costs least then, where it is another")


class OptionCost(_Shown):
    """What one option costs."""

    name: str
    kind: str
    capex: Amount = Field(description="what is bought, in all years")
    capex_by_year: tuple[Amount, ...]
    opex_by_year: tuple[Amount, ...] = Field(description="what is paid as one goes; leaving is in the last year")
    resale: Amount = Field(description="got back at the end")
    total: Amount = Field(description="capex and opex less resale, not discounted")
    total_low: Amount
    total_high: Amount
    present_value: Amount = Field(description="the total at its worth today")
    cost_per_month: Amount = Field(description="the total over the months")
    depreciation_by_year: tuple[Amount, ...] = Field(description="written off in the books; no part of the total")
    million_tokens: float | None = Field(default=None, description="served in all years")
    cost_per_million_tokens: Amount | None = Field(default=None, description="total over all tokens served")
    cost_per_million_output_tokens: Amount | None = Field(default=None, description="total over the tokens written")
    levelised_cost_per_million_tokens: Amount | None = Field(
        default=None, description="present value over the tokens, discounted in the same way"
    )
    units_by_year: tuple[int, ...] = ()
    utilisation_by_year: tuple[float, ...] = Field(
        default=(), description="of what the units can write in the hours of use"
    )
    lines: tuple[CostLine, ...]
    cost_lines_filled: float = Field(description="share of the cost lines that are stated")
    not_counted: tuple[Omission, ...]
    break_even_months: float | None = Field(default=None, description="against the reference")
    break_even_hours: float | None = None
    break_even_utilisation: float | None = Field(default=None, description="against the reference")
    break_even_million_tokens_per_month: float | None = None
    break_even_note: str | None = Field(default=None, description="why there are no months, or what they rest on")
    break_even_utilisation_note: str | None = Field(default=None, description="why there is no such share")
    saving_share: float | None = Field(
        default=None, description="of the reference's total; below zero where it costs more"
    )
    break_evens: tuple[BreakEven, ...] = Field(description="against each other option")
    tornado: tuple[Swing, ...] = Field(description="each input moved down and up, what matters most first")
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """What is common to all options: the demand of each year, and what people and money cost."""

    demand: Demand
    years: int
    staff_cost: Decimal | None
    discount_rate: Decimal
    swing: float

    @property
    def served(self) -> tuple[Load, ...]:
        """The load of each year."""
        return loads(self.demand, self.years)

    def outlay(self, option: Option) -> Outlay:
        """What an option costs here."""
        return outlay(option, self.served, self.staff_cost)


def side_by_side(case: Case, options: Sequence[Option], reference: str) -> tuple[OptionCost, ...]:
    """What each option costs, beside the others."""
    found = {option.name: case.outlay(option) for option in options}
    elsewhere = tuple(_demand_moved(case, options))
    return tuple(_cost(case, option, options, found, reference, elsewhere) for option in options)


def cheapest(totals: Totals) -> str:
    """The name of the option that costs least; of equals the first."""
    return min(totals, key=lambda name: totals[name])


def _cost(
    case: Case,
    option: Option,
    options: Sequence[Option],
    found: Mapping[str, Outlay],
    reference: str,
    elsewhere: Sequence[Moved],
) -> OptionCost:
    own = found[option.name]
    capital, running, end = own.capital_by_year, list(own.running_by_year), own.end
    running[-1] += end.get("switching", _NOTHING)
    against = tuple(_break_even(case, option, each, found) for each in options if each.name != option.name)
    chosen = next((each for each in against if each.against == reference), None)
    swings, low, high = _swings(case, option, found, elsewhere)
    there = found[reference].total
    cost = OptionCost(
        name=option.name,
        kind=option.kind,
        capex=cents(total(capital)),
        capex_by_year=tuple(map(cents, capital)),
        opex_by_year=tuple(map(cents, running)),
        resale=cents(-end.get("resale", _NOTHING)),
        total=cents(own.total),
        total_low=cents(low),
        total_high=cents(high),
        present_value=cents(own.present_value(case.discount_rate)),
        cost_per_month=cents(own.total / (MONTHS * case.years)),
        depreciation_by_year=tuple(map(cents, _written_off(option, own))),
        units_by_year=own.units,
        utilisation_by_year=tuple(round(float(each), 6) for each in own.utilisation),
        lines=tuple(_lines(own)),
        cost_lines_filled=round(share_filled(option), 4),
        not_counted=tuple(omissions(option, case.served, case.staff_cost)),
        break_even_months=chosen.months if chosen else None,
        break_even_hours=chosen.hours if chosen else None,
        break_even_utilisation=chosen.utilisation if chosen else None,
        break_even_million_tokens_per_month=chosen.million_tokens_per_month if chosen else None,
        break_even_note=chosen.months_note if chosen else "the others are held against it",
        break_even_utilisation_note=chosen.utilisation_note if chosen else None,
        saving_share=round(float(1 - own.total / there), 6) if there > 0 and chosen else None,
        break_evens=against,
        tornado=swings,
        remarks=tuple(_remarks(option, own, case.served)),
    )
    return _with_tokens(case, cost, own, _tokens(option, own, case.served))


@dataclass(frozen=True, slots=True)
class _Tokens:
    """Millions of tokens that an option serves, by year."""

    all: tuple[Decimal, ...]
    written: tuple[Decimal, ...]


def _tokens(option: Option, own: Outlay, served: Sequence[Load]) -> _Tokens | None:
    """As demanded, as far as the units can; without a demand all that they can write in the hours of use."""
    demanded = [load.output_millions for load in served if load.output_millions is not None]
    if demanded:
        able = own.utilisation or (Decimal(1),) * len(served)
        kept = [Decimal(1) if used <= 1 or isinstance(option, HybridOption) else 1 / used for used in able]
        every = tuple(MONTHS * load.millions * share for load, share in zip(served, kept, strict=True))
        return _Tokens(every, tuple(MONTHS * each * share for each, share in zip(demanded, kept, strict=True)))
    if isinstance(option, ApiOption | HybridOption):
        return None
    full = [
        capacity_millions(option, Decimal(count), load.hours) for count, load in zip(own.units, served, strict=True)
    ]
    written = tuple(MONTHS * each for each in full if each is not None)
    return _Tokens(written, written) if written else None


def _with_tokens(case: Case, cost: OptionCost, own: Outlay, tokens: _Tokens | None) -> OptionCost:
    if tokens is None or total(tokens.all) < _FEWEST:
        return cost
    rate = 1 + case.discount_rate
    discounted = total(each / rate ** (year + 1) for year, each in enumerate(tokens.all))
    written = total(tokens.written)
    return cost.model_copy(
        update={
            "million_tokens": float(total(tokens.all)),
            "cost_per_million_tokens": unit_price(own.total / total(tokens.all)),
            "cost_per_million_output_tokens": unit_price(own.total / written) if written >= _FEWEST else None,
            "levelised_cost_per_million_tokens": unit_price(own.present_value(case.discount_rate) / discounted),
        }
    )


def _break_even(case: Case, option: Option, other: Option, found: Mapping[str, Outlay]) -> BreakEven:
    crossing = months_until_cheaper(found[option.name], found[other.name])
    use = use_at_which_equal(option, other, case.served, case.staff_cost)
    hours = None if crossing.months is None else crossing.months * exact(case.demand.hours_per_month)
    tokens = use.million_tokens_per_month
    return BreakEven(
        against=other.name,
        months=None if crossing.months is None else round(float(crossing.months), 4),
        hours=None if hours is None else round(float(hours), 2),
        utilisation=None if use.share is None else round(float(use.share), 6),
        million_tokens_per_month=None if tokens is None else round(float(tokens), 4),
        months_note=crossing.note,
        utilisation_note=use.note,
        utilisation_formula=use.formula,
    )


def _lines(own: Outlay) -> Iterator[CostLine]:
    lines: list[tuple[str, Literal["capital", "running", "end"], tuple[Decimal, ...]]] = [
        *((line, "capital", amounts) for line, amounts in own.capital.items()),
        *((line, "running", amounts) for line, amounts in own.running.items()),
        *((line, "end", (amount,)) for line, amount in own.end.items()),
    ]
    for line, kind, amounts in lines:
        by_year = tuple(map(cents, amounts))
        yield CostLine(line=line, title=TITLES[line], kind=kind, by_year=by_year, total=cents(total(amounts)))


def _written_off(option: Option, own: Outlay) -> Iterator[Decimal]:
    """Straight-line depreciation, down to what the machines are expected to bring (IAS 16.50 to 62, 2003)."""
    machines = option.own if isinstance(option, HybridOption) else option
    if not isinstance(machines, OwnedOption):
        yield from (_NOTHING,) * own.years
        return
    life, kept = exact(machines.depreciation_years), exact(machines.residual_share or 0)
    for year in range(own.years):
        yield total(
            bought * (1 - kept) * min(Decimal(1), max(_NOTHING, life - (year - at))) / life
            for at, bought in enumerate(own.bought[: year + 1])
        )


def _remarks(option: Option, own: Outlay, served: Sequence[Load]) -> Iterator[str]:
    """Where the units that are stated are too few, on average or at the peak."""
    peaks = [load.peak_to_mean or Decimal(1) for load in served]
    for words, times in (("the demand", [Decimal(1)] * own.years), ("the peak", peaks)):
        used = [share * peak for share, peak in zip(own.utilisation, times, strict=False)]
        over = next((year for year, share in enumerate(used, start=1) if share > 1), None)
        if over is not None:
            share = used[over - 1] * 100
            yield f"From year {over} on {option.name} cannot carry {words}: it is {share:.0f} % of what it can do."
            return


def _totals(case: Case, options: Sequence[Option]) -> Totals:
    return {option.name: case.outlay(option).total for option in options}


def _demand_moved(case: Case, options: Sequence[Option]) -> Iterator[Moved]:
    """The totals of all options with each figure of the demand, and the cost of people, moved."""
    for leaf in leaves(case.demand, case.swing):
        low, high = (replace(case, demand=changed(case.demand, leaf.path, value)) for value in (leaf.low, leaf.high))
        yield replace(leaf, path=("demand", *leaf.path)), _totals(low, options), _totals(high, options)
    if case.staff_cost:
        below, above = (case.staff_cost * (1 + exact(by)) for by in (-case.swing, case.swing))
        low, high = (replace(case, staff_cost=cost) for cost in (below, above))
        leaf = Leaf(("staff_cost_per_year",), "Cost of a person", below, above)
        yield leaf, _totals(low, options), _totals(high, options)


def _swings(
    case: Case, option: Option, found: Mapping[str, Outlay], elsewhere: Sequence[Moved]
) -> tuple[tuple[Swing, ...], Decimal, Decimal]:
    """What each move does to the total; and the band around it, for the demand as it is stated."""
    totals = {name: each.total for name, each in found.items()}
    middle, best = totals[option.name], cheapest(totals)
    moved = list(elsewhere)
    own: list[tuple[Decimal, Decimal]] = []
    for leaf in leaves(option, case.swing):
        low, high = (case.outlay(changed(option, leaf.path, value)).total for value in (leaf.low, leaf.high))
        own.append((low, high))
        moved.append((leaf, {**totals, option.name: low}, {**totals, option.name: high}))
    swings = [
        Swing(
            input=".".join(leaf.path),
            title=leaf.title,
            low=_scalar(leaf.low),
            high=_scalar(leaf.high),
            total_low=cents(below[option.name]),
            total_high=cents(above[option.name]),
            cheapest_low=None if cheapest(below) == best else cheapest(below),
            cheapest_high=None if cheapest(above) == best else cheapest(above),
        )
        for leaf, below, above in moved
        if below[option.name] != middle or above[option.name] != middle
    ]
    swings.sort(key=lambda each: -max(abs(each.total_low - middle), abs(each.total_high - middle)))
    return tuple(swings), *band(middle, own)


def _scalar(value: object) -> Scalar:
    if isinstance(value, Decimal):
        return plain(value.normalize())
    if isinstance(value, tuple):
        return ", ".join(plain(each.normalize()) for each in value)
    return round(value, 10) if isinstance(value, float) else int(str(value))
