"""Exceptions: the risk of a gate, asked for by one account and accepted by another until a day."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from uuid_utils.compat import uuid7

from app.errors import Conflict, NotFound, Refused
from app.readiness.assessment import exception_problem
from app.readiness.catalogue import Catalogue
from app.records import audit
from app.records.assessments import Place, lock, rescore
from app.records.caller import Caller
from app.records.database import Transaction
from app.records.given import text, text_or_none
from app.records.rows import AnyRow
from app.records.tables import ExceptionRow, PersonRow


def ask(
    db: Transaction,
    caller: Caller,
    assessment: UUID,
    gate: str,
    reason: str,
    until: date,
    *,
    begins: date | None = None,
    cost: str | None = None,
    at: datetime,
) -> UUID:
    """Ask that the risk of a gate be accepted until a day, from today or from the day named, at a cost in words.

    Raises:
        Refused: the gate allows none, or not for that long, or that time is over or far ahead.
        Conflict: the very same is asked for already, as when a form is sent twice.
    """
    caller.must_edit()
    held = lock(db, caller, assessment)
    first = begins or at.date()
    catalogue = db.catalogue(held.catalogue.id, held.catalogue.version)
    problem = exception_problem(catalogue, gate, first, until) or _misplaced(catalogue, first, until, at.date())
    if problem:
        raise Refused(f"This exception is not possible: {problem}.")
    asked = {
        "gate": gate,
        "reason": text(reason, "reason"),
        "cost": text_or_none(cost, "cost"),
        "begins": first,
        "until": until,
    }
    same = (getattr(ExceptionRow, name).is_not_distinct_from(value) for name, value in asked.items())
    there = (ExceptionRow.assessment_id == assessment, ExceptionRow.dropped_by.is_(None), *same)
    if db.sql.scalar(select(ExceptionRow.id).where(*there).limit(1)):
        raise Conflict("This exception is asked for already.")
    id = uuid7()
    db.sql.execute(
        insert(ExceptionRow).values(
            id=id,
            organisation_id=held.organisation,
            assessment_id=assessment,
            asked_by=caller.person,
            asked_at=at,
            **asked,
        )
    )
    audit.note(db, caller, "exception asked", ("exception", id), at=at, question=gate, after=asked)
    rescore(db, [assessment], at=at)
    return id


def accept(db: Transaction, caller: Caller, exception: UUID, *, at: datetime) -> Place:
    """Accept the risk.

    Raises:
        Refused: the caller asked, or it is over.
    """
    row = _waiting(db, caller, exception)
    caller.must_be_another(row.asker, "asked for this", "accept it")
    if row.until < at.date():
        raise Refused(f"This exception ended on {row.until}: ask for another.")
    return _keep(db, caller, row, "exception accepted", {"accepted_by": caller.person, "accepted_at": at}, at)


def withdraw(db: Transaction, caller: Caller, exception: UUID, *, at: datetime) -> Place:
    """Take back what was asked and nobody has accepted yet; only the account that asked.

    Raises:
        Refused: another account asked, or it is accepted.
    """
    row = _waiting(db, caller, exception)
    if row.asker != caller.account:
        raise Refused("Somebody else asked for this: accept it, or send it back.")
    return _keep(db, caller, row, "exception withdrawn", {"dropped_by": caller.person, "dropped_at": at}, at)


def send_back(db: Transaction, caller: Caller, exception: UUID, note: str, *, at: datetime) -> Place:
    """Say why the risk is not accepted.

    Raises:
        Refused: the caller asked.
    """
    row = _waiting(db, caller, exception)
    caller.must_be_another(row.asker, "asked for this", "answer it")
    why = {"dropped_by": caller.person, "dropped_at": at, "dropped_note": text(note, "note")}
    return _keep(db, caller, row, "exception sent back", why, at)


def _misplaced(catalogue: Catalogue, begins: date, until: date, today: date) -> str | None:
    """Why nobody can accept it for that time; None where somebody can."""
    latest = today + timedelta(days=catalogue.policy.exception_days)
    if until < today:
        return f"ends on {until}, which is over"
    return f"begins on {begins}: let it begin on {latest} or before" if begins > latest else None


def _waiting(db: Transaction, caller: Caller, exception: UUID) -> AnyRow:
    """An exception that nobody has accepted or dropped, its assessment locked."""
    caller.must_edit()
    this = (ExceptionRow.id == exception) & (ExceptionRow.organisation_id == caller.organisation)
    assessment = db.sql.scalar(select(ExceptionRow.assessment_id).where(this))
    if assessment is None:
        raise NotFound("There is no such exception.")
    lock(db, caller, assessment)
    wanted = select(ExceptionRow, PersonRow.account_id.label("asker")).where(this)
    row = db.sql.execute(wanted.join(PersonRow, PersonRow.id == ExceptionRow.asked_by)).one()
    if row.accepted_by:
        raise Refused("This exception is accepted already.")
    if row.dropped_by:
        raise Refused("This exception was withdrawn or sent back: ask for another.")
    return row


def _keep(db: Transaction, caller: Caller, row: AnyRow, what: str, values: dict[str, Any], at: datetime) -> Place:
    db.sql.execute(update(ExceptionRow).where(ExceptionRow.id == row.id).values(values))
    said = {"note": values["dropped_note"]} if "dropped_note" in values else None
    audit.note(db, caller, what, ("exception", row.id), at=at, question=row.gate, after=said)
    rescore(db, [row.assessment_id], at=at)
    return Place(row.assessment_id, row.gate)
