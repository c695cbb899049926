"""How the API describes its errors: problem details (RFC 9457), made by app.web.problems."""

from typing import Any

_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "examples": ["about:blank"]},
        "title": {"type": "string", "examples": ["This does not fit"]},
        "status": {"type": "integer", "examples": [422]},
        "detail": {"type": "string", "description": "What is wrong and how to mend it, in words."},
        "instance": {"type": "string", "description": "The path that was called."},
        "problems": {
            "type": "array",
            "description": "One entry for each thing to mend.",
            "items": {
                "type": "object",
                "required": ["where", "message"],
                "properties": {
                    "where": {"type": "string", "description": "The path of the field.", "examples": ["level"]},
                    "message": {"type": "string", "examples": ["must be 4 or less"]},
                },
            },
        },
        "theirs": {"description": "With 412: what somebody else has saved, its version, who and when."},
        "yours": {"description": "With 412: what was sent."},
    },
}


def _described(description: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/problem+json": {"schema": _PROBLEM}}}


PROBLEMS: dict[int | str, dict[str, Any]] = {
    401: _described("No token, or one that is revoked or never was."),
    403: _described("The token's account may not do this."),
    404: _described("There is no such thing in the token's organisation."),
    413: _described("More was sent than is taken."),
    422: _described("Something does not fit. Nothing was changed."),
}
CONFLICTS: dict[int | str, dict[str, Any]] = {
    412: _described("Somebody else has saved meanwhile: both versions are in it. Nothing was changed."),
    428: _described("It exists already: send If-Match with the ETag that you saw."),
}
