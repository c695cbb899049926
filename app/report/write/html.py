"""The report as one HTML file that needs nothing beside it, from the same template as the page."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product
from types import MappingProxyType
from typing import Any

from markupsafe import Markup

from app.readiness.outlook import Proving
from app.report.chart import WIDTHS, layout
from app.report.model import EvidenceLine, QuestionLine, Report
from app.report.pictures import Picture, forecast, since, trend
from app.report.told import proving_told
from app.report.write.svg import for_page
from app.words import stylesheet, templates

_LEVELS = (None, 0, 1, 2, 3, 4)
_GRADES = ("asserted", "documented", "demonstrated", "measured")
_STATES: Mapping[str, str] = MappingProxyType(
    {
        "answered": "answered",
        "blank": "not answered",
        "nobody-can-say": "nobody here can say",
        "not-applicable": "not applicable",
        "not-applicable-unconfirmed": "not applicable, not confirmed",
        "not-asked": "not asked of this pilot",
    }
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture of the report as a page shows one of the two."""

    picture: Picture
    wide: Markup
    narrow: Markup


def html(report: Report) -> bytes:
    """The report as a file of its own."""
    page = templates().get_template("report/file.html")
    return page.render(shown(report), stylesheet=stylesheet(), home=None, method_url=None, actions="").encode()


def shown(report: Report) -> dict[str, Any]:
    """What `report/body.html` draws the report with, wherever it stands."""
    lines = {line.key: line.title for dimension in report.dimensions for line in dimension.questions}
    cheapest = {each.question: each for each in report.outlook.proving} if report.outlook else {}
    return {
        "report": report,
        "lines": lines,
        "pictures": {each.__name__: drawn(each(report)) for each in (trend, since, forecast)},
        "answer": lambda line, home: _answer(line, home, cheapest.get(line.key)),
        "entry": _entry,
        "grades": _signs()["grades"],
    }


def drawn(picture: Picture | None) -> Drawn | None:
    """A picture as a page shows it; None where there is none to see."""
    if picture is None:
        return None
    wide, narrow = (Markup(for_page(layout(picture.chart, width), width)) for width in WIDTHS)  # noqa: S704 - escaped there
    return Drawn(picture, wide, narrow)


# An answer and an item look the same as long as they are the same: drawing a hundred of them takes most of a page's
# time, and from one look at a report to the next hardly any has changed.


@lru_cache(maxsize=400)
def _answer(line: QuestionLine, home: str | None, cheapest: Proving | None) -> Markup:
    told = proving_told(cheapest, line.more) if cheapest else None
    drawn: Markup = _macros().answer(line, home, told, **_signs(), states=_STATES)
    return drawn


@lru_cache(maxsize=800)
def _entry(item: EvidenceLine) -> Markup:
    drawn: Markup = _macros().entry(item, _signs()["grades"])
    return drawn


def _macros() -> Any:
    return templates().get_template("report/answer.html").module


@cache
def _signs() -> Mapping[str, Any]:
    """The small signs that stand in every line of the appendix, drawn once: a hundred calls of a macro take long."""
    parts: Any = templates().globals["parts"]
    return {
        "meters": {pair: parts.meter(*pair) for pair in product(_LEVELS, _LEVELS)},
        "grades": {grade: parts.grade(grade) for grade in _GRADES},
        "shapes": {kind: parts.shape(kind) for kind in ("nogo", "open")},
    }
