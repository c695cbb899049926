"""What the ways to run a model cost: lines, years, break-even and what matters most."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as some

from app.calculators import calculator, read_input
from app.calculators.customary import Customary, customary
from app.calculators.option_cost import OptionCost
from app.calculators.tco import Input, Output, calculate
from app.errors import Unreadable
from tests.calculators.published import api, cloud, owned


def compared(*options: dict[str, Any], **given: Any) -> Output:
    read = read_input("tco", {"options": list(options), **given})
    assert isinstance(read, Input)
    return calculate(read)


def one(option: dict[str, Any], **given: Any) -> OptionCost:
    return compared(option, **given).options[0]


def line(cost: OptionCost, name: str) -> Decimal:
    return next(each.total for each in cost.lines if each.line == name)


TOKENS = {"input_million_tokens_per_month": 300, "output_million_tokens_per_month": 100}
FULL = owned(
    units=2,
    price_per_unit="100000",
    network_share=0.15,
    storage_share=0.05,
    upgrade_cost_by_year=[0, 5000],
    residual_share=0.2,
    power_kw_per_unit=10,
    idle_power_share=0.25,
    pue=1.5,
    electricity_price_per_kwh="0.20",
    rack_price_per_kw_month="100",
    maintenance_share_per_year=0.1,
    staff_full_time=0.5,
    licences_per_year="1000",
    one_time_cost="20000",
    switching_cost="4000",
)


def test_owned_machines_cost_what_each_line_says() -> None:
    cost = one(FULL, years=2, demand={"hours_per_month": 365}, staff_cost_per_year="120000")
    expected = {
        "purchase": "200000.00",
        "network": "30000.00",
        "storage": "10000.00",
        "upgrades": "5000.00",
        "start": "20000.00",
        # half of the hours: 2 x 10 kW x (0.25 + 0.75 / 2) x 8,760 h x 0.20 = 21,900 a year
        "energy": "43800.00",
        "cooling": "21900.00",
        "space": "48000.00",
        "upkeep": "40000.00",
        "people": "120000.00",
        "licences": "2000.00",
        "resale": "-40000.00",
        "switching": "4000.00",
    }
    assert {each.line: str(each.total) for each in cost.lines} == expected
    assert cost.capex == Decimal("265000.00")
    assert cost.opex_by_year == (Decimal("137850.00"), Decimal("141850.00"))
    assert cost.total == Decimal("504700.00")
    assert cost.cost_lines_filled == 1
    assert not cost.not_counted


def test_depreciation_stands_beside_the_payments_and_is_no_part_of_them() -> None:
    cost = one(owned(price_per_unit="90000", residual_share=0.1, depreciation_years=2.5), years=4)
    assert cost.depreciation_by_year == tuple(map(Decimal, ("32400.00", "32400.00", "16200.00", "0.00")))
    assert cost.total == Decimal("81000.00")


def test_later_payments_are_worth_less_today() -> None:
    cost = one(owned(price_per_unit="1000", fixed_cost_per_month="10"), years=2, discount_rate=0.1)
    assert cost.total == Decimal("1240.00")
    assert cost.present_value == Decimal("1208.26")  # 1000 + 120 / 1.1 + 120 / 1.21


def test_tokens_are_paid_by_kind_with_cache_and_batches() -> None:
    priced: dict[str, Any] = {
        "input_price_per_million": "2",
        "output_price_per_million": "10",
        "cached_price_per_million": "0.2",
    }
    cost = one(api(**priced, cached_share=0.5, batch_share=0.4), years=1, demand=TOKENS)
    # (300 x (0.5 x 2 + 0.5 x 0.2) + 100 x 10) x (1 - 0.4 x 0.5) = 1,064 a month
    assert cost.total == Decimal("12768.00")
    assert cost.cost_per_million_tokens == Decimal("2.6600")
    assert cost.cost_per_million_output_tokens == Decimal("10.6400")


def test_growth_and_a_change_of_price_compound() -> None:
    priced: dict[str, Any] = {"input_price_per_million": 0, "output_price_per_million": "10"}
    cost = one(
        api(**priced, price_change_per_year=-0.5),
        years=3,
        demand={"output_million_tokens_per_month": 1, "growth_per_year": 1},
    )
    assert cost.opex_by_year == (Decimal("120.00"),) * 3


def test_a_model_is_taken_at_its_list_price_with_its_source() -> None:
    found = compared(api(model="gpt-5"), years=1, demand={"output_million_tokens_per_month": 1})
    assert found.options[0].total == Decimal("120.00")
    price = next(each for each in found.terms if each.name == "api: output_price_per_million")
    assert price.value == "10"
    assert price.source is not None
    assert "genai-prices" in price.source.title
    assert price.source.date == "2026-11-20"


def test_a_model_that_nobody_lists_may_be_named_where_its_prices_are_stated() -> None:
    own: dict[str, Any] = {"model": "our very own", "input_price_per_million": 0, "output_price_per_million": "3"}
    found = compared(api(**own), years=1, demand={"output_million_tokens_per_month": 1}, currency="EUR")
    assert found.options[0].total == Decimal("36.00")
    assert found.terms[1].formula == "as stated"


def test_a_list_price_is_turned_into_the_currency_of_the_comparison() -> None:
    demand = {"output_million_tokens_per_month": 1}
    found = compared(api(model="gpt-5"), years=1, demand=demand, currency="EUR", exchange_rate="0.9")
    assert found.options[0].total == Decimal("108.00")
    price = next(each for each in found.terms if each.name == "api: output_price_per_million")
    assert (price.value, price.formula) == ("9.0", "listed at 10 US dollars")


def test_reserved_machines_are_paid_round_the_clock() -> None:
    rates = {"price_per_unit_hour": "10", "discount": 0.4}
    used, kept = compared(
        cloud("used", **rates), cloud("kept", **rates, commitment="reserved"), years=1, demand={"hours_per_month": 100}
    ).options
    assert used.total == Decimal("7200.00")
    assert kept.total == Decimal("52560.00")
    assert kept.break_even_months is None
    assert kept.break_even_note == "never: it costs as much or more each month"


def test_units_are_found_from_the_peak_and_grow_with_it() -> None:
    demand = {
        "output_million_tokens_per_month": 1314,
        "peak_to_mean": 4,
        "growth_per_year": 1,
    }  # 500 a second, 2,000 at peak
    sized: dict[str, Any] = {"units": None, "output_tokens_per_second_per_unit": 1000}
    rented, own = compared(
        cloud(**sized, price_per_unit_hour=1), owned(**sized, price_per_unit="1000"), years=3, demand=demand
    ).options
    assert rented.units_by_year == own.units_by_year == (2, 4, 8)
    assert own.capex_by_year == tuple(map(Decimal, ("2000.00", "2000.00", "4000.00")))
    assert own.utilisation_by_year == (0.25, 0.25, 0.25)


def test_machines_that_cannot_carry_the_demand_say_so() -> None:
    demand = {"output_million_tokens_per_month": 2628, "growth_per_year": 0.5}
    found = compared(owned(price_per_unit=1, output_tokens_per_second_per_unit=1200), years=2, demand=demand)
    assert found.remarks == ("From year 2 on own cannot carry the demand: it is 125 % of what it can do.",)
    assert found.options[0].million_tokens == pytest.approx(12 * (2628 + 1200 * 2.628))


def test_machines_that_carry_the_mean_but_not_the_peak_say_so() -> None:
    demand = {"output_million_tokens_per_month": 1314, "peak_to_mean": 3}
    found = compared(owned(price_per_unit=1, output_tokens_per_second_per_unit=1000), demand=demand)
    assert found.remarks == ("From year 1 on own cannot carry the peak: it is 150 % of what it can do.",)


def test_without_a_demand_machines_are_taken_to_write_all_they_can() -> None:
    cost = one(cloud(price_per_unit_hour="98.32", output_tokens_per_second_per_unit=1000), years=1)
    assert cost.cost_per_million_tokens == Decimal("27.3111")  # 98.32 / 3.6


def test_a_mixture_pays_for_both_parts() -> None:
    own = owned("base", price_per_unit="1000", fixed_cost_per_month=10)
    rest = api("rest", input_price_per_million=0, output_price_per_million=10)
    cost = one(
        {"kind": "hybrid", "name": "both", "own": own, "overflow": rest, "own_share": 0.75},
        years=1,
        demand={"output_million_tokens_per_month": 100},
    )
    assert cost.capex == Decimal("1000.00")
    assert cost.total == Decimal("4120.00")
    assert {each.field for each in cost.not_counted} >= {"own.network_share", "overflow.staff_full_time"}


def test_what_is_left_out_is_named_with_what_it_would_usually_add() -> None:
    cost = one(owned(price_per_unit="100000"), years=3)
    missing = {each.field: each for each in cost.not_counted}
    network = missing["network_share"]
    assert (network.adds_low, network.adds, network.adds_high) == tuple(
        map(Decimal, ("10000.00", "15000.00", "20000.00"))
    )
    assert missing["residual_share"].adds == Decimal("-27500.00")
    assert missing["staff_full_time"].adds is None
    assert all(each.source for each in cost.not_counted if each.usual)
    assert cost.cost_lines_filled == pytest.approx(1 / 13, abs=1e-4)


def test_a_zero_that_is_written_down_is_counted() -> None:
    cost = one(owned(price_per_unit="1", network_share=0, upgrade_cost_by_year=[], switching_cost=0))
    assert not {"network_share", "upgrade_cost_by_year", "switching_cost"} & {each.field for each in cost.not_counted}


def test_break_even_follows_uneven_payments() -> None:
    own = owned(price_per_unit="1200", upgrade_cost_by_year=[0, 600])
    rented = cloud(price_per_unit_hour=1)
    months = compared(own, rented, years=3, demand={"hours_per_month": 120}).options[0].break_even_months
    assert months == 15  # 1,200 is reached in month 10, then 600 more are due after month 12


def test_an_option_that_is_cheaper_only_at_first_says_until_when() -> None:
    first, second = compared(
        cloud("rented", price_per_unit_hour=1), owned(price_per_unit="730"), years=1, demand={"hours_per_month": 73}
    ).options
    assert second.break_even_months == 10
    late = compared(
        owned(price_per_unit="730"),
        cloud("rented", price_per_unit_hour=1),
        years=1,
        demand={"hours_per_month": 73},
        reference="own",
    ).options[1]
    assert late.break_even_months is None
    assert late.break_even_note == "costs less only until month 10.0"
    assert first.break_even_months is None


def test_at_the_use_that_breaks_even_both_cost_the_same() -> None:
    own = {**FULL, "staff_full_time": 0}
    rented = cloud(units=2, price_per_unit_hour="40")
    share = compared(own, rented, reference="cloud", demand={"hours_per_month": 100}).options[0].break_even_utilisation
    assert share is not None
    there = compared(own, rented, demand={"hours_per_month": 730 * share}).options
    assert float(there[0].total) == pytest.approx(float(there[1].total), rel=1e-5)


def test_at_the_tokens_that_break_even_both_cost_the_same() -> None:
    own = {**FULL, "staff_full_time": 0, "output_tokens_per_second_per_unit": 500}
    paid = api(input_price_per_million="1.25", output_price_per_million="10")
    found = compared(own, paid, demand=TOKENS).options[0]
    assert found.break_even_utilisation is not None
    assert found.break_even_million_tokens_per_month is not None
    tokens = found.break_even_million_tokens_per_month / 4
    demand = {"input_million_tokens_per_month": 3 * tokens, "output_million_tokens_per_month": tokens}
    there = compared(own, paid, demand=demand).options
    assert float(there[0].total) == pytest.approx(float(there[1].total), rel=1e-5)
    assert there[0].utilisation_by_year[0] == pytest.approx(found.break_even_utilisation, rel=1e-5)


def test_the_tornado_moves_each_input_and_names_the_option_that_wins_then() -> None:
    found = compared(
        owned(price_per_unit="1000"), cloud(price_per_unit_hour="1"), years=1, demand={"hours_per_month": 80}
    )
    own = found.options[0]
    moved = {each.input: each for each in own.tornado}
    assert moved["price_per_unit"].total_low == Decimal("700.00")
    assert moved["price_per_unit"].total_high == Decimal("1300.00")
    assert found.cheapest == "cloud"
    assert moved["price_per_unit"].cheapest_low == "own"
    assert moved["price_per_unit"].cheapest_high is None
    assert (own.total_low, own.total_high) == (Decimal("700.00"), Decimal("1300.00"))
    assert "demand.hours_per_month" in {each.input for each in found.options[1].tornado}


def test_a_swing_never_leaves_what_an_input_may_be() -> None:
    option = owned(price_per_unit="1000", power_kw_per_unit=1, electricity_price_per_kwh=1, pue=1.1)
    moved = {each.input: each for each in one(option, years=1).tornado}
    assert moved["pue"].low == 1.0


priced = some.decimals(0, 10**6, places=2)
shares = some.none() | some.floats(0, 1)


@some.composite
def machines(draw: some.DrawFn) -> dict[str, Any]:
    return owned(
        units=draw(some.integers(1, 500)),
        price_per_unit=draw(priced),
        network_share=draw(shares),
        residual_share=draw(shares),
        maintenance_share_per_year=draw(shares),
        idle_power_share=draw(shares),
        power_kw_per_unit=draw(some.floats(0, 100)),
        pue=draw(some.none() | some.floats(1, 3)),
        electricity_price_per_kwh=draw(some.none() | priced),
        rack_price_per_kw_month=draw(some.none() | priced),
        licences_per_year=draw(some.none() | priced),
        output_tokens_per_second_per_unit=draw(some.none() | some.floats(0.1, 1e6)),
    )


@settings(max_examples=60, deadline=None)
@over(machines(), some.integers(1, 7), some.floats(1, 744), some.floats(-0.9, 10), priced)
def test_the_lines_add_up_and_every_figure_is_finite(
    own: dict[str, Any], years: int, hours: float, growth: float, rate: Decimal
) -> None:
    demand = {**TOKENS, "hours_per_month": hours, "growth_per_year": growth}
    found = compared(
        own,
        cloud(price_per_unit_hour=rate),
        api(input_price_per_million=rate, output_price_per_million=rate),
        years=years,
        demand=demand,
    )
    for cost in found.options:
        assert len(cost.opex_by_year) == years
        assert abs(sum(each.total for each in cost.lines) - cost.total) < Decimal("0.2")
        assert abs(cost.capex + sum(cost.opex_by_year) - cost.resale - cost.total) < Decimal("0.2")
        assert cost.total_low <= cost.total <= cost.total_high
        if cost.break_even_utilisation is not None:
            assert 0 <= cost.break_even_utilisation <= 1
    json.loads(found.model_dump_json(), parse_constant=pytest.fail)
    assert all(each.metric.startswith("tco.") for each in found.findings())


@settings(max_examples=60, deadline=None)
@over(machines(), some.sampled_from(["price_per_unit", "electricity_price_per_kwh", "licences_per_year"]), priced)
def test_a_higher_price_never_lowers_the_cost(own: dict[str, Any], field: str, more: Decimal) -> None:
    dearer = {**own, field: (own[field] or Decimal(0)) + more}
    assert one(dearer).total >= one(own).total


@settings(max_examples=40, deadline=None)
@over(some.decimals(1, 10**6, places=2), some.decimals("0.01", 100, places=2), some.decimals("0.01", 100, places=2))
def test_dearer_rent_never_puts_off_the_day_on_which_owning_pays(price: Decimal, rate: Decimal, more: Decimal) -> None:
    def months(rent: Decimal) -> float:
        found = compared(owned(price_per_unit=price), cloud(price_per_unit_hour=rent)).options[0]
        return float("inf") if found.break_even_months is None else found.break_even_months

    assert months(rate + more) <= months(rate)


@pytest.mark.parametrize(
    ("given", "where", "said"),
    [
        ({"options": []}, "", "options: state one at least"),
        ({"options": [owned(price_per_unit=-1)]}, "options.0.price_per_unit", "0 or more"),
        ({"options": [owned(price_per_unit="NaN")]}, "options.0.price_per_unit", "sum of money"),
        ({"options": [owned(price_per_unit="1e400")]}, "options.0.price_per_unit", "or less"),
        ({"options": [owned(price_per_unit="1.250,50")]}, "options.0.price_per_unit", "such as 1250.50"),
        ({"options": [owned(price_per_unit=float("inf"))]}, "options.0.price_per_unit", "finite"),
        ({"options": [owned(price_per_unit=True)]}, "options.0.price_per_unit", "sum of money"),
        ({"options": [owned(price_per_unit=1, pue=0.9)]}, "options.0.pue", "1.0 or more"),
        ({"options": [owned(price_per_unit=1, units=0)]}, "options.0.units", "1 or more"),
        ({"options": [owned(price_per_unit=1, colour="red")]}, "options.0.colour", "no such field"),
        ({"options": [owned(price_per_unit=1, units=None)]}, "options.0", "state units"),
        (
            {"options": [owned(price_per_unit=1, running_cost_per_unit_hour=1, maintenance_share_per_year=0.1)]},
            "options.0",
            "one holds the other",
        ),
        (
            {"options": [owned(price_per_unit=1, electricity_price_per_kwh=1)]},
            "options.0",
            "state power_kw_per_unit",
        ),
        ({"options": [api()]}, "options.0", "state input_price_per_million"),
        ({"options": [api(model="gpt-5")]}, "demand.output_million_tokens_per_month", "paid by the token"),
        ({"options": [api(model="llama-3.3-70b")], "demand": TOKENS}, "options", "say who sells 'llama-3.3-70b'"),
        ({"options": [api(model="gpt-5000")], "demand": TOKENS}, "options", "no list price for 'gpt-5000'"),
        (
            {"options": [api(model="gpt-5")], "demand": TOKENS, "currency": "EUR"},
            "exchange_rate",
            "what a US dollar costs in EUR",
        ),
        (
            {
                "options": [api(input_price_per_million=1, output_price_per_million=1, cached_share=0.1)],
                "demand": TOKENS,
            },
            "options",
            "state cached_price_per_million",
        ),
        ({"options": [owned(price_per_unit=1, staff_full_time=1)]}, "staff_cost_per_year", "what a person costs"),
        (
            {"options": [owned(price_per_unit=1, units=None, output_tokens_per_second_per_unit=1)], "demand": TOKENS},
            "demand.peak_to_mean",
            "state it, or the units",
        ),
        ({"options": [owned(price_per_unit=1)] * 2}, "", "two are called 'own'"),
        ({"options": [owned(price_per_unit=1)], "reference": "cloud"}, "", "there is no option 'cloud'"),
        ({"options": [owned(price_per_unit=1)], "years": 8}, "years", "7 or less"),
        (
            {"options": [owned(price_per_unit=1)], "demand": {"growth_per_year": 100}},
            "demand.growth_per_year",
            "10.0 or less",
        ),
        (
            {"options": [owned(price_per_unit=1)], "demand": {"hours_per_month": 0}},
            "demand.hours_per_month",
            "more than 0",
        ),
        ({"options": [owned(price_per_unit=1)], "currency": "euro"}, "currency", "three letters of ISO 4217"),
        (
            {"options": [owned(price_per_unit=1)], "stated": [{"option": "own", "figure": "total"}]},
            "stated.0",
            "total takes a value",
        ),
        (
            {"options": [owned(price_per_unit=1)], "stated": [{"option": "own", "figure": "never_breaks_even"}]},
            "stated",
            "not held against itself",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(given: dict[str, Any], where: str, said: str) -> None:
    with pytest.raises(Unreadable) as refused:
        calculate(Input.model_validate(read_input("tco", given)))
    assert [each for each in refused.value.problems if each.where == where and said in each.message], (
        refused.value.problems
    )


def test_next_to_no_tokens_have_no_price_of_a_million() -> None:
    cost = one(owned(price_per_unit="1e15", units=1_000_000), demand={"output_million_tokens_per_month": 1e-300})
    assert cost.cost_per_million_tokens is None


@pytest.mark.parametrize("row", customary().values(), ids=lambda row: row.key)
def test_every_customary_figure_has_a_source_a_day_and_stands_in_its_range(row: Customary) -> None:
    assert row.source.title
    assert row.source.date
    if row.low:
        assert float(row.low) <= row.number <= float(row.high)


def test_the_fields_that_scripts_depend_on_are_there() -> None:
    schemas = calculator("tco").schemas
    output = schemas["output"]["$defs"]["OptionCost"]["properties"]
    fields = (
        "capex",
        "opex_by_year",
        "total",
        "cost_per_million_tokens",
        "break_even_months",
        "break_even_utilisation",
    )
    assert set(fields) <= output.keys()
    assert {"demand", "years", "options"} <= schemas["input"]["properties"].keys()
    assert line(one(owned(price_per_unit="12.50")), "purchase") == Decimal("12.50")
    assert '"total":"12.50"' in compared(owned(price_per_unit="12.50")).model_dump_json()
