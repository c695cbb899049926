"""Units of figures: which measure the same, and by how much they differ.

Symbols are those of UCUM as OpenTelemetry writes them (`ms`, `By`, `{request}/s`); the words that people write for them
are taken as well.
"""

import re
from fractions import Fraction
from functools import lru_cache
from typing import Final

MONEY: Final = "money"
"""The unit of a metric in the pilot's own currency."""

_DAY = 86_400
# symbol: what it measures, and how many of the first of its kind it is
_UNITS: Final[dict[str, tuple[str, Fraction]]] = {
    "1": ("1", Fraction(1)),
    "%": ("1", Fraction(1, 100)),
    "s": ("s", Fraction(1)),
    "ms": ("s", Fraction(1, 1000)),
    "us": ("s", Fraction(1, 10**6)),
    "ns": ("s", Fraction(1, 10**9)),
    "min": ("s", Fraction(60)),
    "h": ("s", Fraction(3600)),
    "d": ("s", Fraction(_DAY)),
    "By": ("By", Fraction(1)),
    **{f"{sign}By": ("By", Fraction(1000**power)) for power, sign in enumerate("kMGT", 1)},
    **{f"{sign}iBy": ("By", Fraction(1024**power)) for power, sign in enumerate("KMGT", 1)},
    "bit": ("By", Fraction(1, 8)),
    **{f"{sign}bit": ("By", Fraction(1000**power, 8)) for power, sign in enumerate("kMGT", 1)},
    "W": ("W", Fraction(1)),
    "kW": ("W", Fraction(1000)),
    "J": ("J", Fraction(1)),
    "kWh": ("J", Fraction(3_600_000)),
    "Cel": ("Cel", Fraction(1)),
}
_WORDS: Final[dict[str, str]] = {
    "": "1", "share": "1", "ratio": "1", "count": "1", "number": "1", "people": "1", "people at once": "1",
    "epsilon": "1", "percent": "%", "second": "s", "seconds": "s", "sec": "s", "millisecond": "ms",
    "milliseconds": "ms", "msec": "ms", "microseconds": "us", "µs": "us", "nanoseconds": "ns", "minute": "min",
    "minutes": "min", "hour": "h", "hours": "h", "day": "d", "days": "d", "byte": "By", "bytes": "By", "B": "By",
    "kB": "kBy", "MB": "MBy", "GB": "GBy", "TB": "TBy", "KiB": "KiBy", "MiB": "MiBy", "GiB": "GiBy", "TiB": "TiBy",
    "tokens": "1", "token": "1", "requests": "1", "request": "1", "req": "1", "tok": "1", "results": "1",
    "celsius": "Cel", "°C": "Cel", "month": "month", "currency": MONEY,
}  # fmt: skip


@lru_cache(maxsize=512)
def factor(given: str | None, wanted: str) -> Fraction | None:
    """By what a value in one unit is multiplied to stand in another; None where they measure different things.

    A value without a unit is read where the wanted unit is a bare number. Money is not converted: its
    currency is compared elsewhere.
    """
    one, other = _measure(given or ""), _measure(wanted)
    if one is None or other is None or one[0] != other[0]:
        return None
    return one[1] / other[1]


def _measure(text: str) -> tuple[str, Fraction] | None:
    plain = re.sub(r"\{[^{}]*\}", "1", text.strip())
    over, _, under = plain.partition("/")
    above = _one(over)
    if above is None or not under:
        return above
    below = _one(under)
    if below is None or not below[1]:
        return None
    return f"{above[0]}/{below[0]}", above[1] / below[1]


def _one(text: str) -> tuple[str, Fraction] | None:
    symbol = text.strip()
    symbol = _WORDS.get(symbol, _WORDS.get(symbol.casefold(), symbol))
    return _UNITS.get(symbol) or ((symbol, Fraction(1)) if symbol in (MONEY, "month") else None)
