"""Answers: saved by whoever has seen the version that stands; and *not applicable* confirmed."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Response
from pydantic import BaseModel, TypeAdapter

from app.errors import NotFound
from app.readiness.assessment import Answer, NotApplicableReason
from app.readiness.catalogue import Level
from app.readiness.score import Score, score
from app.records import answers, assessments
from app.records.answers import Given, Marked
from app.records.kept import Kept
from app.web.access import ToAnswer, ToEdit, ToRead
from app.web.api.body import ETAG, AsJson, Body, IfMatch, tag, version_in
from app.web.api.described import EXAMPLES_STAND_ON, AssessmentId, QuestionKey, example, shown_as
from app.web.api.problem import CONFLICTS
from app.wording import Line, Text

router = APIRouter(tags=["answers"])

_ANSWER: TypeAdapter[Answer] = TypeAdapter(Answer)


class NotApplicableBody(Body):
    """Why a question does not apply; counts once another account confirms it."""

    reason: NotApplicableReason
    note: Text | None = None


class AnswerBody(Body):
    """What is said to a question: a level, or whom to ask, or that it does not apply; and a note."""

    level: Level | None = None
    ask: Line | None = None
    note: Text | None = None
    not_applicable: NotApplicableBody | None = None

    model_config = example(
        {"level": 3, "note": "Audit of October, 40 hosts."},
        {"ask": "Data centre team"},
        {"not_applicable": {"reason": "out-of-scope", "note": "No hosts of our own."}},
    )


class AnswerShown(BaseModel):
    """An answer with what it proves, and who saved it."""

    question: str
    version: int
    level: int | None
    ask: str | None
    note: str | None
    not_applicable: dict[str, Any] | None
    evidence: list[dict[str, Any]]
    reviewed_on: date | None
    saved_by: str
    saved_at: datetime
    claimed: int | None
    proven: int | None
    contradicted: bool
    verdict: str

    model_config = shown_as(
        {
            "question": "infrastructure.fleet-audit",
            "version": 1,
            "level": 3,
            "ask": None,
            "note": "Audit of October, 40 hosts.",
            "not_applicable": None,
            "evidence": [],
            "reviewed_on": EXAMPLES_STAND_ON,
            "saved_by": "Maren Vogt",
            "saved_at": f"{EXAMPLES_STAND_ON}T09:30:00Z",
            "claimed": 3,
            "proven": 1,
            "contradicted": False,
            "verdict": "not-assessed",
        }
    )


@router.get(
    "/assessments/{assessment}/answers/{question}", summary="Show an answer", responses={200: {"headers": ETAG}}
)
def show_answer(visit: ToRead, response: Response, assessment: AssessmentId, question: QuestionKey) -> AnswerShown:
    """Show one answer; its ETag is what If-Match takes."""
    kept = assessments.read(visit.db, visit.caller, assessment)
    return _shown(response, kept, score(kept.catalogue, kept.assessment, visit.today), question)


@router.put(
    "/assessments/{assessment}/answers/{question}",
    summary="Save an answer",
    responses=CONFLICTS | {200: {"headers": ETAG}},
)
def save_answer(
    visit: ToAnswer,
    response: Response,
    assessment: AssessmentId,
    question: QuestionKey,
    body: Annotated[AnswerBody, AsJson],
    if_match: IfMatch = None,
    if_none_match: Annotated[str | None, Header(description="`*`: only if there is no answer yet.")] = None,
) -> AnswerShown:
    """Save an answer. Saving also says that it was looked at today."""
    away = body.not_applicable
    marked = Marked(reason=away.reason, note=away.note) if away else None
    given = Given(level=body.level, ask=body.ask, note=body.note, not_applicable=marked)
    seen = 0 if if_none_match == "*" and if_match is None else version_in(if_match)
    saved = answers.save(visit.db, visit.caller, assessment, question, given, seen=seen, at=visit.at)
    return _shown(response, saved.kept, saved.score, question)


@router.post(
    "/assessments/{assessment}/answers/{question}/confirmation",
    summary="Confirm that a question does not apply",
    responses={200: {"headers": ETAG}},
)
def confirm_not_applicable(
    visit: ToEdit, response: Response, assessment: AssessmentId, question: QuestionKey
) -> AnswerShown:
    """Confirm that a question does not apply, as another account than the one that said so."""
    answers.confirm_not_applicable(visit.db, visit.caller, assessment, question, at=visit.at)
    kept = assessments.read(visit.db, visit.caller, assessment)
    return _shown(response, kept, score(kept.catalogue, kept.assessment, visit.today), question)


def _shown(response: Response, kept: Kept, scored: Score, question: str) -> AnswerShown:
    saved = kept.saved.get(question)
    if saved is None:
        raise NotFound("This question is not answered yet." if question in scored.questions else "No such question.")
    tag(response, saved.version)
    asked = scored.questions[question]
    answer: dict[str, Any] = _ANSWER.dump_python(asked.answer, mode="json", exclude={"id"})
    return AnswerShown(
        question=question,
        version=saved.version,
        saved_by=saved.by,
        saved_at=saved.at,
        claimed=asked.claimed,
        proven=asked.proven,
        contradicted=asked.applicable and asked.proof.contradicted,
        verdict=scored.decision.verdict.value,
        **answer,
    )
