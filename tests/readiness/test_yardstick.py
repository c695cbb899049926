"""What one finding says to a figure of a rule."""

from typing import Any

import pytest

from app.finding import Finding
from tests.make import (
    file,
    found,
)
from tests.readiness.speed import NEEDS, proven, reads

# ---- one figure


@pytest.mark.parametrize(
    ("figure", "finding", "shown"),
    [
        pytest.param("latency <= 1000", found(value=1000), True, id="at the threshold it is met"),
        pytest.param("latency < 1000", found(value=1000), False, id="below is not at"),
        pytest.param("latency >= 1000", found(value=1000), True, id="at least, at the threshold"),
        pytest.param("latency > 1000", found(value=1000), False, id="above is not at"),
        pytest.param("latency = 1000", found(value=1000), True, id="the same is the same"),
        pytest.param("latency", found(value=5), True, id="that it is found is enough"),
        pytest.param("latency <= need.latency_ms", found(value=1001), False, id="beyond the pilot's need"),
        pytest.param("latency <= 2 * need.latency_ms", found(value=2000), True, id="within twice the need"),
        pytest.param("latency <= 1000", found("tool.latency", 1000), True, id="a tool's name for it"),
        pytest.param("latency <= 1000", found("other.latency", 1000), False, id="another tool's name for something"),
        pytest.param("score >= 0.5", found("mmlu.score", 0.5, "1"), True, id="any name that ends in .score"),
        pytest.param("score >= 0.5", found("mmluscore", 0.5, "1"), False, id="but not one without the dot"),
        pytest.param("latency <= 1000", found(value=None), False, id="no value lies nowhere"),
        pytest.param("errors <= 0.3", found("errors", 0.1 + 0.2, "1"), True, id="0.1 + 0.2 is 0.3"),
    ],
)
def test_a_figure_is_met(figure: str, finding: Finding, shown: bool) -> None:
    assert proven(reads(figure), file(finding)) == (4 if shown else 2)


@pytest.mark.parametrize(
    ("figure", "finding", "shown"),
    [
        pytest.param("latency <= 1000", found(value=1, unit="s"), True, id="one second is 1000 ms"),
        pytest.param("latency <= 1000", found(value=1.001, unit="s"), False, id="and 1.001 s is more"),
        pytest.param("latency <= 1000", found(value=0.03255, unit="seconds"), True, id="units in words"),
        pytest.param("duration >= 300", found("duration", 5 / 60, "h"), True, id="five minutes, a twelfth of an hour"),
        pytest.param("errors >= 1 / 9", found("errors", 1 / 9, "1"), True, id="a ninth is a ninth"),
        pytest.param("latency <= 1000", found(value=1, unit="By"), False, id="bytes are no time"),
        pytest.param("latency <= 1000", found(value=1, unit=None), False, id="a time without a unit is none"),
        pytest.param("errors <= 0.01", found("errors", 1, "%"), True, id="1 % is a share of 0.01"),
        pytest.param("errors <= 0.01", found("errors", 0.01, None), True, id="a bare number needs no unit"),
        pytest.param("spend <= 10", found("spend", 10, "EUR"), True, id="the pilot's currency"),
        pytest.param("spend <= 10", found("spend", 10, "eur"), True, id="in small letters"),
        pytest.param("spend <= 10", found("spend", 10, "USD"), False, id="another currency is not converted"),
        pytest.param("spend <= 10", found("spend", 10, None), False, id="money without its currency"),
    ],
)
def test_units_are_converted_where_they_measure_the_same(figure: str, finding: Finding, shown: bool) -> None:
    assert proven(reads(figure), file(finding)) == (4 if shown else 2)


@pytest.mark.parametrize(
    ("wanted", "stated", "value", "shown"),
    [
        pytest.param("p95", "p95", 900, True, id="the p95 within the limit"),
        pytest.param("p95", "P95", 900, True, id="in whatever letters"),
        pytest.param("p95", "p99", 900, True, id="a p99 within it shows the p95 to be"),
        pytest.param("p95", "max", 900, True, id="so does the largest"),
        pytest.param("p95", "p50", 900, False, id="a median within it shows nothing"),
        pytest.param("p95", "mean", 900, False, id="nor does the mean"),
        pytest.param("p95", None, 900, False, id="nor a figure of no statistic"),
        pytest.param("p50", "median", 900, True, id="the median is the p50"),
        pytest.param("mean", "avg", 900, True, id="the average is the mean"),
        pytest.param("mean", "max", 900, False, id="nothing is inferred of the mean"),
        pytest.param(None, "sum", 900, True, id="without a statistic, a sum is read"),
        pytest.param(None, "p95", 900, False, id="and a percentile is not"),
        pytest.param("any", "p50", 900, True, id="any is any"),
    ],
)
def test_a_statistic_within_its_limit(wanted: str | None, stated: str | None, value: float, shown: bool) -> None:
    figure = f"{wanted} latency <= 1000" if wanted else "latency <= 1000"
    assert proven(reads(figure), file(found(value=value, statistic=stated))) == (4 if shown else 2)


@pytest.mark.parametrize("wanted", ["p95 latency = 900", "p95 latency", "different model of p95 latency >= 1"])
def test_only_a_limit_lets_one_percentile_speak_for_another(wanted: str) -> None:
    at = {"model": "m"}
    assert proven(reads(wanted), file(found(value=900, statistic="p95", **at))) == 4
    assert proven(reads(wanted), file(found(value=900, statistic="p50", **at))) == 2
    assert proven(reads(wanted), file(found(value=900, statistic="p99", **at))) == 2


