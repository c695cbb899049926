"""Units: which measure the same, and by what one is multiplied to stand in the other."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.readiness.unit import factor

SYMBOLS = ["1", "%", "s", "ms", "min", "h", "d", "By", "GiBy", "GBy", "bit", "W", "kW", "kWh", "J", "Cel", "month"]


@pytest.mark.parametrize(
    ("given_unit", "wanted", "by"),
    [
        ("s", "ms", Fraction(1000)),
        ("ms", "s", Fraction(1, 1000)),
        ("minutes", "s", Fraction(60)),
        ("d", "h", Fraction(24)),
        ("µs", "us", Fraction(1)),
        ("GiB", "By", Fraction(2**30)),
        ("GB", "By", Fraction(10**9)),
        ("Mbit/s", "By/s", Fraction(125_000)),
        ("kWh", "J", Fraction(3_600_000)),
        ("%", "1", Fraction(1, 100)),
        ("1", "%", Fraction(100)),
        ("percent", "share", Fraction(1, 100)),
        ("{token}/s", "1/s", Fraction(1)),
        ("tokens/s", "{token}/s", Fraction(1)),
        ("{token}/min", "{token}/s", Fraction(1, 60)),
        ("{request}", "1", Fraction(1)),
        (None, "1", Fraction(1)),
        ("", "{change}", Fraction(1)),
        (" s ", "s", Fraction(1)),
        ("Seconds", "s", Fraction(1)),
    ],
)
def test_a_unit_is_so_many_of_another(given_unit: str | None, wanted: str, by: Fraction) -> None:
    assert factor(given_unit, wanted) == by


@pytest.mark.parametrize(
    ("given_unit", "wanted"),
    [
        pytest.param("s", "By", id="time and size"),
        pytest.param("1/s", "s", id="a rate and a time"),
        pytest.param(None, "ms", id="no unit where one is needed"),
        pytest.param("MS", "ms", id="letters matter: M is not m"),
        pytest.param("furlong", "By", id="a unit that nobody knows"),
        pytest.param("furlong", "furlong", id="not even as itself"),
        pytest.param("EUR", "USD", id="money is not converted"),
        pytest.param("W", "kWh", id="power and energy"),
        pytest.param("s/furlong", "s", id="over the unknown"),
    ],
)
def test_what_measures_something_else_is_not_converted(given_unit: str | None, wanted: str) -> None:
    assert factor(given_unit, wanted) is None


@given(some.sampled_from(SYMBOLS), some.sampled_from(SYMBOLS))
def test_there_and_back_again_is_the_same(one: str, other: str) -> None:
    there, back = factor(one, other), factor(other, one)
    assert (there is None) == (back is None)
    assert there is None or back is None or there * back == 1


@given(some.text(max_size=30))
def test_whatever_stands_as_a_unit_is_read_or_not(text: str) -> None:
    by = factor(text, "s")
    assert by is None or by > 0
