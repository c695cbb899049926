"""Files that have come for an assessment and wait for somebody to say what they are for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Select, delete, func, insert, select
from uuid_utils.compat import uuid7

from app.errors import NotFound, Problem, Refused, TooLarge
from app.evidence.arrived import Arrived
from app.evidence.reading import Reading
from app.readiness.assessment import Evidence
from app.readiness.grade import Grade
from app.records import attachments, audit, files
from app.records.assessments import find as find_assessment
from app.records.assessments import lock, rescore
from app.records.attachments import Shown
from app.records.caller import Caller
from app.records.database import Transaction
from app.records.files import Shows
from app.records.kept import GRADES
from app.records.rows import AnyRow
from app.records.tables import ArrivalRow, FileRow, PersonRow

LAPSES_AFTER: Final = timedelta(days=7)
MOST_WAITING: Final = 500  # that one person sent for one assessment


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A file that waits, or the name of one that was refused and why."""

    id: UUID
    file_name: str
    media_type: str | None
    size: int | None  # None, as the digest, where it was refused: then nothing is kept
    sha256: str | None
    by: str
    at: datetime
    reading: Reading | None  # None where no reader knows it
    refused: str | None
    also_on: tuple[Shows, ...]  # items of the assessment that show the same bytes already

    @property
    def lapses_at(self) -> datetime:
        """When it is gone unless somebody says what it is for."""
        return self.at + LAPSES_AFTER

    @property
    def evidence(self) -> Evidence:
        """The item that it would become, as far as it is known by now."""
        reading = self.reading
        return Evidence(
            kind="artefact" if reading else "document",
            title=self.file_name,
            sha256=self.sha256,
            read_grade=GRADES[reading.grade] if reading else None,
            observed_on=reading.observed_on if reading else None,
            findings=reading.findings if reading else (),
        )


def refusal(arrived: Arrived, limit: int) -> Refused | None:
    """Why a file cannot be taken; None where it can."""
    if arrived.refused:
        return arrived.refused
    if len(arrived.content) > limit:
        return TooLarge(f"It has {len(arrived.content):,} bytes; at most {limit:,} are taken.")
    return None if arrived.content else Refused("The file is empty.")


def in_words(refused: Refused) -> str:
    """A refusal with all that is wrong, as one text."""
    return " ".join([refused.message, *(f"{each}." for each in refused.problems)])


def add(db: Transaction, caller: Caller, assessment: UUID, arrived: Arrived, limit: int, at: datetime) -> UUID:
    """Keep a file until somebody says what it is for; of one that is refused, its name and why.

    The same file sent again by the same person while it waits is there already. Those that nobody has said anything
    about for a week are gone.

    Raises:
        Refused: too many wait already.
    """
    held = lock(db, caller, assessment)
    caller.must_answer_some(assessment)
    _lapse(db, assessment, at)
    values: dict[str, Any] = dict(files.named(arrived))
    digest = None
    if refused := refusal(arrived, limit):
        values["refused"] = in_words(refused)
    else:
        kept = files.keep(db, caller, arrived)
        there = select(ArrivalRow.id).filter_by(assessment_id=assessment, file_id=kept["file_id"])
        if known := db.sql.scalar(there.where(ArrivalRow.arrived_by == caller.person)):
            return known
        digest = kept["sha256"]
        values["file_id"] = kept["file_id"]
        values["reading"] = _READING.dump_python(arrived.reading, mode="json") if arrived.reading else None
    own = select(func.count()).select_from(ArrivalRow).filter_by(assessment_id=assessment, arrived_by=caller.person)
    if (db.sql.scalar(own) or 0) >= MOST_WAITING:
        raise Refused(f"{MOST_WAITING} files of yours wait here already. Attach or discard some of them first.")
    id = uuid7()
    here = {"id": id, "organisation_id": held.organisation, "assessment_id": assessment}
    db.sql.execute(insert(ArrivalRow).values(**here, arrived_by=caller.person, arrived_at=at, **values))
    if digest:
        said = {
            "file_name": values["file_name"],
            "sha256": digest,
            "assessment": assessment,
            "lapses_on": (at + LAPSES_AFTER).date(),
        }
        audit.note(db, caller, "file arrived", ("arrival", id), at=at, after=said)
    return id


def list_for(db: Transaction, caller: Caller, assessment: UUID) -> tuple[Arrival, ...]:
    """What waits, oldest first. The holder of a link sees what came through it under their name."""
    find_assessment(db, caller, assessment)
    caller.must_answer_some(assessment)
    rows = db.sql.execute(_within(caller, assessment)).all()
    shown = files.shown_on(db, caller, assessment, {row.sha256 for row in rows if row.sha256})
    return tuple(_arrival(row, shown.get(row.sha256, ())) for row in rows)


def find(db: Transaction, caller: Caller, assessment: UUID, arrival: UUID) -> Arrival:
    """One that waits.

    Raises:
        NotFound: there is none of that id, or none that this caller may know of.
    """
    find_assessment(db, caller, assessment)
    caller.must_answer_some(assessment)
    row = _row(db, caller, assessment, arrival)
    shown = files.shown_on(db, caller, assessment, [row.sha256]) if row.sha256 else {}
    return _arrival(row, shown.get(row.sha256, ()))


