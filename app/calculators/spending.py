"""What is asked for a forecast of spend: the budget, what is spent or used today, and how it may go on."""

from datetime import date
from typing import Self

from pydantic import Field, model_validator

from app.calculators.billed import BilledMonth
from app.calculators.customary import asked, usual
from app.calculators.form import shown
from app.calculators.money import Currency, Money
from app.calculators.term import CalculatorInput
from app.wording import Line

_LARGE = 1e12


class PlannedStep(CalculatorInput):
    """A roll-out that multiplies demand in one month."""

    month: int = Field(
        title="Month",
        description="1 is the first month ahead",
        ge=1,
        le=60,
        json_schema_extra=shown("month", main=True),
    )
    factor: float = Field(
        title="Factor",
        description="2 doubles the demand from then on",
        ge=0.01,
        le=100,
        json_schema_extra=shown("times", main=True),
    )
    probability: float = Field(
        default=1.0, title="Chance that it happens", ge=0, le=1, json_schema_extra=shown("probability", main=True)
    )


class Input(CalculatorInput):
    """A budget, what is spent or used today, and how it may go on."""

    monthly_budget: Money = Field(
        title="Budget of a month", json_schema_extra=shown("currency", "Budget", main=True), gt=0
    )
    currency: Currency = Field(
        default="USD", title="Currency", description="of every sum", json_schema_extra=shown(group="Budget", main=True)
    )
    months: int = asked(12, "Months ahead", "months", ge=1, le=60, group="Budget", main=True)
    monthly_spend: Money | None = asked(None, "Spend of the last month", "currency", group="Spend today", main=True)
    input_million_tokens_per_month: float | None = asked(
        None, "Tokens read in the last month", "million tokens", ge=0, le=_LARGE, group="Spend today", main=True
    )
    output_million_tokens_per_month: float | None = asked(
        None, "Tokens written in the last month", "million tokens", ge=0, le=_LARGE, group="Spend today", main=True
    )
    billed: tuple[BilledMonth, ...] = Field(
        default=(),
        title="Bills",
        description="month by month; the forecast starts from the last, and growth is learnt from four or more",
        max_length=120,
        json_schema_extra=shown(group="Spend today", form="rows"),
    )
    months_elapsed: int = asked(0, "Months of the budget that are over", "months", ge=0, le=60, group="Budget")
    spend_to_date: Money | None = asked(
        None,
        "Spent in these months",
        "currency",
        "from the bills where left out; without those the spend so far counts",
        group="Budget",
    )
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
    priced_on: date = Field(
        default=date.fromisoformat(usual("listed_on").typical),
        title="Day of the list price",
        description="year-month-day",
        json_schema_extra=shown(group="Prices"),
    )
    exchange_rate: Money | None = asked(
        None,
        "Exchange rate",
        "currency for a US dollar",
        "needed where list prices are taken in another currency",
        group="Prices",
    )
    input_price_per_million: Money | None = asked(
        None, "Price of tokens read", "currency a million tokens", group="Prices"
    )
    output_price_per_million: Money | None = asked(
        None, "Price of tokens written", "currency a million tokens", group="Prices"
    )
    cached_price_per_million: Money | None = asked(
        None, "Price of cached tokens", "currency a million tokens", group="Prices"
    )
    cached_share: float = asked(0, "Share read from the cache", "share of the tokens read", ge=0, le=1, group="Prices")
    batch_share: float = asked(0, "Share sent in batches", "share of the tokens", ge=0, le=1, group="Prices")
    batch_discount: float | None = asked(
        None,
        "Discount for batches",
        "share",
        "the listed one where left out",
        custom="batch_discount",
        ge=0,
        le=1,
        group="Prices",
    )
    smaller_model: Line | None = Field(
        default=None,
        title="Smaller model",
        description="that part of the demand could go to; one with a list price",
        json_schema_extra=shown(group="Prices"),
    )
    growth_per_month: float | None = asked(
        None,
        "Growth",
        "share a month",
        "of the tokens, in the middle of what is thought possible; learnt from four bills where left out",
        ge=-0.9,
        le=1,
        group="Growth",
        main=True,
    )
    growth_uncertainty: float | None = asked(
        None,
        "How far the growth may be off",
        "standard deviation of the logarithm, a month",
        custom="growth_uncertainty",
        ge=0,
        le=0.5,
        group="Growth",
    )
    demand_volatility: float | None = asked(
        None,
        "How far a month may jump",
        "standard deviation of the logarithm, a month",
        custom="demand_volatility",
        ge=0,
        le=1,
        group="Growth",
    )
    price_change_per_month: float = asked(
        0,
        "Change of prices",
        "share a month",
        "0: list prices of a model stay until its maker changes them",
        ge=-0.5,
        le=0.5,
        group="Growth",
    )
    roll_outs: tuple[PlannedStep, ...] = Field(
        default=(),
        title="Roll-outs",
        description="planned steps in demand",
        max_length=24,
        json_schema_extra=shown(group="Growth", form="rows"),
    )
    accepted_probability: float = asked(
        usual("accepted_probability").number,
        "Chance of an overrun that is accepted",
        "probability",
        custom="accepted_probability",
        ge=0.001,
        le=0.5,
        group="Budget",
        main=True,
    )
    paths: int = asked(
        100_000, "Futures tried", "paths", "fewer while typing", ge=1_000, le=200_000, group="How it is worked out"
    )
    seed: int = asked(
        1, "Seed", "number", "the same seed gives the same figures", ge=0, le=2**32 - 1, group="How it is worked out"
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.monthly_spend is not None and self.billed:
            raise ValueError("state monthly_spend or billed: the last bill is the spend of the last month")
        if self.spend_to_date and not self.months_elapsed:
            raise ValueError("months_elapsed: state in how many months spend_to_date was spent, 1 or more")
        if any(each.month > self.months for each in self.roll_outs):
            raise ValueError(f"roll_outs: a month lies after the {self.months} months ahead")
        return self
