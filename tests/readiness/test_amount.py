"""Amounts that rules compare with: figures and the pilot's needs, worked out in exact fractions."""

from collections.abc import Callable
from fractions import Fraction
from operator import add, mul, sub, truediv

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.readiness.amount import amount

WRITTEN = {"users": Fraction(400), "reserve": Fraction(1, 4), "none": Fraction(0)}


@pytest.mark.parametrize(
    ("text", "comes_to"),
    [
        ("900", Fraction(900)),
        ("0.05", Fraction(1, 20)),
        ("need.users", Fraction(400)),
        ("0.8 * need.users", Fraction(320)),
        ("need.users * (1 + need.reserve)", Fraction(500)),
        ("1 + 2 * 3", Fraction(7)),
        ("(1 + 2) * 3", Fraction(9)),
        ("10 - 2 - 3", Fraction(5)),
        ("8 / 4 / 2", Fraction(1)),
        ("0.1 + 0.2 - 0.3", Fraction(0)),
        ("-need.users", Fraction(-400)),
        ("2 - -2", Fraction(4)),
        ("-(1 + 2)", Fraction(-3)),
        ("need.reserve / (1 - need.reserve)", Fraction(1, 3)),
        ("  1+1 ", Fraction(2)),
    ],
)
def test_an_amount_comes_to(text: str, comes_to: Fraction) -> None:
    assert amount(text).of(WRITTEN) == comes_to


@pytest.mark.parametrize("text", ["need.gone", "1 + need.gone", "need.gone * 0", "1 / need.none", "1 / (1 - 1)"])
def test_what_is_not_written_down_or_divides_by_nothing_comes_to_nothing_that_can_be_told(text: str) -> None:
    assert amount(text).of(WRITTEN) is None


def test_it_names_the_needs_that_it_reads_each_once_in_their_order() -> None:
    assert amount("need.users + need.reserve * need.users").needs == ("users", "reserve")


def test_it_prints_as_it_was_written_and_is_the_same_where_it_reads_the_same() -> None:
    assert str(amount("1  +  need.users")) == "1 + need.users"
    assert {amount("1 + 2"), amount("1  +  2")} == {amount("1 + 2")}
    assert amount("1 + 2") != amount("3")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ten",
        "1 +",
        "* 2",
        "(1",
        "1)",
        "1 2",
        "0.5need.users",
        "need.",
        "need.Users",
        "1e3",
        "1 % 2",
        "2 ** 3",
        "1,000",
        ".5",
        "5.",
        "__import__('os')",
        "(" * 30 + "1" + ")" * 30,
        "-" * 30 + "1",
    ],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"amount|nests too deep|closing bracket"):
        amount(text)


Sum = tuple[str, Fraction | None]


@some.composite
def _joined(draw: some.DrawFn, parts: some.SearchStrategy[Sum]) -> Sum:
    """Two amounts joined, as text and with what they come to."""
    (one, its), sign, (other, others) = draw(parts), draw(some.sampled_from("+-*/")), draw(parts)
    return f"({one}) {sign} ({other})", _worked_out(its, sign, others)


def _worked_out(one: Fraction | None, sign: str, other: Fraction | None) -> Fraction | None:
    if one is None or other is None or (sign == "/" and not other):
        return None
    does: dict[str, Callable[[Fraction, Fraction], Fraction]] = {"+": add, "-": sub, "*": mul, "/": truediv}
    return does[sign](one, other)


_FIGURES = some.decimals(0, 1000, places=2).map(lambda each: (str(each), Fraction(str(each))))
_NEEDS = some.sampled_from([(f"need.{key}", value) for key, value in WRITTEN.items()])


@given(some.recursive(_FIGURES | _NEEDS, _joined, max_leaves=6))
def test_any_sum_is_worked_out_exactly(given_sum: Sum) -> None:
    text, value = given_sum
    assert amount(text).of(WRITTEN) == value
