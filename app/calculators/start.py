"""Where a forecast of spend starts: the last month, what was spent before, and how it is thought to go on."""

from dataclasses import dataclass
from decimal import Decimal

from app.calculators import prices
from app.calculators.billed import FEWEST, BilledMonth, Course, course, in_order
from app.calculators.customary import usual
from app.calculators.money import exact, total
from app.calculators.remedy import Mix
from app.calculators.spending import Input
from app.calculators.tariff import Tariff
from app.calculators.telling.words import share
from app.calculators.term import misfit
from app.errors import Unreadable


@dataclass(frozen=True, slots=True)
class Start:
    """What the walk begins with."""

    month: Decimal  # the spend of the last month; more than zero
    formula: str
    spent: Decimal  # of the budget so far
    elapsed: int  # months of the budget that are over
    mix: Mix | None
    price: prices.ListPrice | None  # where the month was priced from the list
    growth: float
    growth_uncertainty: float
    demand_volatility: float
    growth_formula: str


def start(given: Input) -> Start:
    """What follows from an input.

    Raises:
        Unreadable: it is not enough; says which field would do.
    """
    billed = in_order(given.billed)
    listed = _listed(given)
    mix = _mix(given, listed)
    month, formula = _month(given, billed, mix)
    if month <= 0:
        raise misfit(("monthly_spend", "must be more than 0: from nothing nothing grows"))
    learnt = course(billed)
    growth, growth_formula = _growth(given, learnt)
    return Start(
        month=month,
        formula=formula,
        spent=_spent(given, billed),
        elapsed=given.months_elapsed,
        mix=mix,
        price=listed if mix and _taken(given) and given.monthly_spend is None and not billed else None,
        growth=growth,
        growth_uncertainty=_stated_or(
            given.growth_uncertainty, learnt.uncertainty if learnt else None, "growth_uncertainty"
        ),
        demand_volatility=_stated_or(
            given.demand_volatility, learnt.volatility if learnt else None, "demand_volatility"
        ),
        growth_formula=growth_formula,
    )


def _month(given: Input, billed: tuple[BilledMonth, ...], mix: Mix | None) -> tuple[Decimal, str]:
    if given.monthly_spend is not None:
        return given.monthly_spend, "as stated"
    if billed:
        return billed[-1].amount, f"the bill of {billed[-1].month}"
    if mix is not None:
        tariff = mix.tariff
        formula = f"{mix.read:f} million tokens read at {tariff.input:f}, {mix.written:f} written at {tariff.output:f}"
        if tariff.cached_share and tariff.cached is not None:
            formula += f", {tariff.cached_share} of those read at {tariff.cached:f} instead"
        if tariff.batch_share:
            formula += f", {tariff.batch_share} of all at {1 - tariff.batch_discount} of the price"
        return tariff.cost(mix.read, mix.written), formula
    if given.spend_to_date and given.months_elapsed:
        return given.spend_to_date / given.months_elapsed, f"{given.spend_to_date} in {given.months_elapsed} months"
    choices = "state it, or tokens with a model or prices, or billed, or spend_to_date with months_elapsed"
    raise misfit(("monthly_spend", choices))


def _spent(given: Input, billed: tuple[BilledMonth, ...]) -> Decimal:
    """Of the budget, until now: as stated, or the bills of the months that are over."""
    if given.spend_to_date is not None:
        return given.spend_to_date
    if not given.months_elapsed:
        return Decimal(0)
    if len(billed) < given.months_elapsed:
        raise misfit(("spend_to_date", f"state what was spent in the {given.months_elapsed} months that are over"))
    return total(each.amount for each in billed[-given.months_elapsed :])


def _listed(given: Input) -> prices.ListPrice | None:
    """The list price of the model that is named; where the prices are stated, it may be one that nobody lists."""
    if given.model is None:
        return None
    needed = _taken(given) or (given.cached_share > 0 and given.cached_price_per_million is None)
    if not needed and given.currency != prices.CURRENCY and not given.exchange_rate:
        return None
    try:
        return prices.list_price(given.model, given.provider, given.priced_on)
    except Unreadable:
        if needed:
            raise
        return None


def _taken(given: Input) -> bool:
    """Whether the price of tokens that are used is not stated."""
    read, written = given.input_million_tokens_per_month, given.output_million_tokens_per_month
    of_read = bool(read) and given.input_price_per_million is None
    return of_read or (bool(written) and given.output_price_per_million is None)


def _mix(given: Input, listed: prices.ListPrice | None) -> Mix | None:
    read, written = given.input_million_tokens_per_month, given.output_million_tokens_per_month
    if read is None and written is None:
        return None
    one, other, cached = (
        _price(stated, found, given)
        for stated, found in (
            (given.input_price_per_million, listed.input if listed else None),
            (given.output_price_per_million, listed.output if listed else None),
            (given.cached_price_per_million, listed.cached if listed else None),
        )
    )
    one, other = (one if read else one or Decimal(0)), (other if written else other or Decimal(0))
    if one is None or other is None:
        missing = "input_price_per_million" if one is None else "output_price_per_million"
        raise misfit((missing, "state it, or a model with a list price"))
    if given.cached_share and cached is None:
        raise misfit(("cached_price_per_million", "state it, or a cached_share of 0"))
    discount = given.batch_discount
    if discount is None:
        listed_discount = listed.batch_discount if listed else None
        discount = usual("batch_discount").number if listed_discount is None else listed_discount
    tariff = Tariff(one, other, cached, exact(given.cached_share), exact(given.batch_share), exact(discount))
    smaller = _smaller(given, listed, tariff)
    return Mix(tariff, exact(read or 0.0), exact(written or 0.0), *smaller)


def _price(stated: Decimal | None, found: Decimal | None, given: Input) -> Decimal | None:
    if stated is not None or found is None:
        return stated
    return found * prices.exchange(given.currency, given.exchange_rate)


def _smaller(given: Input, listed: prices.ListPrice | None, tariff: Tariff) -> tuple[Tariff | None, str | None]:
    """The model that was named, or else the dearest smaller one of the same name."""
    found: prices.ListPrice | None = None
    if given.smaller_model is not None:
        found = prices.list_price(given.smaller_model, given.provider, given.priced_on, where="smaller_model")
    elif listed is not None:
        found = max(prices.smaller_models(listed), key=lambda each: each.output, default=None)
    if found is None:
        return None, None
    rate = prices.exchange(given.currency, given.exchange_rate)
    cached = None if found.cached is None else found.cached * rate
    small = Tariff(
        found.input * rate, found.output * rate, cached, tariff.cached_share, tariff.batch_share, tariff.batch_discount
    )
    return small, found.model


def _growth(given: Input, learnt: Course | None) -> tuple[float, str]:
    if given.growth_per_month is not None:
        return given.growth_per_month, "as stated"
    if learnt is None:
        raise misfit(("growth_per_month", f"state it, or the bills of {FEWEST} months, each above 0, to learn it from"))
    if not -0.9 <= learnt.growth <= 1:
        raise misfit(
            ("growth_per_month", f"state it: the bills show {share(learnt.growth)} a month, which cannot go on")
        )
    return learnt.growth, f"learnt from {learnt.steps} steps between bills, prices included"


def _stated_or(stated: float | None, learnt: float | None, key: str) -> float:
    if stated is not None:
        return stated
    most = {"growth_uncertainty": 0.5, "demand_volatility": 1.0}[key]
    return usual(key).number if learnt is None else min(most, learnt)
