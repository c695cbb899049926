"""Published comparisons come out as published, and the one that is wrong is told so."""

import json
from decimal import Decimal
from typing import Any

import pytest

from app.calculators import read_input
from app.calculators.tco import Input, Output, calculate
from tests.calculators.published import BY_TOKEN, FILE, RIGHT, WRONG, Published, api, owned


def compared(given: dict[str, Any]) -> Output:
    read = read_input("tco", given)
    assert isinstance(read, Input)
    return calculate(read)


def checked(case: Published) -> Output:
    return compared({**case.given, "stated": list(case.stated)})


@pytest.mark.parametrize("case", RIGHT, ids=lambda case: case.source)
def test_what_a_published_comparison_states_follows_from_its_own_figures(case: Published) -> None:
    checks = checked(case).checks
    assert len(checks) == len(case.stated)
    assert not [each for each in checks if not each.agrees]


def test_a_published_comparison_that_is_arithmetically_wrong_is_told_so() -> None:
    found = checked(WRONG)
    assert [each.agrees for each in found.checks] == [False, False]
    assert found.checks[0].found == "own costs least"
    assert found.checks[1].found == "after 35.6 months"
    own, cloud = found.options
    assert own.capex == Decimal("392000.00")
    assert own.cost_per_month == Decimal("11542.99")
    assert cloud.cost_per_month == Decimal("14400.00")
    wrong = next(each for each in found.findings() if each.metric == "tco.statements_that_do_not_follow")
    assert wrong.value == 2


def by_token(price: float, watts: float, months: float) -> dict[str, Any]:
    """A case of arXiv 2509.18101: a third of the tokens read, two thirds written, 160 hours a month."""
    energy = 160 * watts / 1000 * 0.15
    millions = (price / months + energy) / (1.25 / 3 + 10 * 2 / 3)
    return {
        "years": 3,
        "demand": {
            "hours_per_month": 160,
            "input_million_tokens_per_month": millions / 3,
            "output_million_tokens_per_month": millions * 2 / 3,
        },
        "options": [
            owned(price_per_unit=price, power_kw_per_unit=watts / 1000, electricity_price_per_kwh="0.15"),
            api("GPT-5", input_price_per_million="1.25", output_price_per_million="10"),
            api("Claude Opus 4", input_price_per_million="15", output_price_per_million="75"),
        ],
    }


@pytest.mark.parametrize("model", BY_TOKEN)
def test_months_until_machines_cost_less_than_tokens_are_as_published(model: str) -> None:
    price, watts, opus, gpt = BY_TOKEN[model]
    own = compared(by_token(price, watts, float(gpt))).options[0]
    against = {each.against: each.months for each in own.break_evens}
    assert against["GPT-5"] == pytest.approx(float(gpt), rel=1e-6)
    assert against["Claude Opus 4"] == pytest.approx(float(opus), rel=0.02, abs=0.05)


def test_beyond_the_years_compared_a_break_even_says_that_it_is() -> None:
    price, watts, _, gpt = BY_TOKEN["Kimi-K2"]
    own = compared(by_token(price, watts, float(gpt))).options[0]
    assert own.break_even_months == pytest.approx(69.3)
    assert own.break_even_note == "after the 36 months compared, if the last year goes on"


@pytest.mark.skipif(not FILE.is_file(), reason="the file of published cases does not stand beside this checkout")
def test_the_cases_beside_this_checkout_come_out_as_published() -> None:
    cases = {each["id"]: each for each in json.loads(FILE.read_text("utf-8"))}
    paper = cases["arxiv-2509.18101"]
    for model, stated in paper["published"].items():
        price = paper["inputs"]["capex"][model]
        own = compared(by_token(price, 400 * price / 15000 if price > 2000 else 575, stated["gpt5"])).options[0]
        opus = next(each.months for each in own.break_evens if each.against == "Claude Opus 4")
        assert opus == pytest.approx(stated["opus"], rel=0.02, abs=0.06), model
    wrong = cases["doc-example-randomcalculators"]["replicated"]
    own, cloud = checked(WRONG).options
    assert float(own.cost_per_month) == pytest.approx(wrong["onprem_month"], abs=0.01)
    assert float(cloud.cost_per_month) == pytest.approx(wrong["cloud_month"], abs=0.01)
