"""What all bodies and answers of the API have in common: strict reading, versions as ETags, where new things stand."""

import json
from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import Header, Response
from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, TypeAdapter
from pydantic_core import CoreSchema, core_schema

from app.web.api.described import an_id, shown_as

# A version that no answer ever has: an If-Match that is none of ours matches nothing.
_NEVER = -1

IfMatch = Annotated[
    str | None,
    Header(description='The ETag that you saw, such as "3". Needed once the thing exists.', examples=['"3"']),
]


ETAG: Mapping[str, Any] = {
    "ETag": {
        "description": "The version that stands, for the next If-Match.",
        "schema": {"type": "string"},
        "example": '"3"',
    }
}


def where(more: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """How an answer to something made is described: where it stands."""
    stands = {"description": "Where it stands.", "schema": {"type": "string"}, "example": f"/api/v1/pilots/{an_id(1)}"}
    return {"headers": {"Location": stands, **(more or {})}}


class Body(BaseModel):
    """A request's body: no other fields than those named."""

    model_config = ConfigDict(extra="forbid")


class _AsJson:
    """Reads a body as strictly as JSON is read: no text for a number, no number for a day.

    FastAPI parses JSON first and then reads the values as Python's, which has no days and takes much for a boolean.
    """

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def strictly(given: Any, _: object) -> Any:
            if isinstance(given, bytes):  # FastAPI parses no other kind of body
                raise ValueError("must be JSON, sent with Content-Type: application/json")
            try:
                text = json.dumps(given)
            except RecursionError:
                raise ValueError("is nested too deeply") from None
            return TypeAdapter(source).validate_json(text, strict=True)

        return core_schema.no_info_wrap_validator_function(strictly, handler(source))


AsJson = _AsJson()


class Made(BaseModel):
    """What was made; its address stands in Location."""

    id: UUID

    model_config = shown_as({"id": an_id(9)})


def version_in(if_match: str | None) -> int | None:
    """The version that an If-Match names; None where there is none."""
    if if_match is None:
        return None
    text = if_match.strip().removeprefix("W/").strip('"')
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else _NEVER


def tag(response: Response, version: int) -> None:
    """Say the version, for the next If-Match."""
    response.headers["ETag"] = f'"{version}"'


def at(response: Response, path: str) -> None:
    """Say where what was made stands."""
    response.headers["Location"] = f"/api/v1{path}"
