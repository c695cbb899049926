"""Milestones: sealed, listed, downloaded whole, and compared."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from app.errors import NotFound
from app.readiness.milestone import FORMAT, Sealed
from app.readiness.trend import Cause, Side, compare
from app.readiness.verdict import cut
from app.records import assessments, milestones
from app.web.access import ToEdit, ToRead, Visit
from app.web.api.body import AsJson, Body, Made, at, where
from app.web.api.described import (
    EXAMPLES_STAND_ON,
    UNCHANGED,
    AssessmentId,
    MilestoneId,
    Responses,
    an_id,
    answered,
    example,
    shown_as,
)
from app.web.api.pages import LINKED, Cursor, Limit, link_next, page_of
from app.web.api.problem import conflict
from app.web.api.tagged import TAG, IfNoneMatch, tagged
from app.web.sealed import file_of, opened
from app.wording import Line

router = APIRouter(tags=["milestones"])

Verdict = Literal["go", "conditional", "no-go", "not-assessed"]
_SEALED = {
    "id": an_id(6),
    "title": "Before the steering committee",
    "sealed_by": "Maren Vogt",
    "sealed_at": f"{EXAMPLES_STAND_ON}T09:30:00Z",
    "as_of": EXAMPLES_STAND_ON,
    "catalogue": "genai-production version 1",
    "verdict": "conditional",
    "claimed": 71.4,
    "proven": 58.9,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
}


class MilestoneBody(Body):
    """What the milestone is called: no two of an assessment alike."""

    title: Annotated[Line, Field(min_length=1)]

    model_config = example({"title": "Before the steering committee"})


class MilestoneShown(Made):
    """A milestone in a line."""

    title: str
    sealed_by: str
    sealed_at: datetime
    as_of: date
    catalogue: str
    verdict: Verdict
    claimed: float | None
    proven: float | None
    sha256: str

    model_config = shown_as(_SEALED)


class MilestonePage(BaseModel):
    """Some milestones, newest first, and the cursor of the next part; null at the end."""

    items: list[MilestoneShown]
    next: UUID | None

    model_config = shown_as({"items": [_SEALED], "next": None})


class PartShown(BaseModel):
    """What one cause moved the proven score by, in points; the parts add up."""

    cause: Cause
    points: float


class QuestionChanged(BaseModel):
    """A question that differs: its levels before and after, null while unanswered or not asked."""

    key: str
    title: str
    claimed: tuple[int | None, int | None]
    proven: tuple[int | None, int | None]
    causes: list[Cause]


class Comparison(BaseModel):
    """Two milestones compared, or one with today: before and after."""

    verdict: tuple[Verdict, Verdict]
    claimed: tuple[float | None, float | None]
    proven: tuple[float | None, float | None]
    parts: Annotated[list[PartShown], Field(description="Empty where one of the two has no proven score.")]
    questions: list[QuestionChanged]

    model_config = shown_as(
        {
            "verdict": ["no-go", "conditional"],
            "claimed": [70.0, 71.4],
            "proven": [38.2, 58.9],
            "parts": [{"cause": "answers", "points": 20.7}],
            "questions": [
                {
                    "key": "infrastructure.capacity-proven",
                    "title": "Capacity",
                    "claimed": [2, 3],
                    "proven": [1, 2],
                    "causes": ["answers"],
                }
            ],
        }
    )


_FILE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["format", "id", "sha256", "title", "as_of", "assessment", "score", "people", "catalogue_content"],
    "properties": {
        "format": {"const": FORMAT},
        "id": {"type": "string", "format": "uuid"},
        "sha256": {"type": "string", "description": "Over what was sealed, in its canonical form (RFC 8785)."},
        "title": {"type": "string"},
        "sealed_by": {"type": "string", "description": "A key of `people`."},
        "sealed_at": {"type": "string", "format": "date-time"},
        "as_of": {"type": "string", "format": "date"},
        "catalogue": {"type": "object", "description": "Its id, version and digest."},
        "assessment": {"type": "object", "description": "The assessment document, people by their key."},
        "score": {"type": "object", "description": "The figures as they were sealed."},
        "people": {"type": "object", "additionalProperties": {"type": "string"}, "description": "Names, not sealed."},
        "catalogue_content": {"type": "object", "description": "The catalogue whole."},
    },
}
_FILE_EXAMPLE = {
    "format": FORMAT,
    "id": an_id(6),
    "sha256": _SEALED["sha256"],
    "title": "Before the steering committee",
    "sealed_by": an_id(10),
    "sealed_at": f"{EXAMPLES_STAND_ON}T09:30:00Z",
    "as_of": EXAMPLES_STAND_ON,
    "catalogue": {"id": "genai-production", "version": "1", "sha256": _SEALED["sha256"]},
    "assessment": {"format": "readyroom.assessment/1"},
    "score": {"verdict": "conditional", "claimed": 71.4, "proven": 58.9},
    "people": {an_id(10): "Maren Vogt"},
    "catalogue_content": {"id": "genai-production", "version": "1"},
}
_FILE: Responses = {
    200: {"headers": TAG} | answered("The milestone whole; `readyroom verify` reads it.", _FILE_SCHEMA, _FILE_EXAMPLE)
}


@router.get("/assessments/{assessment}/milestones", summary="List the milestones", responses={200: {"headers": LINKED}})
def list_milestones(
    visit: ToRead,
    request: Request,
    response: Response,
    assessment: AssessmentId,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> MilestonePage:
    """List the milestones of an assessment, newest first, a page at a time."""
    sealed = milestones.list_for(visit.db, visit.caller, assessment)
    found = page_of(sealed, lambda each: UUID(each.id), cursor, limit)
    link_next(request, response, found.next, limit)
    return MilestonePage(items=[_shown(each) for each in found.items], next=found.next)


@router.post(
    "/assessments/{assessment}/milestones",
    status_code=201,
    summary="Seal a milestone",
    responses=conflict(
        "There is a milestone of that title already; nothing was sealed.",
        "There is a milestone called “Before the steering committee” already. Give this one another title.",
        "/milestones",
    )
    | {201: where()},
)
def seal_milestone(
    visit: ToEdit, response: Response, assessment: AssessmentId, body: Annotated[MilestoneBody, AsJson]
) -> MilestoneShown:
    """Seal the assessment as it stands, with its catalogue, its score and its digest. It never changes."""
    id = milestones.seal(visit.db, visit.caller, assessment, body.title, at=visit.at)
    at(response, f"/milestones/{id}")
    sealed = milestones.list_for(visit.db, visit.caller, assessment)
    return _shown(next(each for each in sealed if each.id == str(id)))


@router.get("/milestones/{milestone}", summary="Download a milestone", responses=_FILE | UNCHANGED)
def show_milestone(visit: ToRead, milestone: MilestoneId, if_none_match: IfNoneMatch = None) -> Response:
    """Download a milestone as it was sealed, with all that verifying it takes."""
    found = milestones.find(visit.db, visit.caller, milestone)
    return tagged(file_of(found), if_none_match)


@router.get("/assessments/{assessment}/comparison", summary="Compare two milestones")
def compare_milestones(
    visit: ToRead,
    assessment: AssessmentId,
    before: Annotated[UUID, Query(alias="from", description="A milestone's id.")],
    after: Annotated[
        UUID | Literal["now"], Query(alias="to", description="A milestone's id; or `now`: as it stands today.")
    ] = "now",
) -> Comparison:
    """Compare a milestone with another, or with today: what moved the proven score, and question by question."""
    trend = compare(_side(visit, assessment, before), _side(visit, assessment, after))
    return Comparison.model_validate(
        {
            "verdict": trend.verdicts,
            "claimed": [_percent(each) for each in trend.claimed],
            "proven": [_percent(each) for each in trend.proven],
            "parts": [{"cause": each.cause, "points": float(each.shown)} for each in trend.parts],
            "questions": [
                {
                    "key": each.key,
                    "title": each.title,
                    "claimed": each.claimed,
                    "proven": each.proven,
                    "causes": list(each.causes),
                }
                for each in trend.questions
            ],
        }
    )


def _side(visit: Visit, assessment: UUID, which: UUID | Literal["now"]) -> Side:
    if which == "now":
        kept = assessments.read(visit.db, visit.caller, assessment)
        return Side(kept.catalogue, kept.assessment, visit.today)
    found = milestones.find(visit.db, visit.caller, which)
    if found.assessment != assessment:
        raise NotFound(f"“{found.title}” is a milestone of another assessment; two of the same one are compared.")
    return opened(found).side


def _shown(sealed: Sealed) -> MilestoneShown:
    return MilestoneShown(
        id=UUID(sealed.id),
        title=sealed.title,
        sealed_by=sealed.sealed_by,
        sealed_at=sealed.sealed_at,
        as_of=sealed.as_of,
        catalogue=sealed.catalogue,
        verdict=sealed.verdict.value,
        claimed=_percent(sealed.claimed),
        proven=_percent(sealed.proven),
        sha256=sealed.sha256,
    )


def _percent(figure: Any) -> float | None:
    return None if figure is None else float(cut(figure))
