"""Trade-offs: what was accepted knowingly, on record, without moving a gate."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from app.readiness.assessment import TradeOff
from app.records import trade_offs
from app.web.access import ToEdit
from app.web.api.body import AsJson, Body, Made, at, where
from app.web.api.described import EXAMPLES_STAND_ON, AssessmentId, TradeOffId, an_id, example, shown_as
from app.wording import Line, Text

router = APIRouter(tags=["trade-offs"])


class TradeOffBody(Body):
    """What was accepted, why, by whom, from which day, until when (that day included), and at what cost."""

    title: Annotated[Line, Field(min_length=1)]
    reason: Annotated[Text, Field(min_length=1)]
    decided_by: Annotated[Line, Field(min_length=1)]
    on: date
    until: date | None = None
    cost: Text | None = None
    question: Annotated[Line | None, Field(description="The question that it is about, if it is one.")] = None

    model_config = example(
        {
            "title": "One provider",
            "reason": "A second one would cost two months now.",
            "decided_by": "Steering committee",
            "on": EXAMPLES_STAND_ON,
            "until": "2027-05-31",
            "cost": "Two weeks of outage at worst.",
        }
    )


class RecordedTradeOff(Made):
    """A trade-off, and the assessment that it stands on."""

    assessment: UUID

    model_config = shown_as({"id": an_id(7), "assessment": an_id(2)})


@router.post(
    "/assessments/{assessment}/trade-offs", status_code=201, summary="Record a trade-off", responses={201: where()}
)
def record(
    visit: ToEdit, response: Response, assessment: AssessmentId, body: Annotated[TradeOffBody, AsJson]
) -> RecordedTradeOff:
    """Put a trade-off on record. It moves no gate and no score, and stands in the report."""
    id = trade_offs.record(visit.db, visit.caller, assessment, TradeOff(**body.model_dump()), at=visit.at)
    at(response, f"/assessments/{assessment}#{id}")
    return RecordedTradeOff(id=id, assessment=assessment)


@router.post("/trade-offs/{trade_off}/end", summary="End a trade-off")
def end(visit: ToEdit, trade_off: TradeOffId) -> RecordedTradeOff:
    """End a trade-off before its time, or one without an end; it stays on record."""
    return RecordedTradeOff(id=trade_off, assessment=trade_offs.end(visit.db, visit.caller, trade_off, at=visit.at))
