"""Pilots: made, listed, changed, confirmed; and what has changed about them."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field, TypeAdapter

from app.readiness.assessment import CatalogueReference, Change, NeedValue
from app.readiness.catalogue import Catalogue, ChangeKind
from app.readiness.profile import Profile
from app.records import assessments, pilots
from app.records.assessments import Held
from app.records.pilots import Found
from app.web.access import ToEdit, ToRead, Visit
from app.web.api.body import ETAG, AsJson, Body, IfMatch, Made, at, tag, version_in, where
from app.web.api.described import EXAMPLES_STAND_ON, PilotId, an_id, example, shown_as
from app.web.api.pages import LINKED, Cursor, Limit, link_next, page_of
from app.web.api.problem import CONFLICTS, STALE
from app.wording import Line, Text

router = APIRouter(tags=["pilots"])

_PROFILE: TypeAdapter[Profile] = TypeAdapter(Profile)
_EXAMPLE: dict[str, Any] = {
    "name": "Customer service assistant",
    "profile": {"deployment": ["api"], "model": ["closed-api"], "data": ["personal"], "autonomy": "assist"},
    "needs": {"peak_concurrency": 400, "ttft_p95_ms": 1500, "monthly_budget": "40000", "currency": "EUR"},
}

_NAMED = {"id": an_id(1), "name": "Customer service assistant", "version": 2, "confirmed": True}
_BEGUN = {
    "id": an_id(2),
    "catalogue": {"id": "genai-production", "version": "1"},
    "begun_at": "2026-10-05T09:00:00Z",
}
_SHOWN = _EXAMPLE | {
    "id": an_id(1),
    "version": 2,
    "stated_by": "Maren Vogt",
    "stated_at": "2026-10-01T08:30:00Z",
    "confirmed_by": "Jonas Adler",
    "confirmed_at": "2026-10-02T10:00:00Z",
    "changes": [{"on": "2026-11-02", "kind": "model", "note": "New version.", "id": an_id(8)}],
    "assessments": [_BEGUN],
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

    model_config = example({"on": EXAMPLES_STAND_ON, "kind": "model", "note": "New version."})


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

    model_config = shown_as(_NAMED)


class PilotPage(BaseModel):
    """Some pilots, newest first, and the cursor of the next part; null at the end."""

    items: list[NamedPilot]
    next: UUID | None

    model_config = shown_as({"items": [_NAMED], "next": None})


class BegunAssessment(BaseModel):
    """An assessment of a pilot."""

    id: UUID
    catalogue: CatalogueReference
    begun_at: datetime

    model_config = shown_as(_BEGUN)


class AssessmentPage(BaseModel):
    """Some assessments of a pilot, newest first, and the cursor of the next part; null at the end."""

    items: list[BegunAssessment]
    next: UUID | None

    model_config = shown_as({"items": [_BEGUN], "next": None})


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

    model_config = shown_as(_SHOWN)


@router.get("/pilots", summary="List the pilots", responses={200: {"headers": LINKED}})
def list_pilots(
    visit: ToRead, request: Request, response: Response, cursor: Cursor = None, limit: Limit = 50
) -> PilotPage:
    """List the pilots of the organisation, newest first, a page at a time."""
    found = pilots.list_for(visit.db, visit.caller, before=cursor, limit=limit)
    link_next(request, response, found.next, limit)
    items = [
        NamedPilot(id=each.id, name=each.name, version=each.version, confirmed=each.confirmed) for each in found.items
    ]
    return PilotPage(items=items, next=found.next)


@router.post("/pilots", status_code=201, summary="Make a pilot", responses={201: where(ETAG)})
def make_pilot(visit: ToEdit, response: Response, body: Annotated[PilotBody, AsJson]) -> PilotShown:
    """Make a pilot. What it states waits to be confirmed by another account."""
    needs = _needs([visit.db.catalogue()], body.needs)
    id = pilots.add(visit.db, visit.caller, body.name, body.profile, needs, at=visit.at)
    at(response, f"/pilots/{id}")
    return _shown(visit, response, id)


@router.get("/pilots/{pilot}", summary="Show a pilot", responses={200: {"headers": ETAG}})
def show_pilot(visit: ToRead, response: Response, pilot: PilotId) -> PilotShown:
    """Show a pilot with its changes and assessments; its ETag is what If-Match takes."""
    return _shown(visit, response, pilot)


@router.put("/pilots/{pilot}", summary="Change a pilot", responses=CONFLICTS | {200: {"headers": ETAG}})
def change_pilot(
    visit: ToEdit, response: Response, pilot: PilotId, body: Annotated[PilotBody, AsJson], if_match: IfMatch = None
) -> PilotShown:
    """State name, profile and needs anew; profile and needs then wait to be confirmed again."""
    held = pilots.find(visit.db, visit.caller, pilot).assessments
    answered = [visit.db.catalogue(each.catalogue.id, each.catalogue.version) for each in held]
    seen, needs = version_in(if_match), _needs([*answered, visit.db.catalogue()], body.needs)
    pilots.change(visit.db, visit.caller, pilot, body.name, body.profile, needs, seen=seen, at=visit.at)
    return _shown(visit, response, pilot)


@router.post(
    "/pilots/{pilot}/confirmation",
    summary="Confirm a pilot's profile and needs",
    responses=STALE | {200: {"headers": ETAG}},
)
def confirm_pilot(visit: ToEdit, response: Response, pilot: PilotId, if_match: IfMatch = None) -> PilotShown:
    """Confirm profile and needs, as another account than the one that stated them."""
    pilots.confirm(visit.db, visit.caller, pilot, seen=version_in(if_match), at=visit.at)
    return _shown(visit, response, pilot)


@router.get("/pilots/{pilot}/assessments", summary="List a pilot's assessments", responses={200: {"headers": LINKED}})
def list_assessments(
    visit: ToRead, request: Request, response: Response, pilot: PilotId, cursor: Cursor = None, limit: Limit = 50
) -> AssessmentPage:
    """List the assessments of a pilot, newest first, a page at a time."""
    held = pilots.find(visit.db, visit.caller, pilot).assessments
    found = page_of(held, lambda each: each.id, cursor, limit)
    link_next(request, response, found.next, limit)
    return AssessmentPage(items=[_begun(each) for each in found.items], next=found.next)


@router.post("/pilots/{pilot}/assessments", status_code=201, summary="Begin an assessment", responses={201: where()})
def begin_assessment(
    visit: ToEdit, response: Response, pilot: PilotId, body: Annotated[AssessmentBody, AsJson] | None = None
) -> Made:
    """Begin to assess a pilot, by the catalogue named or the one that new assessments answer."""
    id = assessments.begin(visit.db, visit.caller, pilot, body.catalogue if body else None, at=visit.at)
    at(response, f"/assessments/{id}")
    return Made(id=id)


@router.post("/pilots/{pilot}/changes", status_code=201, summary="Record a change", responses={201: where()})
def record_change(visit: ToEdit, response: Response, pilot: PilotId, body: Annotated[ChangeBody, AsJson]) -> Made:
    """Record a change; answers that it touches then ask for a new look."""
    id = pilots.record_change(visit.db, visit.caller, pilot, body.on, body.kind, body.note, at=visit.at)
    at(response, f"/pilots/{pilot}#{id}")
    return Made(id=id)


def _begun(held: Held) -> BegunAssessment:
    return BegunAssessment(id=held.id, catalogue=held.catalogue, begun_at=held.begun_at)


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
        assessments=[_begun(each) for each in found.assessments],
    )


def _needs(catalogues: Iterable[Catalogue], stated: Mapping[str, NeedValue]) -> dict[str, NeedValue]:
    """The needs with money as decimal strings, whichever way it was sent."""
    money = {need.key for each in catalogues for need in each.needs.values() if need.kind == "money"}
    return {
        key: f"{Decimal(str(value)):f}" if key in money and isinstance(value, int | float) else value
        for key, value in stated.items()
    }
