"""A workbook of tables that people filter, sort and print: one table a sheet, its head in the first row.

What people wrote is written as text and never as anything that a spreadsheet could run. The same tables give the same
bytes.
"""

import io
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from app.readiness.verdict import Verdict
from app.report.write.table import Cell, Kind, Table
from app.words import GATE_CLASS, VERDICT_CLASS, hyphened

TEXT_LIMIT = 32_767  # of a cell, in the UTF-16 units in which spreadsheets count
CUT = " … (cut here: a cell holds no more. The HTML and JSON files have all of it.)"
_LINK_LIMIT = 2_000
_FOOTER_LIMIT = 80
_FIRST_DAY = date(1900, 3, 1)  # spreadsheets count days from here alike; what is older is written as text
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t")  # typed anew by hand, such a text would become one
_INK, _QUIET, _HEAD, _RULE = "#17212B", "#4C5965", "#F3F1EB", "#D8D4C9"
_COLOURS = {"go": "#1F6B3A", "conditional": "#855500", "nogo": "#A3271D", "open": "#5B6670"}
_STATES: Mapping[str, str] = MappingProxyType(
    {Verdict(key).title: _COLOURS[kind] for key, kind in VERDICT_CLASS.items()}
    | {hyphened(key): _COLOURS[kind] for key, kind in GATE_CLASS.items()}
)


def workbook(tables: Iterable[Table], *, title: str, author: str, mark: str, as_of: date) -> bytes:
    """The tables as the bytes of an .xlsx file.

    Args:
        tables: one for each sheet, in their order.
        title: what the file is.
        author: whose it is.
        mark: stands at the foot of every printed page, "" for nothing.
        as_of: the day on which everything in it stands.
    """
    file = io.BytesIO()
    no_guesses = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, {"in_memory": True, **no_guesses}) as book:
        book.set_size(2400, 1600)
        book.set_properties(
            {"title": clean(title)[:200], "author": clean(author)[:200], "created": datetime.combine(as_of, time())}
        )
        styles = _Styles(book)
        for table in tables:
            _write(book.add_worksheet(table.title), table, styles, _footer(mark, as_of))
    return file.getvalue()


def clean(text: str) -> str:
    """A text as a cell can hold it: without control characters, cut with a word where it is too long."""
    text = _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    if _length(text) <= TEXT_LIMIT:
        return text
    room = (TEXT_LIMIT - _length(CUT)) * 2
    return text.encode("utf-16-le")[:room].decode("utf-16-le", errors="ignore") + CUT


def _length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


class _Styles:
    """The formats of a workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, object], ...], Any] = {}

    def of(self, **look: object) -> Any:
        """The format that looks so; wrapped and at the top unless said otherwise."""
        key = tuple(sorted(look.items()))
        if key not in self._made:
            usual = {"font_name": "Calibri", "font_size": 10, "font_color": _INK, "valign": "top", "text_wrap": True}
            self._made[key] = self._book.add_format(usual | look)
        return self._made[key]


def _footer(mark: str, as_of: date) -> str:
    """An ampersand begins a command there: it is doubled, and parted from what follows, which could make another."""
    said = clean(mark).replace("\n", " ")[:_FOOTER_LIMIT].replace("&", "&&\u2060")
    left = f"&L{said}" if said else ""
    return f"{left}&C&A&R{as_of.isoformat()}   &P of &N"


def _write(page: Any, table: Table, styles: _Styles, footer: str) -> None:
    head = styles.of(bold=True, bg_color=_HEAD, bottom=1, bottom_color=_QUIET, valign="vcenter")
    for number, column in enumerate(table.columns):
        page.set_column(number, number, column.width)
        page.write_string(0, number, column.title, head)
    for at, row in enumerate(table.rows, start=1):
        for number, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
            _put(page, at, number, column.kind, cell, styles)
    if not table.rows:
        page.write_string(1, 0, table.empty, styles.of(italic=True, font_color=_QUIET, text_wrap=False))
    page.freeze_panes(1, 1)
    page.autofilter(0, 0, max(1, len(table.rows)), len(table.columns) - 1)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    page.set_footer(footer)
    page.hide_gridlines(1)  # on paper; on the screen they help


def _put(page: Any, at: int, number: int, kind: Kind, cell: Cell, styles: _Styles) -> None:
    look: dict[str, object] = {"bottom": 1, "bottom_color": _RULE}
    if kind == "strong":
        look["bold"] = True
    if cell is None:
        page.write_blank(at, number, None, styles.of(**look))
    elif isinstance(cell, date) and cell >= _FIRST_DAY:
        page.write_datetime(at, number, cell, styles.of(**look, num_format="d mmm yyyy", align="left"))
    elif isinstance(cell, int | float | Decimal) and not isinstance(cell, bool):
        page.write_number(at, number, float(cell), styles.of(**look, num_format=_number_format(kind, cell)))
    else:
        _put_text(page, at, number, kind, _words(cell), look, styles)


def _put_text(
    page: Any, at: int, number: int, kind: Kind, words: str, look: dict[str, object], styles: _Styles
) -> None:
    if kind == "state" and words in _STATES:
        look |= {"bold": True, "font_color": _STATES[words]}
    if words.startswith(_STARTS_A_FORMULA):
        look["quote_prefix"] = True
    if kind == "link" and re.match(r"https?://", words) and len(words) <= _LINK_LIMIT:
        page.write_url(at, number, words, styles.of(**look, underline=1), words)
    else:
        page.write_string(at, number, words, styles.of(**look))


def _number_format(kind: Kind, cell: float | Decimal) -> str:
    if kind == "points":
        return "+0.0;-0.0;0.0"
    if kind == "money":
        return "#,##0.00" if cell % 1 else "#,##0"
    return "0" if isinstance(cell, int) else "0.0####" if isinstance(cell, Decimal) else "General"


def _words(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return clean("\n".join(cell) if isinstance(cell, tuple) else str(cell))
