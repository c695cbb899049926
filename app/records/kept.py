"""Assessments as they are kept, read whole: rows in, values of the core out, in a constant number of statements."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import select

from app.evidence.reading import Reading
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
    TradeOff,
    Withdrawal,
    exception_problem,
    need_problem,
)
from app.readiness.catalogue import Catalogue, Question
from app.readiness.grade import Grade
from app.readiness.profile import Profile
from app.readiness.restated import Restatement
from app.records.database import Transaction
from app.records.figures import inputs_sha256
from app.records.names import people_of, unique_names
from app.records.rows import AnyRow, Rows, rows_of
from app.records.tables import ChangeRow, JsonObject

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    """What a reader said of a file beside its findings."""

    kind: str
    title: str
    tool: str | None = None
    version: str | None = None
    remarks: tuple[str, ...] = ()
    states_date: bool = False


@dataclass(frozen=True, slots=True)
class ShownFile:
    """The file of an item: the name under which it came, and what a reader said of it; None where none knows it."""

    name: str
    artefact: Artefact | None
    scenario: UUID | None = None  # that a calculation was taken from


_ARTEFACT: TypeAdapter[Artefact] = TypeAdapter(Artefact)


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
    restatements: tuple[Restatement, ...]  # what profile and needs were before, oldest first
    first_attached: Mapping[str, datetime]  # to each question that something was ever attached to
    dropped: Mapping[str, Answer]  # what is said to questions that this version of the catalogue does not ask
    dropped_exceptions: tuple[RiskException, ...]  # those that this version has no gate for, or does not allow
    asks_again: tuple[str, ...]  # questions whose anchor has changed since they were answered
    files: Mapping[str, ShownFile]  # by the id of the item
    inputs_sha256: str  # digest of all that is scored but the day


def load(db: Transaction, ids: Collection[UUID], *, by_id: bool = False) -> tuple[Kept, ...]:
    """These assessments, in the order of their ids; those that do not exist are left out.

    Args:
        db: the transaction.
        ids: of the assessments.
        by_id: whether people stand in them by their id instead of by name, as milestones are sealed.
    """
    rows = rows_of(db, ids)
    changes = changes_of(db, {each.head.pilot_id for each in rows})
    people = [each.people for each in rows]
    known = {} if by_id else people_of(db, {person for named in people for person in named})
    return tuple(
        _kept(
            db.catalogue(each.head.catalogue_id, each.head.catalogue_version),
            each,
            changes[each.head.pilot_id],
            {person: str(person) for person in named} if by_id else unique_names(known[person] for person in named),
        )
        for each, named in zip(rows, people, strict=True)
    )


def _kept(catalogue: Catalogue, rows: Rows, changes: tuple[Change, ...], names: Names) -> Kept:
    head, asked = rows.head, catalogue.questions
    items: dict[str, tuple[Evidence, ...]] = defaultdict(tuple)
    for row in rows.evidence:
        items[row.question] += (_item(row, names),)
    said = {row.question: _answer(row, items[row.question], names, catalogue) for row in rows.answers}
    said |= {question: Answer(evidence=shown) for question, shown in items.items() if question not in said}
    risks = [_exception(row, names) for row in rows.exceptions if row.dropped_by is None]
    allowed = [exception_problem(catalogue, each.gate, each.begins, each.until) is None for each in risks]
    changed = {row.question for row in rows.answers if row.anchor_changed}
    assessment = Assessment(
        catalogue=CatalogueReference(id=head.catalogue_id, version=head.catalogue_version),
        pilot=_fitting(pilot_of(head, names), catalogue),
        answers={key: answer for key, answer in said.items() if key in asked},
        changes=changes,
        exceptions=tuple(each for each, fits in zip(risks, allowed, strict=True) if fits),
        trade_offs=tuple(_trade_off(row, catalogue) for row in rows.trade_offs),
        id=str(head.id),
    )
    return Kept(
        id=head.id,
        pilot=head.pilot_id,
        pilot_version=head.version,
        catalogue=catalogue,
        assessment=assessment,
        saved={row.question: Saved(row.version, names[row.saved_by], row.saved_at) for row in rows.answers},
        sent_back=tuple(each for each in _sent_back(rows, names) if each.question is None or each.question in asked),
        restatements=tuple(_restatement(row, names) for row in rows.statements),
        first_attached={row.question: row.attached_at for row in reversed(rows.evidence)},  # by id: oldest first
        dropped={key: answer for key, answer in said.items() if key not in asked},
        dropped_exceptions=tuple(each for each, fits in zip(risks, allowed, strict=True) if not fits),
        asks_again=tuple(key for key in asked if key in changed),
        files={str(row.id): _file(row) for row in rows.evidence if row.file_name},
        inputs_sha256=head.inputs_sha256 if head.scored_on else inputs_sha256(catalogue, assessment),
    )


def _fitting(pilot: Pilot, catalogue: Catalogue) -> Pilot:
    """A pilot as its assessment by this catalogue says it: needs that it does not name belong to another's."""
    fitting = {
        key: value
        for key, value in pilot.needs.items()
        if key in catalogue.needs and need_problem(catalogue.needs[key], value) is None
    }
    return pilot if len(fitting) == len(pilot.needs) else replace(pilot, needs=fitting)


