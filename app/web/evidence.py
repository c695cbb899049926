"""Evidence on an answer: attached, withdrawn with a reason, and its files given back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import zip_longest
from typing import Annotated, Any, Literal
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, UploadFile
from fastapi.responses import Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from app.errors import NotFound
from app.evidence.arrived import Arrived
from app.readiness.grade import Grade, NamedGrade
from app.readiness.score import score
from app.records import assessments, attachments
from app.records.assessments import Scored
from app.records.attachments import Shown
from app.report.method import GRADE_WORDS
from app.web.access import MayAnswer, ToAnswer, ToReadSection, Visit
from app.web.answers import Typed
from app.web.arriving import taken
from app.web.by_hand import STATISTICS, Row, asked_of, fields_of, findings_of, rows_of
from app.web.page import Page, ThisPage
from app.web.sections import Card, card
from app.wording import Line

router = APIRouter(include_in_schema=False)

_FILES_AT_ONCE = 20
AS_READ = "What it shows by itself: a file that is read counts as read, anything else as documented"
Column = Annotated[list[str], Field(max_length=100)]


def _left_out(typed: object) -> object:
    """A blank field says nothing."""
    return None if isinstance(typed, str) and not typed.strip() else typed


def chosen(sent: object) -> object:
    """A form sends a nameless empty file where none was chosen."""
    return [each for each in sent if getattr(each, "filename", each)] if isinstance(sent, list) else sent


class EvidenceForm(BaseModel):
    """What the form sends, as it was typed: the fields of its kind count, those of the other kinds are not looked at.

    Figures stand in rows, one list for each column; what was taken with them stands beside in two lists, name and what
    was typed.
    """

    model_config = ConfigDict(extra="forbid")

    kind: str
    title: str = ""
    grade: str = ""
    observed_on: str = ""
    url: str = ""
    metric: Column = []
    statistic: Column = []
    value: Column = []
    unit: Column = []
    attribute: Column = []
    amount: Column = []
    load: str = ""
    source: str = ""
    file: Annotated[list[UploadFile], Field(max_length=_FILES_AT_ONCE), BeforeValidator(chosen)] = []

    def shown(self) -> Shown:
        """The item, without its file; what is declared of it stays open until it is known whether a reader knows it.

        Raises:
            ValidationError, Refused: something does not fit; with every problem.
        """
        said = _Said.model_validate(self.model_dump(include=set(_Said.model_fields)))
        return Shown(
            kind=said.kind,
            title=said.title.strip() or None,
            url=said.url if said.kind == "link" else None,
            grade=said.grade,
            observed_on=said.observed_on,
            findings=findings_of(self.rows, self.beside, self.source) if said.kind == "figure" else (),
        )

    @property
    def rows(self) -> tuple[Row, ...]:
        """The figures, row by row."""
        columns = zip_longest(self.metric, self.statistic, self.value, self.unit, fillvalue="")
        return tuple(Row(*(each.strip() for each in row)) for row in columns)

    @property
    def beside(self) -> Mapping[str, str]:
        """What was taken with the figures."""
        named = dict(zip(self.attribute, self.amount, strict=False))
        return {name: typed for name, typed in (named | {"load": self.load}).items() if typed.strip()}


class _Said(BaseModel):
    """What the form says, once it fits."""

    kind: Literal["document", "link", "figure"]
    title: Line = ""
    grade: Annotated[NamedGrade | None, BeforeValidator(_left_out)] = None
    observed_on: Annotated[date | None, BeforeValidator(_left_out)] = None
    url: Annotated[str | None, BeforeValidator(_left_out)] = None


class WithdrawalForm(BaseModel):
    """Why an item no longer counts."""

    model_config = ConfigDict(extra="forbid")

    reason: Typed = ""


@dataclass(frozen=True, slots=True)
class Received:
    """A form with its files, read."""

    form: EvidenceForm
    files: tuple[Arrived, ...]

    @property
    def items(self) -> tuple[Arrived | None, ...]:
        """The files, each an item of its own; for a link or a figure, and where none was chosen, one item without."""
        return self.files or (None,)


def _received(
    _: Annotated[None, MayAnswer],
    request: Request,
    form: Annotated[EvidenceForm, Form(media_type="multipart/form-data")],
) -> Received:
    """What was sent, its files read in this thread: before the guard, so that no transaction waits for a reader."""
    limit = request.app.state.settings.upload_limit_bytes
    chosen = form.file if form.kind == "document" else []
    return Received(form, tuple(taken(each, limit) for each in chosen))


@router.get("/assessments/{assessment}/answers/{question}/evidence")
def evidence_form(visit: ToAnswer, page: ThisPage, question: str) -> Response:
    """The form to attach something to an answer."""
    form = EvidenceForm(kind="document")
    return page.show("assessments/attach.html", **_attaching(visit, question, form), problems=())


@router.post("/assessments/{assessment}/answers/{question}/evidence")
def attach_evidence(
    received: Annotated[Received, Depends(_received)],
    visit: ToAnswer,
    page: ThisPage,
    question: str,
) -> Response:
    """Attach an item, or several files as an item each."""
    form = received.form
    page.if_refused("assessments/attach.html", block="trouble", **_attaching(visit, question, form))
    shown = form.shown()
    for arrived in received.items:
        attachments.attach(
            visit.db,
            visit.caller,
            visit.assessment.id,
            question,
            as_declared(shown, arrived),
            arrived=arrived,
            limit=visit.settings.upload_limit_bytes,
            at=visit.at,
        )
    return _shown_again(visit, page, question, said="attached")


@router.get("/assessments/{assessment}/answers/{question}/evidence/{evidence}/withdrawal")
def withdrawal_form(visit: ToAnswer, page: ThisPage, question: str, evidence: UUID) -> Response:
    """The form to withdraw an item."""
    return page.show("assessments/withdraw.html", **_withdrawing(visit, question, evidence), reason="", problems=())


@router.post("/assessments/{assessment}/answers/{question}/evidence/{evidence}/withdrawal")
def withdraw_evidence(
    visit: ToAnswer, page: ThisPage, question: str, evidence: UUID, form: Annotated[WithdrawalForm, Form()]
) -> Response:
    """Withdraw an item: it stays on record with the reason."""
    again = _withdrawing(visit, question, evidence)
    page.if_refused("assessments/withdraw.html", block="trouble", **again, reason=form.reason)
    attachments.withdraw(visit.db, visit.caller, evidence, form.reason, at=visit.at)
    return _shown_again(visit, page, question, said="withdrawn")


@router.get("/assessments/{assessment}/answers/{question}/evidence/{evidence}/file")
def evidence_file(visit: ToReadSection, evidence: UUID) -> Response:
    """The file of an item, to be kept and not to be shown: nobody's upload runs in a page of ours."""
    file = attachments.file_of(visit.db, visit.caller, evidence)
    return Response(
        file.content,
        media_type="application/octet-stream",
        headers={
            "Content-Disposition": as_download(file.name),
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )


def as_download(name: str) -> str:
    """Content-Disposition for a file of that name, whatever script it is in (RFC 6266)."""
    plain = "".join(each if each.isascii() and (each.isalnum() or each in " ._-") else "_" for each in name)
    return f"attachment; filename=\"{plain.strip('. ') or 'file'}\"; filename*=UTF-8''{quote(name, safe='')}"


def as_declared(shown: Shown, arrived: Arrived | None) -> Shown:
    """An item with its grade: what nobody declares is a document's, unless a reader says what the file is."""
    read = arrived is not None and arrived.reading is not None
    return shown if shown.grade or read else replace(shown, grade=Grade.DOCUMENTED)


def _attaching(visit: Visit, question: str, form: EvidenceForm) -> dict[str, Any]:
    """What the form to attach something says."""
    kept = assessments.read(visit.db, visit.caller, visit.assessment.id)
    asked = kept.catalogue.questions.get(question)
    if asked is None:
        raise NotFound("The catalogue has no such question.")
    figures = asked_of(kept.catalogue, asked, kept.assessment.pilot.needs)
    return {
        "question": asked,
        "form": form,
        "figures": figures,
        "rows": rows_of(figures, form.rows),
        "beside": fields_of(figures, form.beside),
        "statistics": STATISTICS,
        "url": f"/assessments/{visit.assessment.id}/answers/{question}",
        "at": _at(visit, question),
        "declared": {"": AS_READ}
        | {name: f"{name.capitalize()}: {words[0].lower()}{words[1:]}" for name, words in GRADE_WORDS.items()},
        "today": visit.today,
        "limit": f"{visit.settings.upload_limit_bytes / 2**20:.3g} MiB",
    }


def _withdrawing(visit: Visit, question: str, evidence: UUID) -> dict[str, Any]:
    """What the form to withdraw an item says."""
    shown = _card(visit, question)
    item = next((each for each in shown.items if each.line.id == str(evidence)), None)
    if item is None:
        raise NotFound("There is no such item on this answer.")
    return {"card": shown, "item": item, "at": _at(visit, question)}


def _card(visit: Visit, question: str) -> Card:
    kept = assessments.read(visit.db, visit.caller, visit.assessment.id)
    if question not in kept.catalogue.questions:
        raise NotFound("The catalogue has no such question.")
    return card(Scored(kept, score(kept.catalogue, kept.assessment, visit.today)), question, visit.caller)


def _shown_again(visit: Visit, page: Page, question: str, *, said: str) -> Response:
    """After a change: the card's items and what depends on them."""
    return page.changed(
        "assessments/section.html", "shown", at=_at(visit, question), said=said, card=_card(visit, question)
    )


def _at(visit: Visit, question: str) -> str:
    return f"/assessments/{visit.assessment.id}/{question.partition('.')[0]}#{question}"
