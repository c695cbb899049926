"""One gate question of a small catalogue, read by the rules that a test gives it."""

from collections.abc import Mapping
from typing import Any, Final

from app.finding import Finding
from app.readiness.assessment import Evidence
from app.readiness.rule import Rules
from app.readiness.score import QuestionScore, Score
from tests.make import (
    answer,
    catalogue,
    dimension,
    found,
    gate,
    metric,
    need,
    piece,
    pilot,
    question,
    rules,
    scored,
    shows,
    speaks_against,
)

METRICS: Final = (
    metric("latency", "ms", "tool.latency"),
    metric("errors", "1"),
    metric("duration", "s"),
    metric("spend", "money"),
    metric("licence", "1"),
    metric("score", "1", "*.score"),
    metric("gain", "{change}"),
)
NEEDS: Final[Mapping[str, Any]] = {"latency_ms": 1000, "users": 100, "currency": "EUR", "licences": ("MIT",)}
CATALOGUE_NEEDS: Final = (
    need("latency_ms", "number", 1000.0, "ms"),
    need("users", "number", 100.0),
    need("currency", "text", "EUR"),
    need("licences", "list", ("MIT",)),
)


def whole(by: Rules, *items: Evidence, needs: Mapping[str, Any] = NEEDS, level: int | None = 4) -> Score:
    """The score of the one gate question, claimed at 4, with these items."""
    asked = question("speed", rules=by, gate=gate(3), changes=frozenset({"model"}))
    read = catalogue(dimension("service", asked, metrics=METRICS), needs=CATALOGUE_NEEDS)
    return scored(read, {"service.speed": answer(level, *items)}, pilot=pilot(needs=needs))


def asked(by: Rules, *items: Evidence, **said: Any) -> QuestionScore:
    """The one question."""
    return whole(by, *items, **said).questions["service.speed"]


def proven(by: Rules, *items: Evidence, **said: Any) -> int | None:
    """What it proves; 2 where the rules hear too little, since a file is worth at least what a document would be."""
    return asked(by, *items, **said).proven


def reads(*figures: str, **said: Any) -> Rules:
    """Rules by which figures taken together show level 4."""
    return rules(shows(4, piece(*figures, **said)))


def slow(value: float = 2000, statistic: str | None = "p95", **attributes: Any) -> Finding:
    """A latency above the limit of 1000 ms."""
    return found(value=value, statistic=statistic, **attributes)


def fast(value: float = 900, statistic: str | None = "p95", **attributes: Any) -> Finding:
    """A latency within the limit of 1000 ms."""
    return found(value=value, statistic=statistic, **attributes)


PEAK: Final = "p95 latency > need.latency_ms with users >= need.users"
HELD: Final = rules(shows(4, "p95 latency <= need.latency_ms with users >= need.users"), speaks_against(2, PEAK))
