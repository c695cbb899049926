"""Pilots: made, listed, changed, confirmed; and what has changed about them."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field, TypeAdapter

from app.readiness.assessment import CatalogueReference, Change, NeedValue
from app.readiness.catalogue import Catalogue, ChangeKind
from app.readiness.profile import Profile
from app.records import assessments, pilots
from app.records.pilots import Found
from app.web.access import ToEdit, ToRead, Visit
from app.web.api.body import AsJson, Body, IfMatch, Made, at, example, tag, version_in
from app.web.api.problem import CONFLICTS
from app.wording import Line, Text

router = APIRouter(tags=["pilots"])

_PROFILE: TypeAdapter[Profile] = TypeAdapter(Profile)
_EXAMPLE: dict[str, Any] = {
    "name": "Customer service assistant",
    "profile": {"deployment": ["api"], "model": ["closed-api"], "data": ["personal"], "autonomy": "assist"},
    "needs": {"peak_concurrency": 400, "ttft_p95_ms": 1500, "monthly_budget": "40000", "currency": "EUR"},
}


class PilotBody(Body):
    """What is stated about a pilot."""

    name: Annotated[Line, Field(min_length=1)]
    profile: Profile = Profile()
    needs: Annotated[Mapping[str, NeedValue], Field(default_factory=dict)]

    model_config = example(_EXAMPLE)


class ChangeBody(Body):
    """Something that changed about a pilot on a day."""

    on: date
    kind: ChangeKind
    note: Text | None = None

    model_config = example({"on": "2026-10-01", "kind": "model", "note": "New version."})


class AssessmentBody(Body):
    """Which catalogue to assess a pilot by; left out: the newest."""

    catalogue: CatalogueReference | None = None

    model_config = example({"catalogue": {"id": "genai-production", "version": "1"}})


class NamedPilot(BaseModel):
    """A pilot in a list."""

    id: UUID
    name: str
    version: int
    confirmed: bool


class PilotPage(BaseModel):
    """Some pilots, newest first, and the cursor of the next part; null at the end."""

    items: list[NamedPilot]
    next: UUID | None


class BegunAssessment(BaseModel):
    """An assessment of a pilot."""

    id: UUID
    catalogue: CatalogueReference
    begun_at: datetime


class PilotShown(BaseModel):
    """A pilot whole."""

    id: UUID
    name: str
    version: int
    profile: dict[str, Any]
    needs: dict[str, Any]
    stated_by: str | None
    stated_at: datetime
    confirmed_by: str | None
    confirmed_at: datetime | None
    changes: list[Change]
    assessments: list[BegunAssessment]


@router.get("/pilots")
def list_pilots(
    visit: ToRead,
    cursor: Annotated[UUID | None, Query(description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> PilotPage:
    """List the pilots of the organisation, newest first, a page at a time."""
    found = pilots.list_for(visit.db, visit.caller, before=cursor, limit=limit)
    items = [
        NamedPilot(id=each.id, name=each.name, version=each.version, confirmed=each.confirmed) for each in found.items
    ]
    return PilotPage(items=items, next=found.next)


@router.post("/pilots", status_code=201)
def make_pilot(visit: ToEdit, response: Response, body: Annotated[PilotBody, AsJson]) -> PilotShown:
    """Make a pilot. What it states waits to be confirmed by another account."""
    needs = _needs(visit.db.catalogue(), body.needs)
    id = pilots.add(visit.db, visit.caller, body.name, body.profile, needs, at=visit.at)
    at(response, f"/pilots/{id}")
    return _shown(visit, response, id)


@router.get("/pilots/{pilot}")
def show_pilot(visit: ToRead, response: Response, pilot: UUID) -> PilotShown:
    """Show a pilot with its changes and assessments."""
    return _shown(visit, response, pilot)


@router.put("/pilots/{pilot}", responses=CONFLICTS)
def change_pilot(
    visit: ToEdit, response: Response, pilot: UUID, body: Annotated[PilotBody, AsJson], if_match: IfMatch = None
) -> PilotShown:
    """State name, profile and needs anew; profile and needs then wait to be confirmed again."""
    seen, needs = version_in(if_match), _needs(visit.db.catalogue(), body.needs)
    pilots.change(visit.db, visit.caller, pilot, body.name, body.profile, needs, seen=seen, at=visit.at)
    return _shown(visit, response, pilot)


@router.post("/pilots/{pilot}/confirmation", responses={412: CONFLICTS[412]})
def confirm_pilot(visit: ToEdit, response: Response, pilot: UUID, if_match: IfMatch = None) -> PilotShown:
    """Confirm profile and needs, as another account than the one that stated them."""
    pilots.confirm(visit.db, visit.caller, pilot, seen=version_in(if_match), at=visit.at)
    return _shown(visit, response, pilot)


@router.post("/pilots/{pilot}/assessments", status_code=201)
def begin_assessment(
    visit: ToEdit, response: Response, pilot: UUID, body: Annotated[AssessmentBody, AsJson] | None = None
) -> Made:
    """Begin to assess a pilot."""
    id = assessments.begin(visit.db, visit.caller, pilot, body.catalogue if body else None, at=visit.at)
    at(response, f"/assessments/{id}")
    return Made(id=id)


@router.post("/pilots/{pilot}/changes", status_code=201)
def record_change(visit: ToEdit, response: Response, pilot: UUID, body: Annotated[ChangeBody, AsJson]) -> Made:
    """Record a change; answers that it touches then ask for a new look."""
    id = pilots.record_change(visit.db, visit.caller, pilot, body.on, body.kind, body.note, at=visit.at)
    at(response, f"/pilots/{pilot}#{id}")
    return Made(id=id)


def _shown(visit: Visit, response: Response, id: UUID) -> PilotShown:
    found: Found = pilots.find(visit.db, visit.caller, id)
    tag(response, found.version)
    pilot = found.pilot
    profile = _PROFILE.dump_python(pilot.profile, mode="json", exclude={"id"})
    return PilotShown(
        id=found.id,
        name=pilot.name,
        version=found.version,
        profile={key: sorted(value) if isinstance(value, list) else value for key, value in profile.items()},
        needs=dict(pilot.needs),
        stated_by=pilot.stated_by,
        stated_at=found.stated_at,
        confirmed_by=pilot.confirmed_by,
        confirmed_at=found.confirmed_at,
        changes=list(found.changes),
        assessments=[
            BegunAssessment(id=each.id, catalogue=each.catalogue, begun_at=each.begun_at) for each in found.assessments
        ],
    )


def _needs(catalogue: Catalogue, stated: Mapping[str, NeedValue]) -> dict[str, NeedValue]:
    """The needs with money as decimal strings, whichever way it was sent."""
    return {
        key: f"{Decimal(str(value)):f}"
        if key in catalogue.needs and catalogue.needs[key].kind == "money" and isinstance(value, int | float)
        else value
        for key, value in stated.items()
    }
