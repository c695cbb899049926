"""Reads a PDF back as a reader that knows its tags would: the text replaced where the file says what it stands for."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.generic import ContentStream, DictionaryObject

_CHARACTERS = re.compile(rb"beginbfchar(.*?)endbfchar", re.DOTALL)
_RANGES = re.compile(rb"beginbfrange(.*?)endbfrange", re.DOTALL)
_PAIR = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_TRIPLE = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")


@dataclass(frozen=True)
class Font:
    name: str
    embedded: bool
    characters: dict[int, str]
    widths: dict[int, float]  # in thousandths of its size


@dataclass(frozen=True)
class Run:
    """What is drawn, or said to be drawn, in one stroke: from where to where across the page, glyph by glyph."""

    left: float
    right: float
    glyphs: tuple[str, ...]
    undefined: int
    read_aloud: bool = True  # what only repeats or frames is not: the head and the foot of a page, a drawing's signs


@dataclass(frozen=True)
class ReadBack:
    """What a PDF holds."""

    reader: PdfReader
    runs: tuple[tuple[Run, ...], ...]  # by page
    fonts: dict[str, Font]

    @cached_property
    def pages(self) -> tuple[str, ...]:
        """The text of each page, without white space."""
        return tuple(squeezed("".join(glyph for run in page for glyph in run.glyphs)) for page in self.runs)

    @cached_property
    def text(self) -> str:
        """What is read aloud, from page to page as if there were no pages."""
        return squeezed("".join(glyph for page in self.runs for run in page for glyph in run.glyphs if run.read_aloud))

    @cached_property
    def from_the_right(self) -> str:
        """The text with its last glyph first: what runs from the right is drawn, and so read, from its end."""
        aloud = (run for page in self.runs[::-1] for run in page[::-1] if run.read_aloud)
        return squeezed("".join(glyph for run in aloud for glyph in run.glyphs[::-1]))

    @property
    def undefined_glyphs(self) -> int:
        return sum(run.undefined for page in self.runs for run in page)

    def holds(self, words: str) -> bool:
        """Whether it says so, wherever lines break."""
        sought = squeezed(words)
        return sought in self.text or sought in self.from_the_right

    def beyond(self, margin: float) -> list[Run]:
        """What is drawn, in part or in whole, in the margins at the sides."""
        return [
            run
            for page, runs in zip(self.reader.pages, self.runs, strict=True)
            for run in runs
            if squeezed("".join(run.glyphs))
            and not margin <= run.left <= run.right <= float(page.mediabox.width) - margin
        ]


def squeezed(words: str) -> str:
    return re.sub(r"\s", "", words)


def read_back(file: bytes) -> ReadBack:
    reader = PdfReader(io.BytesIO(file))
    fonts: dict[str, Font] = {}
    runs: list[tuple[Run, ...]] = []
    known: dict[int, Font] = {}
    for page in reader.pages:
        resources = page["/Resources"].get_object()
        assert isinstance(resources, DictionaryObject)
        here: dict[str, Font] = {}
        for name, font in resources["/Font"].items():  # type: ignore[attr-defined]
            if font.idnum not in known:
                known[font.idnum] = _font(font.get_object())
            here[name] = fonts[known[font.idnum].name] = known[font.idnum]
        runs.append(tuple(_runs(page, reader, here)))
    return ReadBack(reader, tuple(runs), fonts)


def _runs(page: PageObject, reader: PdfReader, fonts: dict[str, Font]) -> Iterator[Run]:
    font, size = Font("", embedded=False, characters={}, widths={}), 0.0
    left, kept = 0.0, list[float]()
    marked: list[bool] = []  # whether each open piece says itself what it stands for
    framing: list[bool] = []  # whether each open piece is left out when the page is read aloud
    for operands, operator in ContentStream(page.get_contents(), reader).operations:
        match operator:
            case b"q":
                kept.append(left)
            case b"Q":
                left = kept.pop()
            case b"cm":
                left += float(operands[4])  # nothing is turned or stretched here
            case b"BDC" | b"BMC":
                says = len(operands) > 1 and isinstance(operands[1], DictionaryObject) and "/ActualText" in operands[1]
                if says and not any(marked):
                    yield Run(left, left, (str(operands[1]["/ActualText"]),), 0, not any(framing))
                marked.append(says)
                framing.append(str(operands[0]) == "/Artifact")
            case b"EMC":
                marked.pop()
                framing.pop()
            case b"Tf":
                font, size = fonts[operands[0]], float(operands[1])
            case b"Tj" | b"TJ":
                codes = list(_codes(operands[0]))
                right = left + size / 1000 * sum(font.widths.get(each, 0) if each >= 0 else each + 1 for each in codes)
                glyphs = () if any(marked) else tuple(font.characters.get(each, "") for each in codes if each > 0)
                yield Run(left, right, glyphs, codes.count(0), not any(framing))


def _codes(shown: object) -> Iterator[int]:
    """The codes of glyphs; a move to the left by n as -n - 1, one to the right not at all."""
    for piece in shown if isinstance(shown, list) else [shown]:
        if isinstance(piece, str | bytes):
            raw: bytes = piece if isinstance(piece, bytes) else getattr(piece, "original_bytes")  # noqa: B009 - pypdf's
            yield from (int.from_bytes(raw[at : at + 2]) for at in range(0, len(raw), 2))
        elif isinstance(piece, int | float) and piece > 0:
            yield -int(piece) - 1


def _font(font: Any) -> Font:
    below = font["/DescendantFonts"][0].get_object()
    described = below["/FontDescriptor"]
    embedded = any(key in described for key in ("/FontFile", "/FontFile2", "/FontFile3"))
    name = str(font["/BaseFont"]).partition("+")[2]
    return Font(name, embedded, _characters(font["/ToUnicode"].get_data()), _widths(list(below["/W"])))


def _widths(table: list[Any]) -> dict[int, float]:
    found: dict[int, float] = {}
    while table:
        first, then = int(table.pop(0)), table.pop(0)
        each = list(then) if isinstance(then, list) else [table.pop(0)] * (int(then) - first + 1)
        found |= {first + offset: float(width) for offset, width in enumerate(each)}
    return found


def _characters(table: bytes) -> dict[int, str]:
    found: dict[int, str] = {}
    for block in _CHARACTERS.findall(table):
        for code, text in _PAIR.findall(block):
            found[int(code, 16)] = bytes.fromhex(text.decode()).decode("utf-16-be")
    for block in _RANGES.findall(table):
        for first, last, text in _TRIPLE.findall(block):
            for offset in range(int(last, 16) - int(first, 16) + 1):
                found[int(first, 16) + offset] = chr(int(text, 16) + offset)
    return found
