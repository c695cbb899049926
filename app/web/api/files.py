"""Files sent for an assessment as a whole: read, told what they speak to, and attached to questions or discarded."""

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field
from starlette.datastructures import UploadFile

from app.errors import Problem, Refused
from app.evidence.arrived import Arrived
from app.readiness.grade import GradeName, NamedGrade
from app.readiness.hearing import speaks_to
from app.records import arrivals, assessments
from app.records.arrivals import Arrival
from app.records.kept import Kept
from app.web.access import MayAnswerSome, ToAnswerSome, Visit
from app.web.api.body import AsJson, Body, Made, at, where
from app.web.api.described import EXAMPLES_STAND_ON, ArrivalId, AssessmentId, an_id, example, shown_as
from app.web.api.evidence import AlsoShown, Attached, FindingShown, attached
from app.web.api.pages import LINKED, Cursor, Limit, link_next, page_of
from app.web.api.problem import conflict
from app.web.arriving import taken
from app.wording import Line

router = APIRouter(tags=["files"])

MOST_FILES = 50  # of one request

_SPEAKS = {"question": "infrastructure.capacity-proven", "level": 3, "against": None}
_READ = {
    "kind": "vllm-bench-serve",
    "title": "vLLM bench serve",
    "tool": "vllm",
    "version": "0.11.0",
    "observed_on": EXAMPLES_STAND_ON,
    "grade": "demonstrated",
    "findings": [],
    "remarks": ["The file does not say how long the run took."],
}
_FILE = {
    "id": an_id(8),
    "file_name": "results.json",
    "size": 2048,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "sent_by": "Maren Vogt",
    "sent_at": f"{EXAMPLES_STAND_ON}T09:30:00Z",
    "lapses_at": "2026-11-27T09:30:00Z",
    "read": _READ,
    "speaks_to": [_SPEAKS],
    "also_on": [],
}


class ReadingShown(BaseModel):
    """What a reader found in a file."""

    kind: str
    title: str
    tool: str | None
    version: str | None
    observed_on: Annotated[date | None, Field(description="As the file itself states it.")]
    grade: Annotated[GradeName, Field(description="The best that the file can be by itself.")]
    findings: list[FindingShown]
    remarks: list[str]


class SpeaksToShown(BaseModel):
    """A question whose rules read something in a file."""

    question: str
    level: Annotated[int | None, Field(description="The level that it shows alone; null: not enough for any.")]
    against: Annotated[int | None, Field(description="The level above which it speaks against.")]


class FileShown(Made):
    """A file that waits for somebody to say what it is for."""

    file_name: str
    size: int
    sha256: str
    sent_by: str
    sent_at: datetime
    lapses_at: Annotated[datetime, Field(description="When it is gone unless it is attached.")]
    read: Annotated[ReadingShown | None, Field(description="Null where no reader knows it: then it is a document.")]
    speaks_to: Annotated[list[SpeaksToShown], Field(description="The most decisive first.")]
    also_on: list[AlsoShown]

    model_config = shown_as(_FILE)


class RefusedFile(BaseModel):
    """A file that was not taken, and why; nothing of it is kept."""

    file_name: str
    detail: str


class FilesTaken(BaseModel):
    """What came of the files of a request."""

    files: list[FileShown]
    refused: list[RefusedFile]

    model_config = shown_as(
        {"files": [_FILE], "refused": [{"file_name": "old.json", "detail": "The file cannot be read."}]}
    )


class FilePage(BaseModel):
    """Some files that wait, newest first, and the cursor of the next part; null at the end."""

    items: list[FileShown]
    next: UUID | None

    model_config = shown_as({"items": [_FILE], "next": None})


class AttachmentBody(Body):
    """What a file is for."""

    questions: Annotated[list[Line], Field(min_length=1, max_length=100)]
    grade: NamedGrade | None = None
    observed_on: date | None = None
    title: Line | None = None

    model_config = example({"questions": ["infrastructure.capacity-proven"], "observed_on": EXAMPLES_STAND_ON})


class AttachedFile(BaseModel):
    """The items that a file became, one for each question."""

    attached: list[Attached]

    model_config = shown_as({"attached": Attached.model_config["json_schema_extra"]["examples"]})  # type: ignore[index]


async def _sent(request: Request, _: Annotated[None, MayAnswerSome]) -> AsyncIterator[list[UploadFile]]:
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "multipart/form-data":
        raise Refused("Send files as multipart/form-data.", [Problem("file", "this is missing")])
    async with request.form(max_files=MOST_FILES, max_fields=20) as form:
        others = [key for key, value in form.multi_items() if key != "file" or not isinstance(value, UploadFile)]
        if others:
            raise Refused("Something does not fit.", [Problem(key, "there is no such field") for key in others])
        sent = [each for each in form.getlist("file") if isinstance(each, UploadFile)]
        if not sent:
            raise Refused("There is no file.", [Problem("file", "this is missing")])
        yield sent


def _read(request: Request, sent: Annotated[list[UploadFile], Depends(_sent)]) -> list[Arrived]:
    limit = request.app.state.settings.upload_limit_bytes
    return [taken(each, limit) for each in sent]


