"""What waits for a second person: everything in the organisation that this account may confirm, oldest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Uuid,
    bindparam,
    cast,
    exists,
    false,
    func,
    literal,
    null,
    select,
    text,
    true,
    union_all,
)

from app.records.caller import Caller
from app.records.database import Transaction
from app.records.names import people_of, unique_names
from app.records.rows import AnyRow
from app.records.tables import (
    AnswerRow,
    AssessmentRow,
    DroppedQuestionRow,
    EvidenceRow,
    ExceptionRow,
    PersonRow,
    PilotRow,
)

_Wanted = Select[*tuple[Any, ...]]

Waits = Literal["item", "withdrawal", "not-applicable", "pilot", "exception"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One thing that another account did and nobody has confirmed yet."""

    what: Waits
    id: UUID | None  # of the item or the exception
    pilot: UUID
    pilot_name: str
    assessment: UUID | None  # of a pilot's profile and needs the newest; None where none is begun
    question: str | None
    title: str | None  # what is said of it: a title, a reason
    by: str
    at: datetime
    again: bool  # it was confirmed for a lower claim than the one that now stands


def waiting(db: Transaction, caller: Caller) -> tuple[Waiting, ...]:
    """What this account may confirm or send back: not what it did itself, nor what came through a link of its own."""
    return _waiting(db, caller, PersonRow.account_id != caller.account)


def count(db: Transaction, caller: Caller) -> int:
    """How many things this account may confirm, in one statement."""
    if not caller.may_edit:
        return 0
    return db.sql.scalar(_COUNT, {"organisation": caller.organisation, "account": caller.account}) or 0


def own(db: Transaction, caller: Caller) -> tuple[Waiting, ...]:
    """What this account did, or somebody through a link of its own, and another has to confirm."""
    return _waiting(db, caller, PersonRow.account_id == caller.account)


def _waiting(db: Transaction, caller: Caller, whose: ColumnElement[bool]) -> tuple[Waiting, ...]:
    if not caller.may_edit:
        return ()
    rows: list[tuple[Waits, AnyRow]] = [
        (what, row) for what, wanted in _WANTED for row in _found(db, caller, wanted.where(whose))
    ]
    names = unique_names(people_of(db, {row.by_id for _, row in rows}).values())
    found = [
        Waiting(
            what=what,
            id=row.id,
            pilot=row.pilot_id,
            pilot_name=row.pilot_name,
            assessment=row.assessment_id,
            question=row.question,
            title=row.title,
            by=names[row.by_id],
            at=row.at,
            again=bool(row.again),
        )
        for what, row in rows
    ]
    return tuple(sorted(found, key=lambda each: each.at))


def _found(db: Transaction, caller: Caller, wanted: _Wanted) -> Sequence[AnyRow]:
    return db.sql.execute(wanted.where(wanted.selected_columns.organisation_id == caller.organisation)).all()


def _on_assessments(
    table: Any, id: Any, question: Any, title: Any, by: Any, at: Any, *, again: bool = False
) -> _Wanted:
    """Rows of a table that hangs on assessments, with whoever did it."""
    return (
        select(
            table.organisation_id,
            id.label("id"),
            AssessmentRow.pilot_id,
            PilotRow.name.label("pilot_name"),
            table.assessment_id,
            question.label("question"),
            title.label("title"),
            by.label("by_id"),
            at.label("at"),
            (true() if again else false()).label("again"),
        )
        .select_from(table)
        .join(AssessmentRow, AssessmentRow.id == table.assessment_id)
        .join(PilotRow, PilotRow.id == AssessmentRow.pilot_id)
        .join(PersonRow, PersonRow.id == by)
        .where(
            ~exists().where(
                DroppedQuestionRow.assessment_id == table.assessment_id, DroppedQuestionRow.question == question
            )
        )
    )


_ITEM = (EvidenceRow, EvidenceRow.id, EvidenceRow.question, EvidenceRow.title)
_NO_ID = cast(null(), Uuid)
_NEWEST = (
    select(AssessmentRow.id)
    .where(AssessmentRow.pilot_id == PilotRow.id)
    .order_by(AssessmentRow.id.desc())
    .limit(1)
    .correlate(PilotRow)
    .scalar_subquery()
)
_WHY_NOT = func.coalesce(AnswerRow.na_note, AnswerRow.na_reason)

_WANTED: tuple[tuple[Waits, _Wanted], ...] = (
    (
        "item",
        _on_assessments(*_ITEM, EvidenceRow.attached_by, EvidenceRow.attached_at).where(
            EvidenceRow.confirmed_by.is_(None), EvidenceRow.withdrawn_by.is_(None), EvidenceRow.sent_back_by.is_(None)
        ),
    ),
    (
        "item",
        _on_assessments(*_ITEM, EvidenceRow.attached_by, EvidenceRow.attached_at, again=True)
        .join(
            AnswerRow,
            (AnswerRow.assessment_id == EvidenceRow.assessment_id) & (AnswerRow.question == EvidenceRow.question),
        )
        .where(
            text("evidence.kind IN ('link', 'document')"),  # as the index says it
            EvidenceRow.confirmed_by.is_not(None),
            EvidenceRow.withdrawn_by.is_(None),
            EvidenceRow.sent_back_by.is_(None),
            AnswerRow.level > func.coalesce(EvidenceRow.supports, 0),
        ),
    ),
    (
        "withdrawal",
        _on_assessments(*_ITEM[:3], EvidenceRow.withdrawn_reason, EvidenceRow.withdrawn_by, EvidenceRow.withdrawn_at)
        .where(EvidenceRow.withdrawn_by.is_not(None), EvidenceRow.withdrawal_confirmed_by.is_(None)),
    ),
    (
        "not-applicable",
        _on_assessments(AnswerRow, _NO_ID, AnswerRow.question, _WHY_NOT, AnswerRow.na_by, AnswerRow.na_at)
        .where(
            AnswerRow.na_reason.is_not(None), AnswerRow.na_confirmed_by.is_(None), AnswerRow.na_sent_back_by.is_(None)
        ),
    ),
    (
        "exception",
        _on_assessments(
            ExceptionRow, ExceptionRow.id, ExceptionRow.gate, ExceptionRow.reason, ExceptionRow.asked_by,
            ExceptionRow.asked_at,
        ).where(ExceptionRow.accepted_by.is_(None), ExceptionRow.dropped_by.is_(None)),
    ),
    (
        "pilot",
        select(
            PilotRow.organisation_id,
            _NO_ID.label("id"),
            PilotRow.id.label("pilot_id"),
            PilotRow.name.label("pilot_name"),
            _NEWEST.label("assessment_id"),
            null().label("question"),
            null().label("title"),
            PilotRow.stated_by.label("by_id"),
            PilotRow.stated_at.label("at"),
            false().label("again"),
        )
        .join(PersonRow, PersonRow.id == PilotRow.stated_by)
        .where(PilotRow.confirmed_by.is_(None), PilotRow.sent_back_by.is_(None)),
    ),
)  # fmt: skip

# Made once: it stands on every page, and to put it together takes longer than to run it.
_COUNT = select(func.count()).select_from(
    union_all(
        *(
            wanted.with_only_columns(literal(1).label("one")).where(
                wanted.selected_columns.organisation_id == bindparam("organisation", type_=_NO_ID.type),
                PersonRow.account_id != bindparam("account", type_=_NO_ID.type),
            )
            for _, wanted in _WANTED
        )
    ).subquery()
)
