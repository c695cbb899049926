"""Assessments as they are kept, read whole: rows in, values of the core out, in a constant number of statements."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import BindParameter, Row, Select, bindparam, select

from app.finding import Finding
from app.readiness.assessment import (
    Answer,
    Assessment,
    CatalogueReference,
    Change,
    Evidence,
    NeedValue,
    NotApplicable,
    Pilot,
    RiskException,
    Withdrawal,
)
from app.readiness.catalogue import Catalogue
from app.readiness.grade import Grade
from app.readiness.profile import Profile
from app.records.database import Transaction
from app.records.names import people_of, unique_names
from app.records.tables import AnswerRow, AssessmentRow, ChangeRow, EvidenceRow, ExceptionRow, JsonObject, PilotRow

AnyRow = Row[*tuple[Any, ...]]
Names = Mapping[UUID, str]

PROFILE: TypeAdapter[Profile] = TypeAdapter(Profile)
FINDINGS: TypeAdapter[tuple[Finding, ...]] = TypeAdapter(tuple[Finding, ...])
GRADES: Mapping[str, Grade] = {str(grade): grade for grade in Grade}


@dataclass(frozen=True, slots=True)
class Saved:
    """Who saved an answer last, and which version that made."""

    version: int
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SentBack:
    """Something that a second person looked at and did not confirm, and why."""

    what: Literal["item", "withdrawal", "not-applicable", "pilot", "exception"]
    question: str | None
    id: UUID | None  # of the item or the exception
    by: str
    at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class Kept:
    """An assessment, and what is known about it that scoring does not read."""

    id: UUID
    pilot: UUID
    pilot_version: int
    catalogue: Catalogue
    assessment: Assessment
    saved: Mapping[str, Saved]
    sent_back: tuple[SentBack, ...]


def load(db: Transaction, ids: Collection[UUID]) -> tuple[Kept, ...]:
    """These assessments, in the order of their ids; those that do not exist are left out."""
    if not ids:
        return ()
    these = {"ids": list(ids)}
    heads = db.sql.execute(_HEADS, these).all()
    changes = changes_of(db, {head.pilot_id for head in heads})
    answers = _grouped(db, _ANSWERS, these)
    evidence = _grouped(db, _EVIDENCE, these)
    exceptions = _grouped(db, _EXCEPTIONS, these)
    people = {head.id: _people([head], answers[head.id], evidence[head.id], exceptions[head.id]) for head in heads}
    known = people_of(db, {person for each in people.values() for person in each})
    return tuple(
        _kept(
            db.catalogue(head.catalogue_id, head.catalogue_version),
            head,
            answers[head.id],
            evidence[head.id],
            exceptions[head.id],
            changes[head.pilot_id],
            unique_names(known[person] for person in people[head.id]),
        )
        for head in heads
    )


def _grouped(
    db: Transaction, wanted: Select[*tuple[Any, ...]], these: Mapping[str, list[UUID]]
) -> Mapping[UUID, list[AnyRow]]:
    """Rows by the assessment that they hang on."""
    groups: dict[UUID, list[AnyRow]] = defaultdict(list)
    for row in db.sql.execute(wanted, these).all():
        groups[row.assessment_id].append(row)
    return groups


def _people(*groups: Iterable[AnyRow]) -> set[UUID]:
    """Everybody whom the rows name."""
    found: set[UUID] = set()
    for rows in groups:
        places = None
        for row in rows:
            places = places or [index for index, name in enumerate(row._fields) if name.endswith("_by")]
            found.update(row[place] for place in places if row[place] is not None)
    return found


def _kept(
    catalogue: Catalogue,
    head: AnyRow,
    answers: list[AnyRow],
    evidence: list[AnyRow],
    exceptions: list[AnyRow],
    changes: tuple[Change, ...],
    names: Names,
) -> Kept:
    items: dict[str, tuple[Evidence, ...]] = defaultdict(tuple)
    for row in evidence:
        items[row.question] += (_item(row, names),)
    said = {row.question: _answer(row, items[row.question], names) for row in answers}
    unanswered = {question: Answer(evidence=shown) for question, shown in items.items() if question not in said}
    return Kept(
        id=head.id,
        pilot=head.pilot_id,
        pilot_version=head.version,
        catalogue=catalogue,
        assessment=Assessment(
            catalogue=CatalogueReference(id=head.catalogue_id, version=head.catalogue_version),
            pilot=pilot_of(head, names),
            answers=said | unanswered,
            changes=changes,
            exceptions=tuple(_exception(row, names) for row in exceptions if row.dropped_by is None),
            id=str(head.id),
        ),
        saved={row.question: Saved(row.version, names[row.saved_by], row.saved_at) for row in answers},
        sent_back=tuple(_sent_back(head, answers, evidence, exceptions, names)),
    )


def _answer(row: AnyRow, items: tuple[Evidence, ...], names: Names) -> Answer:
    return Answer(
        level=row.level,
        ask=row.ask,
        note=row.note,
        reviewed_on=row.reviewed_on,
        not_applicable=None
        if row.na_reason is None
        else NotApplicable(
            reason=row.na_reason,
            note=row.na_note,
            by=names[row.na_by],
            confirmed_by=names.get(row.na_confirmed_by),
        ),
        evidence=items,
    )


def _item(row: AnyRow, names: Names) -> Evidence:
    return Evidence(
        kind=row.kind,
        title=row.title,
        url=row.url,
        sha256=row.sha256,
        grade=GRADES.get(row.grade),
        read_grade=GRADES.get(row.read_grade),
        observed_on=row.observed_on,
        attached_by=names[row.attached_by],
        confirmed_by=names.get(row.confirmed_by),
        withdrawn=None
        if row.withdrawn_by is None
        else Withdrawal(
            by=names[row.withdrawn_by],
            on=row.withdrawn_at.date(),
            reason=row.withdrawn_reason,
            confirmed_by=names.get(row.withdrawal_confirmed_by),
        ),
        supports=row.supports,
        findings=FINDINGS.validate_python(row.findings) if row.findings else (),
        id=str(row.id),
    )


def _exception(row: AnyRow, names: Names) -> RiskException:
    return RiskException(
        gate=row.gate,
        reason=row.reason,
        begins=row.begins,
        until=row.until,
        asked_by=names[row.asked_by],
        accepted_by=names.get(row.accepted_by),
        id=str(row.id),
    )


def _sent_back(
    head: AnyRow, answers: list[AnyRow], evidence: list[AnyRow], exceptions: list[AnyRow], names: Names
) -> Iterator[SentBack]:
    if sent := pilot_sent_back(head, names):
        yield sent
    for row in answers:
        if row.na_sent_back_by:
            by, at, note = names[row.na_sent_back_by], row.na_sent_back_at, row.na_sent_back_note
            yield SentBack("not-applicable", row.question, None, by, at, note)
    for row in evidence:
        if row.sent_back_by:
            yield SentBack("item", row.question, row.id, names[row.sent_back_by], row.sent_back_at, row.sent_back_note)
        if row.withdrawal_sent_back_by:
            by, at, note = (
                names[row.withdrawal_sent_back_by],
                row.withdrawal_sent_back_at,
                row.withdrawal_sent_back_note,
            )
            yield SentBack("withdrawal", row.question, row.id, by, at, note)
    for row in exceptions:
        if row.dropped_note:
            yield SentBack("exception", row.gate, row.id, names[row.dropped_by], row.dropped_at, row.dropped_note)


def pilot_sent_back(row: AnyRow, names: Names) -> SentBack | None:
    """Why somebody did not confirm a pilot's profile and needs."""
    if row.sent_back_by is None:
        return None
    return SentBack("pilot", None, None, names[row.sent_back_by], row.sent_back_at, row.sent_back_note)


