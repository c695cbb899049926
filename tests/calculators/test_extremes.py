"""Inputs at the ends of what is possible, for every calculator: refused with their field, or a finite answer."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from app.calculators import calculator, plain, read_input
from app.errors import Unreadable
from tests.calculators.given import GIVEN

STRANGE: tuple[Any, ...] = (
    *("x", "", "NaN", "1e999", "1,5", "\u0000", "a" * 10_000),
    *(-1, 0, -0.0, 1e-320, 0.1, 1e308, -1e308, float("nan"), float("inf"), 2**63, 10**400),
    *(True, [], {}, [1], [[]], {"a": 1}),
)
Place = tuple[int | str, ...]


def places(given: Any, at: Place = ()) -> Iterator[Place]:
    if isinstance(given, dict):
        for key, value in given.items():
            yield (*at, key)
            yield from places(value, (*at, key))
    elif isinstance(given, list):
        yield (*at, 0)
        yield from places(given[0], (*at, 0))


def put(given: Any, place: Place, value: Any) -> Any:
    if not place:
        return value
    given[place[0]] = put(given[place[0]], place[1:], value)
    return given


@pytest.mark.parametrize("name", [each for each in GIVEN if each != "privacy"])  # whose library takes its time
def test_whatever_stands_in_a_field_is_refused_by_its_name_or_gives_finite_figures(name: str) -> None:
    one = calculator(name)
    optional = [(field,) for field in one.input.model_fields if field not in GIVEN[name]]
    for place in dict.fromkeys([*places(GIVEN[name]), *optional]):
        for strange in STRANGE:
            given: dict[str, Any] = deepcopy(GIVEN[name])
            if name == "budget":
                given["paths"] = 1000
            given.setdefault(str(place[0]), None)
            try:
                output = one.calculate(read_input(name, put(given, place, strange)))
            except Unreadable as refused:
                if not refused.problems:
                    pytest.fail(f"it does not say which field: {place} is {strange!r}")
                continue
            json.dumps(plain(output), allow_nan=False)
            output.told()
            assert all(each.value is not None for each in output.findings())


@pytest.mark.parametrize(
    ("name", "field", "least"),
    [
        ("capacity", "memory_share", 0.01),
        ("capacity", "sustained_share", 0.01),
        ("productivity", "promised_gain", 1e-6),
    ],
)
def test_a_share_of_next_to_nothing_is_refused_for_all_else_would_have_no_bound(
    name: str, field: str, least: float
) -> None:
    with pytest.raises(Unreadable) as refused:
        read_input(name, {**GIVEN[name], field: least / 10})
    assert [each.where for each in refused.value.problems] == [field]
    calculator(name).calculate(read_input(name, {**GIVEN[name], field: least}))
