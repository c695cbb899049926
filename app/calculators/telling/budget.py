"""A forecast of spend as people read it: whether the budget holds, in which month it does not, and what would help."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from app.calculators.telling.words import NONE, NOT_KNOWN, between, counted, money, share, sum_of
from app.calculators.told import Figure, Line, Lines, Table, Told

if TYPE_CHECKING:
    from app.calculators.budget import Output

_ENOUGH: Final = {True: "yes", False: "no", None: "cannot be said"}


def told(output: "Output") -> Told:
    """The result in a sentence, with its figures, tables and pictures."""
    return Told(
        sentence=_sentence(output),
        figures=tuple(_figures(output)),
        tables=(_months(output), _remedies(output)),
        pictures=(_spend(output), _chances(output)),
        remarks=(output.definition, *output.remarks, output.error_band),
    )


def _sentence(output: "Output") -> str:
    chances, over = output.overrun_probability, output.month_of_overrun
    if over is not None:
        gone = f", and all of it is gone in month {output.month_exhausted}" if output.month_exhausted else ""
        return f"The budget is passed in month {over} with a chance of {share(chances[over - 1])}{gone}."
    early = output.earliest_month_of_overrun
    highest = share(output.highest_overrun_probability)
    if early is not None:
        return (
            f"The budget may not hold: from month {early} on an overrun is likelier than is accepted, {highest} at "
            f"the most where {share(output.accepted_probability)} are accepted."
        )
    return (
        f"The budget holds for {counted(output.months, 'month')}: the chance of an overrun stays at {highest}, and "
        f"{share(output.accepted_probability)} are accepted."
    )


def _figures(output: "Output") -> Iterator[Figure]:
    currency, last = output.currency, output.months - 1
    chances = output.overrun_probability
    worst = chances.index(max(chances))
    error = output.monte_carlo_error[worst]
    yield Figure(
        "Highest chance of an overrun",
        f"{share(chances[worst])}, month {worst + 1}",
        f"overrun_probability in month {worst + 1}",
        f"{share(max(0.0, chances[worst] - error), 3)} to {share(min(1.0, chances[worst] + error), 3)} by the number "
        "of futures tried",
    )
    over = output.month_of_overrun
    yield Figure(
        "Month of the overrun",
        NONE if over is None else f"month {over}",
        None if over is None else f"overrun_probability in month {over}",
        "the first with one in more than half of the futures",
    )
    yield Figure(
        f"Spend of month {output.months}",
        money(output.p50[last], currency),
        "p50",
        between(output.p10[last], output.p90[last], lambda amount: money(amount, currency)) + " in 80 of 100 futures",
    )
    yield Figure("Budget that would do", f"{money(output.budget_needed, currency)} a month", "budget_needed")
    yield Figure("Reserve that would do", money(output.reserve_needed, currency), "budget_needed", "in all, on top")
    yield Figure("Budget", f"{money(output.monthly_budget, currency)} a month")
    yield Figure("Spend of the last month", money(output.first_month, currency), "first_month")
    yield Figure(
        "Growth",
        f"{share(output.growth_per_month)} a month",
        "growth_per_month",
        f"off by {share(output.growth_uncertainty)} either way in two of three cases",
    )
    yield Figure("Jumps of a month", share(output.demand_volatility), "demand_volatility", "in two of three months")


def _months(output: "Output") -> Table:
    rows = [
        (
            f"Month {at + 1}",
            sum_of(output.p10[at]),
            sum_of(output.p50[at]),
            sum_of(output.p90[at]),
            sum_of(output.spend_until_p50[at]),
            sum_of(output.budget_until[at]),
            share(output.overrun_probability[at]),
        )
        for at in range(output.months)
    ]
    head = ("Month", "10 of 100 below", "Half below", "90 of 100 below", "Spent until then", "Budget until then")
    return Table(f"Spend month by month, {output.currency}", (*head, "Chance of an overrun"), tuple(rows))


def _remedies(output: "Output") -> Table:
    return Table(
        f"What would bring the chance down to {share(output.accepted_probability)}, each by itself",
        ("Measure", "Enough", "What it takes", "Chance that is left"),
        tuple(
            (
                each.title,
                _ENOUGH[each.enough],
                each.why,
                NOT_KNOWN if each.overrun_probability is None else share(each.overrun_probability),
            )
            for each in output.remedies
        ),
    )


def _spend(output: "Output") -> Lines:
    middle, last = tuple(map(float, output.p50)), output.months - 1
    band = between(output.p10[last], output.p90[last], lambda amount: money(amount, output.currency))
    return Lines(
        told=f"Spend of a month goes from {money(output.p50[0], output.currency)} to "
        f"{money(output.p50[last], output.currency)} in the middle future, and to {band} in 80 of 100; the budget of a "
        f"month is {money(output.monthly_budget, output.currency)}.",
        caption=f"Spend of each month, {output.currency}: the middle of all futures, and between which figures 80 of "
        "100 lie.",
        axis=_axis(output),
        lines=(Line("middle of the futures", middle),),
        limit=("budget of a month", float(output.monthly_budget)),
        fan=(tuple(map(float, output.p10)), tuple(map(float, output.p90))),
    )


def _chances(output: "Output") -> Lines:
    chances = tuple(100 * each for each in output.overrun_probability)
    return Lines(
        told=f"The chance that what was spent has passed the budget goes from {share(output.overrun_probability[0])} "
        f"in month 1 to {share(output.overrun_probability[-1])} in month {output.months}.",
        caption="Chance that what was spent until the end of the month is more than the budget until then, %.",
        axis=_axis(output),
        lines=(Line("chance of an overrun", chances),),
        limit=("accepted", 100 * output.accepted_probability),
    )


def _axis(output: "Output") -> tuple[str, ...]:
    return tuple(f"month {month}" for month in range(1, output.months + 1))
