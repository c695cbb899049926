"""Canonical JSON (RFC 8785): one text for one content, so that a digest speaks for it. Written and read strictly."""

import json
from collections.abc import Iterator
from hashlib import sha256
from math import isfinite
from typing import Any

import rfc8785

from app.errors import Problem, Refused, Unreadable

LARGEST = 2**53 - 1  # whole numbers up to here are the same to every reader of JSON


def canonical(value: Any) -> str:
    """The canonical form of plain values.

    Raises:
        Refused: some value has none, with the place of each.
    """
    try:
        return rfc8785.dumps(value).decode()
    except (rfc8785.CanonicalizationError, RecursionError):
        pass
    try:
        problems = tuple(_without_form(value, ""))
    except RecursionError:
        problems = (Problem("", "is nested too deeply"),)
    raise Refused("Some of this has no exact form as JSON.", problems)


def sha256_of(text: str) -> str:
    """The SHA-256 of a text in UTF-8, in hexadecimal."""
    return sha256(text.encode()).hexdigest()


def read_object(text: str, limit: int) -> dict[str, Any]:
    """A JSON object as plain values. Numbers are what every reader of JSON takes them for.

    Raises:
        Unreadable: it is too long, is no JSON object, or says one name twice.
    """
    if len(text) > limit:
        raise Unreadable(f"The file is longer than {limit:,} characters.")
    try:
        plain = json.loads(
            text, object_pairs_hook=_object, parse_constant=_no_number, parse_int=_integer, parse_float=_finite
        )
    except json.JSONDecodeError as error:
        raise Unreadable("This is not JSON.", [Problem(f"line {error.lineno}", error.msg)]) from None
    except (ValueError, RecursionError) as error:
        raise Unreadable("This is not JSON.", [Problem("", str(error))]) from None
    if not isinstance(plain, dict):
        raise Unreadable("This is no JSON object.")
    return plain


def _without_form(value: Any, where: str) -> Iterator[Problem]:
    """Every value that RFC 8785 cannot write, and why."""
    match value:
        case bool() | None:
            return
        case int() if abs(value) > LARGEST:
            yield Problem(
                where, f"{value} lies beyond {LARGEST:,}, where readers of JSON round: take a larger unit, or a text"
            )
        case float() if not isfinite(value):
            yield Problem(where, f"{value} is not a finite number")
        case str() if not _encodable(value):
            yield Problem(where, "holds half of a character (a lone surrogate): take it out")
        case dict():
            for key, each in value.items():
                yield from _without_form(key, where)
                yield from _without_form(each, f"{where}.{key}".lstrip("."))
        case list() | tuple():
            for index, each in enumerate(value):
                yield from _without_form(each, f"{where}.{index}".lstrip("."))


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for key, value in pairs:
        if key in plain:
            raise ValueError(f"'{key}' stands twice in one object")
        plain[key] = value
    return plain


def _integer(text: str) -> int | float:
    """A whole number beyond what doubles tell apart is the double nearest to it, as everywhere in JSON."""
    number = _finite(text)
    return int(text) if abs(number) <= LARGEST else number


def _finite(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise ValueError(f"{text[:20]}… is no number that can be kept")
    return number


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not a number")
