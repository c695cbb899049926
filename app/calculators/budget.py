"""API budget: how likely it is to be passed, month by month, what is spent, and what would help.

An overrun is counted from the start of the budget until the end of each month: all that was spent against all that
could be. The chance for a month by itself stands beside it; the two differ by up to a factor of two.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from pydantic import Field

from app.calculators.money import Amount, Currency, Money, cents, enough, exact, plain
from app.calculators.remedy import Mix, Reach, Remedy, by_cap, by_mix, by_price
from app.calculators.spending import Input
from app.calculators.start import Start, start
from app.calculators.telling import budget as telling
from app.calculators.telling.words import share
from app.calculators.term import CalculatorOutput, Source, Term
from app.calculators.told import Told
from app.calculators.walk import Limits, Month, RollOut, Walk, probability_error, walked
from app.finding import Finding, Scalar

__all__ = ["Input", "Output", "calculate"]

DEFINITION = (
    "An overrun in a month: what was spent from the start of the budget until its end is more than the budget until "
    "then."
)
WALK = Source(
    title="Hull: Options, Futures, and Other Derivatives, 11th edition, chapter 21 (Monte Carlo simulation)",
    date="2021",
)
INTERVAL = Source(
    title="Wilson: Probable Inference, the Law of Succession, and Statistical Inference, JASA 22",
    url="https://doi.org/10.1080/01621459.1927.10502953",
    date="1927",
)


class Output(CalculatorOutput):
    """What the futures have in common. Each list has one entry a month, the first month ahead first."""

    currency: Currency
    monthly_budget: Money
    months: int
    definition: str = Field(description="what counts as an overrun in a month")
    overrun_probability: tuple[float, ...] = Field(
        description="that spend until the end of the month passes the budget"
    )
    monte_carlo_error: tuple[float, ...] = Field(description="half of the 95 % interval around that chance")
    monthly_overrun_probability: tuple[float, ...] = Field(description="that the month by itself passes its budget")
    any_month_overrun_probability: tuple[float, ...] = Field(description="that it or a month before it does")
    highest_overrun_probability: float
    accepted_probability: float
    within_accepted: bool = Field(description="whether the chance stays at or below the accepted one in every month")
    expected_spend: tuple[Amount, ...] = Field(description="mean spend of the month")
    p10: tuple[Amount, ...] = Field(description="the month's spend that 10 of 100 futures stay at or below")
    p50: tuple[Amount, ...]
    p90: tuple[Amount, ...]
    spend_until_p10: tuple[Amount, ...] = Field(description="from the start of the budget until the end of the month")
    spend_until_p50: tuple[Amount, ...]
    spend_until_p90: tuple[Amount, ...]
    budget_until: tuple[Amount, ...]
    month_of_overrun: int | None = Field(
        description="the first month ahead with an overrun in more than half of the futures; empty: none"
    )
    earliest_month_of_overrun: int | None = Field(
        description="the first month with an overrun more likely than is accepted; empty: none"
    )
    month_exhausted: int | None = Field(
        description="the first month in which the budget of all months is gone in more than half of the futures"
    )
    budget_needed: Amount = Field(description="of a month, so that an overrun is no more likely than is accepted")
    reserve_needed: Amount = Field(description="on top of the budget, in all, for the same")
    first_month: Amount = Field(description="the spend that the forecast starts from")
    growth_per_month: float
    growth_uncertainty: float
    demand_volatility: float
    remedies: tuple[Remedy, ...] = Field(
        description="what would bring the chance down to the accepted one, each by itself"
    )
    paths: int
    seed: int
    remarks: tuple[str, ...] = ()
    error_band: str = Field(description="how far to trust the chances")

    def findings(self) -> tuple[Finding, ...]:
        """The chances and sums that a decision can stand on."""
        return tuple(self._findings())

    def told(self) -> Told:
        """The result as people read it."""
        return telling.told(self)

    def _findings(self) -> Iterator[Finding]:
        chances = {
            "overrun_probability": self.overrun_probability,
            "monthly_overrun_probability": self.monthly_overrun_probability,
        }
        for name, values in chances.items():
            yield self._finding(name, max(values), "1", {}, statistic="max")
            for month, value in enumerate(values, start=1):
                yield self._finding(name, value, "1", {"month": month})
        for month, error in enumerate(self.monte_carlo_error, start=1):
            yield self._finding("monte_carlo_error", error, "1", {"month": month})
        sums = {"mean": self.expected_spend, "p10": self.p10, "p50": self.p50, "p90": self.p90}
        for statistic, amounts in sums.items():
            for month, amount in enumerate(amounts, start=1):
                yield self._finding("spend", float(amount), self.currency, {"month": month}, statistic=statistic)
        if self.month_of_overrun is not None:
            yield self._finding("month_of_overrun", self.month_of_overrun, "month", {})
        yield self._finding("within_accepted", self.within_accepted, "1", {"accepted": self.accepted_probability})
        yield self._finding("budget_needed", float(self.budget_needed), self.currency, {})
        yield self._finding("reserve_needed", float(self.reserve_needed), self.currency, {})

    def _finding(
        self, name: str, value: float, unit: str, attributes: Mapping[str, Scalar], *, statistic: str | None = None
    ) -> Finding:
        common: dict[str, Scalar] = {"currency": self.currency, "months": self.months, "paths": self.paths}
        return Finding(
            metric=f"budget.{name}",
            statistic=statistic,
            value=float(value),
            unit=unit,
            attributes={**common, **attributes},
        )


def calculate(given: Input) -> Output:
    """The chances month by month, and what would help.

    Raises:
        Unreadable: what is spent today, or how it grows, does not follow from what is stated; says what to state.
    """
    begun = start(given)
    room = [given.monthly_budget * (begun.elapsed + month) - begun.spent for month in range(1, given.months + 1)]
    cap = max(Decimal(0), min(left / month for month, left in enumerate(room, start=1)))
    reaches = _reaches(begun.mix)
    limits = Limits(
        month=float(given.monthly_budget / begun.month),
        to_date=[float(each / begun.month) for each in room],
        cap=float(cap / begun.month),
        all_of_it=float(room[-1] / begun.month),
        factors=[float(each) for each in reaches.values()],
    )
    months = walked(_walk(given, begun), limits, accepted=given.accepted_probability)
    needed = [begun.spent + begun.month * exact(each.sum_high) for each in months]
    factor = min(left / (begun.month * exact(each.sum_high)) for left, each in zip(room, months, strict=True))
    budget_needed = max(each / (begun.elapsed + month) for month, each in enumerate(needed, start=1))
    short = max(each - begun.spent - left for each, left in zip(needed, room, strict=True))
    return Output(
        **_chances(given, months),
        **_sums(given, begun, months),
        budget_needed=enough(budget_needed),
        reserve_needed=enough(max(Decimal(0), short)),
        remedies=_remedies(given, begun, months, factor, cap, tuple(reaches)),
        remarks=tuple(_remarks(given, begun, months)),
        terms=tuple(_terms(given, begun, months, budget_needed, factor)),
    )


def _chances(given: Input, months: Sequence[Month]) -> dict[str, Any]:
    over = tuple(each.over for each in months)
    return {
        "definition": DEFINITION,
        "overrun_probability": over,
        "monte_carlo_error": tuple(round(probability_error(each, given.paths), 6) for each in over),
        "monthly_overrun_probability": tuple(each.over_alone for each in months),
        "any_month_overrun_probability": tuple(each.over_so_far for each in months),
        "highest_overrun_probability": max(over),
        "accepted_probability": given.accepted_probability,
        "within_accepted": max(over) <= given.accepted_probability,
        "month_of_overrun": _first(over, 0.5),
        "earliest_month_of_overrun": _first(over, given.accepted_probability),
        "month_exhausted": _first([each.gone for each in months], 0.5),
        "paths": given.paths,
        "seed": given.seed,
        "error_band": _error_band(over, given.paths),
    }


def _sums(given: Input, begun: Start, months: Sequence[Month]) -> dict[str, Any]:
    return {
        "currency": given.currency,
        "monthly_budget": given.monthly_budget,
        "months": given.months,
        "first_month": cents(begun.month),
        "growth_per_month": begun.growth,
        "growth_uncertainty": begun.growth_uncertainty,
        "demand_volatility": begun.demand_volatility,
        "expected_spend": _money(begun.month, [each.mean for each in months]),
        "budget_until": tuple(cents(given.monthly_budget * (begun.elapsed + 1 + at)) for at in range(given.months)),
        **_fan(begun, months),
    }


def _walk(given: Input, begun: Start) -> Walk:
    return Walk(
        months=given.months,
        growth=begun.growth,
        growth_uncertainty=begun.growth_uncertainty,
        volatility=begun.demand_volatility,
        price_change=given.price_change_per_month,
        roll_outs=[RollOut(each.month, each.factor, each.probability) for each in given.roll_outs],
        paths=given.paths,
        seed=given.seed,
    )


def _reaches(mix: Mix | None) -> dict[str, Decimal]:
    """What all spend comes to where a measure is taken as far as it goes."""
    if mix is None:
        return {}
    found = {"cache": mix.all_cached, "batch": mix.all_batched}
    return found if mix.all_smaller is None else {**found, "smaller": mix.all_smaller}


def _money(month: Decimal, multiples: Sequence[float]) -> tuple[Decimal, ...]:
    return tuple(cents(month * exact(each)) for each in multiples)


def _fan(begun: Start, months: Sequence[Month]) -> dict[str, tuple[Decimal, ...]]:
    fan = {}
    for at, name in enumerate(("p10", "p50", "p90")):
        fan[name] = _money(begun.month, [each.quantiles[at] for each in months])
        fan[f"spend_until_{name}"] = tuple(
            cents(begun.spent + begun.month * exact(each.sum_quantiles[at])) for each in months
        )
    return fan


def _first(chances: Sequence[float], limit: float) -> int | None:
    """The first month ahead whose chance is above a limit."""
    return next((month for month, chance in enumerate(chances, start=1) if chance > limit), None)


def _remedies(
    given: Input, begun: Start, months: Sequence[Month], factor: Decimal, cap: Decimal, reaches: Sequence[str]
) -> tuple[Remedy, ...]:
    left = {name: max(each.over_with[at] for each in months) for at, name in enumerate(reaches)}
    reach = Reach(**left)
    accepted = given.accepted_probability
    turned_away = sum(each.cut for each in months) / sum(each.mean for each in months)
    return (
        by_price(factor, accepted),
        *by_mix(begun.mix, factor, reach, accepted),
        by_cap(cap, given.currency, turned_away, begun.mix),
    )


def _remarks(given: Input, begun: Start, months: Sequence[Month]) -> Iterator[str]:
    if begun.spent > given.monthly_budget * begun.elapsed:
        over = cents(begun.spent - given.monthly_budget * begun.elapsed)
        yield f"The months that are over passed their budget by {over:,f} {given.currency}."
    if any(each.highest for each in months):
        yield "Some futures grow beyond every bound that makes sense and are cut there: the growth stated cannot go on."
    if begun.price is not None and begun.price.long_prompts_cost_more:
        yield f"{begun.price.model} costs more for long prompts; the price of short ones is taken."
    if begun.growth_formula != "as stated" and given.price_change_per_month:
        yield "Growth was learnt from bills, which hold changes of price already: price_change_per_month comes on top."


def _error_band(over: Sequence[float], paths: int) -> str:
    widest = max(probability_error(each, paths) for each in over)
    return (
        f"With {paths:,} futures each chance is sure to {share(widest, 3)} either way (95 %). How demand goes on is no "
        "part of that: the figures follow from the growth and the jumps stated, which no published series validates."
    )


def _terms(
    given: Input, begun: Start, months: Sequence[Month], budget_needed: Decimal, factor: Decimal
) -> Iterator[Term]:
    unit = given.currency
    yield from _start_terms(given, begun)
    for month, each in enumerate(months, start=1):
        until = cents(given.monthly_budget * (begun.elapsed + month))
        count = round(each.over * given.paths)
        yield Term(
            name=f"overrun_probability in month {month}",
            title=f"Chance of an overrun until month {month}",
            formula=f"{count:,} of {given.paths:,} futures spend more than {until:,f}, {begun.spent:,f} of it before",
            value=each.over,
            unit="probability",
            source=WALK,
        )
    worst = max(each.over for each in months)
    yield Term(
        name="monte_carlo_error",
        title="How sure the highest chance is",
        formula=f"half the 95 % interval of {worst:g} in {given.paths:,} futures",
        value=round(probability_error(worst, given.paths), 6),
        unit="probability",
        source=INTERVAL,
    )
    yield from _sum_terms(given, begun, months[-1])
    accepted = given.accepted_probability
    yield Term(
        name="budget_needed",
        title="Budget of a month that would do",
        formula=f"the highest of: spend that {share(1 - accepted)} of the futures stay within, over the months so far",
        value=plain(enough(budget_needed)),
        unit=unit,
    )
    yield Term(
        name="factor",
        title="What all spend to come may be of what it is forecast to be",
        formula=f"the lowest of: what is left until a month over what {share(1 - accepted)} of the futures stay within",
        value=round(float(factor), 6),
        unit="share",
    )


def _start_terms(given: Input, begun: Start) -> Iterator[Term]:
    """What the walk begins with."""
    price = begun.price.source if begun.price else None
    yield Term(
        name="first_month",
        title="Spend of the last month",
        formula=begun.formula,
        value=plain(cents(begun.month)),
        unit=given.currency,
        source=price,
    )
    for name, title, value, told in (
        ("growth_per_month", "Growth a month", begun.growth, begun.growth_formula),
        (
            "growth_uncertainty",
            "How far that may be off",
            begun.growth_uncertainty,
            "standard deviation of its logarithm",
        ),
        (
            "demand_volatility",
            "How far a month may jump",
            begun.demand_volatility,
            "standard deviation of its logarithm",
        ),
    ):
        yield Term(name=name, title=title, formula=told, value=value, unit="a month", source=WALK)


def _sum_terms(given: Input, begun: Start, last: Month) -> Iterator[Term]:
    """The fan and the mean in the last month."""
    stay = ("10 of 100 futures stay", "half of the futures stay", "90 of 100 futures stay")
    for name, futures, multiple in zip(("p10", "p50", "p90"), stay, last.quantiles, strict=True):
        yield Term(
            name=name,
            title=f"Spend of month {given.months}",
            formula=f"what {futures} at or below",
            value=plain(cents(begun.month * exact(multiple))),
            unit=given.currency,
            source=WALK,
        )
    error = float(begun.month) * last.mean_error
    yield Term(
        name="expected_spend",
        title=f"Mean spend of month {given.months}",
        formula=f"the mean of {given.paths:,} futures, sure to {error:,.2f} either way (95 %)",
        value=plain(cents(begun.month * exact(last.mean))),
        unit=given.currency,
        source=WALK,
    )
