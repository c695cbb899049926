"""What the API's description has in common: the names in paths, examples, and schemas made from the core's values.

The examples speak of a day, 20 November 2026; whoever tries them later moves their days along.
"""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path
from pydantic import ConfigDict

Responses = dict[int | str, dict[str, Any]]

EXAMPLES_STAND_ON = "2026-11-20"


def an_id(number: int) -> str:
    """An id as examples have it."""
    return f"01990000-0000-7000-8000-{number:012}"


PilotId = Annotated[UUID, Path(description="A pilot's id.", examples=[an_id(1)])]
AssessmentId = Annotated[UUID, Path(description="An assessment's id.", examples=[an_id(2)])]
EvidenceId = Annotated[UUID, Path(description="An item's id.", examples=[an_id(3)])]
ExceptionId = Annotated[UUID, Path(description="An exception's id.", examples=[an_id(4)])]
LinkId = Annotated[UUID, Path(description="A link's id.", examples=[an_id(5)])]
MilestoneId = Annotated[UUID, Path(description="A milestone's id.", examples=[an_id(6)])]
TradeOffId = Annotated[UUID, Path(description="A trade-off's id.", examples=[an_id(7)])]
ArrivalId = Annotated[UUID, Path(description="The id of a file that waits.", examples=[an_id(8)])]
ScenarioId = Annotated[UUID, Path(description="A scenario's id.", examples=[an_id(10)])]
QuestionKey = Annotated[
    str,
    Path(description="A question's key in the assessment's catalogue.", examples=["infrastructure.fleet-audit"]),
]


_NULL = "null \u2400"  # stands in examples for null, which FastAPI takes out of everything that it describes


def with_nulls(value: Any) -> Any:
    """An example that may go through FastAPI, its nulls written so that they are not taken out."""
    if isinstance(value, Mapping):
        return {key: with_nulls(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [with_nulls(each) for each in value]
    return _NULL if value is None else value


def nulls_restored(value: Any) -> Any:
    """What FastAPI described, with the nulls of its examples."""
    if isinstance(value, dict):
        return {key: nulls_restored(each) for key, each in value.items()}
    if isinstance(value, list):
        return [nulls_restored(each) for each in value]
    return None if value == _NULL else value


def example(*bodies: Mapping[str, Any]) -> ConfigDict:
    """The configuration of a body that takes no other fields, and documents itself by these examples."""
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [with_nulls(each) for each in bodies]})


def shown_as(*answers: Mapping[str, Any]) -> ConfigDict:
    """The configuration of an answer that documents itself by these examples."""
    return ConfigDict(json_schema_extra={"examples": [with_nulls(each) for each in answers]})


def whole(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema with what it refers to put in its place: FastAPI lists no parts of what is read or written by hand."""
    parts: dict[str, Any] = schema.pop("$defs", {})

    def filled(part: Any) -> Any:
        if isinstance(part, dict) and "$ref" in part:
            return filled(parts[part["$ref"].rpartition("/")[2]])
        if isinstance(part, dict):
            return {key: filled(value) for key, value in part.items()}
        return [filled(each) for each in part] if isinstance(part, list) else part

    described: dict[str, Any] = filled(schema)
    return described


def answered(
    description: str, schema: Mapping[str, Any], *examples: Any, media_type: str = "application/json", **more: Any
) -> dict[str, Any]:
    """How an answer that is written by hand is described."""
    shown = {str(number): {"value": with_nulls(each)} for number, each in enumerate(examples, 1)}
    return {"description": description, "content": {media_type: {"schema": dict(schema), "examples": shown}}, **more}


UNCHANGED: Responses = {304: {"description": "It is still what the ETag in If-None-Match names."}}
