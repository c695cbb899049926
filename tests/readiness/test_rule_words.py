"""Rules in words: what a question reads, with the pilot's own needs filled in where they are written down."""

from typing import Any, Final

import pytest

from app.readiness.rule import Metric, Piece, Rules, Supports
from app.readiness.rule_text import figure
from app.readiness.rule_words import figure_text, figure_told, rules_told
from app.readiness.yardstick import exact
from tests.make import catalogue, dimension, need, question

METRICS: Final = (
    Metric(key="ttft", title="Time to the first word", unit="ms"),
    Metric(key="bill", title="Billed in a month", unit="money"),
    Metric(key="length", title="Length of the test", unit="s"),
    Metric(key="licence", title="Licence of a part", unit="1"),
    Metric(key="stopped", title="The service was stopped", unit="1"),
    Metric(key="rate", title="Words a second", unit="{token}/s"),
)
RULES: Final = Rules(
    supports=(
        Supports(
            level=3,
            pieces=(
                Piece(title="A load test", figures=(figure("p95 ttft <= need.ttft_p95_ms with concurrency >= 10"),)),
            ),
        ),
    )
)
SMALL: Final = catalogue(
    dimension("data", question("speed", rules=RULES), question("logs")),
    metrics=METRICS,
    needs=(
        need("ttft_p95_ms", "number", 1500.0),
        need("monthly_budget", "money", "40000"),
        need("currency", "text", "EUR"),
        need("licences", "list", ("MIT",)),
    ),
)
NEEDS: Final[dict[str, Any]] = {
    "ttft_p95_ms": 1500,
    "monthly_budget": "40000",
    "currency": "EUR",
    "licences": ("MIT", "Apache-2.0"),
}


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("p95 ttft <= need.ttft_p95_ms", "Time to the first word, p95: at most 1,500 ms (“ttft_p95_ms”)"),
        ("p50 ttft > 2 * need.ttft_p95_ms", "Time to the first word, median: above 3,000 ms (2 × “ttft_p95_ms”)"),
        ("bill <= need.monthly_budget", "Billed in a month: at most 40,000 EUR (“monthly_budget”)"),
        ("total length >= 900", "Length of the test, added up: at least 15 minutes"),
        ("different month of bill >= 2", "Billed in a month, counted by month: at least 2"),
        ("stopped = 1", "The service was stopped: yes"),
        ("rate >= 10", "Words a second: at least 10 tokens/s"),
        (
            "every licence.spdx in need.licences without dev",
            "Licence of a part, spdx, each that is found: one of MIT, Apache-2.0 (“licences”), "
            "leaving out what is marked dev",
        ),
        (
            "mean ttft < 5 with complete = yes and n >= 200",
            "Time to the first word, mean: below 5 ms, where complete is yes and n is at least 200",
        ),
    ],
)
def test_a_figure_is_said_in_words_with_the_needs_filled_in(rule: str, words: str) -> None:
    assert figure_told(figure(rule), SMALL, NEEDS).words == words


@pytest.mark.parametrize("rule", ["p95 ttft <= need.ttft_p95_ms", "every licence.spdx in need.licences"])
def test_a_need_that_is_not_written_down_is_named(rule: str) -> None:
    told = figure_told(figure(rule), SMALL, {})
    assert told.words.endswith("” (not written down yet)")
    assert len(told.unwritten) == 1


def test_without_a_pilot_needs_are_named_and_none_is_missing() -> None:
    told = figure_told(figure("p95 ttft <= need.ttft_p95_ms"), SMALL)
    assert (told.words, told.unwritten) == ("Time to the first word, p95: at most “ttft_p95_ms”", ())


def test_a_question_tells_its_rules_and_which_needs_they_wait_for() -> None:
    told = rules_told(SMALL, SMALL.questions["data.speed"], {})
    assert told is not None
    assert [(rule.level, [piece.title for piece in rule.pieces]) for rule in told.supports] == [(3, ["A load test"])]
    assert told.unwritten == ("ttft_p95_ms",)


def test_a_question_without_rules_reads_nothing() -> None:
    assert rules_told(SMALL, SMALL.questions["data.logs"], {}) is None


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (90, "s", "90 s"),
        (7200, "s", "2 hours"),
        (1_209_600, "s", "14 days"),
        (0.25, "1", "0.25"),
        (1234567.5, "By", "1,234,568 By"),
        (12, "{request}/s", "12 requests/s"),
        pytest.param(1e308, "ms", "1e+308 ms", id="what nobody reads digit by digit"),
        pytest.param(1e308, "money", "1e+308", id="in money too"),
    ],
)
def test_a_value_is_written_with_its_unit_as_people_write_it(value: float, unit: str, text: str) -> None:
    assert figure_text(exact(value), unit) == text


def test_a_value_beyond_what_a_float_holds_is_written_all_the_same() -> None:
    assert figure_text(exact(1e308) * 1000, "ms") == "1e+311 ms"
