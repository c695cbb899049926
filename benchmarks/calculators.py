"""How long each calculator takes: on its own example, and the budget with every path."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.calculators import CALCULATORS, calculator, read_input
from benchmarks.measure import Measure, milliseconds

_WHILE_TYPING = 300  # milliseconds in which a result follows
_ACCOUNTANT = 2000  # the privacy accountant's tight bound, once its library is loaded
_PATHS, _MONTHS = 100_000, 24


def measures() -> Iterator[Measure]:
    """Each calculator on its example; the budget on 100,000 paths over 24 months."""
    for each in CALCULATORS.values():
        limit = _ACCOUNTANT if each.name == "privacy" else _WHILE_TYPING
        yield Measure(f"calculator {each.name}, its example", _taken(each.name, each.example), "ms", limit)
    whole = {"paths": _PATHS, "months": _MONTHS}
    taken = _taken("budget", {**calculator("budget").example, **whole})
    yield Measure(f"calculator budget, {_PATHS:,} paths over {_MONTHS} months", taken, "ms", _WHILE_TYPING)


def _taken(name: str, plain: Mapping[str, Any]) -> float:
    """Milliseconds, once its tables and libraries are loaded."""
    given = read_input(name, plain)
    calculate = calculator(name).calculate
    calculate(given)
    return milliseconds(lambda: calculate(given), 5)
