"""Cost of ownership: what the ways to run a model cost over the years, and when one has paid for itself.

Everything is counted in the payments that fall due; depreciation is shown beside them. The formulas and their sources
stand with `outlay`, `break_even` and `tornado`.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from app.calculators import explained
from app.calculators.customary import asked, usual
from app.calculators.form import shown
from app.calculators.money import Currency, Money, exact
from app.calculators.option_cost import Case, OptionCost, cheapest, side_by_side
from app.calculators.ownership import LONGEST, ApiOption, CloudOption, Demand, HybridOption, Option
from app.calculators.prices import ListPrice, exchange, list_price
from app.calculators.statement import Check, Statement, checked
from app.calculators.telling import tco as telling
from app.calculators.telling.words import share
from app.calculators.term import CalculatorInput, CalculatorOutput, misfit
from app.calculators.told import Told
from app.finding import Finding, Scalar
from app.wording import Line

_MOST_OPTIONS = 12


class Input(CalculatorInput):
    """What has to be served for how long, and the ways to do it."""

    demand: Demand = Field(default=Demand(), title="What has to be served", json_schema_extra=shown(main=True))
    years: int = asked(
        3, "Years", "years", "that the options are compared over", ge=1, le=LONGEST, group="Years and money", main=True
    )
    options: tuple[Annotated[Option, Field(discriminator="kind")], ...] = Field(
        title="Options",
        description="the ways to run it, one at least",
        max_length=_MOST_OPTIONS,
        json_schema_extra=shown(main=True, form="cards"),
    )
    reference: Line | None = Field(
        default=None,
        title="Reference",
        description="the option that the others are held against; the first that is rented where none is named",
        json_schema_extra=shown(group="Years and money"),
    )
    currency: Currency = Field(
        default="USD",
        title="Currency",
        description="of every sum; nothing is converted",
        json_schema_extra=shown(group="Years and money", main=True),
    )
    discount_rate: float = asked(
        usual("discount_rate").number,
        "Discount rate",
        "share a year",
        "what money costs",
        custom="discount_rate",
        ge=0,
        le=1,
        group="Years and money",
        main=True,
    )
    staff_cost_per_year: Money | None = asked(
        None, "Cost of a person", "currency a year", "pay and everything beside", group="Years and money", main=True
    )
    swing: float = asked(
        usual("swing").number,
        "Swing",
        "share",
        "moves each input down and up",
        custom="swing",
        gt=0,
        le=0.9,
        group="Years and money",
    )
    priced_on: date = Field(
        default=date.fromisoformat(usual("listed_on").typical),
        title="Day of the list prices",
        description="for options that name a model in place of a price",
        json_schema_extra=shown(group="List prices"),
    )
    exchange_rate: Money | None = asked(
        None,
        "Exchange rate",
        "currency for a US dollar",
        "needed where list prices are taken in another currency",
        group="List prices",
    )
    stated: tuple[Statement, ...] = Field(
        default=(),
        title="Stated elsewhere",
        description="what a published comparison says, to be checked",
        max_length=50,
        json_schema_extra=shown(form="hidden"),
    )

    @model_validator(mode="after")
    def _named(self) -> Self:
        names = [option.name for option in self.options]
        if not names:
            raise ValueError("options: state one at least, of kind api, cloud, owned or hybrid")
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice:
            raise ValueError(f"options: two are called '{twice}'")
        asked_for = [("reference", self.reference), *(("stated", each.option) for each in self.stated)]
        for where, name in (*asked_for, *(("stated", each.against) for each in self.stated)):
            if name is not None and name not in names:
                raise ValueError(f"{where}: there is no option '{name}'; there are {', '.join(names)}")
        return self


class Output(CalculatorOutput):
    """What each option costs."""

    currency: Currency
    years: int
    options: tuple[OptionCost, ...]
    cheapest: str = Field(description="the option that costs least in all")
    reference: str = Field(description="the option that the others are held against")
    swing: float = Field(description="how far each input was moved, down and up")
    checks: tuple[Check, ...] = Field(
        default=(), description="what was stated elsewhere, held against what follows from it"
    )
    remarks: tuple[str, ...] = ()
    error_band: str = Field(description="how far to trust the totals")

    def findings(self) -> tuple[Finding, ...]:
        """The figures of each option that a decision can stand on."""
        return tuple(self._findings())

    def told(self) -> Told:
        """The result as people read it."""
        return telling.told(self)

    def _findings(self) -> Iterator[Finding]:
        for option in self.options:
            yield from self._findings_of(option)
        yield self._finding("options_compared", len(self.options), "1", {})
        if self.checks:
            wrong = sum(not each.agrees for each in self.checks)
            yield self._finding("statements_that_do_not_follow", wrong, "1", {"stated": len(self.checks)})

    def _findings_of(self, option: OptionCost) -> Iterator[Finding]:
        about: dict[str, Scalar] = {"option": option.name, "kind": option.kind}
        money = {
            "capex": option.capex,
            "opex": sum(option.opex_by_year, Decimal(0)),
            "total": option.total,
            "present_value": option.present_value,
            "cost_per_month": option.cost_per_month,
            "cost_per_million_tokens": option.cost_per_million_tokens,
        }
        for name, amount in money.items():
            if amount is not None:
                yield self._finding(name, float(amount), self.currency, about)
        against = {**about, "against": self.reference}
        if option.break_even_months is not None:
            yield self._finding("break_even_months", option.break_even_months, "month", against)
        if option.break_even_utilisation is not None:
            yield self._finding("break_even_utilisation", option.break_even_utilisation, "1", against)
        yield self._finding("cost_lines_filled", option.cost_lines_filled, "1", about)
        yield self._finding("cost_lines_missing", len(option.not_counted), "1", about)

    def _finding(self, name: str, value: float, unit: str, attributes: Mapping[str, Scalar]) -> Finding:
        common: dict[str, Scalar] = {"currency": self.currency, "years": self.years, "swing": self.swing}
        return Finding(metric=f"tco.{name}", value=float(value), unit=unit, attributes={**common, **attributes})


def calculate(given: Input) -> Output:
    """The options side by side.

    Raises:
        Unreadable: a figure is missing that an option needs, with its field.
    """
    listed = {each.name: price for each in given.options if (price := _listed(each, given))}
    rate = exchange(given.currency, given.exchange_rate) if listed else Decimal(1)
    options = tuple(_priced(each, listed[each.name], rate) if each.name in listed else each for each in given.options)
    reference = given.reference or _reference(options)
    case = Case(given.demand, given.years, given.staff_cost_per_year, exact(given.discount_rate), given.swing)
    costs = side_by_side(case, options, reference)
    best = cheapest({each.name: each.total for each in costs})
    return Output(
        currency=given.currency,
        years=given.years,
        options=costs,
        cheapest=best,
        reference=reference,
        swing=given.swing,
        checks=tuple(_check(each, costs, best, reference) for each in given.stated),
        remarks=tuple(remark for each in costs for remark in each.remarks),
        error_band=(
            f"Each total stands between its total_low and total_high where every figure stated for the option may be "
            f"off by {share(given.swing)} by itself, the demand as stated. Lines that are not counted come on top."
        ),
        terms=tuple(explained.terms(case, options, given.options, costs, given.currency, listed)),
    )


def _reference(options: Sequence[Option]) -> str:
    """The first option that is paid as it is used, or else the first that is rented, or else the first."""
    by_use = [each for each in options if isinstance(each, ApiOption | CloudOption)]
    on_demand = [each for each in by_use if isinstance(each, ApiOption) or each.commitment == "on-demand"]
    return [*on_demand, *by_use, *options][0].name


def _listed(option: Option, given: Input) -> ListPrice | None:
    """The list price of the model that an option names; None where every price that it needs is stated."""
    paid = option.overflow if isinstance(option, HybridOption) else option
    if not isinstance(paid, ApiOption) or paid.model is None:
        return None
    needed = [paid.input_price_per_million, paid.output_price_per_million]
    if paid.cached_share:
        needed.append(paid.cached_price_per_million)
    return list_price(paid.model, paid.provider, given.priced_on, where="options") if None in needed else None


def _priced(option: Option, listed: ListPrice, rate: Decimal) -> Option:
    """The option with the list price wherever none is stated."""
    if isinstance(option, HybridOption):
        return option.model_copy(update={"overflow": _priced(option.overflow, listed, rate)})
    found = {
        "input_price_per_million": listed.input * rate,
        "output_price_per_million": listed.output * rate,
        "cached_price_per_million": None if listed.cached is None else listed.cached * rate,
    }
    return option.model_copy(update={name: price for name, price in found.items() if getattr(option, name) is None})


def _check(statement: Statement, costs: Sequence[OptionCost], best: str, reference: str) -> Check:
    option = next(each for each in costs if each.name == statement.option)
    against = statement.against or reference
    if statement.figure == "cheapest":
        return Check(
            option=option.name,
            figure=statement.figure,
            against=None,
            stated="it costs least",
            found=f"{best} costs least" if best != option.name else "it costs least",
            agrees=best == option.name,
        )
    there = next((each for each in option.break_evens if each.against == against), None)
    if there is None and statement.figure.startswith(("break_even", "never", "saving")):
        raise misfit(("stated", f"{option.name} is not held against itself: name another option in 'against'"))
    if statement.figure == "never_breaks_even":
        months = there.months if there else None
        return Check(
            option=option.name,
            figure=statement.figure,
            against=against,
            stated="never",
            found=(there and there.months_note) or "never" if months is None else f"after {months:.1f} months",
            agrees=months is None,
        )
    other = next(each for each in costs if each.name == against)
    found: Mapping[str, float | Decimal | None] = {
        "capex": option.capex,
        "opex": sum(option.opex_by_year, Decimal(0)),
        "total": option.total,
        "cost_per_month": option.cost_per_month,
        "cost_per_million_tokens": option.cost_per_million_tokens,
        "break_even_months": there.months if there else None,
        "break_even_hours": there.hours if there else None,
        "break_even_utilisation": there.utilisation if there else None,
        "saving_share": round(1 - option.total / other.total, 6) if other.total > 0 else None,
    }
    figure = found[statement.figure]
    note = (there.months_note if "utilisation" not in statement.figure else there.utilisation_note) if there else None
    return checked(statement.model_copy(update={"against": against}), None if figure is None else exact(figure), note)
