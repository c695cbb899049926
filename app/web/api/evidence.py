"""Evidence: links and figures as JSON, files as a form; confirmed, withdrawn."""

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field, TypeAdapter
from starlette.datastructures import UploadFile

from app.errors import Problem, Refused
from app.evidence.arrived import Arrived
from app.finding import Finding
from app.readiness.assessment import EvidenceKind
from app.records import assessments, attachments, files
from app.records.attachments import Shown
from app.records.files import Shows
from app.web.access import MayAnswer, ToAnswer, ToEdit, Visit
from app.web.api.body import AsJson, Body, Made, at, where
from app.web.api.described import (
    EXAMPLES_STAND_ON,
    AssessmentId,
    EvidenceId,
    QuestionKey,
    an_id,
    example,
    shown_as,
    whole,
)
from app.web.api.problem import conflict
from app.web.arriving import taken
from app.wording import Text

router = APIRouter(tags=["evidence"])

_SHOWN: TypeAdapter[Shown] = TypeAdapter(Shown)
_FORM = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Sent:
    """An item as it was sent: as JSON, or as the fields of a form beside its file.

    It is received and its file is read before the guard opens its transaction; whether it fits is told afterwards.
    """

    content_type: str
    body: bytes
    fields: Mapping[str, str]
    upload: UploadFile | None


@dataclass(frozen=True, slots=True)
class Read:
    """What was sent, its file read."""

    sent: Sent
    arrived: Arrived | None

    def item(self) -> Shown:
        """The item, read as strictly as its kind of body allows.

        Raises:
            Refused: it is neither, or a form without a file.
            ValidationError: it does not fit.
        """
        if self.sent.content_type == "application/json":
            return _SHOWN.validate_json(self.sent.body, strict=True)
        if self.sent.content_type != _FORM:
            raise Refused("Send a link or a figure as application/json, a file as multipart/form-data.")
        if self.arrived is None:
            raise Refused("There is no file.", [Problem("file", "this is missing")])
        return _SHOWN.validate_python({"kind": "document", **self.sent.fields})


class WithdrawalBody(Body):
    """Why an item no longer counts."""

    reason: Annotated[Text, Field(min_length=1)]

    model_config = example({"reason": "The run used another model."})


class Item(Made):
    """An item, and the question it is shown for."""

    assessment: UUID
    question: str

    model_config = shown_as({"id": an_id(3), "assessment": an_id(2), "question": "infrastructure.fleet-audit"})


class FindingShown(BaseModel):
    """One figure that was read or entered."""

    metric: str
    statistic: str | None
    value: float | None
    unit: str | None
    attributes: dict[str, bool | int | float | str]
    where: str | None

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> list[Self]:
        """Findings as they are told."""
        return [
            cls(
                metric=each.metric,
                statistic=each.statistic,
                value=each.value,
                unit=each.unit,
                attributes=dict(each.attributes),
                where=each.where,
            )
            for each in findings
        ]


class AlsoShown(BaseModel):
    """Another item of the same assessment that shows the same bytes."""

    evidence: UUID
    question: str
    title: str
    by: str
    at: datetime

    @classmethod
    def of(cls, shown: Iterable[Shows]) -> list[Self]:
        """Those items as they are told."""
        return [
            cls(evidence=each.evidence, question=each.question, title=each.title, by=each.by, at=each.at)
            for each in shown
        ]


class Attached(Item):
    """An item as it was attached. A file that a reader knows is an artefact, and says its findings and remarks."""

    kind: EvidenceKind
    read_grade: Annotated[str | None, Field(description="What the file shows by itself; null where it is none.")]
    observed_on: date | None
    findings: list[FindingShown]
    remarks: list[str]
    also_on: list[AlsoShown]

    model_config = shown_as(
        {
            "id": an_id(3),
            "assessment": an_id(2),
            "question": "infrastructure.fleet-audit",
            "kind": "artefact",
            "read_grade": "demonstrated",
            "observed_on": EXAMPLES_STAND_ON,
            "findings": [
                {
                    "metric": "time_to_first_token",
                    "statistic": "p95",
                    "value": 412.0,
                    "unit": "ms",
                    "attributes": {"concurrency": 400},
                    "where": "p95_ttft_ms",
                }
            ],
            "remarks": ["The file does not say how long the run took."],
            "also_on": [],
        }
    )


async def _sent(request: Request, _: Annotated[None, MayAnswer]) -> AsyncIterator[Sent]:
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != _FORM:
        yield Sent(content_type, await request.body(), {}, None)
        return
    async with request.form(max_files=1, max_fields=20) as form:
        file = form.get("file")
        fields = {key: value for key, value in form.multi_items() if isinstance(value, str) and value != ""}
        yield Sent(content_type, b"", fields, file if isinstance(file, UploadFile) else None)


def _read(request: Request, sent: Annotated[Sent, Depends(_sent)]) -> Read:
    limit = request.app.state.settings.upload_limit_bytes
    return Read(sent, taken(sent.upload, limit) if sent.upload else None)


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
                        "kind": {
                            "enum": ["document", "artefact"],
                            "description": "An artefact has to be of a kind that a reader knows.",
                        },
                        "grade": {
                            "enum": ["asserted", "documented", "demonstrated", "measured"],
                            "description": "Left out: what an artefact shows by itself.",
                        },
                        "observed_on": {
                            "type": "string",
                            "format": "date",
                            "description": "The day, where the file does not state it itself.",
                        },
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
    responses={
        201: where(),
        **conflict(
            "The answer shows the same file already.",
            "This answer shows the same file already: “results.json”, which Jonas Adler attached on 2026-11-18.",
            "/answers/infrastructure.fleet-audit/evidence",
        ),
    },
    openapi_extra=_REQUEST,
)
def attach(
    read: Annotated[Read, Depends(_read)],  # before the guard: a slow upload must not keep others from writing
    visit: ToAnswer,
    response: Response,
    assessment: AssessmentId,
    question: QuestionKey,
) -> Attached:
    """Attach an item to an answer: a link or a figure as JSON, a file as a form.

    A file that a reader knows is an artefact: its findings are read, and the date that it states itself counts. Where
    `grade` is left out, what it shows by itself counts. A file that a reader knows and cannot read is refused.
    """
    item = read.item()
    id = attachments.attach(
        visit.db,
        visit.caller,
        assessment,
        question,
        item,
        arrived=read.arrived,
        limit=visit.settings.upload_limit_bytes,
        at=visit.at,
    )
    at(response, f"/assessments/{assessment}#{id}")
    return attached(visit, [id])[0]


def attached(visit: Visit, ids: Iterable[UUID]) -> list[Attached]:
    """These items as they are kept, and which others show the same bytes."""
    assessment = visit.assessment.id
    kept = assessments.read(visit.db, visit.caller, assessment)
    items = {each.id: (key, each) for key, answer in kept.assessment.answers.items() for each in answer.evidence}
    found = [(id, *items[str(id)]) for id in ids]
    digests = {item.sha256 for _, _, item in found if item.sha256}
    shown = files.shown_on(visit.db, visit.caller, assessment, digests)
    told = []
    for id, question, item in found:
        file = kept.files.get(str(id))
        told.append(
            Attached(
                id=id,
                assessment=assessment,
                question=question,
                kind=item.kind,
                read_grade=str(item.read_grade) if item.read_grade else None,
                observed_on=item.observed_on,
                findings=FindingShown.of(item.findings),
                remarks=list(file.artefact.remarks) if file and file.artefact else [],
                also_on=AlsoShown.of(each for each in shown.get(item.sha256 or "", ()) if each.evidence != id),
            )
        )
    return told


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
