"""Files that come for an assessment as a whole: dropped in one go, read, and attached where they speak to something."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, UploadFile
from fastapi.responses import Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from app.errors import Problem, Refused
from app.evidence.arrived import Arrived
from app.readiness.assessment import Evidence
from app.readiness.catalogue import Catalogue
from app.readiness.grade import Grade, aged
from app.readiness.hearing import SpeaksTo, speaks_to
from app.readiness.proof import counted_grade
from app.records import arrivals, assessments
from app.records.arrivals import Arrival
from app.records.files import Shows
from app.records.kept import Kept
from app.web.access import MayAnswerSome, ToAnswerSome, Visit
from app.web.arriving import taken
from app.web.evidence import chosen
from app.web.page import ThisPage

router = APIRouter(include_in_schema=False)

_FILES_AT_ONCE = 200
_LISTED = 25  # files on the page; the next ones follow once these are dealt with
_ORDER = ("decided", "read", "unknown", "refused")
_DAY: TypeAdapter[date] = TypeAdapter(date)
_SEPARATOR = " "
Chosen = Annotated[list[str], Field(max_length=10_000)]


class FilesForm(BaseModel):
    """Files, as a browser sends them: chosen one by one, or a folder with all that is in it."""

    model_config = ConfigDict(extra="forbid")

    file: Annotated[list[UploadFile], Field(max_length=_FILES_AT_ONCE), BeforeValidator(chosen)] = []


class ChoicesForm(BaseModel):
    """For which questions each file is: pairs of file and question, and the day of each that states none itself."""

    model_config = ConfigDict(extra="forbid")

    choice: Chosen = []
    dated: Chosen = []
    observed_on: Chosen = []
    only: UUID | None = None  # the one file that is to be attached; None: every one that something is chosen for

    def questions(self) -> Mapping[UUID, tuple[str, ...]]:
        """What is chosen, by file."""
        found: dict[UUID, tuple[str, ...]] = {}
        for each in self.choice:
            file, _, question = each.partition(_SEPARATOR)
            if question:
                found[_id(file)] = tuple(dict.fromkeys((*found.get(_id(file), ()), question)))
        return found if self.only is None else {self.only: found.get(self.only, ())}

    def days(self) -> Mapping[UUID, str]:
        """The days that were entered, as they were typed."""
        return {_id(file): day.strip() for file, day in zip(self.dated, self.observed_on, strict=False) if day.strip()}


@dataclass(frozen=True, slots=True)
class Offer:
    """A question that a file could be attached to."""

    speaks: SpeaksTo
    shown: Shows | None  # where the answer shows the same file already
    chosen: bool
    counts_as: int | None = None  # the level that it is worth today, where that is less than it shows
    why: str = ""  # it is worth less

    @property
    def decides(self) -> bool:
        """Whether the file by itself shows a level of it or speaks against one."""
        return self.speaks.level is not None or self.speaks.against is not None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that waits, and what can be done with it."""

    arrival: Arrival
    offers: tuple[Offer, ...]  # those that it decides first
    elsewhere: tuple[tuple[str, Shows], ...]  # titles of questions that show it already and are not offered
    by_hand: str  # a question that was chosen by hand
    day: str  # that was entered

    @property
    def state(self) -> str:
        """What became of it: refused, unknown, decided or read."""
        if self.arrival.refused:
            return "refused"
        if self.arrival.reading is None:
            return "unknown"
        return "decided" if self.decided else "read"

    @property
    def decided(self) -> tuple[Offer, ...]:
        """Those that it decides by itself."""
        return tuple(each for each in self.offers if each.decides)

    @property
    def undecided(self) -> tuple[Offer, ...]:
        """Those that read something in it, and not enough by itself."""
        return tuple(each for each in self.offers if not each.decides)


def _received(
    _: Annotated[None, MayAnswerSome],
    request: Request,
    form: Annotated[FilesForm, Form(media_type="multipart/form-data")],
) -> tuple[Arrived, ...]:
    """The files, read in this thread before the guard: no transaction waits for a reader."""
    limit = request.app.state.settings.upload_limit_bytes
    return tuple(taken(each, limit) for each in form.file)


@router.get("/assessments/{assessment}/files")
def show_files(visit: ToAnswerSome, page: ThisPage, assessment: UUID) -> Response:
    """What has come and waits, each with the questions that it speaks to; and where to drop more."""
    return page.show("files/show.html", **_shown(visit, assessment, ChoicesForm()), problems=())


@router.post("/assessments/{assessment}/files")
def add_files(
    files: Annotated[tuple[Arrived, ...], Depends(_received)], visit: ToAnswerSome, page: ThisPage, assessment: UUID
) -> Response:
    """Take files in; each waits until somebody says what it is for."""
    again = {} if page.for_htmx else _shown(visit, assessment, ChoicesForm())
    page.if_refused("files/show.html", block="trouble", **again)
    if not files:
        raise Refused("This does not fit.", [Problem("file", "choose at least one file")])
    limit = visit.settings.upload_limit_bytes
    ids = [arrivals.add(visit.db, visit.caller, assessment, each, limit, at=visit.at) for each in files]
    if not page.for_htmx:
        return page.to(_home(assessment), said="arrived")
    return page.block("files/show.html", "arrived", **_shown(visit, assessment, ChoicesForm(), only=ids))


