"""Figures as findings, and the days and moments that tables and tools write."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from math import isfinite
from typing import Any

from app.evidence.stated import attributes as known_attributes
from app.evidence.stated import line
from app.finding import Finding

_MONTH_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_WEEK = re.compile(r"(\d{4})-?W(\d{1,2})", re.ASCII)
_SPACE_IN_MOMENT = re.compile(r"(\d)\s+(?=[+-]\d|Z)", re.ASCII)


def words(given: object) -> str:
    """Anything as one line that can be shown; empty where nothing is left of it."""
    return line(str(given)) or ""


def finding(
    metric: str,
    value: float | None,
    unit: str | None,
    *,
    statistic: str | None = None,
    where: str | None = None,
    attributes: Mapping[str, Any] | None = None,
) -> list[Finding]:
    """A figure as a list of one finding; of none where it is not finite or has no name. What is None is left out."""
    name = words(metric)
    if value is None or not isfinite(value) or not name:
        return []
    return [
        Finding(
            metric=name,
            statistic=statistic,
            value=value,
            unit=unit,
            attributes=known_attributes(**(attributes or {})),
            where=line(where),
        )
    ]


def moment(given: object) -> datetime | None:
    """A moment in UTC, out of ISO 8601 or out of seconds since 1970; None where it is none. No zone: taken as UTC."""
    if isinstance(given, bool):
        return None
    try:
        if isinstance(given, int | float):
            return datetime.fromtimestamp(given, UTC)
        if not isinstance(given, str):
            return None
        text = _SPACE_IN_MOMENT.sub(r"\1", given.strip().removesuffix(" UTC"))
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def day(given: object) -> date | None:
    """A day, out of a moment, out of month/day/year, or the last day of a month (2026-10) or of a week (2026-W41)."""
    if not isinstance(given, str):
        found = moment(given)
        return None if found is None else found.date()
    text = given.strip()
    try:
        if match := _MONTH_FIRST.fullmatch(text):
            return date(int(match[3]), int(match[1]), int(match[2]))
        if match := _WEEK.fullmatch(text):
            return date.fromisocalendar(int(match[1]), int(match[2]), 7)
        if match := _MONTH.fullmatch(text):
            return date(int(match[1]) + int(match[2]) // 12, int(match[2]) % 12 + 1, 1) - timedelta(days=1)
    except ValueError:
        return None
    found = moment(text) if "-" in text or "T" in text else None
    return None if found is None else found.date()


def last_day(end: datetime) -> date:
    """The last day of a period whose end is not part of it."""
    return (end - timedelta(microseconds=1)).date()
