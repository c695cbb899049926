"""What people may write: a line (a name, a title) and a text (a note, a reason), free of characters nobody can see."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

LINE_LENGTH = 200
TEXT_LENGTH = 10_000

# Characters that turn the direction of everything after them, and so can make a line read as another.
_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _visible(text: str, allowed: frozenset[str]) -> str:
    for at, character in enumerate(text, start=1):
        if character in allowed:
            continue
        if unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} or character in _OVERRIDES:
            raise ValueError(f"holds a control character (U+{ord(character):04X}, character {at}): take it out")
    return text


def _line(text: str) -> str:
    return _visible(text, frozenset())


def _text(text: str) -> str:
    return _visible(text, frozenset("\n\r\t"))


def _text_or_none(given: object) -> object:
    return given if isinstance(given, str) else None


Ignored = Annotated[str | None, BeforeValidator(_text_or_none)]
"""An id in a document: allowed, of whatever form, and without meaning."""

Line = Annotated[str, Field(max_length=LINE_LENGTH), AfterValidator(_line)]
Text = Annotated[str, Field(max_length=TEXT_LENGTH), AfterValidator(_text)]


def two_people(one: str | None, other: str | None) -> bool:
    """Whether both names are given and differ, trimmed and case-folded: what *confirmed* means in a document."""
    if not one or not other:
        return False
    first, second = one.strip().casefold(), other.strip().casefold()
    return bool(first and second) and first != second