_REQUEST = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {
                            "description": f"One file, or several under the same name, {MOST_FILES} at most.",
                            "type": "string",
                            "format": "binary",
                        }
                    },
                },
                "examples": {"file": {"value": {"file": "results.json"}}},
            }
        },
    }
}


@router.post(
    "/assessments/{assessment}/files",
    status_code=201,
    summary="Send files",
    responses={201: where()},
    openapi_extra=_REQUEST,
)
def send(
    read: Annotated[list[Arrived], Depends(_read)],  # before the guard: nobody else waits while it is read
    visit: ToAnswerSome,
    response: Response,
    assessment: AssessmentId,
) -> FilesTaken:
    """Send files without saying what they are for: each is read, and told which questions it speaks to.

    They wait for a week to be attached or discarded. What cannot be taken is named with the reason; where that is all
    of them, the request is refused. The same file sent again while it waits is there already.
    """
    limit = visit.settings.upload_limit_bytes
    refusals = [(each, refused) for each in read if (refused := arrivals.refusal(each, limit))]
    if len(refusals) == len(read):
        raise refusals[0][1] if len(read) == 1 else _all_refused(refusals)
    bad = {id(each) for each, _ in refusals}
    ids = [
        arrivals.add(visit.db, visit.caller, assessment, each, limit, visit.at) for each in read if id(each) not in bad
    ]
    waiting = {each.id: each for each in arrivals.list_for(visit.db, visit.caller, assessment)}
    at(response, f"/assessments/{assessment}/files")
    return FilesTaken(
        files=_told(visit, [waiting[each] for each in dict.fromkeys(ids)]),
        refused=[RefusedFile(file_name=each.name, detail=arrivals.in_words(refused)) for each, refused in refusals],
    )


@router.get("/assessments/{assessment}/files", summary="List the files that wait", responses={200: {"headers": LINKED}})
def list_files(
    visit: ToAnswerSome,
    request: Request,
    response: Response,
    assessment: AssessmentId,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> FilePage:
    """List the files that wait for somebody to say what they are for, newest first, a page at a time."""
    waiting = [each for each in arrivals.list_for(visit.db, visit.caller, assessment) if each.refused is None]
    found = page_of(waiting[::-1], lambda each: each.id, cursor, limit)
    link_next(request, response, found.next, limit)
    return FilePage(items=_told(visit, found.items), next=found.next)


@router.post(
    "/assessments/{assessment}/files/{arrival}/attachment",
    status_code=201,
    summary="Attach a file that waits",
    responses={
        201: where(),
        **conflict(
            "One of the answers shows the same file already.",
            "This answer shows the same file already: “results.json”, which Jonas Adler attached on 2026-11-18.",
            f"/files/{an_id(8)}/attachment",
        ),
    },
)
def attach(
    visit: ToAnswerSome,
    response: Response,
    assessment: AssessmentId,
    arrival: ArrivalId,
    body: Annotated[AttachmentBody, AsJson],
) -> AttachedFile:
    """Attach a file that waits to one or several questions, an item each. Where one is refused, all are."""
    ids = arrivals.attach(
        visit.db,
        visit.caller,
        assessment,
        arrival,
        body.questions,
        grade=body.grade,
        observed_on=body.observed_on,
        title=body.title,
        at=visit.at,
    )
    at(response, f"/assessments/{assessment}#{ids[0]}")
    return AttachedFile(attached=attached(visit, ids))


@router.delete("/assessments/{assessment}/files/{arrival}", summary="Discard a file that waits")
def discard(visit: ToAnswerSome, assessment: AssessmentId, arrival: ArrivalId) -> Made:
    """Discard a file that waits: nothing of it is kept."""
    arrivals.discard(visit.db, visit.caller, assessment, arrival, at=visit.at)
    return Made(id=arrival)


def _all_refused(refusals: Sequence[tuple[Arrived, Refused]]) -> Refused:
    return Refused(
        "None of the files can be taken.",
        [Problem(each.name, arrivals.in_words(refused)) for each, refused in refusals],
    )


def _told(visit: Visit, waiting: Sequence[Arrival]) -> list[FileShown]:
    if not waiting:
        return []
    kept = assessments.read(visit.db, visit.caller, visit.assessment.id)
    return [_file(each, kept, visit) for each in waiting]


def _file(each: Arrival, kept: Kept, visit: Visit) -> FileShown:
    reading, pilot = each.reading, kept.assessment.pilot
    speaking = speaks_to(kept.catalogue, pilot.profile, pilot.needs, each.evidence) if reading else ()
    return FileShown(
        id=each.id,
        file_name=each.file_name,
        size=each.size or 0,
        sha256=each.sha256 or "",
        sent_by=each.by,
        sent_at=each.at,
        lapses_at=each.lapses_at,
        read=ReadingShown(
            kind=reading.kind,
            title=reading.title,
            tool=reading.tool,
            version=reading.version,
            observed_on=reading.observed_on,
            grade=reading.grade,
            findings=FindingShown.of(reading.findings),
            remarks=list(reading.remarks),
        )
        if reading
        else None,
        speaks_to=[
            SpeaksToShown(question=one.question.key, level=one.level, against=one.against)
            for one in speaking
            if visit.caller.may_answer(visit.assessment.id, one.question.key)
        ],
        also_on=AlsoShown.of(each.also_on),
    )
