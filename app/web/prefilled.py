"""What a calculator's form opens with: its example, and over it what a pilot has stated of itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from app.calculators import Calculator
from app.readiness.assessment import NeedValue, Pilot
from app.web.typed import Typed, typed_of

# Which input is what a need states, by the path of the field.
_FROM_NEEDS: Final[Mapping[str, Mapping[str, str]]] = {
    "capacity": {"concurrency": "peak_concurrency"},
    "fleet": {"need.concurrency": "peak_concurrency"},
    "tco": {"currency": "currency"},
    "budget": {"monthly_budget": "monthly_budget", "currency": "currency", "accepted_probability": "overrun_max"},
    "placement": {"arrival_rate_per_second": "requests_per_second", "currency": "currency"},
    "privacy": {"epsilon_wanted": "epsilon_max"},
    "productivity": {
        "promised_gain": "gain",
        "quality_margin": "quality_margin",
        "planned_headcount_change": "headcount_cut",
    },
}
# A need that is stated the other way round: a cut of a tenth is a change of minus a tenth.
_TURNED: Final[Mapping[str, Callable[[float], float]]] = {"planned_headcount_change": lambda cut: -cut}


@dataclass(frozen=True, slots=True)
class Prefilled:
    """What a form opens with, and which fields of it are the pilot's own."""

    typed: Typed
    own: tuple[str, ...]  # paths


def prefilled(calculator: Calculator, pilot: Pilot) -> Prefilled:
    """The example with what a pilot needs in its place."""
    typed, own = typed_of(calculator.example), []
    for path, need in _FROM_NEEDS.get(calculator.name, {}).items():
        value: NeedValue = pilot.needs.get(need)
        if value is None or isinstance(value, tuple):
            continue
        turned = _TURNED.get(path)
        _put(typed, path.split("."), turned(float(value)) if turned and not isinstance(value, str) else value)
        own.append(path)
    return Prefilled(typed, tuple(own))


def _put(typed: Typed, path: list[str], value: object) -> None:
    for step in path[:-1]:
        typed = typed.setdefault(step, {})
    typed[path[-1]] = typed_of(value)
