"""How the API describes its errors: problem details (RFC 9457), made by app.web.problems."""

from collections.abc import Mapping
from typing import Any

from app.errors import (
    Changed,
    Conflict,
    NotAllowed,
    NotFound,
    Problem,
    ReadyRoomError,
    Refused,
    SignInNeeded,
    TooLarge,
    TooMany,
    VersionNeeded,
)
from app.records.database import Unavailable
from app.web.api.described import Responses
from app.web.problems import KINDS, details

_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {
            "enum": sorted(each.type for each in KINDS.values()),
            "description": "The kind of problem, the same for good; it leads to its words on this site.",
        },
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong and how to mend it, in words."},
        "instance": {"type": "string", "description": "The path that was called."},
        "problems": {
            "type": "array",
            "description": "One entry for each thing to mend.",
            "items": {
                "type": "object",
                "required": ["where", "message"],
                "properties": {
                    "where": {"type": "string", "description": "The path of the field; empty: the whole."},
                    "message": {"type": "string"},
                },
            },
        },
        "retry_after": {"type": "integer", "description": "With 429: seconds until it is worth another try."},
        "theirs": {"description": "With 412: what somebody else has saved, its version, who and when."},
        "yours": {"description": "With 412: what was sent."},
    },
}
SCHEMAS = {"Problem": _SCHEMA}

_ASSESSMENT = "/api/v1/assessments/01990000-0000-7000-8000-000000000002"
_THEIRS = {"given": {"level": 3, "note": "Load test of October."}, "version": 4, "by": "Jonas Adler"}
_LIMITED: Mapping[str, Any] = {
    "RateLimit-Policy": {"schema": {"type": "string"}, "example": '"requests";q=1200;w=60'},
    "RateLimit": {"schema": {"type": "string"}, "example": '"requests";r=0;t=3'},
}
_RETRY = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}, "example": 3}}


def _described(
    description: str, error: ReadyRoomError, *, at: str = _ASSESSMENT, headers: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": details(at, error)}
    described: dict[str, Any] = {"description": description, "content": {"application/problem+json": content}}
    return described | ({"headers": headers} if headers else {})


PROBLEMS: Responses = {
    401: _described("No token, or one that is revoked or never was.", SignInNeeded("")),
    403: _described("The token's account may not do this.", NotAllowed("This takes an owner or an editor.")),
    404: _described("There is no such thing in the token's organisation.", NotFound("There is no such assessment.")),
    413: _described("More was sent than is taken.", TooLarge("This is larger than the 11,264 KiB taken at once.")),
    422: _described(
        "Something does not fit. Nothing was changed.",
        Refused("Something does not fit.", [Problem("level", "must be 4 or less")]),
        at=f"{_ASSESSMENT}/answers/infrastructure.capacity-proven",
    ),
    429: _described(
        "The token has asked for too much lately; it says when to come back.",
        TooMany("This token has used up its 1,200 requests a minute. Come back in 3 seconds.", retry_after=3),
        headers={**_RETRY, **_LIMITED},
    ),
    503: _described(
        "The database cannot be used at the moment. Nothing was changed.",
        Unavailable("The database is busy. Try again in a moment; nothing was changed."),
        headers=_RETRY,
    ),
}
STALE: Responses = {
    412: _described(
        "Somebody else has saved meanwhile: both versions are in it. Nothing was changed.",
        Changed("Somebody else has saved meanwhile. Compare, then save again.", theirs=_THEIRS, yours={"level": 4}),
        at=f"{_ASSESSMENT}/answers/infrastructure.capacity-proven",
    ),
}
CONFLICTS: Responses = STALE | {
    428: _described(
        "It exists already: send If-Match with the ETag that you saw.",
        VersionNeeded("Say which version you saw (If-Match), so that nobody's change is lost."),
        at=f"{_ASSESSMENT}/answers/infrastructure.capacity-proven",
    ),
}


def conflict(description: str, message: str, at: str) -> Responses:
    """A 409 and when it is given, below an assessment's address."""
    return {409: _described(description, Conflict(message), at=f"{_ASSESSMENT}{at}")}
