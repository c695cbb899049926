"""Sums of money as calculators take and give them: decimals, never binary fractions, with a currency beside them."""

import re
from collections.abc import Iterable
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal, localcontext
from math import isfinite
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, WithJsonSchema

_PLACES = 10
_DIGITS = 60  # while working: so that sums of large and small figures stay exact to the last cent

_TEXT = re.compile(r"[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d{1,3})?", re.ASCII)

LARGEST = Decimal(10) ** 15


def plain(value: Decimal) -> str:
    """A decimal as text without an exponent."""
    return f"{value:f}"


def _shortened(value: Decimal) -> Decimal:
    """Without the last places of a binary fraction, such as those of 0.1 + 0.2."""
    exponent = value.as_tuple().exponent
    return round(value, _PLACES) if isinstance(exponent, int) and exponent < -_PLACES else value


def _three_letters(given: str) -> str:
    if not re.fullmatch("[A-Z]{3}", given):
        raise ValueError("must be the three letters of ISO 4217, such as EUR")
    return given


def _sum_of_money(given: object) -> object:
    """A number, or a text that is nothing but one: no thousands, no comma, no sign for a currency."""
    if isinstance(given, float) and not isfinite(given):
        raise ValueError("must be a finite number")
    if isinstance(given, str) and _TEXT.fullmatch(given.strip()):
        return given.strip()
    if isinstance(given, bool) or not isinstance(given, int | float | Decimal):
        raise ValueError("must be a sum of money such as 1250.50")
    return given


Money = Annotated[
    Decimal,
    BeforeValidator(_sum_of_money),
    Field(ge=0, le=LARGEST, allow_inf_nan=False),
    AfterValidator(_shortened),
    PlainSerializer(plain, return_type=str, when_used="json"),
    WithJsonSchema(
        {"anyOf": [{"type": "number"}, {"type": "string"}], "minimum": 0, "maximum": float(LARGEST)}, mode="validation"
    ),
]
"""A sum that is paid: zero or more, as a number or a decimal text."""

Amount = Annotated[Decimal, PlainSerializer(plain, return_type=str, when_used="json")]
"""A sum that was worked out; it may be below zero, such as a saving that is none."""

Currency = Annotated[
    str, AfterValidator(_three_letters), Field(json_schema_extra={"pattern": "^[A-Z]{3}$", "examples": ["EUR", "USD"]})
]
"""The three letters of ISO 4217."""

Share = Annotated[float, Field(ge=0, le=1)]


def exact(value: float | Decimal) -> Decimal:
    """A figure as the decimal that people read it as."""
    return value if isinstance(value, Decimal) else Decimal(repr(value))


def cents(value: Decimal) -> Decimal:
    """A sum as it is shown: to the hundredth, zero without a sign."""
    return _rounded(value, 2)


def enough(value: Decimal) -> Decimal:
    """A sum that is to suffice: to the hundredth above."""
    return _rounded(value, 2, ROUND_CEILING)


def unit_price(value: Decimal) -> Decimal:
    """A price of one unit: to four places, for a token's price is small."""
    return _rounded(value, 4)


def _rounded(value: Decimal, places: int, way: str = ROUND_HALF_EVEN) -> Decimal:
    with localcontext() as context:
        context.prec = _DIGITS
        return value.quantize(Decimal(1).scaleb(-places), rounding=way) + Decimal(0)


def total(amounts: Iterable[Decimal]) -> Decimal:
    """Their sum; of none it is zero."""
    return sum(amounts, Decimal(0))
