"""Trade-offs: what was accepted knowingly, on record, without moving a gate."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from app.errors import Refused, problems_of
from app.readiness.assessment import TradeOff
from app.records import assessments, trade_offs
from app.web.access import ToEdit, ToRead, Visit
from app.web.page import ThisPage

router = APIRouter(include_in_schema=False)

_TRADE_OFF = TypeAdapter(TradeOff)


class TradeOffForm(BaseModel):
    """A trade-off as it is typed; what does not fit is said beside its field."""

    model_config = ConfigDict(extra="forbid")

    title: str = ""
    reason: str = ""
    cost: str = ""
    decided_by: str = ""
    on: str = ""
    until: str = ""
    question: str = ""


_NO_ERRORS: Mapping[str, str | None] = dict.fromkeys(TradeOffForm.model_fields)


@router.get("/assessments/{assessment}/trade-offs")
def show_trade_offs(visit: ToRead, page: ThisPage) -> Response:
    """Every trade-off, the newest first, and the form to record another."""
    blank = TradeOffForm(on=visit.today.isoformat())
    return page.show("trade_offs/show.html", **_listed(visit), form=blank, problems=(), errors=_NO_ERRORS)


@router.post("/assessments/{assessment}/trade-offs")
def record_trade_off(
    visit: ToEdit, page: ThisPage, assessment: UUID, form: Annotated[TradeOffForm, Form()]
) -> Response:
    """Record a trade-off."""
    page.if_refused("trade_offs/show.html", **_listed(visit), form=form, errors=_errors(form))
    trade_offs.record(visit.db, visit.caller, assessment, _read(form), at=visit.at)
    return page.to(f"/assessments/{assessment}/trade-offs", said="recorded")


@router.post("/trade-offs/{trade_off}/end")
def end_trade_off(visit: ToEdit, page: ThisPage, trade_off: UUID) -> Response:
    """End a trade-off; it stays on record."""
    place = trade_offs.end(visit.db, visit.caller, trade_off, at=visit.at)
    return page.to(f"/assessments/{place}/trade-offs", said="ended")


def _listed(visit: Visit) -> dict[str, Any]:
    kept = assessments.read(visit.db, visit.caller, visit.assessment.id)
    recorded = sorted(kept.assessment.trade_offs, key=lambda each: each.on, reverse=True)
    titles = {key: question.title for key, question in kept.catalogue.questions.items()}
    return {
        "here": "pilots",
        "base": f"/assessments/{kept.id}",
        "pilot_name": kept.assessment.pilot.name,
        "trade_offs": recorded,
        "holding": sum(each.state_on(visit.today) == "holds" for each in recorded),
        "titles": titles,
        "questions": {"": "No single question"} | titles,
        "today": visit.today,
        "may_edit": visit.caller.may_edit,
    }


def _plain(form: TradeOffForm) -> Mapping[str, str]:
    """What was typed, without what was left blank."""
    return {key: value.strip() for key, value in form.model_dump().items() if value.strip()}


def _read(form: TradeOffForm) -> TradeOff:
    try:
        return _TRADE_OFF.validate_python(_plain(form))
    except ValidationError as error:
        raise Refused("This is not recorded yet.", problems_of(error)) from None


def _errors(form: TradeOffForm) -> Mapping[str, str | None]:
    """What to mend, by field."""
    try:
        _read(form)
    except Refused as refused:
        return {**_NO_ERRORS, **{each.where: each.message for each in refused.problems}}
    return _NO_ERRORS