@pytest.mark.parametrize(
    ("finding", "shown"),
    [
        pytest.param(found("x.score", 0.85, "1", "ci95_lower"), True, id="the end as it is stated"),
        pytest.param(found("x.score", 0.79, "1", "ci95_lower"), False, id="and too low"),
        pytest.param(found("x.score", 0.85, "1", stderr=0.02), True, id="0.85 less 1.96 times 0.02 is above 0.8"),
        pytest.param(found("x.score", 0.85, "1", stderr=0.03), False, id="less 1.96 times 0.03 is not"),
        pytest.param(found("x.score", 0.85, "1", "mean", stderr=0.02), True, id="a mean has an interval"),
        pytest.param(found("x.score", 0.85, "1", "max", stderr=0.02), False, id="the largest has none"),
        pytest.param(found("x.score", 0.85, "1", n=1000), True, id="a share of 1000 cases, by Wilson"),
        pytest.param(found("x.score", 0.85, "1", n=100), False, id="of 100 cases its low end is 0.767"),
        pytest.param(found("x.score", 85, "%", n=1000), True, id="a share in per cent"),
        pytest.param(found("x.score", 0.85, "%", n=1000), False, id="0.85 % is no 85 %"),
        pytest.param(found("x.score", 0.85, "1"), False, id="a value without its uncertainty has no end"),
        pytest.param(found("x.score", 0.85, "1", n=0), False, id="of no cases nothing follows"),
        pytest.param(found("x.score", 1.0, "1", n=10**400), True, id="of more cases than a float can hold, it does"),
    ],
)
def test_the_low_end_of_an_interval_is_at_least_four_fifths(finding: Finding, shown: bool) -> None:
    assert proven(reads("ci95_lower score >= 0.8"), file(finding)) == (4 if shown else 2)


def test_a_difference_is_no_share_of_cases() -> None:
    by = reads("ci95_lower gain > 0")
    assert proven(by, file(found("gain", 0.05, "1", n=4000))) == 2
    assert proven(by, file(found("gain", 0.05, "1", stderr=0.01))) == 4


# ---- which findings are read


@pytest.mark.parametrize(
    ("figure", "attributes", "shown"),
    [
        pytest.param("latency <= 9 with users >= need.users", {"users": 100}, True, id="at the load"),
        pytest.param("latency <= 9 with users >= need.users", {"users": 99}, False, id="below the load"),
        pytest.param("latency <= 9 with users >= need.users", {}, False, id="at no load that is stated"),
        pytest.param("latency <= 9 with users >= need.users", {"users": "100"}, False, id="a text is no number"),
        pytest.param("latency <= 9 with users >= 1", {"users": True}, False, id="nor is yes"),
        pytest.param("latency <= 9 with cached = no", {"cached": False}, True, id="no is false"),
        pytest.param("latency <= 9 with cached = no", {"cached": "No"}, True, id="or the word"),
        pytest.param("latency <= 9 with model in {a, b}", {"model": "B"}, True, id="one of a list"),
        pytest.param("latency <= 9 with users >= 5 and days >= 2", {"users": 5}, False, id="both, not one"),
        pytest.param("latency <= 9 without broken", {}, True, id="without: absent"),
        pytest.param("latency <= 9 without broken", {"broken": False}, True, id="without: false"),
        pytest.param("latency <= 9 without broken", {"broken": 0}, True, id="without: none"),
        pytest.param("latency <= 9 without broken", {"broken": True}, False, id="without: it is there"),
        pytest.param("latency <= 9 without broken, cached", {"cached": 1}, False, id="without any of several"),
        pytest.param("licence.name in need.licences", {"name": "mit"}, False, id="another metric"),
    ],
)
def test_a_finding_of_these_attributes_is_read(figure: str, attributes: dict[str, Any], shown: bool) -> None:
    assert proven(reads(figure), file(found(value=1, **attributes))) == (4 if shown else 2)


@pytest.mark.parametrize(
    ("figure", "names", "shown"),
    [
        pytest.param("licence.name in need.licences", ["mit"], True, id="one that is allowed"),
        pytest.param("every licence.name in need.licences", ["MIT", "GPL"], False, id="not every one"),
        pytest.param("licence.name in need.licences", ["MIT", "GPL"], True, id="some"),
        pytest.param("licence.name in {gpl, bsd}", ["GPL"], True, id="of the catalogue's own list"),
        pytest.param("licence.name = MIT", ["mit"], True, id="a word"),
    ],
)
def test_an_attribute_is_compared(figure: str, names: list[str], shown: bool) -> None:
    item = file(*(found("licence", None, None, name=name) for name in names))
    assert proven(reads(figure), item) == (4 if shown else 2)


@pytest.mark.parametrize("text", ["1e999999999", "1/0", "1/3", "-5", "nan", "ten", "", "9" * 30, "1" * 5000])
def test_a_text_that_is_no_plain_amount_is_not_worked_out(text: str) -> None:
    assert proven(reads("latency <= need.latency_ms"), file(found(value=1)), needs={**NEEDS, "latency_ms": text}) == 2


def test_an_amount_of_money_is_written_as_text() -> None:
    assert proven(reads("latency <= need.latency_ms"), file(found(value=1)), needs={**NEEDS, "latency_ms": "1.50"}) == 4


@pytest.mark.parametrize("value", [1.7976931348623157e308, -1.7976931348623157e308, 5e-324])
def test_the_largest_and_the_smallest_figures_are_compared(value: float) -> None:
    assert proven(reads("duration <= 1"), file(found("duration", value, "d"))) == (2 if value > 1 else 4)
