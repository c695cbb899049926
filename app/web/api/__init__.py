"""The JSON API under /api/v1: the same nouns as the pages, for programs with a token."""

from functools import cache
from typing import Any

from fastapi import APIRouter, FastAPI, Security
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer

from app.web.api import (
    answers,
    assessments,
    calculators,
    evidence,
    exceptions,
    files,
    links,
    milestones,
    pilots,
    reports,
    scenarios,
    trade_offs,
)
from app.web.api.described import nulls_restored
from app.web.api.problem import PROBLEMS, SCHEMAS

DESCRIPTION = """\
Production readiness of generative-AI pilots: what is claimed, what is proven, and whether to go.

**Errors** are problem details (RFC 9457). Their `type` says which of the kinds on [/problems](/problems) it is, and
stays as it is; `detail` and `problems` say in words what to mend.

**What can be put has an ETag**, the version that stands. Send it back as `If-Match`: without one what exists is
refused (428), and where somebody else has saved meanwhile the answer holds both versions (412). Documents and
milestones have an ETag of their content, for `If-None-Match` (304).

**Lists** come newest first, a page at a time: `next` is the cursor of the next page, and a `Link` header leads there.

**How much**: each token may make some requests a minute (`RateLimit-Policy`, `RateLimit`); a report as a file and a
calculation count as ten. Beyond that 429 says in `Retry-After` when to come back.

**Files** that a tool wrote are recognised by what stands in them, whatever their name: what was read is kept as
findings, and the date that a file states counts. One that is damaged, too large or could do harm is refused in words.

The examples speak of 20 November 2026 and of made-up ids.
"""

TAGS = {
    "pilots": "What is assessed: profile and needs, stated by one account and confirmed by another.",
    "assessments": "A pilot against a catalogue of questions: the document, the score, the version answered.",
    "answers": "A level, or whom to ask, or why a question does not apply.",
    "evidence": "What is shown for an answer; confirmed by a second account, withdrawn with a reason, never deleted.",
    "files": "What tools wrote, sent as it is: read, told which questions it speaks to, then attached or discarded.",
    "exceptions": "The risk of a gate, asked for by one account and accepted by another until a day.",
    "trade-offs": "What was accepted knowingly, on record; it moves no gate.",
    "links": "For people without an account: to read a report, or to answer a section.",
    "milestones": "Assessments sealed at a moment. They never change, and two of them can be compared.",
    "reports": "The report as a file.",
    "calculators": "Figures in place of opinions: calculated and told how, nothing kept.",
    "scenarios": "What calculators came to, kept with a pilot, and shown as evidence.",
}

# Only describes the scheme; who may call what is decided by the guard of each route (app.web.access).
_bearer = HTTPBearer(
    scheme_name="token",
    description="A token of `readyroom token add EMAIL` or of the page /settings. It acts as its account.",
    auto_error=False,
)


def _named(route: APIRoute) -> str:
    """What a call is called in the description: its noun and its function."""
    return f"{route.tags[0]}.{route.name}"


router = APIRouter(
    prefix="/api/v1", dependencies=[Security(_bearer)], responses=PROBLEMS, generate_unique_id_function=_named
)
_NOUNS = (
    pilots,
    assessments,
    answers,
    evidence,
    files,
    exceptions,
    trade_offs,
    links,
    milestones,
    reports,
    calculators,
    scenarios,
)
for _noun in _NOUNS:
    router.include_router(_noun.router)


def describe(app: FastAPI) -> None:
    """Complete the description: FastAPI knows no schemas for other kinds of content, and takes out every null."""
    made = app.openapi

    @cache
    def described() -> dict[str, Any]:
        document: dict[str, Any] = nulls_restored(made())
        document["components"]["schemas"] |= SCHEMAS
        document["tags"] = [{"name": name, "description": about} for name, about in TAGS.items()]
        return document

    app.openapi = described  # type: ignore[method-assign]
