"""Columns of tables that people make: numbers with decimal points or commas, days, and the words of a column's name."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date

from app.evidence.figures import day

_EMPTY = {"", "na", "n/a", "nan", "null", "none", "-", "–"}
_POINT = re.compile(r"[+-]?(?:\d{1,15}(?:\.\d{0,15})?|\.\d{1,15})(?:[eE][+-]?\d)?", re.ASCII)
_COMMA = re.compile(r"[+-]?(?:\d{1,15}|\d{1,3}(?:\.\d{3}){1,4})(?:,\d{1,15})?", re.ASCII)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3}){1,4}", re.ASCII)
_THOUSANDS_POINT = re.compile(r"[+-]?\d{1,3}(?:,\d{3})*(?:\.\d{1,15})?", re.ASCII)
_DAY = re.compile(r"\d{4}-(?:\d{2}|W\d{1,2})(?:-\d{2}.{0,30})?", re.ASCII)


def empty(cell: str | None) -> bool:
    """Whether a cell says nothing."""
    return cell is None or cell.strip().lower() in _EMPTY


def name_words(name: str) -> tuple[str, ...]:
    """The words of a column's name, in small letters: minutes_before and Minutes (before) have the same."""
    return tuple(each for each in re.split(r"[^\w%]+|_", name.lower()) if each)


def numbers(cells: Sequence[str | None]) -> list[float | None] | None:
    """A column's numbers, None where a cell is empty; None for a column in which anything is no number.

    A comma may divide thousands or decimals: where every cell could be either, nothing is guessed.
    """
    stated = [None if empty(cell) else str(cell).strip() for cell in cells]
    given = [each for each in stated if each is not None]
    if not given:
        return None
    with_comma = [each for each in given if "," in each]
    if not with_comma:
        return _with(stated, _POINT, lambda text: text)
    if any("." in each and each.rfind(".") > each.rfind(",") for each in with_comma):
        return _with(stated, _THOUSANDS_POINT, lambda text: text.replace(",", ""))
    if all(_THOUSANDS.fullmatch(each) for each in with_comma):
        return None
    return _with(stated, _COMMA, lambda text: text.replace(".", "").replace(",", "."))


def _with(
    stated: Iterable[str | None], form: re.Pattern[str], plain: Callable[[str], str]
) -> list[float | None] | None:
    found: list[float | None] = []
    for each in stated:
        if each is None:
            found.append(None)
        elif form.fullmatch(each):
            found.append(float(plain(each)))
        else:
            return None
    return found


def days(cells: Sequence[str | None]) -> list[date] | None:
    """A column's days, months (their last day) or weeks (their Sunday); None where a cell is none of them."""
    found = []
    for cell in cells:
        on = day(cell.strip()) if cell is not None and _DAY.fullmatch(cell.strip()) else None
        if on is None:
            return None
        found.append(on)
    return found or None
