"""How likely a budget is to be passed: held against what can be worked out by hand, and by its properties."""

import json
import socket
from datetime import date
from decimal import Decimal
from importlib.metadata import version
from math import erf, log, sqrt
from typing import Any

import pytest
from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as some

from app.calculators import calculator, read_input
from app.calculators.billed import billed_months
from app.calculators.budget import Input, Output, calculate
from app.calculators.customary import usual
from app.calculators.prices import list_price
from app.calculators.remedy import Remedy
from app.errors import Unreadable
from app.evidence.inspect import inspected
from app.finding import Finding

FEW = 4_000  # futures, where their number does not matter
TOKENS = {"input_million_tokens_per_month": 1000, "output_million_tokens_per_month": 100}
PRICES = {"input_price_per_million": "2", "output_price_per_million": "10", "cached_price_per_million": "0.2"}


def forecast(**given: Any) -> Output:
    usual = {"monthly_budget": "1000", "growth_per_month": 0.03, "paths": FEW}
    if not {"monthly_spend", "billed", "spend_to_date", "output_million_tokens_per_month"} & given.keys():
        usual["monthly_spend"] = "900"
    read = read_input("budget", {**usual, **given})
    assert isinstance(read, Input)
    return calculate(read)


def measure(found: Output, name: str) -> Remedy:
    return next(each for each in found.remedies if each.name == name)


def normal(value: float) -> float:
    return (1 + erf(value / sqrt(2))) / 2


def test_the_chance_for_a_month_is_what_the_log_normal_distribution_gives() -> None:
    found = forecast(
        growth_per_month=0.04,
        growth_uncertainty=0.03,
        demand_volatility=0.1,
        price_change_per_month=-0.01,
        paths=200_000,
    )
    for month, chance in enumerate(found.monthly_overrun_probability, start=1):
        mean = log(0.9) + month * (log(1.04) + log(0.99))
        spread = sqrt((month * 0.03) ** 2 + month * 0.1**2)
        assert chance == pytest.approx(normal(mean / spread), abs=0.005)
        middle = found.p50[month - 1]
        assert float(middle) == pytest.approx(900 * (1.04 * 0.99) ** month, rel=0.01)


@pytest.mark.parametrize(("growth", "headroom"), [(0.108, "1.25"), (0.162, "1.5"), (0.25, "2")])
def test_six_of_ten_overrun_within_half_a_year_where_they_grow_as_was_calibrated(growth: float, headroom: str) -> None:
    found = forecast(
        monthly_spend="1",
        monthly_budget=headroom,
        growth_per_month=growth,
        growth_uncertainty=0.05,
        demand_volatility=0.15,
        price_change_per_month=-0.02,
        months=6,
        paths=200_000,
    )
    assert found.overrun_probability[-1] == pytest.approx(0.6, abs=0.015)


def test_without_any_uncertainty_the_month_of_overrun_is_plain_arithmetic() -> None:
    found = forecast(
        monthly_spend="800", growth_per_month=0.1, growth_uncertainty=0, demand_volatility=0, months=12, paths=1000
    )
    # 880, 968, 1,065, 1,171: 4,084 in four months is the first sum above 1,000 a month
    assert found.month_of_overrun == found.earliest_month_of_overrun == 4
    assert found.overrun_probability == (0.0,) * 3 + (1.0,) * 9
    assert found.monthly_overrun_probability == (0.0,) * 2 + (1.0,) * 10
    assert float(found.expected_spend[0]) == pytest.approx(880, rel=1e-4)
    assert found.month_exhausted == 10  # 12,000 in all; 11,950 are spent in nine months, 14,025 in ten
    assert found.p10 == found.p90


def test_what_was_spent_before_counts_against_the_budget() -> None:
    sure = {"growth_per_month": 0, "growth_uncertainty": 0, "demand_volatility": 0}
    thrifty = forecast(monthly_spend="1100", months_elapsed=5, spend_to_date="4000", months=12, **sure)
    assert thrifty.month_of_overrun == 11  # 1,000 are left over, 100 are used up each month
    assert thrifty.budget_until[0] == Decimal("6000.00")
    already = forecast(monthly_spend="900", months_elapsed=2, spend_to_date="2500", months=3, **sure)
    assert already.month_of_overrun == 1
    assert already.remarks == ("The months that are over passed their budget by 500.00 USD.",)
    assert forecast(spend_to_date="6000", months_elapsed=6).first_month == Decimal("1000.00")


