"""A file as readers see it: its bytes, and what they are as text, JSON, lines of JSON or a table, within limits.

Nothing is believed before it is parsed. Each view is made once, when a reader first asks for it, and is None where the
file is no such thing. What would take too much memory or time is refused in words before it is parsed.
"""

import csv
import json
import re
import unicodedata
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, overload

from app.errors import Problem, TooLarge, Unreadable

LARGEST_BYTES = 25_000_000
LARGEST_LINES = 1_000_000
LARGEST_TEXT = 30_000_000  # bytes in memory: one character outside Latin takes two or four for each of the text
LARGEST_PARSED = 40_000_000  # bytes in memory, reckoned before JSON is parsed and while a table is
LONGEST_LINE = 200_000  # characters of a line in a table
LARGEST_CELLS = 1_000_000  # of a table: what is summed up takes seconds beyond it
DEEPEST = 100  # levels of JSON within each other
LONGEST_NAME = 120

# What Python takes at most for a value behind each of these marks, the room of what holds it included.
_ROOM = {"{": 240, "[": 90, ",": 66, ":": 100}
_ROOM_OF_CELL = 150  # a text of its own, and remembering it
_BEGINS_AS_JSON = re.compile(r"\s{0,1000}[{\[]")
_BEGINS_AS_NO_TABLE = re.compile(r"\s{0,1000}(?:[{\[<]|\Z)")
_BLANKS = 10_000
_NOT_BLANK = re.compile(r"\S")
_TWO_BYTES, _FOUR_BYTES = re.compile(rb"[\xc4-\xff]"), re.compile(rb"[\xf0-\xff]")  # begin such characters in UTF-8


class Table(Sequence[Mapping[str, str]]):
    """The rows of a table below its head, each made when it is asked for."""

    def __init__(self, names: Sequence[str], rows: Sequence[tuple[str, ...]]) -> None:
        """Take the names of the columns, and the cells."""
        self.names = tuple(names)
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, at: int) -> Mapping[str, str]: ...
    @overload
    def __getitem__(self, at: slice) -> "Table": ...
    def __getitem__(self, at: int | slice) -> "Mapping[str, str] | Table":
        if isinstance(at, slice):
            return Table(self.names, self._rows[at])
        return dict(zip(self.names, self._rows[at], strict=False))


