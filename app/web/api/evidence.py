"""Evidence: links and figures as JSON, documents as a form with a file; confirmed, withdrawn, downloaded."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field, TypeAdapter
from starlette.datastructures import UploadFile

from app.errors import Problem, Refused
from app.records import attachments
from app.records.attachments import Shown, Upload
from app.web.access import ToAnswer, ToEdit
from app.web.api.body import AsJson, Body, Made, at, example
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


def _described(schema: Any) -> Any:
    """A schema with what it refers to put in its place: FastAPI lists no parts of a body that is read by hand."""
    parts: dict[str, Any] = schema.pop("$defs", {})

    def whole(part: Any) -> Any:
        if isinstance(part, dict) and "$ref" in part:
            return whole(parts[part["$ref"].rpartition("/")[2]])
        if isinstance(part, dict):
            return {key: whole(value) for key, value in part.items()}
        return [whole(each) for each in part] if isinstance(part, list) else part

    return whole(schema)


_REQUEST = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": _described(_SHOWN.json_schema(mode="serialization")),
                "examples": {
                    "link": {
                        "value": {
                            "kind": "link",
                            "title": "Load test of October",
                            "url": "https://wiki.example.org/load-test",
                            "grade": "measured",
                            "observed_on": "2026-10-01",
                        }
                    },
                    "figure": {
                        "value": {
                            "kind": "figure",
                            "title": "Load test of October",
                            "grade": "measured",
                            "observed_on": "2026-10-01",
                            "findings": [
                                {
                                    "metric": "ttft",
                                    "statistic": "p95",
                                    "value": 412.0,
                                    "unit": "ms",
                                    "attributes": {"concurrency": 400},
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
                }
            },
        },
    }
}


@router.post("/assessments/{assessment}/answers/{question}/evidence", status_code=201, openapi_extra=_REQUEST)
def attach(
    sent: Annotated[Sent, Depends(_sent)],  # before the guard: a slow upload must not keep others from writing
    visit: ToAnswer,
    response: Response,
    assessment: UUID,
    question: str,
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


@router.post("/evidence/{evidence}/confirmation")
def confirm(visit: ToEdit, evidence: UUID) -> Item:
    """Confirm an item, or its withdrawal where it was withdrawn, as another account than the one that did it."""
    place = attachments.confirm(visit.db, visit.caller, evidence, at=visit.at)
    return Item(id=evidence, assessment=place.assessment, question=place.question)


@router.post("/evidence/{evidence}/withdrawal")
def withdraw(visit: ToEdit, evidence: UUID, body: Annotated[WithdrawalBody, AsJson]) -> Item:
    """Withdraw an item. It still speaks against until another account confirms that."""
    place = attachments.withdraw(visit.db, visit.caller, evidence, body.reason, at=visit.at)
    return Item(id=evidence, assessment=place.assessment, question=place.question)
