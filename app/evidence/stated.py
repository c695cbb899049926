"""What a file states, taken as it is and no further: its fields, figures, days and short texts."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime
from math import isfinite
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from app.errors import Problem, TooLarge, Unreadable, problems_of
from app.wording import LINE_LENGTH

MOST_PROBLEMS = 20  # named of one file; the rest would say the same
MOST_ENTRIES = 5_000
LARGEST_WHOLE = 2**63

# What proto JSON and Python tools write where there is no figure.
_NO_FIGURE = frozenset({"nan", "infinity", "-infinity", "inf", "-inf", "n/a", ""})
_IN_TEXT = re.compile(r"([+-]?(?:[0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE][+-]?[0-9]{1,3})?)\s*(%?)")
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def figure(value: object) -> float | None:
    """A JSON number as a finite figure; None where it is none (true and false are no numbers)."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if isfinite(found) else None


def figure_in_text(text: str) -> tuple[float, bool] | None:
    """A text that is one number and nothing else, and whether it is per cent; None for prose."""
    found = _IN_TEXT.fullmatch(text[:200].strip())
    if found is None:
        return None
    number = figure(float(found[1]))
    return None if number is None else (number, found[2] == "%")


def line(text: object) -> str | None:
    """A text of the file as one line that can be shown, without hidden characters; None where it says nothing."""
    if not isinstance(text, str):
        return None
    start = text[: 4 * LINE_LENGTH]
    plain = start if start.isprintable() else "".join(map(_shown, start))
    words = " ".join(plain.split())
    if len(words) > LINE_LENGTH:
        words = words[: LINE_LENGTH - 1] + "…"
    return words or None


def _shown(character: str) -> str:
    return " " if unicodedata.category(character) in _HIDDEN else character


def lines(texts: Iterable[object]) -> tuple[str, ...]:
    """Those of the texts that say something, each once, in their order."""
    return tuple(dict.fromkeys(each for each in map(line, texts) if each is not None))


def day(value: object) -> date | None:
    """The day of an ISO moment: in UTC where it states its zone, as written where it states none."""
    if isinstance(value, str) and len(value) <= 40:
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            return None
    if isinstance(value, datetime):
        try:
            return (value if value.tzinfo is None else value.astimezone(UTC)).date()
        except OverflowError:
            return None
    return value if isinstance(value, date) else None


def day_of_seconds(seconds: float | None) -> date | None:
    """The day in UTC of Unix seconds."""
    if seconds is None or seconds <= 0:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC).date()
    except (ValueError, OverflowError, OSError):
        return None


def refuse_if_many(listed: object, what: str) -> None:
    """Refuse a list or map with more in it than any tool writes there, before it is looked through.

    Raises:
        TooLarge: it has.
    """
    if isinstance(listed, list | dict | tuple) and len(listed) > MOST_ENTRIES:
        raise TooLarge(f"The file has {len(listed):,} {what}; at most {MOST_ENTRIES:,} are read.")


def attributes(**given: bool | int | float | str | None) -> dict[str, bool | int | float | str]:
    """What a finding carries with it: only what is known, each text a line, each number finite."""
    known: dict[str, bool | int | float | str] = {}
    for name, value in given.items():
        kept = line(value) if isinstance(value, str) else value if isinstance(value, bool) else _number(value)
        if kept is not None:
            known[name] = kept
    return known


def _number(value: float | None) -> int | float | None:
    found = figure(value)
    if found is None or abs(found) > LARGEST_WHOLE:
        return found if isinstance(value, float) else None
    return int(found) if found.is_integer() else found


def _figure_field(value: object) -> object:
    if value is None or (isinstance(value, str) and value.strip().lower() in _NO_FIGURE):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("must be a number")
    return figure(value)


def _flag_field(value: object) -> object:
    if value is not None and not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _list_field(value: object) -> object:
    return [] if value is None else value


def _several_field(value: object) -> object:
    return value if isinstance(value, list) else [] if value is None else [value]


def _objects_field(value: object) -> object:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else _list_field(value)


def _mapping_field(value: object) -> object:
    return {} if value is None else value


Figure = Annotated[float | None, BeforeValidator(_figure_field)]
"""A field with a number; NaN, the infinities and N/A are none."""

Flag = Annotated[bool | None, BeforeValidator(_flag_field)]
"""A field with true or false."""

Missing = BeforeValidator(_list_field)
"""For a list that may be null: nothing in it."""

Several = BeforeValidator(_several_field)
"""For a list that may be one thing by itself, or null."""

Objects = BeforeValidator(_objects_field)
"""For a list of objects in which other things may stand, as older versions wrote them: those are passed over."""

MissingMap = BeforeValidator(_mapping_field)
"""For a map that may be null: nothing in it."""


class Fields(BaseModel):
    """The fields of a format that are used; others are left alone. What may be missing has None or nothing in it."""

    model_config = ConfigDict(extra="ignore", frozen=True, protected_namespaces=(), populate_by_name=True)


class CamelFields(Fields):
    """The same of a format that writes itsNamesSo; they are taken as its_names_so too, as some of its writers do."""

    model_config = ConfigDict(alias_generator=to_camel)


Shape = TypeVar("Shape")


def fields(shape: type[Shape], value: Any, what: str) -> Shape:
    """A JSON value as the fields of a format.

    Raises:
        Unreadable: a field is of the wrong type or a needed one missing, with each place.
    """
    try:
        return TypeAdapter(shape).validate_python(value)
    except ValidationError as error:
        problems = [
            Problem(line(each.where) or "", line(each.message) or "cannot be read")
            for each in problems_of(error)[:MOST_PROBLEMS]
        ]
        raise Unreadable(f"This looks like {what} and cannot be read.", problems) from None
