"""Answers that name their content: a strong ETag over the very bytes, and 304 where the caller has them already."""

import json
from hashlib import sha256
from typing import Annotated, Any

from fastapi import Header, Response

IfNoneMatch = Annotated[str | None, Header(description="The ETag of what you have: 304 while it still stands.")]
TAG = {
    "ETag": {
        "description": "Names the very content of the answer, for the next If-None-Match.",
        "schema": {"type": "string"},
        "example": '"9f86d081884c7d659a2feaa0c55ad015"',
    }
}


def tagged(plain: Any, if_none_match: str | None) -> Response:
    """A value as JSON, under an ETag made from what is sent; nothing but the ETag where the caller has it already."""
    body = json.dumps(plain, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    if _names(if_none_match or "", tag):
        return Response(status_code=304, headers={"ETag": tag})
    return Response(body, 200, {"ETag": tag}, "application/json")


def _names(if_none_match: str, tag: str) -> bool:
    """Whether a list of ETags names this one; weakly, as RFC 9110 compares them for this."""
    named = [each.strip().removeprefix("W/") for each in if_none_match.split(",")]
    return tag in named or named == ["*"]