def changes_of(db: Transaction, pilots: Collection[UUID]) -> Mapping[UUID, tuple[Change, ...]]:
    """What changed about each of these pilots, by day."""
    changes: dict[UUID, tuple[Change, ...]] = defaultdict(tuple)
    found = select(ChangeRow.id, ChangeRow.pilot_id, ChangeRow.happened_on, ChangeRow.kind, ChangeRow.note)
    ordered = found.where(ChangeRow.pilot_id.in_(pilots)).order_by(ChangeRow.happened_on, ChangeRow.id)
    for row in db.sql.execute(ordered):
        kept: Any = row.kind  # one of the core's kinds: nothing else is recorded
        changes[row.pilot_id] += (Change(on=row.happened_on, kind=kept, note=row.note, id=str(row.id)),)
    return changes


def pilot_of(row: AnyRow, names: Names) -> Pilot:
    """A pilot's row as the core knows it."""
    return Pilot(
        name=row.name,
        profile=PROFILE.validate_python(row.profile),
        needs={key: needed(value) for key, value in row.needs.items()},
        stated_by=names[row.stated_by],
        confirmed_by=names.get(row.confirmed_by),
        id=str(row.pilot_id),
    )


def plain_profile(profile: Profile) -> JsonObject:
    """A profile as it is kept: what is stated, with sets in order."""
    plain: JsonObject = PROFILE.dump_python(profile, mode="json", exclude={"id"}, exclude_none=True)
    return {key: sorted(value) if isinstance(value, list) else value for key, value in plain.items() if value != []}


