"""Exceptions: the risk of a gate, asked for by one account and accepted by another."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from app.records import exceptions
from app.web.access import ToEdit
from app.web.api.body import AsJson, Body, Made, at, where
from app.web.api.described import AssessmentId, ExceptionId, an_id, example, shown_as
from app.wording import Line, Text

router = APIRouter(tags=["exceptions"])


class ExceptionBody(Body):
    """Whose risk to accept, why, and until when (that day included)."""

    gate: Line
    reason: Annotated[Text, Field(min_length=1)]
    until: date
    cost: Annotated[Text | None, Field(description="What accepting it may cost, in words.")] = None
    begins: Annotated[date | None, Field(alias="from", description="The first day; left out: today.")] = None

    model_config = example(
        {
            "gate": "security.encryption-in-use",
            "reason": "The provider's enclaves arrive in January; until then no special-category data.",
            "until": "2027-01-31",
            "cost": "A fine of up to EUR 2 million.",
        }
    )


class AskedException(Made):
    """An exception, and the gate it is for."""

    gate: str

    model_config = shown_as({"id": an_id(4), "gate": "security.encryption-in-use"})


@router.post(
    "/assessments/{assessment}/exceptions",
    status_code=201,
    summary="Ask for an exception",
    responses={201: where()},
)
def ask(
    visit: ToEdit, response: Response, assessment: AssessmentId, body: Annotated[ExceptionBody, AsJson]
) -> AskedException:
    """Ask that the risk of a gate be accepted until a day."""
    id = exceptions.ask(
        visit.db,
        visit.caller,
        assessment,
        body.gate,
        body.reason,
        body.until,
        begins=body.begins,
        cost=body.cost,
        at=visit.at,
    )
    at(response, f"/assessments/{assessment}#{id}")
    return AskedException(id=id, gate=body.gate)


@router.post("/exceptions/{exception}/acceptance", summary="Accept the risk")
def accept(visit: ToEdit, exception: ExceptionId) -> AskedException:
    """Accept the risk, as another account than the one that asked."""
    place = exceptions.accept(visit.db, visit.caller, exception, at=visit.at)
    return AskedException(id=exception, gate=place.question)
