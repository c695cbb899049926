"""What waits for a second person: one list, each opened in place, confirmed or sent back with a word."""

from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict

from app.records import answers, attachments, kept, pilots, waiting
from app.records.assessments import Place
from app.web.access import ToEdit, ToRead, Visit
from app.web.page import Page, ThisPage
from app.web.waiting import Pile, piles
from app.wording import Line, Text

router = APIRouter(include_in_schema=False)

Back = Literal["confirmations", "section", "gates", "pilot"]


class Looked(BaseModel):
    """Somebody has looked: where they go on, and which version of a pilot they saw."""

    model_config = ConfigDict(extra="forbid")

    back: Back = "confirmations"
    next: Line = ""  # the row that comes after this one in the list
    seen: int | None = None


class SentBackForm(Looked):
    """Somebody has looked and does not agree."""

    note: Text = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """The page: what this reader may confirm, what waits for somebody else, and which row comes next."""

    piles: tuple[Pile, ...]
    own: tuple[Pile, ...]
    next: str | None  # None: the page was opened afresh

    @property
    def nothing_next(self) -> bool:
        """Whether something was just dealt with and no row comes after it, so that the heading is read next."""
        keys = {row.key for pile in self.piles for row in pile.rows}
        return self.next is not None and self.next not in keys

    @property
    def count(self) -> int:
        """How many things this reader may confirm."""
        return sum(len(each.rows) for each in self.piles)


@router.get("/confirmations")
def show_confirmations(visit: ToRead, page: ThisPage) -> Response:
    """Everything that waits."""
    return page.show("confirmations/show.html", shown=_shown(visit, None), may_edit=visit.caller.may_edit)


@router.post("/evidence/{evidence}/confirmation")
def confirm_item(visit: ToEdit, page: ThisPage, evidence: UUID, looked: Annotated[Looked, Form()]) -> Response:
    """Confirm an item."""
    place = attachments.confirm(visit.db, visit.caller, evidence, what="item", at=visit.at)
    return looked_at(visit, page, looked, "confirmed", place)


@router.post("/evidence/{evidence}/return")
def send_back_item(visit: ToEdit, page: ThisPage, evidence: UUID, form: Annotated[SentBackForm, Form()]) -> Response:
    """Send an item back."""
    place = attachments.send_back(visit.db, visit.caller, evidence, form.note, what="item", at=visit.at)
    return looked_at(visit, page, form, "sent-back", place)


@router.post("/evidence/{evidence}/withdrawal/confirmation")
def confirm_withdrawal(visit: ToEdit, page: ThisPage, evidence: UUID, looked: Annotated[Looked, Form()]) -> Response:
    """Confirm that an item is withdrawn."""
    place = attachments.confirm(visit.db, visit.caller, evidence, what="withdrawal", at=visit.at)
    return looked_at(visit, page, looked, "confirmed", place)


@router.post("/evidence/{evidence}/withdrawal/return")
def send_back_withdrawal(
    visit: ToEdit, page: ThisPage, evidence: UUID, form: Annotated[SentBackForm, Form()]
) -> Response:
    """Send a withdrawal back: the item counts as before."""
    place = attachments.send_back(visit.db, visit.caller, evidence, form.note, what="withdrawal", at=visit.at)
    return looked_at(visit, page, form, "sent-back", place)


@router.post("/assessments/{assessment}/answers/{question}/confirmation")
def confirm_not_applicable(
    visit: ToEdit, page: ThisPage, assessment: UUID, question: str, looked: Annotated[Looked, Form()]
) -> Response:
    """Confirm that a question does not apply."""
    answers.confirm_not_applicable(visit.db, visit.caller, assessment, question, at=visit.at)
    return looked_at(visit, page, looked, "confirmed", Place(assessment, question))


@router.post("/assessments/{assessment}/answers/{question}/return")
def send_back_not_applicable(
    visit: ToEdit, page: ThisPage, assessment: UUID, question: str, form: Annotated[SentBackForm, Form()]
) -> Response:
    """Say why a question does apply."""
    answers.send_back_not_applicable(visit.db, visit.caller, assessment, question, form.note, at=visit.at)
    return looked_at(visit, page, form, "sent-back", Place(assessment, question))


@router.post("/pilots/{pilot}/confirmation")
def confirm_pilot(visit: ToEdit, page: ThisPage, pilot: UUID, looked: Annotated[Looked, Form()]) -> Response:
    """Confirm profile and needs."""
    pilots.confirm(visit.db, visit.caller, pilot, seen=looked.seen, at=visit.at)
    return looked_at(visit, page, looked, "confirmed", pilot=pilot)


@router.post("/pilots/{pilot}/return")
def send_back_pilot(visit: ToEdit, page: ThisPage, pilot: UUID, form: Annotated[SentBackForm, Form()]) -> Response:
    """Say why profile and needs are not confirmed."""
    pilots.send_back(visit.db, visit.caller, pilot, form.note, at=visit.at)
    return looked_at(visit, page, form, "sent-back", pilot=pilot)


def looked_at(
    visit: Visit, page: Page, looked: Looked, said: str, place: Place | None = None, *, pilot: UUID | None = None
) -> Response:
    """After a look: for htmx the list as it now is, the next row ready; else the page that the reader came from."""
    answer = page.changed(
        "confirmations/show.html",
        "list",
        at=_address(looked.back, place, pilot),
        said=said,
        shown=_shown(visit, looked.next),
        may_edit=visit.caller.may_edit,
    )
    # The form's own target is where words of refusal go, so that nothing typed is lost.
    answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#waiting", "outerHTML"
    return answer


def _address(back: Back, place: Place | None, pilot: UUID | None) -> str:
    if back == "pilot" and pilot:
        return f"/pilots/{pilot}"
    if place and back == "section":
        return f"/assessments/{place.assessment}/{place.question.partition('.')[0]}#{place.question}"
    if place and back == "gates":
        return f"/assessments/{place.assessment}/gates#{place.question}"
    return "/confirmations"


def _shown(visit: Visit, following: str | None) -> Shown:
    theirs = waiting.waiting(visit.db, visit.caller)
    own = waiting.own(visit.db, visit.caller)
    loaded = kept.load(visit.db, {each.assessment for each in (*theirs, *own) if each.assessment})
    known = {each.id: each for each in loaded}
    return Shown(piles(theirs, known, visit.today), piles(own, known, visit.today), following)