def needed(value: Any) -> NeedValue:
    """A need as the core knows it: JSON's lists are its tuples."""
    return tuple(value) if isinstance(value, list) else value


# Made once: to put a statement together anew takes longer than to run it.
_IDS: BindParameter[UUID] = bindparam("ids", expanding=True)

_HEADS = (
    select(
        AssessmentRow.id,
        AssessmentRow.pilot_id,
        AssessmentRow.catalogue_id,
        AssessmentRow.catalogue_version,
        PilotRow.name,
        PilotRow.profile,
        PilotRow.needs,
        PilotRow.version,
        PilotRow.stated_by,
        PilotRow.confirmed_by,
        PilotRow.sent_back_by,
        PilotRow.sent_back_at,
        PilotRow.sent_back_note,
    )
    .join(PilotRow, PilotRow.id == AssessmentRow.pilot_id)
    .where(AssessmentRow.id.in_(_IDS))
    .order_by(AssessmentRow.id)
)

_ANSWERS = select(AnswerRow).where(AnswerRow.assessment_id.in_(_IDS))

_EVIDENCE = (
    select(
        EvidenceRow.id,
        EvidenceRow.assessment_id,
        EvidenceRow.question,
        EvidenceRow.kind,
        EvidenceRow.title,
        EvidenceRow.url,
        EvidenceRow.sha256,
        EvidenceRow.grade,
        EvidenceRow.read_grade,
        EvidenceRow.observed_on,
        EvidenceRow.findings,
        EvidenceRow.supports,
        EvidenceRow.attached_by,
        EvidenceRow.confirmed_by,
        EvidenceRow.sent_back_by,
        EvidenceRow.sent_back_at,
        EvidenceRow.sent_back_note,
        EvidenceRow.withdrawn_by,
        EvidenceRow.withdrawn_at,
        EvidenceRow.withdrawn_reason,
        EvidenceRow.withdrawal_confirmed_by,
        EvidenceRow.withdrawal_sent_back_by,
        EvidenceRow.withdrawal_sent_back_at,
        EvidenceRow.withdrawal_sent_back_note,
    )
    .where(EvidenceRow.assessment_id.in_(_IDS))
    .order_by(EvidenceRow.id)
)

_EXCEPTIONS = select(ExceptionRow).where(ExceptionRow.assessment_id.in_(_IDS)).order_by(ExceptionRow.id)
