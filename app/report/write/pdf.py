"""The report as PDF: what is printed of it, and in which words. Typst sets it."""

from dataclasses import fields
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any

from app.report.chart import layout
from app.report.model import Fact, GateLine, LawLine, ReasonLine, Report
from app.report.pictures import Picture, forecast, since, trend
from app.report.told import Told, Turn
from app.report.write.appendix import appendix
from app.report.write.svg import for_paper
from app.report.write.typeset import typeset
from app.words import GATE_CLASS, VERDICT_CLASS, day, days_in, effort, percent

# Sentences that the product made and that may hold a day in them. What people wrote is printed as they wrote it.
_SENTENCES: dict[type, frozenset[str]] = {
    Fact: frozenset({"value"}),
    ReasonLine: frozenset({"text", "detail"}),
    GateLine: frozenset({"note", "turned"}),
    LawLine: frozenset({"source"}),
    Told: frozenset({"path", "steps", "fragility", "hinges"}),
    Turn: frozenset({"words"}),
}
_TOLD_ONE_BY_ONE = 5  # hinges of a verdict; of more only the titles are printed
_PUT_TOGETHER = frozenset({"dimensions", "register", "coverage", "outlook"})  # otherwise than field by field


def pdf(report: Report) -> bytes:
    """The report as a PDF file."""
    return typeset("report.typ", printed(report), report.as_of)


def printed(report: Report) -> dict[str, Any]:
    """The report with days and figures in the words in which people read them, and what Typst needs to draw it."""
    plain: dict[str, Any] = {
        each.name: _printed(getattr(report, each.name)) for each in fields(report) if each.name not in _PUT_TOGETHER
    }
    plain |= appendix(report)
    if plain["told"]:
        del plain["told"]["forecast"]  # only the days that are worth a sentence are printed
    titles = {line.key: line.title for dimension in report.dimensions for line in dimension.questions}
    plain["bar"] |= {key: f"{getattr(report.bar, key):f}" for key in ("go", "floor", "no_go")}
    plain["not_applicable"] = [[each.title, each.not_applicable] for each in report.not_applicable]
    plain["asks_again"] = [titles.get(each, each) for each in report.asks_again]
    plain["date"] = [report.as_of.year, report.as_of.month, report.as_of.day]
    plain["lapses_on"] = day(report.lapses_on) if report.lapses_on else None
    plain["go_live"] = day(report.go_live) if report.go_live else None
    plain["classes"] = {"verdict": dict(VERDICT_CLASS), "gate": dict(GATE_CLASS)}
    plain["path"] = _path(report)
    plain["many_hinges"] = _many_hinges(report)
    plain["pictures"] = {each.__name__: _picture(each(report)) for each in (trend, since, forecast)}
    return plain


def _path(report: Report) -> dict[str, Any] | None:
    """The path, each step in a row; no rows where nothing has to be done, or nothing can be."""
    if report.outlook is None or report.told is None:
        return None
    path = report.outlook.path
    steps = getattr(path, "steps", ())
    return {
        "target": path.target.title,
        "because": list(report.told.steps) if not steps else [],
        "steps": [
            {
                "days": effort(step.effort_days),
                "title": step.title,
                "told": told,
                "owner": step.owner,
                "lifts": f"+{step.lifts:.1f}" if step.lifts else None,
                "gate": step.gate,
                "proven": percent(step.proven),
            }
            for step, told in zip(steps, report.told.steps, strict=True)
        ]
        if steps
        else [],
    }


def _many_hinges(report: Report) -> str | None:
    """What a verdict hangs on, only by its titles where it is much; None where each is told for itself."""
    fragility = report.outlook.fragility if report.outlook else None
    if fragility is None or len(fragility.hinges) <= _TOLD_ONE_BY_ONE:
        return None
    return f"{'; '.join(each.title for each in fragility.hinges)}."


def _picture(picture: Picture | None) -> dict[str, Any] | None:
    """A chart as it is drawn on paper, narrow enough that two stand side by side."""
    if picture is None:
        return None
    return {
        "svg": for_paper(layout(picture.chart, "narrow")),
        "told": picture.chart.told,
        "heads": list(picture.heads),
        "rows": [list(row) for row in picture.rows],
    }


def _printed(value: Any) -> Any:
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, tuple):
        return [_printed(each) for each in value]
    if isinstance(value, date):
        return day(value)
    if isinstance(value, Decimal):
        return percent(value)
    if isinstance(value, Enum):
        return value.value
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
