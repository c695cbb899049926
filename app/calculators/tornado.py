"""What matters most: each input moved down and up by the same share, the others left as they are.

Source: Eschenbach, "Spiderplots versus Tornado Diagrams for Sensitivity Analysis", Interfaces 22(6), 1992. The band
around a total adds the moves as if they were independent: the root of the sum of their squares (JCGM 100:2008, 5.1.2).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, TypeVar

from annotated_types import Ge, Gt, Le
from pydantic import BaseModel

from app.calculators.money import exact, total
from app.calculators.term import Source

_WITHOUT_EFFECT: Final = frozenset({"depreciation_years"})

Changed = TypeVar("Changed", bound=BaseModel)

SWING: Final = Source(
    title="Eschenbach: Spiderplots versus Tornado Diagrams for Sensitivity Analysis, Interfaces 22(6)",
    url="https://doi.org/10.1287/inte.22.6.40",
    date="1992",
)
BAND: Final = Source(
    title="JCGM 100:2008, Guide to the expression of uncertainty in measurement, 5.1.2",
    url="https://www.bipm.org/en/committees/jc/jcgm/publications",
    date="2008",
)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One figure of an input: where it stands, what it is called, and the two values that it is moved to."""

    path: tuple[str, ...]
    title: str
    low: Any
    high: Any


def leaves(model: BaseModel, swing: float, path: tuple[str, ...] = ()) -> Iterator[Leaf]:
    """Every figure that is stated and is not zero, moved within what it may be."""
    for name, described in type(model).model_fields.items():
        value = getattr(model, name)
        here = (*path, name)
        if isinstance(value, BaseModel):
            yield from leaves(value, swing, here)
        elif isinstance(value, tuple) and value and all(isinstance(each, Decimal) for each in value):
            low, high = (tuple(each * (1 + exact(by)) for each in value) for by in (-swing, swing))
            yield Leaf(here, described.title or name, low, high)
        elif isinstance(value, Decimal | float | int) and value and name not in _WITHOUT_EFFECT:
            low, high = (_moved(value, by, described.metadata) for by in (-swing, swing))
            yield Leaf(here, described.title or name, low, high)


def changed(model: Changed, path: Sequence[str], value: Any) -> Changed:
    """The same input with one figure replaced."""
    first, *rest = path
    new = changed(getattr(model, first), rest, value) if rest else value
    return model.model_copy(update={first: new})


def band(middle: Decimal, effects: Iterable[tuple[Decimal, Decimal]]) -> tuple[Decimal, Decimal]:
    """The band around a total, from what each move came to."""
    down, up = [], []
    for one, other in effects:
        below, above = min(one, other, middle), max(one, other, middle)
        down.append((middle - below) ** 2)
        up.append((above - middle) ** 2)
    return middle - total(down).sqrt(), middle + total(up).sqrt()


def _moved(value: Any, by: float, bounds: Sequence[Any]) -> Any:
    if isinstance(value, Decimal):
        return value * (1 + exact(by))
    moved = value * (1 + by)
    if isinstance(value, int):
        return max(1, round(moved))
    for bound in bounds:
        if isinstance(bound, Ge):
            moved = max(moved, float(bound.ge))  # type: ignore[arg-type]
        elif isinstance(bound, Le):
            moved = min(moved, float(bound.le))  # type: ignore[arg-type]
        elif isinstance(bound, Gt) and moved <= float(bound.gt):  # type: ignore[arg-type]
            moved = value
    return moved
