"""How a value is written for people: the Jinja environment and the only formatters of dates, times and figures."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from types import MappingProxyType

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from app.settings import SHARE

# A day of its own: one inside a file's name stays as it is.
_ISO_DAY = re.compile(r"(?<![\w./-])\d{4}-\d{2}-\d{2}(?![\w/-]|\.\w)")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

VERDICT_CLASS: Mapping[str, str] = MappingProxyType(
    {"go": "go", "conditional": "conditional", "no-go": "nogo", "not-assessed": "open"}
)
GATE_CLASS: Mapping[str, str] = MappingProxyType(
    {
        "passed": "go",
        "unproven": "conditional",
        "excepted": "conditional",
        "failed": "nogo",
        "open": "open",
        "not-applicable": "open",
    }
)

_FRAMEWORKS: Mapping[str, str] = MappingProxyType(
    {
        "nist-ai-rmf": "NIST AI RMF",
        "iso-42001": "ISO/IEC 42001",
        "nist-ai-600-1": "NIST AI 600-1",
        "eu-ai-act": "EU AI Act",
        "eu-data-act": "EU Data Act",
        "gdpr": "GDPR",
        "ccpa": "CCPA",
        "owasp-llm-2025": "OWASP Top 10 for LLM 2025",
        "owasp-llm-2026": "OWASP Top 10 for LLM 2026",
    }
)


def day(value: date | None) -> str:
    """A day: 21 Nov 2026; words where it is not known."""
    return "no date" if value is None else f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def moment(value: datetime) -> str:
    """A moment, in UTC: 21 Nov 2026, 14:05 UTC."""
    return f"{day(value.date())}, {value:%H:%M} UTC"


def percent(value: Decimal | None) -> str:
    """A score: 54.2; words where it is not known."""
    return "not known" if value is None else f"{value:.1f}"


def share(value: Decimal) -> str:
    """A share from 0 to 1 as a percentage: 15 %."""
    return f"{value * 100:.0f}\u00a0%"


def money(amount: Decimal, currency: object) -> str:
    """An amount with its currency, where that is stated: 40,000 EUR."""
    figure = f"{amount:,f}"
    return f"{figure} {currency}" if currency else figure


def effort(days: Decimal) -> str:
    """Work: 12.5 days, 1 day."""
    return f"{days.normalize():f} {'day' if days == 1 else 'days'}"


def counted(number: int, one: str, many: str | None = None) -> str:
    """A count with its noun: 1 question, 3 questions."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def hyphened(key: str) -> str:
    """A key as words: not-applicable becomes not applicable."""
    return key.replace("-", " ").replace("_", " ")


def framework(key: str) -> str:
    """A framework as it is called: ISO/IEC 42001."""
    return _FRAMEWORKS.get(key) or hyphened(key).upper()


def days_in(text: str) -> str:
    """A sentence with its ISO days written for people."""
    return _ISO_DAY.sub(lambda found: _day_or_as_it_is(found[0]), text)


def _day_or_as_it_is(text: str) -> str:
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        return text


@cache
def templates(*, reload: bool = False) -> Environment:
    """The one Jinja environment, for pages and for the report in its own file."""
    environment = Environment(
        loader=FileSystemLoader(SHARE / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=reload,
        cache_size=-1,
    )
    environment.filters.update(
        day=day, moment=moment, percent=percent, share=share, counted=counted, hyphened=hyphened, days_in=days_in
    )
    environment.filters["effort"] = effort
    environment.filters["framework"] = framework
    environment.globals.update(verdict_class=VERDICT_CLASS, gate_class=GATE_CLASS)
    # A block rendered alone sees no import at the top of its file, so the parts are everybody's.
    environment.globals["parts"] = environment.get_template("parts/parts.html").module
    return environment


def stylesheet() -> Markup:
    """The stylesheet as text, for the report in one self-contained file."""
    return Markup((SHARE / "static" / "readyroom.css").read_text("utf-8"))  # noqa: S704 - our own file
