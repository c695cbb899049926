"""Answering: one section of an assessment on one page, saved question by question as one goes."""

from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Form
from fastapi.responses import Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from app.errors import SignInNeeded
from app.readiness.assessment import NotApplicableReason
from app.readiness.score import score
from app.records import answers, assessments
from app.records.answers import Given, Marked
from app.records.caller import Caller
from app.web.access import ToAnswer, ToReadSection
from app.web.page import ThisPage
from app.web.sections import card, section
from app.wording import Line, Text

router = APIRouter(include_in_schema=False)


def _one_character_a_line_end(typed: object) -> object:
    """A form sends the end of a line as two characters; one is kept, and one counts."""
    return typed.replace("\r\n", "\n").strip() if isinstance(typed, str) else typed


Typed = Annotated[Text, BeforeValidator(_one_character_a_line_end)]


class AnswerForm(BaseModel):
    """What the form of one question sends: blank fields are left out."""

    model_config = ConfigDict(extra="forbid")

    seen: Annotated[int, Field(ge=0, lt=2**31 - 1)] | None = None
    level: Literal["", "0", "1", "2", "3", "4"] = ""
    ask: Line = ""
    note: Typed = ""
    not_applicable: Literal[""] | NotApplicableReason = ""
    not_applicable_note: Typed = ""
    person: UUID | None = None  # whom the page was made for; a page saves by itself, also once others have signed in

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        """A body that is no form has no fields, and must not be taken for an answer left blank."""
        if not self.model_fields_set:
            raise ValueError("nothing was sent")
        return self

    def given(self, by: Caller) -> Given:
        """What it says.

        Raises:
            SignInNeeded: the page was made for somebody else than who is signed in by now.
        """
        if self.person not in (None, by.person):
            raise SignInNeeded(f"This was typed by somebody else than {by.name}, who is signed in now.")
        marked = None
        if self.not_applicable:
            marked = Marked(reason=self.not_applicable, note=self.not_applicable_note or None)
        return Given(
            level=int(self.level) if self.level else None,
            ask=self.ask.strip() or None,
            note=self.note or None,
            not_applicable=marked,
        )


@router.get("/assessments/{assessment}/{dimension}")
def show_section(visit: ToReadSection, page: ThisPage, dimension: str) -> Response:
    """One section: every question that is asked, to be answered where the reader may."""
    kept = assessments.read(visit.db, visit.caller, visit.assessment.id)
    scored = score(kept.catalogue, kept.assessment, visit.today)
    return page.show("assessments/section.html", section=section(kept, scored, dimension, visit.caller))


@router.post("/assessments/{assessment}/answers/{question}")
def save_answer(visit: ToAnswer, page: ThisPage, question: str, form: Annotated[AnswerForm, Form()]) -> Response:
    """Keep one answer, and show again what depends on it."""
    at = f"/assessments/{visit.assessment.id}/{question.partition('.')[0]}#{question}"
    page.if_refused(
        "assessments/answer.html",
        block="trouble",
        assessment=visit.assessment,
        at=at,
        form=form,
        catalogue=visit.db.catalogue(visit.assessment.catalogue.id, visit.assessment.catalogue.version),
        key=question,
    )
    scored = answers.save(
        visit.db, visit.caller, visit.assessment.id, question, form.given(visit.caller), seen=form.seen, at=visit.at
    )
    return page.changed(
        "assessments/section.html",
        "answered",
        at=at,
        said="saved",
        card=card(scored, question, visit.caller),
        standing=next(each for each in scored.score.dimensions if each.dimension.key == question.partition(".")[0]),
    )