def test_a_roll_out_multiplies_demand_in_its_month_as_often_as_it_is_likely() -> None:
    sure = {"growth_per_month": 0, "growth_uncertainty": 0, "demand_volatility": 0}
    step = {"month": 3, "factor": 2, "probability": 0.25}
    found = forecast(monthly_spend="600", months=4, roll_outs=[step], paths=100_000, **sure)
    assert found.monthly_overrun_probability[:2] == (0.0, 0.0)
    assert found.monthly_overrun_probability[2] == pytest.approx(0.25, abs=0.005)
    assert float(found.expected_spend[3]) == pytest.approx(750, rel=0.01)


def test_the_same_seed_gives_the_same_figures_and_another_one_nearly_the_same() -> None:
    first, again, other = forecast(seed=7), forecast(seed=7), forecast(seed=8)
    assert first == again
    assert first.overrun_probability != other.overrun_probability
    for one, two, error in zip(
        first.overrun_probability, other.overrun_probability, first.monte_carlo_error, strict=True
    ):
        assert abs(one - two) <= 3 * error + 0.01


def test_each_chance_says_how_sure_it_is_even_where_no_future_overran() -> None:
    found = forecast(monthly_budget="1000000", paths=1000)
    assert found.overrun_probability == (0.0,) * 12
    assert found.monte_carlo_error[0] == pytest.approx(0.003826, abs=1e-5)  # Wilson: 3.84 / 1,003.84
    assert found.month_of_overrun is found.earliest_month_of_overrun is found.month_exhausted is None
    assert found.within_accepted
    assert "0.38\u00a0%" in found.error_band


def test_tokens_are_paid_at_the_list_price_of_the_day() -> None:
    found = forecast(**TOKENS, model="gpt-5", monthly_budget="4000")
    assert found.first_month == Decimal("2250.00")
    first = found.terms[0]
    assert first.source is not None
    assert first.source.date == "2026-11-20"
    assert first.formula == "1000.0 million tokens read at 1.25, 100.0 written at 10"


def test_a_price_of_ones_own_comes_before_the_list_and_an_exchange_rate_turns_dollars() -> None:
    own = forecast(**TOKENS, model="gpt-5", output_price_per_million="5", monthly_budget="4000")
    assert own.first_month == Decimal("1750.00")
    euro = forecast(**TOKENS, model="gpt-5", currency="EUR", exchange_rate="0.9", monthly_budget="4000")
    assert euro.first_month == Decimal("2025.00")


def test_a_model_that_nobody_lists_may_be_named_where_its_prices_are_stated() -> None:
    found = forecast(**TOKENS, **PRICES, model="our very own", monthly_budget="4000", currency="EUR")
    assert found.first_month == Decimal("3000.00")
    assert found.terms[0].source is None
    listed = forecast(**TOKENS, **PRICES, model="gpt-5", monthly_budget="4000", currency="EUR")
    assert listed.first_month == Decimal("3000.00")