def attach(
    db: Transaction,
    caller: Caller,
    assessment: UUID,
    arrival: UUID,
    questions: Sequence[str],
    *,
    grade: Grade | None = None,
    observed_on: date | None = None,
    title: str | None = None,
    at: datetime,
) -> tuple[UUID, ...]:
    """Attach a file that waits to these questions, an item each; it waits no longer.

    Args:
        db: the transaction.
        caller: who answers for it.
        assessment: the assessment.
        arrival: the file.
        questions: for which it is shown.
        grade: as the caller declares it; None: what the file shows by itself.
        observed_on: the day, where the file states none.
        title: of the items; None: the file's name.
        at: when.

    Raises:
        NotFound: there is no such file or no such question.
        Refused: it was refused itself, no question is named, or something does not fit.
        Conflict: one of the answers shows the same file already.
    """
    wanted = list(dict.fromkeys(questions))
    held = attachments.to_answer(db, caller, assessment, *wanted)
    caller.must_answer_some(assessment)
    row = _row(db, caller, assessment, arrival)
    if row.refused:
        raise Refused(f"{row.file_name} was not taken: {row.refused}")
    if not wanted:
        raise Refused("This does not fit.", [Problem("questions", "name at least one that the file is for")])
    _must_answer_for(caller, row)
    shown = Shown(kind="document", title=title, grade=grade, observed_on=observed_on)
    columns = attachments.columns_of(shown, _read(row), at.date())
    columns |= {name: getattr(row, name) for name in ("file_id", "sha256", "file_name", "media_type")}
    columns["title"] = columns["title"] or row.file_name
    items = tuple(attachments.add(db, caller, held, question, columns, at=at) for question in wanted)
    db.sql.execute(delete(ArrivalRow).where(ArrivalRow.id == arrival))
    rescore(db, [assessment], at=at)
    return items


def discard(db: Transaction, caller: Caller, assessment: UUID, arrival: UUID, *, at: datetime) -> None:
    """Take one away without attaching it; its bytes are gone unless something else shows them.

    Raises:
        NotFound: there is none of that id, or none that this caller may know of.
    """
    lock(db, caller, assessment)
    caller.must_answer_some(assessment)
    row = _row(db, caller, assessment, arrival)
    _take_away(db, ArrivalRow.id == arrival)
    if not row.refused:
        said = {"file_name": row.file_name, "sha256": row.sha256}
        audit.note(db, caller, "file discarded", ("arrival", arrival), at=at, before=said, after={})


_READING: TypeAdapter[Reading] = TypeAdapter(Reading)


def _within(caller: Caller, assessment: UUID) -> Select[*tuple[Any, ...]]:
    wanted = (
        select(ArrivalRow, FileRow.size, FileRow.sha256, PersonRow.name, PersonRow.account_id, PersonRow.by_link)
        .join(PersonRow, PersonRow.id == ArrivalRow.arrived_by)
        .join(FileRow, FileRow.id == ArrivalRow.file_id, isouter=True)
        .where(ArrivalRow.assessment_id == assessment, ArrivalRow.organisation_id == caller.organisation)
        .order_by(ArrivalRow.id)
    )
    return wanted if caller.link is None else wanted.where(ArrivalRow.arrived_by == caller.person)


def _row(db: Transaction, caller: Caller, assessment: UUID, arrival: UUID) -> AnyRow:
    row = db.sql.execute(_within(caller, assessment).where(ArrivalRow.id == arrival)).first()
    if row is None:
        raise NotFound("No such file waits here. It may have been attached or discarded meanwhile.")
    return row


def _must_answer_for(caller: Caller, row: AnyRow) -> None:
    """What came through a link counts as done by the account that made it, whoever says what it is for."""
    if row.by_link and row.account_id != caller.account:
        raise Refused(f"{row.name} sent this through a link. Whoever made the link says what it is for.")


def _read(row: AnyRow) -> Reading | None:
    return _READING.validate_python(row.reading) if row.reading else None


def _arrival(row: AnyRow, also_on: tuple[Shows, ...]) -> Arrival:
    return Arrival(
        id=row.id,
        file_name=row.file_name,
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256,
        by=f"{row.name}, by link" if row.by_link else row.name,
        at=row.arrived_at,
        reading=_read(row),
        refused=row.refused,
        also_on=also_on,
    )


def _lapse(db: Transaction, assessment: UUID, at: datetime) -> None:
    """Take away what nobody has said anything about for too long."""
    _take_away(db, (ArrivalRow.assessment_id == assessment) & (ArrivalRow.arrived_at < at - LAPSES_AFTER))


def _take_away(db: Transaction, which: ColumnElement[bool]) -> None:
    gone = db.sql.scalars(delete(ArrivalRow).where(which).returning(ArrivalRow.file_id)).all()
    if unused := {file for file in gone if file}:
        files.drop_unused(db, unused)
