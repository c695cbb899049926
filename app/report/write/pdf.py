"""The report as PDF, set by Typst: tagged (PDF/UA-1), with every font embedded, the same bytes for the same report.

Everything that people wrote reaches Typst as data, through `sys.inputs`, and never as markup.
"""

import ctypes
import json
import sys
from dataclasses import fields
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from itertools import groupby
from threading import Lock
from typing import Any

import typst

from app.report.model import EvidenceLine, Fact, GateLine, LawLine, QuestionLine, ReasonLine, Report
from app.report.write import fonts
from app.settings import SHARE
from app.words import GATE_CLASS, VERDICT_CLASS, day, days_in, percent

# Sentences that the product made and that may hold a day in them. What people wrote is printed as they wrote it.
_SENTENCES: dict[type, frozenset[str]] = {
    Fact: frozenset({"value"}),
    ReasonLine: frozenset({"text", "detail"}),
    GateLine: frozenset({"note"}),
    QuestionLine: frozenset({"proves", "more"}),
    EvidenceLine: frozenset({"withdrawn"}),
    LawLine: frozenset({"source"}),
}
_one_at_a_time = Lock()


def pdf(report: Report) -> bytes:
    """The report as a PDF file."""
    content = json.dumps(printed(report), ensure_ascii=False)
    characters = "".join(set(content))
    inputs = {"report": content, "fonts": json.dumps(fonts.families(characters))}
    compiler = _compiler(with_machines=bool(fonts.machines(characters)))
    moment = datetime.combine(report.as_of, time(), UTC)
    with _one_at_a_time:  # the compiler keeps what it has set before, and is one
        made = compiler.compile(format="pdf", sys_inputs=inputs, pdf_standards="ua-1", timestamp=moment)
        _forget()
    if not isinstance(made, bytes):
        raise TypeError("Typst gives a PDF as one file")
    return made


@cache
def _compiler(*, with_machines: bool) -> typst.Compiler:
    folder = SHARE / "templates" / "report"
    return typst.Compiler(
        str(folder / "report.typ"), root=str(folder), font_paths=fonts.loaded(with_machines=with_machines)
    )


_REMEMBERED = 10  # compilations after which the typst wheel drops what it has not used again


def _forget() -> None:
    """Gives back what setting the report took.

    Typst keeps every line that it has set, a hundred megabytes for a long report, until ten further documents are made.
    Ten empty ones take no time; then the C library is asked to return what is free to the system.
    """
    for _ in range(_REMEMBERED + 1):
        _nothing().compile(format="svg")
    give_back = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if give_back is not None:
        give_back(0)


@cache
def _nothing() -> typst.Compiler:
    return typst.Compiler(
        str(SHARE / "templates" / "report" / "nothing.typ"),
        font_paths=typst.Fonts(include_system_fonts=False, include_embedded_fonts=False),
    )


def printed(report: Report) -> dict[str, Any]:
    """The report with days and figures in the words in which people read them, and what Typst needs to draw it."""
    plain: dict[str, Any] = _printed(report)
    _number(report, plain)
    plain["bar"] |= {key: f"{getattr(report.bar, key):f}" for key in ("go", "floor", "no_go")}
    plain["date"] = [report.as_of.year, report.as_of.month, report.as_of.day]
    plain["lapses_on"] = day(report.lapses_on) if report.lapses_on else None
    plain["go_live"] = day(report.go_live) if report.go_live else None
    plain["classes"] = {"verdict": dict(VERDICT_CLASS), "gate": dict(GATE_CLASS)}
    return plain


def _number(report: Report, plain: dict[str, Any]) -> None:
    """Gives each item its number in the register, there and under its answer; shortens references."""
    numbers: dict[EvidenceLine, int] = {}
    for number, item in enumerate(report.register or (), start=1):
        numbers.setdefault(item, number)
        plain["register"][number - 1]["number"] = number
    for dimension, printed_dimension in zip(report.dimensions, plain["dimensions"], strict=True):
        for question, printed_question in zip(dimension.questions, printed_dimension["questions"], strict=True):
            printed_question["references"] = _by_framework(question.references)
            for item, printed_item in zip(question.evidence, printed_question["evidence"], strict=True):
                printed_item["number"] = numbers.get(item)


def _by_framework(references: tuple[str, ...]) -> list[str]:
    """Each framework named once, with what is meant in it."""
    return [
        f"{framework} {', '.join(each.partition(' ')[2] for each in of_one)}".strip()
        for framework, of_one in groupby(references, key=lambda each: each.partition(" ")[0])
    ]


def _printed(value: Any) -> Any:
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, tuple):
        return [_printed(each) for each in value]
    if isinstance(value, date):
        return day(value)
    if isinstance(value, Decimal):
        return percent(value)
    part: object = type(value)
    return {name: (_with_days if holds_days else _printed)(getattr(value, name)) for name, holds_days in _fields(part)}


@cache
def _fields(kind: Any) -> tuple[tuple[str, bool], ...]:
    """The fields of a part of the report, and whether each is a sentence that may hold a day."""
    sentences = _SENTENCES.get(kind, frozenset())
    return tuple((each.name, each.name in sentences) for each in fields(kind))


def _with_days(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_with_days(each) for each in value]
    return days_in(value) if isinstance(value, str) else value
