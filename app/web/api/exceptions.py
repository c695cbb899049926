"""Exceptions: the risk of a gate, asked for by one account and accepted by another."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from app.records import exceptions
from app.web.access import ToEdit
from app.web.api.body import AsJson, Body, Made, at, example
from app.wording import Line, Text

router = APIRouter(tags=["exceptions"])


class ExceptionBody(Body):
    """Whose risk to accept, why, and until when (that day included)."""

    gate: Line
    reason: Annotated[Text, Field(min_length=1)]
    until: date
    begins: Annotated[date | None, Field(alias="from", description="The first day; left out: today.")] = None

    model_config = example(
        {
            "gate": "security.encryption-in-use",
            "reason": "The provider's enclaves arrive in January; until then no special-category data.",
            "until": "2027-01-31",
        }
    )


class AskedException(Made):
    """An exception, and the gate it is for."""

    gate: str


@router.post("/assessments/{assessment}/exceptions", status_code=201)
def ask(visit: ToEdit, response: Response, assessment: UUID, body: Annotated[ExceptionBody, AsJson]) -> AskedException:
    """Ask that the risk of a gate be accepted until a day."""
    id = exceptions.ask(
        visit.db, visit.caller, assessment, body.gate, body.reason, body.until, begins=body.begins, at=visit.at
    )
    at(response, f"/assessments/{assessment}#{id}")
    return AskedException(id=id, gate=body.gate)


@router.post("/exceptions/{exception}/acceptance")
def accept(visit: ToEdit, exception: UUID) -> AskedException:
    """Accept the risk, as another account than the one that asked."""
    place = exceptions.accept(visit.db, visit.caller, exception, at=visit.at)
    return AskedException(id=exception, gate=place.question)
