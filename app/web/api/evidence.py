"""Evidence: links and figures as JSON, documents as a form with a file; confirmed, withdrawn, downloaded."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field, TypeAdapter
from starlette.datastructures import UploadFile

from app.errors import Problem, Refused
from app.records import attachments
from app.records.attachments import Shown, Upload
from app.web.access import ToAnswer, ToEdit
from app.web.api.body import AsJson, Body, Made, at, where
from app.web.api.described import AssessmentId, EvidenceId, QuestionKey, an_id, example, shown_as, whole
from app.wording import Text

router = APIRouter(tags=["evidence"])

_SHOWN: TypeAdapter[Shown] = TypeAdapter(Shown)
_FORM = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Sent:
    """An item as it was sent: as JSON, or as the fields of a form beside its file.

    It is received before the guard; whether it fits is told only to those who may attach.
    """

    content_type: str
    body: bytes
    fields: Mapping[str, str]
    upload: Upload | None

    def item(self) -> Shown:
        """The item, read as strictly as its kind of body allows.

        Raises:
            Refused: it is neither, or a form without a file.
            ValidationError: it does not fit.
        """
        if self.content_type == "application/json":
            return _SHOWN.validate_json(self.body, strict=True)
        if self.content_type != _FORM:
            raise Refused("Send a link or a figure as application/json, a document as multipart/form-data.")
        if self.upload is None:
            raise Refused("There is no file.", [Problem("file", "this is missing")])
        return _SHOWN.validate_python({"kind": "document", **self.fields})


class WithdrawalBody(Body):
    """Why an item no longer counts."""

    reason: Annotated[Text, Field(min_length=1)]

    model_config = example({"reason": "The run used another model."})


class Item(Made):
    """An item, and the question it is shown for."""

    assessment: UUID
    question: str

    model_config = shown_as({"id": an_id(3), "assessment": an_id(2), "question": "infrastructure.fleet-audit"})


async def _sent(request: Request) -> Sent:
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != _FORM:
        return Sent(content_type, await request.body(), {}, None)
    async with request.form(max_files=1, max_fields=20) as form:
        file = form.get("file")
        fields = {key: value for key, value in form.multi_items() if isinstance(value, str) and value != ""}
        if not isinstance(file, UploadFile):
            return Sent(content_type, b"", fields, None)
        return Sent(content_type, b"", fields, Upload(file.filename or "file", file.content_type, await file.read()))


_REQUEST = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": whole(_SHOWN.json_schema(mode="serialization")),
                "examples": {
                    "link": {
                        "value": {
                            "kind": "link",
                            "title": "Fleet audit of October",
                            "url": "https://wiki.example.org/fleet-audit",
                            "grade": "measured",
                            "observed_on": "2026-10-01",
                        }
                    },
                    "figure": {
                        "value": {
                            "kind": "figure",
                            "title": "Fleet audit of October",
                            "grade": "measured",
                            "observed_on": "2026-10-01",
                            "findings": [
                                {
                                    "metric": "share-of-hosts-audited",
                                    "statistic": "mean",
                                    "value": 0.95,
                                    "unit": "share",
                                    "attributes": {"hosts": 40},
                                }
                            ],
                        }
                    },
                },
            },
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "title": {"type": "string"},
                        "grade": {"enum": ["asserted", "documented", "demonstrated", "measured"]},
                        "observed_on": {"type": "string", "format": "date"},
                    },
                },
                "examples": {
                    "document": {
                        "value": {"file": "fleet-audit.pdf", "grade": "documented", "observed_on": "2026-10-01"}
                    }
                },
            },
        },
    }
}


@router.post(
    "/assessments/{assessment}/answers/{question}/evidence",
    status_code=201,
    summary="Attach an item",
    responses={201: where()},
    openapi_extra=_REQUEST,
)
def attach(
    sent: Annotated[Sent, Depends(_sent)],  # before the guard: a slow upload must not keep others from writing
    visit: ToAnswer,
    response: Response,
    assessment: AssessmentId,
    question: QuestionKey,
) -> Item:
    """Attach an item to an answer: a link or a figure as JSON, a document with its file as a form."""
    id = attachments.attach(
        visit.db,
        visit.caller,
        assessment,
        question,
        sent.item(),
        upload=sent.upload,
        limit=visit.settings.upload_limit_bytes,
        at=visit.at,
    )
    at(response, f"/assessments/{assessment}#{id}")
    return Item(id=id, assessment=assessment, question=question)


@router.post("/evidence/{evidence}/confirmation", summary="Confirm an item or its withdrawal")
def confirm(visit: ToEdit, evidence: EvidenceId) -> Item:
    """Confirm an item, or its withdrawal where it was withdrawn, as another account than the one that did it."""
    place = attachments.confirm(visit.db, visit.caller, evidence, at=visit.at)
    return Item(id=evidence, assessment=place.assessment, question=place.question)


@router.post("/evidence/{evidence}/withdrawal", summary="Withdraw an item")
def withdraw(visit: ToEdit, evidence: EvidenceId, body: Annotated[WithdrawalBody, AsJson]) -> Item:
    """Withdraw an item. It still speaks against until another account confirms that."""
    place = attachments.withdraw(visit.db, visit.caller, evidence, body.reason, at=visit.at)
    return Item(id=evidence, assessment=place.assessment, question=place.question)
