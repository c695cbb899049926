"""Exceptions: the risk of a gate, asked for by one account and accepted by another."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict

from app.records import exceptions
from app.web.access import ToEdit
from app.web.confirmations import Looked, SentBackForm, looked_at
from app.web.page import ThisPage
from app.wording import Line, Text

router = APIRouter(include_in_schema=False)


class ExceptionForm(BaseModel):
    """Which gate, why, and until when."""

    model_config = ConfigDict(extra="forbid")

    gate: Line
    reason: Text
    cost: Text = ""
    until: date


@router.post("/assessments/{assessment}/exceptions")
def ask_for_exception(
    visit: ToEdit, page: ThisPage, assessment: UUID, form: Annotated[ExceptionForm, Form()]
) -> Response:
    """Ask that the risk of a gate be accepted."""
    exceptions.ask(
        visit.db, visit.caller, assessment, form.gate, form.reason, form.until, cost=form.cost or None, at=visit.at
    )
    return page.to(f"/assessments/{assessment}/gates#{form.gate}", said="asked")


@router.post("/exceptions/{exception}/acceptance")
def accept_exception(visit: ToEdit, page: ThisPage, exception: UUID, looked: Annotated[Looked, Form()]) -> Response:
    """Accept the risk."""
    place = exceptions.accept(visit.db, visit.caller, exception, at=visit.at)
    return looked_at(visit, page, looked, "accepted", place)


@router.post("/exceptions/{exception}/return")
def send_back_exception(
    visit: ToEdit, page: ThisPage, exception: UUID, form: Annotated[SentBackForm, Form()]
) -> Response:
    """Say why the risk is not accepted."""
    place = exceptions.send_back(visit.db, visit.caller, exception, form.note, at=visit.at)
    return looked_at(visit, page, form, "sent-back", place)


@router.post("/exceptions/{exception}/withdrawal")
def withdraw_exception(visit: ToEdit, page: ThisPage, exception: UUID) -> Response:
    """Take back what was asked for and nobody has accepted yet."""
    place = exceptions.withdraw(visit.db, visit.caller, exception, at=visit.at)
    return page.to(f"/assessments/{place.assessment}/gates#{place.question}", said="withdrawn")