@router.post("/assessments/{assessment}/files/attachments")
def attach_files(
    visit: ToAnswerSome, page: ThisPage, assessment: UUID, form: Annotated[ChoicesForm, Form()]
) -> Response:
    """Attach what waits as it is chosen: one file, or every one that something is chosen for."""
    page.if_refused("files/show.html", **_shown(visit, assessment, form))
    chosen_for, days = form.questions(), form.days()
    if not any(chosen_for.values()):
        raise Refused("This does not fit.", [Problem("", "No question is chosen: tick one, or discard the file.")])
    names = {each.id: each for each in arrivals.list_for(visit.db, visit.caller, assessment)}
    entered = {file: _day(names[file], day) for file, day in days.items() if file in names}
    with assessments.scored_once(visit.db) as db:
        for file, questions in chosen_for.items():
            known = file in names and names[file].reading is not None
            arrivals.attach(
                db,
                visit.caller,
                assessment,
                file,
                questions,
                grade=None if known else Grade.DOCUMENTED,
                observed_on=entered.get(file),
                at=visit.at,
            )
    return page.to(_home(assessment), said="attached")


@router.post("/assessments/{assessment}/files/{arrival}/discard")
def discard_file(visit: ToAnswerSome, page: ThisPage, assessment: UUID, arrival: UUID) -> Response:
    """Take a file away without attaching it."""
    arrivals.discard(visit.db, visit.caller, assessment, arrival, at=visit.at)
    return page.to(_home(assessment), said="discarded")


def _shown(
    visit: Visit, assessment: UUID, form: ChoicesForm, *, only: Collection[UUID] | None = None
) -> dict[str, Any]:
    """What the page says; `only`: of these files alone."""
    kept = assessments.read(visit.db, visit.caller, assessment)
    if only is None:
        waiting = arrivals.list_for(visit.db, visit.caller, assessment)[::-1]
    else:
        waiting = tuple(arrivals.find(visit.db, visit.caller, assessment, each) for each in only)
    mine = {key: each for key, each in kept.catalogue.questions.items() if visit.caller.may_answer(assessment, key)}
    typed = form.questions() if form.choice else None
    listed, later = waiting[:_LISTED], len(waiting[_LISTED:])
    files = [_waiting(each, kept, mine, typed, form.days(), visit.today) for each in listed]
    files.sort(key=lambda each: _ORDER.index(each.state))
    return {
        "here": "pilots",
        "base": f"/assessments/{assessment}",
        "pilot": kept.assessment.pilot.name,
        "pilot_id": kept.pilot,
        "alone": visit.caller.link is not None,
        "back": f"/assessments/{assessment}" + (f"/{min(link.sections)}" if (link := visit.caller.link) else ""),
        "sections": _sections(kept, mine),
        "files": files,
        "later": later,
        "tally": Counter(each.state for each in files),
        "limit": f"{visit.settings.upload_limit_bytes / 2**20:.3g} MiB",
        "today": visit.today,
    }


def _waiting(
    arrival: Arrival,
    kept: Kept,
    mine: Mapping[str, Any],
    typed: Mapping[UUID, Sequence[str]] | None,
    days: Mapping[UUID, str],
    today: date,
) -> Waiting:
    pilot = kept.assessment.pilot
    spoken = speaks_to(kept.catalogue, pilot.profile, pilot.needs, arrival.evidence) if arrival.reading else ()
    on = {each.question: each for each in arrival.also_on}
    offers = tuple(
        _offer(each, arrival, on, typed, kept.catalogue, today) for each in spoken if each.question.key in mine
    )
    offered = {each.speaks.question.key for each in offers}
    by_hand = next((each for each in (typed or {}).get(arrival.id, ()) if each not in offered), "")
    questions = kept.catalogue.questions
    elsewhere = tuple(
        (questions[key].title if key in questions else key, each) for key, each in on.items() if key not in offered
    )
    return Waiting(arrival, offers, elsewhere, by_hand, days.get(arrival.id, ""))


def _offer(
    speaks: SpeaksTo,
    arrival: Arrival,
    on: Mapping[str, Shows],
    typed: Mapping[UUID, Sequence[str]] | None,
    catalogue: Catalogue,
    today: date,
) -> Offer:
    key = speaks.question.key
    shown = on.get(key)
    preset = speaks.level is not None or speaks.against is not None
    picked = preset if typed is None else key in typed.get(arrival.id, ())
    less, why = _held_to(speaks, arrival.evidence, catalogue, today)
    return Offer(speaks, shown, picked and shown is None, less, why)


def _held_to(speaks: SpeaksTo, item: Evidence, catalogue: Catalogue, today: date) -> tuple[int | None, str]:
    """The level that a file is worth today by itself, and why, where that is less than its figures show."""
    grade = counted_grade(item)
    left = aged(grade, item.observed_on, today, catalogue.shelf_lives[speaks.question.key])
    if speaks.level is None or left >= speaks.level:
        return None, ""
    if item.observed_on is None:
        why = "until a day is given"
    elif item.observed_on > today:
        why = "since it is dated in the future"
    elif left < grade:
        why = f"since it is {(today - item.observed_on).days} days old"
    else:
        why = f"since it is {grade} by itself"
    return int(left), why


def _sections(kept: Kept, mine: Mapping[str, Any]) -> tuple[tuple[str, tuple[Any, ...]], ...]:
    """The questions that this caller may answer, by section."""
    of = ((each.title, tuple(one for one in each.questions if one.key in mine)) for each in kept.catalogue.dimensions)
    return tuple((title, questions) for title, questions in of if questions)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refused("This does not fit.", [Problem("choice", "names no file")]) from None


def _day(arrival: Arrival, typed: str) -> date:
    try:
        return _DAY.validate_python(typed)
    except ValidationError:
        wrong = f"{arrival.file_name}: the day must be a date such as 2026-11-20"
        raise Refused("This does not fit.", [Problem(f"day-{arrival.id}", wrong)]) from None


def _home(assessment: UUID) -> str:
    return f"/assessments/{assessment}/files"
