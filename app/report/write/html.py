"""The report as one HTML file that needs nothing beside it, from the same template as the page."""

from collections.abc import Mapping
from functools import cache
from itertools import product
from types import MappingProxyType
from typing import Any

from app.report.model import Report
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


def html(report: Report) -> bytes:
    """The report as a file of its own."""
    page = templates().get_template("report/file.html")
    return page.render(shown(report), stylesheet=stylesheet(), home=None, method_url=None, actions="").encode()


def shown(report: Report) -> dict[str, Any]:
    """What `report/body.html` draws the report with, wherever it stands."""
    lines = frozenset(line.key for dimension in report.dimensions for line in dimension.questions)
    return {"report": report, "lines": lines, "states": _STATES, **_drawn()}


@cache
def _drawn() -> Mapping[str, Any]:
    """The small signs that stand in every line of the appendix, drawn once: a hundred calls of a macro take long."""
    parts: Any = templates().globals["parts"]
    return {
        "meters": {pair: parts.meter(*pair) for pair in product(_LEVELS, _LEVELS)},
        "grades": {grade: parts.grade(grade) for grade in _GRADES},
        "shapes": {kind: parts.shape(kind) for kind in ("nogo", "open")},
    }
