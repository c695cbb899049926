"""An assessment as its document, and its score."""

from datetime import date
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from app.readiness.assessment import document
from app.readiness.score import score
from app.records import assessments
from app.report.write.json import score_as_json
from app.web.access import ToRead
from app.web.reports import AsOf

router = APIRouter(tags=["assessments"])


class DimensionShown(BaseModel):
    """A dimension's scores; null where not known."""

    key: str
    claimed: float | None
    proven: float | None
    coverage: float | None


class GateShown(BaseModel):
    """A gate's state."""

    key: str
    state: Literal["passed", "unproven", "failed", "excepted", "open", "not-applicable"]


class ItemShown(BaseModel):
    """What an item of evidence is worth."""

    grade: str
    effective_grade: str
    supports: int | None
    against: int | None


class QuestionShown(BaseModel):
    """A question's levels; null while it is unanswered."""

    key: str
    dimension: str
    applicable: bool
    claimed: int | None
    proven: int | None
    contradicted: bool
    evidence: list[ItemShown]


class ScoreShown(BaseModel):
    """A score, as `readyroom score --json` prints it."""

    as_of: date
    verdict: Literal["go", "conditional", "no-go", "not-assessed"]
    tier: str
    claimed: float | None
    proven: float | None
    coverage: float | None
    claimed_range: tuple[float, float] | None
    lapses_on: date | None
    dimensions: list[DimensionShown]
    gates: list[GateShown]
    questions: list[QuestionShown]
    reasons: list[str]
    fragility: int | None
    path_to_go: None


@router.get("/assessments/{assessment}", responses={200: {"description": "The assessment document, with its ids."}})
def show_assessment(visit: ToRead, assessment: UUID) -> JSONResponse:
    """Show the assessment document: what `readyroom score` reads, with the ids of what stands in it."""
    return JSONResponse(document(assessments.read(visit.db, visit.caller, assessment).assessment))


@router.get("/assessments/{assessment}/score", responses={200: {"model": ScoreShown}})
def show_score(visit: ToRead, assessment: UUID, as_of: AsOf = None) -> JSONResponse:
    """Score the assessment as it stands on a day."""
    kept = assessments.read(visit.db, visit.caller, assessment)
    return JSONResponse(score_as_json(score(kept.catalogue, kept.assessment, as_of or visit.today)))
