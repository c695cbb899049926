"""How the figures of a cost comparison came about, term by term, with the figures put in."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

from app.calculators.break_even import BY_TOKEN, IN_USE, PAYBACK
from app.calculators.money import plain, total
from app.calculators.option_cost import BreakEven, Case, CostLine, OptionCost
from app.calculators.ownership import ApiOption, CloudOption, HybridOption, Option, OwnedOption, Simple
from app.calculators.prices import ListPrice
from app.calculators.term import Source, Term
from app.calculators.tornado import BAND, SWING

LEVELISED: Final = Source(
    title="Levelized cost of artificial intelligence: what is spent over what is served",
    url="https://arxiv.org/abs/2509.02596",
    date="2025-09",
)
LINES: Final = Source(
    title="Barroso, Hölzle and Ranganathan: The Datacenter as a Computer, third edition, chapter 6",
    url="https://doi.org/10.2200/S00874ED3V01Y201809CAC046",
    date="2018-10",
)
_RENTED: Final = ("use", "rent", "extras")


def terms(
    case: Case,
    options: Sequence[Option],
    stated: Sequence[Option],
    costs: Sequence[OptionCost],
    currency: str,
    listed: Mapping[str, ListPrice],
) -> Iterator[Term]:
    """Every figure of every option, in the order of working."""
    by_name = {cost.name: cost for cost in costs}
    for option, given, cost in zip(options, stated, costs, strict=True):
        yield from _prices(option, given, currency, listed.get(option.name))
        for line in cost.lines:
            formula = f"{_line(case, option, cost, line.line)}; {_by_year(line.by_year)}"
            yield _term(cost, line.line, line.title, formula, line.total, currency)
        yield from _sums(case, cost, currency)
        for each in cost.break_evens:
            kind = next(other.kind for other in options if other.name == each.against)
            yield from _break_even(cost, each, by_name[each.against], BY_TOKEN if kind == "api" else PAYBACK)


def _term(cost: OptionCost, name: str, title: str, formula: str, value: Decimal, unit: str) -> Term:
    return Term(
        name=f"{cost.name}: {name}",
        title=title,
        formula=formula,
        value=plain(value),
        unit=unit,
        source=_source_of(name),
    )


def _source_of(name: str) -> Source:
    if name in ("total_low", "total_high"):
        return BAND
    return LEVELISED if name.endswith("million_tokens") or name == "present_value" else LINES


def _prices(option: Option, stated: Option, currency: str, listed: ListPrice | None) -> Iterator[Term]:
    """The prices of tokens, each as it is listed, turned into another currency, or stated."""
    paid, asked = (each.overflow if isinstance(each, HybridOption) else each for each in (option, stated))
    if not isinstance(paid, ApiOption):
        return
    for kind in ("input", "output"):
        field = f"{kind}_price_per_million"
        taken = listed is not None and getattr(asked, field) is None
        yield Term(
            name=f"{option.name}: {field}",
            title=f"Price of {'tokens read' if kind == 'input' else 'tokens written'}",
            formula=f"listed at {getattr(listed, kind)} US dollars" if taken else "as stated",
            value=plain(getattr(paid, field)),
            unit=f"{currency} a million tokens",
            source=listed.source if listed and taken else Source(title="stated in the input"),
        )


def _line(case: Case, option: Option, cost: OptionCost, line: str) -> str:
    """The formula of one line, with the figures of the first year."""
    if not isinstance(option, HybridOption):
        return _of_part(case, option, cost, line)
    rented, owned = (_of_part(case, part, cost, line) for part in (option.overflow, option.own))
    if line in _RENTED:
        return f"for {1 - option.own_share:.4g} of the demand: {rented}"
    return f"for {option.own_share:.4g} of the demand: {owned}"


def _of_part(case: Case, part: Simple, cost: OptionCost, line: str) -> str:
    if line == "people":
        return f"{part.staff_full_time or 0:g} full-time people x {case.staff_cost or 0}"
    if isinstance(part, ApiOption):
        return _tokens(case, part) if line == "use" else "as stated"
    if isinstance(part, CloudOption):
        hours = 730.0 if part.commitment == "reserved" else case.demand.hours_per_month
        rent = f"{part.price_per_unit_hour} x (1 - {part.discount:g}) x {hours:g} hours x 12"
        units = part.units or (cost.units_by_year or ("units",))[0]
        return {"rent": f"{units} x {rent}", "extras": f"{part.extras_share} of the rent"}.get(line, "as stated")
    formula = _OWNED.get(line)
    return formula(case, part, cost) if formula else "as stated"


def _tokens(case: Case, part: ApiOption) -> str:
    demand = case.demand
    read = f"{part.input_price_per_million}"
    if part.cached_share:
        share = part.cached_share
        read = f"({1 - share:.4g} x {part.input_price_per_million} + {share:g} x {part.cached_price_per_million})"
    month = (
        f"{demand.input_million_tokens_per_month:g} million x {read} + "
        f"{demand.output_million_tokens_per_month or 0:g} million x {part.output_price_per_million}"
    )
    batches = f" x (1 - {part.batch_share:g} x {part.batch_discount:g})" if part.batch_share else ""
    return f"12 x ({month}){batches}"


_OWNED: Final[Mapping[str, Callable[[Case, OwnedOption, OptionCost], str]]] = {
    "purchase": lambda _, own, cost: f"{cost.units_by_year[0]} units x {own.price_per_unit}",
    "network": lambda _, own, __: f"{own.network_share} of the machines' price",
    "storage": lambda _, own, __: f"{own.storage_share} of the machines' price",
    "spares": lambda _, own, __: f"{own.spares_share} of the machines' price",
    "energy": lambda case, own, cost: _energy(case, own, cost),
    "cooling": lambda _, own, __: f"electricity x ({own.pue} - 1)",
    "space": lambda _, own, cost: (
        f"{cost.units_by_year[0]} x {own.power_kw_per_unit} kW x {own.rack_price_per_kw_month} x 12"
    ),
    "upkeep": lambda _, own, __: f"{own.maintenance_share_per_year} of the machines' price a year",
    "running": lambda case, own, cost: (
        f"{cost.units_by_year[0]} x {own.running_cost_per_unit_hour} x {case.demand.hours_per_month:g} hours x 12"
    ),
    "resale": lambda _, own, __: f"{own.residual_share} of the machines' price",
}


def _energy(case: Case, own: OwnedOption, cost: OptionCost) -> str:
    """As in the first year."""
    idle = own.idle_power_share or 0.0
    used = min(1.0, case.demand.hours_per_month / 730) * min(1.0, (cost.utilisation_by_year or (1.0,))[0])
    power = (
        f"{cost.units_by_year[0]} units x {own.power_kw_per_unit} kW x ({idle:g} + {1 - idle:.4g} x {used:.4g} in use)"
    )
    return f"{power} x 8,760 hours x {own.electricity_price_per_kwh}"


def _sums(case: Case, cost: OptionCost, currency: str) -> Iterator[Term]:
    capital = [line for line in cost.lines if line.kind == "capital"]
    yield _term(cost, "capex", "What is bought", _added(capital) or "nothing is bought", cost.capex, currency)
    opex = total(cost.opex_by_year)
    yield _term(cost, "opex", "What is paid as one goes", _by_year(cost.opex_by_year), opex, currency)
    formula = f"{_told(cost.capex)} + {_told(opex)} - resale of {_told(cost.resale)}"
    yield _term(cost, "total", "Total", formula, cost.total, currency)
    formula = "total less the root of the sum of the squares of what each figure, moved one way, takes off"
    yield _term(cost, "total_low", "Total, low end of the band", formula, cost.total_low, currency)
    yield _term(cost, "total_high", "Total, high end", "the same, moved the other way", cost.total_high, currency)
    formula = f"purchases at the start of each year, the rest at its end, discounted by {case.discount_rate} a year"
    yield _term(cost, "present_value", "Worth today", formula, cost.present_value, currency)
    if cost.cost_per_million_tokens is not None and cost.million_tokens:
        formula = f"{_told(cost.total)} / {cost.million_tokens:,.1f} million tokens"
        price = cost.cost_per_million_tokens
        yield _term(cost, "cost_per_million_tokens", "Cost of a million tokens", formula, price, currency)
    if cost.tornado:
        most = cost.tornado[0]
        yield Term(
            name=f"{cost.name}: tornado",
            title="What matters most",
            formula=f"{most.title} from {most.low} to {most.high}: {_told(most.total_low)} to {_told(most.total_high)}",
            value=most.input,
            source=SWING,
        )


def _break_even(cost: OptionCost, each: BreakEven, other: OptionCost, source: Source) -> Iterator[Term]:
    if each.months is not None:
        yield Term(
            name=f"{cost.name}: break_even_months against {each.against}",
            title=f"Months until it has cost no more than {each.against}",
            formula=_payback(cost, other, each),
            value=each.months,
            unit="months",
            source=source,
        )
    if each.utilisation is not None:
        yield Term(
            name=f"{cost.name}: break_even_utilisation against {each.against}",
            title=f"Share of full use at which it costs what {each.against} does",
            formula=each.utilisation_formula or "where both cost the same",
            value=each.utilisation,
            unit="share of full use",
            source=IN_USE,
        )


def _payback(cost: OptionCost, other: OptionCost, each: BreakEven) -> str:
    if not each.months:
        return "what was paid for it is at or below what was paid there from the start"
    told = f"{each.hours:,.1f} hours of use; payments as they fall due, not discounted, resale left out"
    steady = all(len(set(by_year)) == 1 for by_year in (cost.opex_by_year, other.opex_by_year))
    at_once = not any((*cost.capex_by_year[1:], *other.capex_by_year[1:]))
    if steady and at_once and each.months:
        more = cost.capex_by_year[0] - other.capex_by_year[0]
        paid, there = cost.opex_by_year[0] / 12, other.opex_by_year[0] / 12
        return f"{_told(more)} more at the start / ({_told(there)} - {_told(paid)}) saved a month; {told}"
    return f"the month from which what was paid for it stays at or below what was paid there; {told}"


def _by_year(amounts: Sequence[Decimal]) -> str:
    if len(amounts) > 1 and len(set(amounts)) == 1:
        return f"{_told(amounts[0])} in each of {len(amounts)} years"
    return "by year " + ", ".join(_told(each) for each in amounts)


def _added(lines: Sequence[CostLine]) -> str:
    return " + ".join(f"{line.title} {_told(line.total)}" for line in lines)


def _told(value: Decimal) -> str:
    return f"{value:,.2f}"
