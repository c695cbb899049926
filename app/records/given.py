"""What people typed, held against the core's rules once more where it is kept: no door can forget to."""

import unicodedata
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from app.errors import Problem, Refused, problems_of
from app.wording import Line, Text

T = TypeVar("T")

_LINE: TypeAdapter[str] = TypeAdapter(Line)
_TEXT: TypeAdapter[str] = TypeAdapter(Text)


def fitting(adapter: TypeAdapter[T], given: object, where: str = "") -> T:
    """The value, if it fits.

    Raises:
        Refused: with every problem, its path beginning with `where`.
    """
    try:
        return adapter.validate_python(given)
    except ValidationError as error:
        problems = [Problem(".".join(filter(None, (where, each.where))), each.message) for each in problems_of(error)]
        raise Refused("Something does not fit.", problems) from None


def line(given: str, where: str, *, longest: int | None = None) -> str:
    """A name or a title: one line, with something in it."""
    trimmed = fitting(_LINE, given, where).strip()
    if _is_blank(trimmed):
        raise Refused("Something is missing.", [Problem(where, "must not be empty")])
    if longest and len(trimmed) > longest:
        raise Refused("Something is too long.", [Problem(where, f"must be at most {longest} characters long")])
    return trimmed


def _is_blank(given: str) -> bool:
    return not any(map(_is_seen, given))


def _is_seen(character: str) -> bool:
    """Whether it leaves a mark: spaces, joiners and fillers leave none."""
    return unicodedata.category(character)[0] not in "CZ" and character not in _FILLERS


_FILLERS = "\u115f\u1160\u2800\u3164\uffa0"  # letters and signs that are blank


def line_or_none(given: str | None, where: str) -> str | None:
    """A line that may be left out; a blank one is."""
    return line(given, where) if given and given.strip() else None


def text(given: str, where: str) -> str:
    """A reason: some lines, with something in them."""
    trimmed = fitting(_TEXT, given, where).strip()
    if _is_blank(trimmed):
        raise Refused("Something is missing.", [Problem(where, "must not be empty")])
    return trimmed


def text_or_none(given: str | None, where: str) -> str | None:
    """A note that may be left out; a blank one is."""
    return text(given, where) if given and given.strip() else None


def all_text(given: Mapping[str, Any], where: str) -> None:
    """Hold every text in a mapping, lists included, against the rule for texts."""
    for key, value in given.items():
        fitting(_TEXT, key, where)
        for each in value if isinstance(value, list | tuple) else (value,):
            if isinstance(each, str):
                fitting(_TEXT, each, f"{where}.{key}")