def test_list_prices_are_read_without_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise AssertionError("somebody opened a socket")

    monkeypatch.setattr(socket.socket, "connect", refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    assert forecast(**TOKENS, model="anthropic/claude-sonnet-5").first_month == Decimal("3000.00")


def test_growth_is_learnt_from_bills() -> None:
    bills = [{"month": f"2026-{month:02}", "amount": str(100 * 1.1 ** (month - 1))} for month in range(5, 11)]
    found = forecast(billed=bills, growth_per_month=None)
    assert found.growth_per_month == pytest.approx(0.1)
    assert found.demand_volatility == pytest.approx(0, abs=1e-9)
    assert found.first_month == Decimal("235.79")
    assert forecast(billed=bills, months_elapsed=2).spend_until_p50[0] > Decimal("235.79") + Decimal("214.36")


def test_bills_come_out_of_what_a_reader_found() -> None:
    def finding(month: str, value: float, unit: str = "USD") -> Finding:
        return Finding(
            metric="monthly_billed_cost", statistic="sum", value=value, unit=unit, attributes={"month": month}
        )

    found = [finding("2026-10", 300.5), finding("2026-09", 200), finding("2026-10", 1, "EUR"), finding("2026-11", 20)]
    assert [(each.month, each.amount) for each in billed_months(found, "EUR")] == [("2026-10", Decimal("1.0"))]
    whole = [*found, Finding(metric="billed_cost", value=520.5, unit="USD", attributes={"complete": False})]
    assert [each.month for each in billed_months(whole, "USD")] == ["2026-09", "2026-10"]
    assert [each.month for each in billed_months(found, "USD")] == ["2026-09", "2026-10", "2026-11"]
    assert billed_months([finding("2026-10", -3), finding("a year", 5)], "USD")[0].amount == 0
    with pytest.raises(Unreadable):
        billed_months([finding("2026-10", 1e17)], "USD")


def focus_bill(months: int) -> bytes:
    """A bill in the FOCUS format, one charge a month, a tenth more each."""
    head = (
        "BilledCost,EffectiveCost,ListCost,BillingCurrency,BillingPeriodStart,BillingPeriodEnd,ChargePeriodStart,"
        "ChargePeriodEnd,ChargeCategory,ServiceCategory,ServiceName,ProviderName"
    )
    rows = [head]
    for month in range(1, months + 1):
        begin, end = f"2026-{month:02}-01T00:00:00Z", f"2026-{month + 1:02}-01T00:00:00Z"
        cost = f"{100 * 1.1 ** (month - 1):.2f}"
        rows.append(
            f"{cost},{cost},{cost},EUR,{begin},{end},{begin},{end},Usage,AI and Machine Learning,Model,Somebody"
        )
    return "\n".join(rows).encode()


def test_a_bill_that_was_attached_starts_the_forecast_and_teaches_its_growth() -> None:
    billed = billed_months(inspected("bill.csv", focus_bill(6)).findings, "EUR")
    assert len(billed) == 6
    given = {"monthly_budget": "300", "currency": "EUR", "billed": billed, "months_elapsed": 6, "paths": FEW}
    found = calculate(Input.model_validate(given))
    assert found.first_month == Decimal("161.05")
    assert found.growth_per_month == pytest.approx(0.1, rel=1e-3)
    assert found.spend_until_p50[0] == pytest.approx(Decimal("948.71"), abs=1)


ENOUGH: dict[str, Any] = {**TOKENS, **PRICES, "monthly_budget": "3900", "growth_per_month": 0.02, "paths": 50_000}


@pytest.mark.parametrize("name", ["price", "cache", "batch", "smaller-model"])
def test_a_measure_taken_as_far_as_was_solved_brings_the_chance_to_what_is_accepted(name: str) -> None:
    start = {**ENOUGH, "smaller_model": "gpt-5-mini"}
    before = forecast(**start)
    assert before.highest_overrun_probability > 0.1
    remedy = measure(before, name)
    assert remedy.enough
    assert remedy.figure is not None
    share = remedy.figure
    small = Decimal("1000") * Decimal("0.25") + 100 * 2
    measures: dict[str, dict[str, Any]] = {
        "price": {field: str(float(price) * (1 - share)) for field, price in PRICES.items()},
        "cache": {"cached_share": share},
        "batch": {"batch_share": share},
        "smaller-model": {
            "input_million_tokens_per_month": None,
            "output_million_tokens_per_month": None,
            "monthly_spend": str(3000 * (1 - share) + float(small) * share),
        },
    }
    after = forecast(**{**start, **measures[name]})
    assert after.highest_overrun_probability == pytest.approx(0.1, abs=0.0005)
    assert remedy.overrun_probability == 0.1


def test_a_measure_that_is_not_enough_says_what_is_left_with_all_of_it() -> None:
    start = {**TOKENS, **PRICES, "monthly_budget": "2000", "growth_per_month": 0.1}
    cache = measure(forecast(**start), "cache")
    assert (cache.enough, cache.figure) == (False, 1.0)
    after = forecast(**start, cached_share=1)
    assert cache.overrun_probability == pytest.approx(after.highest_overrun_probability, abs=0.001)
    assert not measure(after, "cache").enough


def test_a_limit_makes_an_overrun_impossible_and_says_what_it_turns_away() -> None:
    limit = measure(forecast(**ENOUGH), "cap")
    assert (limit.enough, limit.figure, limit.overrun_probability) == (True, 3900.0, 0.0)
    assert "million tokens at today's prices" in limit.why
    assert "% of the demand is turned away" in limit.why


def test_what_is_spent_already_no_measure_brings_back() -> None:
    found = forecast(monthly_spend="900", months_elapsed=2, spend_to_date="9000", months=3)
    assert found.overrun_probability == (1.0, 1.0, 1.0)
    assert [each.enough for each in found.remedies if each.name in ("price", "cap")] == [False, False]


def test_a_sum_alone_does_not_say_what_a_cache_would_save() -> None:
    cache = measure(forecast(), "cache")
    assert (cache.enough, cache.figure) == (None, None)
    assert cache.why.startswith("State tokens and prices")


def test_the_budget_that_is_needed_is_just_enough() -> None:
    found = forecast(growth_per_month=0.08, paths=50_000)
    assert not found.within_accepted
    enough = forecast(growth_per_month=0.08, paths=50_000, monthly_budget=str(found.budget_needed + Decimal("0.01")))
    assert enough.within_accepted
    assert enough.highest_overrun_probability == pytest.approx(0.1, abs=0.0005)
    assert enough.reserve_needed == 0


@settings(max_examples=30, deadline=None)
@over(
    some.floats(-0.5, 0.9),
    some.floats(0, 0.5),
    some.floats(0, 1),
    some.decimals("0.01", 10**9, places=2),
    some.decimals("0.01", 10**9, places=2),
    some.integers(1, 60),
)
def test_extremes_give_finite_figures_and_a_higher_budget_never_raises_a_chance(
    growth: float, uncertainty: float, volatility: float, spend: Decimal, budget: Decimal, months: int
) -> None:
    given = {
        "growth_per_month": growth,
        "growth_uncertainty": uncertainty,
        "demand_volatility": volatility,
        "monthly_spend": spend,
        "months": months,
        "paths": 1000,
    }
    found, richer = forecast(**given, monthly_budget=budget), forecast(**given, monthly_budget=budget * 2)
    json.loads(found.model_dump_json(), parse_constant=pytest.fail)
    for low, high in zip(richer.overrun_probability, found.overrun_probability, strict=True):
        assert 0 <= low <= high <= 1
    for ten, fifty, ninety in zip(found.p10, found.p50, found.p90, strict=True):
        assert ten <= fifty <= ninety
    assert all(
        each >= alone
        for each, alone in zip(found.any_month_overrun_probability, found.monthly_overrun_probability, strict=True)
    )


@settings(max_examples=30, deadline=None)
@over(some.floats(-0.3, 0.5), some.floats(0, 0.4), some.floats(1, 3))
def test_neither_more_growth_nor_a_higher_price_ever_lowers_a_chance(growth: float, more: float, dearer: float) -> None:
    less = forecast(**TOKENS, **PRICES, monthly_budget="3500", growth_per_month=growth, paths=1000)
    grown = forecast(**TOKENS, **PRICES, monthly_budget="3500", growth_per_month=growth + more, paths=1000)
    price = {**PRICES, "output_price_per_million": str(10 * dearer)}
    paid = forecast(**TOKENS, **price, monthly_budget="3500", growth_per_month=growth, paths=1000)
    for low, high, other in zip(
        less.overrun_probability, grown.overrun_probability, paid.overrun_probability, strict=True
    ):
        assert low <= high
        assert low <= other


@pytest.mark.parametrize(
    ("given", "where", "said"),
    [
        ({"monthly_budget": 0}, "monthly_budget", "more than 0"),
        ({"monthly_budget": "-5"}, "monthly_budget", "more than 0"),
        ({"growth_per_month": 100}, "growth_per_month", "1.0 or less"),
        ({"growth_per_month": "NaN"}, "growth_per_month", "finite"),
        ({"growth_per_month": None}, "growth_per_month", "the bills of 4 months"),
        ({"months": 0}, "months", "1 or more"),
        ({"months": 61}, "months", "60 or less"),
        ({"paths": 10**9}, "paths", "200000 or less"),
        ({"monthly_spend": 0}, "monthly_spend", "more than 0"),
        ({"monthly_spend": None}, "monthly_spend", "state it, or tokens"),
        ({"output_million_tokens_per_month": 1}, "output_price_per_million", "a model with a list price"),
        ({"output_million_tokens_per_month": 1, "model": "gpt-5", "currency": "EUR"}, "exchange_rate", "a US dollar"),
        ({"output_million_tokens_per_month": 1, "model": "gtp-5"}, "model", "near are"),
        ({"output_million_tokens_per_month": 1, "model": "x", "provider": "nobody"}, "model", "no provider 'nobody'"),
        ({**TOKENS, "model": "gpt-5", "smaller_model": "none"}, "smaller_model", "no list price"),
        (
            {**TOKENS, "input_price_per_million": 1, "output_price_per_million": 1, "cached_share": 0.5},
            "cached_price_per_million",
            "a cached_share of 0",
        ),
        ({"cached_share": 1.5}, "cached_share", "1.0 or less"),
        ({"spend_to_date": "5"}, "", "months_elapsed"),
        ({"months_elapsed": 3}, "spend_to_date", "in the 3 months"),
        ({"roll_outs": [{"month": 13, "factor": 2}]}, "", "after the 12 months"),
        ({"billed": [{"month": "2026-13", "amount": 1}]}, "billed.0.month", "a month such as 2026-10"),
        ({"billed": [{"month": "2026-10", "amount": 1}], "monthly_spend": 1}, "", "the last bill is"),
        ({"billed": [{"month": "2026-10", "amount": 1}] * 2, "monthly_spend": None}, "billed", "stands twice"),
        (
            {"billed": [{"month": f"2026-{month}", "amount": 1} for month in (10, 12)], "monthly_spend": None},
            "billed",
            "a month before 2026-12 is missing",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(given: dict[str, Any], where: str, said: str) -> None:
    with pytest.raises(Unreadable) as refused:
        forecast(**{"monthly_spend": "900", **given})
    assert [each for each in refused.value.problems if each.where == where and said in each.message], (
        refused.value.problems
    )


def test_growth_that_bills_show_but_that_cannot_go_on_has_to_be_stated() -> None:
    bills = [{"month": f"2026-{month:02}", "amount": 10**month} for month in range(1, 6)]
    with pytest.raises(Unreadable, match="cannot be calculated") as refused:
        forecast(billed=bills, growth_per_month=None)
    assert refused.value.problems[0].where == "growth_per_month"


def test_a_price_is_that_of_its_day() -> None:
    long = list_price("gemini-2.5-pro", "google", date(2026, 11, 20))
    assert (long.input, long.output, long.long_prompts_cost_more) == (Decimal("1.25"), Decimal("10"), True)
    assert list_price("gpt-5", None, date(2026, 11, 20)).batch_discount == 0.5
    assert list_price("gpt-5", None, date(2026, 1, 1)).batch_discount is None


def test_the_day_of_the_list_prices_belongs_to_the_prices_that_are_installed() -> None:
    assert f"genai-prices {version('genai-prices')}," in usual("listed_on").source.title


def test_the_fields_that_scripts_depend_on_are_there() -> None:
    output = calculator("budget").schemas["output"]["properties"]
    fields = ("overrun_probability", "expected_spend", "p10", "p50", "p90", "month_of_overrun")
    assert set(fields) <= output.keys()
    found = forecast()
    metrics = {(each.metric, each.statistic) for each in found.findings()}
    assert {("budget.overrun_probability", "max"), ("budget.spend", "p90")} <= metrics
    assert found.grade == "documented"


@pytest.mark.parametrize("seed", range(4))
def test_the_budget_that_would_do_does(seed: int) -> None:
    volatile = {"monthly_spend": "10000", "growth_per_month": 0.1, "demand_volatility": 0.15, "seed": seed}
    needed = forecast(**volatile, monthly_budget="20000").budget_needed
    assert forecast(**volatile, monthly_budget=needed).within_accepted


def test_the_price_of_tokens_that_nobody_uses_is_not_asked_for() -> None:
    read = forecast(monthly_spend=None, input_million_tokens_per_month=1000, input_price_per_million=".25")
    assert read.first_month == Decimal(250)
