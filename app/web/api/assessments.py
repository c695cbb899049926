"""An assessment as its document, its score, and the newer version of its questions taken up."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, TypeAdapter

from app.readiness.assessment import Answer, Assessment, CatalogueReference, Evidence, Pilot
from app.readiness.document import FORMAT, document
from app.readiness.grade import Grade
from app.readiness.path import StepKind
from app.readiness.score import score
from app.records import assessments
from app.report.write.json import score_as_json
from app.web.access import ToEdit, ToRead
from app.web.api.body import AsJson, Body, Made
from app.web.api.described import (
    EXAMPLES_STAND_ON,
    UNCHANGED,
    AssessmentId,
    Responses,
    an_id,
    answered,
    example,
    shown_as,
    whole,
)
from app.web.api.problem import conflict
from app.web.api.tagged import TAG, IfNoneMatch, tagged
from app.web.outlooks import outlook_of
from app.web.reports import AsOf
from app.wording import Line

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


class StepShown(BaseModel):
    """A step to Go: a question taken from a proven level to another, or something confirmed by a second person."""

    kind: StepKind
    question: Annotated[str | None, Field(description="Null where it is the pilot's profile and needs.")]
    title: str
    level_from: Annotated[int | None, Field(alias="from")]
    level_to: Annotated[int | None, Field(alias="to")]
    effort_days: float
    confirm: Annotated[bool, Field(description="Whether it is a second person's look and no new work.")]


class PathShown(BaseModel):
    """The steps that turn the verdict into Go with the least effort; none where it is Go already."""

    effort_days: float
    steps: list[StepShown]


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
    fragility: Annotated[
        int | None, Field(description="How many proven levels, one lower, worsen the verdict; null where none can.")
    ]
    path_to_go: Annotated[PathShown | None, Field(description="Null where no path leads to Go.")]

    model_config = shown_as(
        {
            "as_of": EXAMPLES_STAND_ON,
            "verdict": "conditional",
            "tier": "ordinary",
            "claimed": 71.4,
            "proven": 58.9,
            "coverage": 0.97,
            "claimed_range": [69.2, 72.2],
            "lapses_on": "2027-01-03",
            "dimensions": [{"key": "infrastructure", "claimed": 75.0, "proven": 50.0, "coverage": 1.0}],
            "gates": [{"key": "infrastructure.capacity-proven", "state": "unproven"}],
            "questions": [
                {
                    "key": "infrastructure.capacity-proven",
                    "dimension": "infrastructure",
                    "applicable": True,
                    "claimed": 3,
                    "proven": 2,
                    "contradicted": False,
                    "evidence": [
                        {"grade": "measured", "effective_grade": "documented", "supports": 3, "against": None}
                    ],
                }
            ],
            "reasons": ["A gate is unproven: capacity."],
            "fragility": 2,
            "path_to_go": {
                "effort_days": 2.1,
                "steps": [
                    {
                        "kind": "items",
                        "question": "infrastructure.capacity-proven",
                        "title": "Capacity",
                        "from": 2,
                        "to": 3,
                        "effort_days": 0.1,
                        "confirm": True,
                    }
                ],
            },
        }
    )


class VersionBody(Body):
    """The version of the catalogue to take up."""

    version: Line

    model_config = example({"version": "2"})


class TakenUp(Made):
    """An assessment and the catalogue that it answers now."""

    catalogue: CatalogueReference
    dropped: Annotated[list[str], Field(description="Answered questions that it does not ask: kept, and not counted.")]
    asks_again: Annotated[list[str], Field(description="Questions whose answered level reads otherwise now.")]

    model_config = shown_as(
        {
            "id": an_id(2),
            "catalogue": {"id": "genai-first-look", "version": "2"},
            "dropped": ["service.queue"],
            "asks_again": ["data.sources"],
        }
    )


_EXAMPLE = document(
    Assessment(
        catalogue=CatalogueReference(id="genai-production", version="1"),
        pilot=Pilot(name="Customer service assistant", stated_by="Maren Vogt", confirmed_by="Jonas Adler"),
        answers={
            "infrastructure.capacity-proven": Answer(
                level=3,
                note="Load test of October, 400 users.",
                reviewed_on=date(2026, 10, 5),
                evidence=(
                    Evidence(
                        kind="link",
                        title="Load test of October",
                        url="https://wiki.example.org/load-test",
                        grade=Grade.MEASURED,
                        observed_on=date(2026, 10, 1),
                        attached_by="Maren Vogt",
                        confirmed_by="Jonas Adler",
                        id=an_id(3),
                    ),
                ),
            )
        },
        id=an_id(2),
    )
)


def _document_schema() -> dict[str, Any]:
    """The assessment document as a schema, made from what writes it."""
    schema = whole(TypeAdapter(Assessment).json_schema(mode="serialization"))
    schema["properties"] = {"format": {"const": FORMAT}, **schema["properties"]}
    schema["required"] = ["format", *schema["required"]]
    return schema


_DOCUMENT: Responses = {
    200: {"headers": TAG}
    | answered(
        "The assessment document, with its ids.",
        _document_schema(),
        _EXAMPLE,
    )
}


@router.get("/assessments/{assessment}", summary="Show an assessment", responses=_DOCUMENT | UNCHANGED)
def show_assessment(visit: ToRead, assessment: AssessmentId, if_none_match: IfNoneMatch = None) -> Response:
    """Show the assessment document: what `readyroom score` reads, with the ids of what stands in it."""
    return tagged(document(assessments.read(visit.db, visit.caller, assessment).assessment), if_none_match)


@router.get("/assessments/{assessment}/score", summary="Score an assessment", responses={200: {"model": ScoreShown}})
def show_score(visit: ToRead, assessment: AssessmentId, as_of: AsOf = None) -> JSONResponse:
    """Score the assessment as it stands on a day, with what its verdict hangs on and the path to Go."""
    kept, day = assessments.read(visit.db, visit.caller, assessment), as_of or visit.today
    ahead = outlook_of(visit, kept, day)
    return JSONResponse(score_as_json(score(kept.catalogue, kept.assessment, day), ahead.fragility, ahead.path))


@router.post(
    "/assessments/{assessment}/catalogue",
    summary="Take up a newer version of the questions",
    responses=conflict(
        "It cannot be taken up: it is not newer. Nothing was changed.",
        "Version 1 is not newer than 2, which this assessment answers.",
        "/catalogue",
    ),
)
def take_up_version(visit: ToEdit, assessment: AssessmentId, body: Annotated[VersionBody, AsJson]) -> TakenUp:
    """Take up a newer version of the catalogue. Answers to what it no longer asks are kept and not counted."""
    assessments.take_up(visit.db, visit.caller, assessment, body.version, at=visit.at)
    kept = assessments.read(visit.db, visit.caller, assessment)
    return TakenUp(
        id=assessment,
        catalogue=kept.assessment.catalogue,
        dropped=list(kept.dropped),
        asks_again=list(kept.asks_again),
    )