def _answer(row: AnyRow, items: tuple[Evidence, ...], names: Names, catalogue: Catalogue) -> Answer:
    question = catalogue.questions.get(row.question)
    return Answer(
        level=row.level,
        ask=row.ask,
        note=row.note,
        reviewed_on=row.reviewed_on,
        not_applicable=None
        # Marked under an older version of the catalogue: what is a gate for everybody by now is a blank.
        if row.na_reason is None or (question and always_applies(question))
        else NotApplicable(
            reason=row.na_reason,
            note=row.na_note,
            by=names[row.na_by],
            confirmed_by=names.get(row.na_confirmed_by),
        ),
        evidence=items,
    )


def always_applies(question: Question) -> bool:
    """Whether the catalogue leaves no pilot for which the question could be marked as not applicable."""
    gate = question.gate
    return gate is not None and not (gate.not_applicable or gate.when or question.when)


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


def artefact_of(reading: Reading) -> JsonObject:
    """What a reader said beside the findings, as it is kept."""
    return {
        "kind": reading.kind,
        "title": reading.title,
        "tool": reading.tool,
        "version": reading.version,
        "remarks": list(reading.remarks),
        "states_date": reading.observed_on is not None,
    }


def _file(row: AnyRow) -> ShownFile:
    artefact = _ARTEFACT.validate_python(row.artefact) if row.artefact else None
    return ShownFile(row.file_name, artefact, row.scenario_id)


def _exception(row: AnyRow, names: Names) -> RiskException:
    return RiskException(
        gate=row.gate,
        reason=row.reason,
        begins=row.begins,
        until=row.until,
        asked_by=names[row.asked_by],
        accepted_by=names.get(row.accepted_by),
        cost=row.cost,
        id=str(row.id),
    )


def _trade_off(row: AnyRow, catalogue: Catalogue) -> TradeOff:
    ended = row.ended_at.date() if row.ended_at else None
    return TradeOff(
        title=row.title,
        reason=row.reason,
        decided_by=row.decided_by,
        on=row.decided_on,
        until=min((day for day in (row.until, ended) if day), default=None),
        cost=row.cost,
        question=row.question if row.question in catalogue.questions else None,
        id=str(row.id),
    )


def _restatement(row: AnyRow, names: Names) -> Restatement:
    needs = {key: needed(value) for key, value in row.needs.items()}
    return Restatement(
        at=row.replaced_at, by=names[row.replaced_by], profile=PROFILE.validate_python(row.profile), needs=needs
    )


def _sent_back(rows: Rows, names: Names) -> Iterator[SentBack]:
    if sent := pilot_sent_back(rows.head, names):
        yield sent
    for row in rows.answers:
        if row.na_sent_back_by:
            by, at, note = names[row.na_sent_back_by], row.na_sent_back_at, row.na_sent_back_note
            yield SentBack("not-applicable", row.question, None, by, at, note)
    for row in rows.evidence:
        if row.sent_back_by:
            yield SentBack("item", row.question, row.id, names[row.sent_back_by], row.sent_back_at, row.sent_back_note)
        if row.withdrawal_sent_back_by:
            by, at, note = (
                names[row.withdrawal_sent_back_by],
                row.withdrawal_sent_back_at,
                row.withdrawal_sent_back_note,
            )
            yield SentBack("withdrawal", row.question, row.id, by, at, note)
    for row in rows.exceptions:
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
