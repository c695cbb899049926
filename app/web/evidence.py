"""Evidence on an answer: attached, withdrawn with a reason, and its files given back."""

from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Form, UploadFile
from fastapi.responses import Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from app.errors import NotFound
from app.finding import Finding
from app.readiness.grade import Grade, NamedGrade
from app.readiness.score import score
from app.records import assessments, attachments
from app.records.assessments import Scored
from app.records.attachments import Shown, Upload
from app.report.method import GRADE_WORDS
from app.web.access import ToAnswer, ToReadSection, Visit
from app.web.answers import Typed
from app.web.page import Page, ThisPage
from app.web.sections import Card, card
from app.wording import Line

router = APIRouter(include_in_schema=False)

_FILES_AT_ONCE = 20


def _left_out(typed: object) -> object:
    """A blank field says nothing."""
    return None if isinstance(typed, str) and not typed.strip() else typed


def _chosen(sent: object) -> object:
    """A form sends a nameless empty file where none was chosen."""
    return [each for each in sent if getattr(each, "filename", each)] if isinstance(sent, list) else sent


class EvidenceForm(BaseModel):
    """What the form sends: the fields of its kind count, those of the other kinds are not looked at."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["document", "link", "figure"]
    title: Line = ""
    grade: NamedGrade = Grade.DOCUMENTED
    observed_on: Annotated[date | None, BeforeValidator(_left_out)] = None
    url: Annotated[str | None, BeforeValidator(_left_out)] = None
    metric: Line = ""
    statistic: Line = ""
    value: Annotated[float | None, Field(allow_inf_nan=False), BeforeValidator(_left_out)] = None
    unit: Line = ""
    load: Line = ""
    source: Line = ""
    file: Annotated[list[UploadFile], Field(max_length=_FILES_AT_ONCE), BeforeValidator(_chosen)] = []

    def shown(self) -> Shown:
        """The item, without its file."""
        return Shown(
            kind=self.kind,
            title=self.title.strip() or None,
            url=self.url.strip() if self.url and self.kind == "link" else None,
            grade=self.grade,
            observed_on=self.observed_on,
            findings=(self._finding(),) if self.kind == "figure" and self.metric.strip() else (),
        )

    def _finding(self) -> Finding:
        return Finding(
            metric=self.metric.strip(),
            statistic=self.statistic.strip() or None,
            value=self.value,
            unit=self.unit.strip() or None,
            attributes={"load": self.load.strip()} if self.load.strip() else {},
            where=self.source.strip() or None,
        )

    def uploads(self) -> list[Upload | None]:
        """The files, each an item of its own; for a link or a figure, and where none was chosen, one item without."""
        files = self.file if self.kind == "document" else []
        return [Upload(each.filename or "", each.content_type, each.file.read()) for each in files] or [None]


class WithdrawalForm(BaseModel):
    """Why an item no longer counts."""

    model_config = ConfigDict(extra="forbid")

    reason: Typed = ""


@router.get("/assessments/{assessment}/answers/{question}/evidence")
def evidence_form(visit: ToAnswer, page: ThisPage, question: str) -> Response:
    """The form to attach something to an answer."""
    return page.show(
        "assessments/attach.html", **_attaching(visit, question), form=EvidenceForm(kind="document"), problems=()
    )


@router.post("/assessments/{assessment}/answers/{question}/evidence")
def attach_evidence(
    visit: ToAnswer,
    page: ThisPage,
    question: str,
    form: Annotated[EvidenceForm, Form(media_type="multipart/form-data")],
) -> Response:
    """Attach an item, or several files as an item each."""
    page.if_refused("assessments/attach.html", block="trouble", **_attaching(visit, question), form=form)
    for upload in form.uploads():
        attachments.attach(
            visit.db,
            visit.caller,
            visit.assessment.id,
            question,
            form.shown(),
            upload=upload,
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


def _attaching(visit: Visit, question: str) -> dict[str, Any]:
    """What the form to attach something says."""
    catalogue = visit.db.catalogue(visit.assessment.catalogue.id, visit.assessment.catalogue.version)
    asked = catalogue.questions.get(question)
    if asked is None:
        raise NotFound("The catalogue has no such question.")
    return {
        "question": asked,
        "url": f"/assessments/{visit.assessment.id}/answers/{question}",
        "at": _at(visit, question),
        "declared": {
            name: f"{name.capitalize()}: {words[0].lower()}{words[1:]}" for name, words in GRADE_WORDS.items()
        },
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
