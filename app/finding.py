"""The one coin that evidence readers and calculators pay to readiness."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Annotated

from pydantic import ConfigDict, Field, PlainSerializer, PlainValidator

from app.wording import Ignored, Line


def _scalar(given: object) -> object:
    if isinstance(given, float) and not isfinite(given):
        raise ValueError("must be a finite number")
    if isinstance(given, bool | int | float | str):
        return given
    raise ValueError("must be a number, a text, true or false")


def _as_it_is(value: bool | int | float | str) -> bool | int | float | str:
    return value


# One validator, not one per kind: a wrong value is one problem, with the path of its field.
Scalar = Annotated[bool | int | float | str, PlainValidator(_scalar), PlainSerializer(_as_it_is)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One figure out of an item: what was measured, how it was summed up, under which load, and where it stands."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    metric: Annotated[Line, Field(min_length=1)]
    statistic: Line | None = None
    value: Annotated[float, Field(allow_inf_nan=False)] | None = None
    unit: Line | None = None
    attributes: Mapping[str, Scalar] = field(default_factory=dict)
    where: Line | None = None
    against: Annotated[int, Field(ge=0, le=4)] | None = None  # the level above which it speaks against, if stated
    id: Ignored = field(default=None, compare=False)
