"""How a figure is written in a result: the same for all calculators, and alike to the pages around it."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from math import ceil, floor, log10
from typing import Final, TypeVar

NOT_KNOWN: Final = "not known"
NONE: Final = "none"

Value = TypeVar("Value")
Row = TypeVar("Row")

_NARROW = "\u00a0"  # keeps a figure and its sign on one line
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_SIZES = ((1e15, "PB"), (1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"))
_LARGEST, _SMALLEST = 1e15, 1e-9  # beyond them no row of figures is read any more
_A_CENT_COUNTS = 0.1
_SHORTEST = 1e-6


def number(value: float | Decimal | None, digits: int = 3) -> str:
    """A figure: 1,240; 12.5; 0.034. Whole from a thousand on, with so many digits that count below."""
    if value is None:
        return NOT_KNOWN
    figure = float(value)
    if figure == 0:
        return "0"
    if abs(figure) > _LARGEST or abs(figure) < _SMALLEST:
        mantissa, exponent = f"{figure:.{digits - 1}e}".split("e")
        return _signed(f"{mantissa} × 10^{int(exponent)}")
    places = max(0, digits - 1 - floor(log10(abs(figure))))
    text = f"{figure:,.{places}f}"
    return _signed(text.rstrip("0").rstrip(".") if places else text)


def whole(value: float | None) -> str:
    """A count: 1,240."""
    return NOT_KNOWN if value is None else _signed(f"{value:,.0f}") if abs(value) <= _LARGEST else number(value)


def money(amount: Decimal | float | None, currency: str) -> str:
    """A sum with its currency: 18,400 EUR; below a hundred to the cent, and further for the price of one token."""
    if amount is None:
        return NOT_KNOWN
    return f"{sum_of(amount)} {currency}"


def sum_of(amount: Decimal | float) -> str:
    """A sum without its currency, for a column that names it."""
    size = abs(float(amount))
    if size >= 100 or size == 0:
        return whole(float(amount) + 0.0)
    return _signed(f"{amount:,.2f}") if size >= _A_CENT_COUNTS else number(amount)


def share(value: float | Decimal | None, digits: int = 2) -> str:
    """A share from 0 to 1: 15 %, 3.4 %; never 0 or 100 where it is not."""
    if value is None:
        return NOT_KNOWN
    figure = 100 * float(value)
    if 0 < figure < 0.1:
        return f"less than 0.1{_NARROW}%"
    if 99.95 <= figure < 100:
        return f"more than 99.9{_NARROW}%"
    return f"{number(round(figure, 2), digits if abs(figure) < 100 else 3)}{_NARROW}%"


def change(value: float | Decimal | None) -> str:
    """A share with its sign: +15 %, −3.4 %."""
    if value is None:
        return NOT_KNOWN
    told = share(value)
    return f"+{told}" if value > 0 and told[0].isdigit() else told


def milliseconds(value: float | None) -> str:
    """A time: 412 ms; from ten seconds on in seconds, minutes, hours or days."""
    if value is None:
        return NOT_KNOWN
    return f"{number(value)} ms" if 1 <= value < 10_000 or value == 0 else seconds(value / 1000)


def seconds(value: float | None) -> str:
    """A time: 20 s, 12 minutes, 1.07 hours, 3.2 days."""
    if value is None:
        return NOT_KNOWN
    for size, name in ((_DAY, "days"), (_HOUR, "hours"), (_MINUTE, "minutes")):
        if value >= 2 * size:
            return f"{number(value / size)} {name}"
    if 0 < value < _SHORTEST:
        return "less than 0.001 ms"
    return f"{number(value)} s" if value >= 1 or value == 0 else f"{number(value * 1000)} ms"


def bytes_of(value: float | None) -> str:
    """An amount of data: 83.9 MB."""
    if value is None:
        return NOT_KNOWN
    for size, name in _SIZES:
        if value >= size:
            return f"{number(value / size)} {name}"
    return f"{whole(value)} bytes"


def counted(count: float, one: str, many: str | None = None) -> str:
    """A count with its noun: 1 host, 1,240 hosts."""
    return f"{whole(count)} {one if count == 1 else many or one + 's'}"


def listed(names: Iterable[str], most: int = 5) -> str:
    """Names in a sentence: A, B and C; of many the first, and how many more there are."""
    kept = list(names)
    if len(kept) > most:
        kept = [*kept[: most - 1], f"{len(kept) - most + 1} more"]
    return " and ".join(filter(None, (", ".join(kept[:-1]), kept[-1]))) if kept else NONE


def between(low: Value, high: Value, told: Callable[[Value], str]) -> str:
    """A band: 1,050 to 1,460 tokens/s, the unit once."""
    start, end = told(low), told(high)
    if start == end:
        return end
    unit = _unit(end)
    return f"{start.removesuffix(unit) if unit and start.endswith(unit) else start} to {end}"


def _signed(text: str) -> str:
    return text.replace("-", "−", 1) if text.startswith("-") else text


def _unit(told: str) -> str:
    """What stands behind the figure, with the gap before it."""
    for at, sign in enumerate(told):
        if sign in (" ", _NARROW):
            return told[at:] if told[at - 1].isdigit() else ""
    return ""


def month(value: float | None) -> str:
    """The month in which something is reached: month 19."""
    if value is None:
        return "never"
    return "from the start" if value <= 0 else f"month {whole(ceil(value))}"


def sentence(text: str) -> str:
    """With a full stop, once."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def cut(rows: Sequence[Row], most: int) -> tuple[tuple[Row, ...], str]:
    """The first rows, and how many there are where some are left out."""
    return tuple(rows[:most]), f", the first {most} of {len(rows):,}" if len(rows) > most else ""
