"""The score and the report as plain values, ready to be written as JSON."""

from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from app.readiness.figures_json import figures_as_json
from app.readiness.fragility import Fragility
from app.readiness.path import NoPath, Path, Step
from app.readiness.score import Score
from app.report.model import Report

FORMAT = "readyroom.report/1"


def score_as_json(
    score: Score, fragility: Fragility | None = None, path: Path | NoPath | None = None
) -> dict[str, Any]:
    """A score as `readyroom score --json` prints it: its figures, what the verdict hangs on and the path to Go.

    Both are null where there is none, and where they were not worked out.
    """
    return {
        **figures_as_json(score),
        "fragility": fragility.count if fragility else None,
        "path_to_go": _path(path) if isinstance(path, Path) else None,
    }


def report_as_json(report: Report) -> dict[str, Any]:
    """The whole report as plain values: days as in ISO 8601, percentages as numbers, null where nothing is known."""
    return {"format": FORMAT, **_plain(report)}


def _path(path: Path) -> dict[str, Any]:
    return {"effort_days": _number(path.effort_days), "steps": [_step(each) for each in path.steps]}


def _step(step: Step) -> dict[str, Any]:
    return {
        "kind": step.kind,
        "question": step.question,
        "title": step.title,
        "from": step.level_from,
        "to": step.level_to,
        "effort_days": _number(step.effort_days),
        "confirm": step.confirm,
    }


def _number(value: Decimal) -> int | float:
    return int(value) if value == int(value) else float(value)


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return int(value) if value == int(value) and value.as_tuple().exponent == 0 else float(value)
    return value