class Content:
    """A file's name and bytes."""

    def __init__(self, name: str, content: bytes) -> None:
        """Take a file.

        Raises:
            TooLarge: it is larger than anything that is read.
        """
        if len(content) > LARGEST_BYTES:
            raise TooLarge(f"The file is too large: at most {LARGEST_BYTES:,} bytes are read.")
        self.name = plain_name(name)
        self.content = content

    @cached_property
    def text(self) -> str | None:
        """The file as text, without a byte order mark; None where it is none (UTF-8, or UTF-16 with its mark)."""
        encoding = "utf-8-sig"
        if self.content.startswith((b"\xff\xfe", b"\xfe\xff")):
            encoding = "utf-16"
        elif b"\x00" in self.content:
            return None
        self._refuse_if_wide(encoding)
        try:
            text = self.content.decode(encoding)
        except UnicodeDecodeError:
            return None
        if text.count("\n") > LARGEST_LINES:
            raise TooLarge(f"The file has more than {LARGEST_LINES:,} lines.")
        # What begins with thousands of blanks no tool wrote; each reader would go through all of them.
        return None if len(text) > _BLANKS and not text[:_BLANKS].strip() else text

    @cached_property
    def json(self) -> Any:
        """The file as one JSON value; None where it is none. NaN and the infinities stand in it as floats."""
        text = self.text
        if text is None or not _BEGINS_AS_JSON.match(text):
            return None
        _refuse_if_crowded(text)
        value = _parsed(text)
        _refuse_if_deep([value])
        return value

    @cached_property
    def json_lines(self) -> Sequence[Any] | None:
        """The file as JSON values, one a line, if only one; None where a line is none."""
        text = self.text
        if text is None or not _BEGINS_AS_JSON.match(text):
            return None
        if self.json is not None:  # a value over several lines is no line; one on a single line is not parsed twice
            return [self.json] if sum(1 for line in _lines(text) if _NOT_BLANK.search(line)) == 1 else None
        values = []
        for line in _lines(text):
            if _NOT_BLANK.search(line):
                value = _parsed(line)
                if value is None:
                    return None
                values.append(value)
        _refuse_if_deep(values)
        return values

    @cached_property
    def columns(self) -> Sequence[str] | None:
        """The names in the head of a table, without looking further; None where the file is none."""
        head = self._head
        return None if head is None else head[0]

    @cached_property
    def rows(self) -> Sequence[Mapping[str, str]] | None:
        """The file as a table with a head, by commas, semicolons or tabs; None where it is none."""
        head = self._head
        if head is None or self.text is None:
            return None
        names, delimiter = head
        reader = csv.reader(_lines_of_a_table(self.text), delimiter=delimiter)
        same: dict[str, str] = {}  # a cell that stands a thousand times is kept once
        found: list[tuple[str, ...]] = []
        room = cells = 0
        try:
            next(row for row in reader if any(cell.strip() for cell in row))
            for row in reader:
                if any(row):
                    room += 56 + 8 * len(row)
                    found.append(tuple(same.setdefault(cell, cell) for cell in row))
                    cells += len(row)
                    if cells > LARGEST_CELLS or room + _ROOM_OF_CELL * len(same) > LARGEST_PARSED:
                        raise TooLarge(f"The table is too large to be read: more than {len(found):,} rows.")
        except (csv.Error, StopIteration):
            return None
        return Table(names, found)

    @cached_property
    def _head(self) -> tuple[Sequence[str], str] | None:
        """The names of the columns, and what stands between them."""
        text = self.text
        if text is None or _BEGINS_AS_NO_TABLE.match(text):
            return None
        line = next((each for each in _lines(text) if _NOT_BLANK.search(each)), "")
        delimiter = max(",;\t", key=line.count)
        if delimiter not in line or len(line) > LONGEST_LINE:
            return None
        try:
            names = next(csv.reader([line], delimiter=delimiter))
        except (csv.Error, StopIteration):
            return None
        return [name.strip() for name in names], delimiter

    def _refuse_if_wide(self, encoding: str) -> None:
        """Refuse text that would take several times its size in memory. ASCII never does."""
        if encoding == "utf-16":
            room = 2 * len(self.content)
        elif self.content.isascii():
            room = len(self.content)
        else:
            begin = len(BOM_UTF8) if self.content.startswith(BOM_UTF8) else 0  # the mark is no part of the text
            widest = (
                4 if _FOUR_BYTES.search(self.content, begin) else 2 if _TWO_BYTES.search(self.content, begin) else 1
            )
            room = widest * len(self.content)
            if room > LARGEST_TEXT:  # so far every byte counts as a character: now only those that begin one
                begun = self.content.translate(None, bytes(range(0x80, 0xC0)))
                room = widest * len(begun)
        if room > LARGEST_TEXT:
            raise TooLarge("The file is too large for a text that is not plain ASCII; leave out what people wrote.")


def plain_name(name: str) -> str:
    """A file's name without the folders before it and without what cannot be seen; it is shown, and never opened."""
    last = re.split(r"[/\\]", name)[-1]
    seen = "".join(each for each in last if not unicodedata.category(each).startswith(("C", "Zl", "Zp"))).strip(" .")
    return seen[-LONGEST_NAME:] or "file"


def _lines(text: str) -> Iterator[str]:
    """Line by line, each with its end; only a line feed ends one, since JSON may hold other ends as they are."""
    begin = 0
    while begin < len(text):
        end = text.find("\n", begin) + 1 or len(text)
        yield text[begin:end]
        begin = end


def _lines_of_a_table(text: str) -> Iterator[str]:
    for line in _lines(text):
        if len(line) > LONGEST_LINE:
            raise TooLarge(f"A line of the table is longer than {LONGEST_LINE:,} characters.")
        yield line


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
    except RecursionError:
        raise _too_deep() from None


def _refuse_if_crowded(text: str) -> None:
    """Refuse JSON that would take too much memory, before it does."""
    if sum(text.count(mark) * room for mark, room in _ROOM.items()) > LARGEST_PARSED:
        raise TooLarge("The file holds too many values to be read; leave out the details of each request.")


def _refuse_if_deep(values: Sequence[Any]) -> None:
    """Refuse JSON that is nested deeper than any tool writes it."""
    level: list[Any] = list(values)
    for _ in range(DEEPEST + 1):
        level = [each for outer in level for each in _inner(outer)]
        if not level:
            return
    raise _too_deep()


def _inner(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from (each for each in value.values() if isinstance(each, dict | list))
    elif isinstance(value, list):
        yield from (each for each in value if isinstance(each, dict | list))


def _too_deep() -> Unreadable:
    return Unreadable("The file cannot be read.", [Problem("", f"is nested deeper than {DEEPEST} levels")])
