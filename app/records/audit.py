"""What was changed, by whom and when. Rows are only ever added; the database refuses anything else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from uuid_utils.compat import uuid7

from app.records.caller import Caller, Console
from app.records.database import Transaction
from app.records.paging import Listed, listed
from app.records.tables import AuditRow, PersonRow


@dataclass(frozen=True, slots=True)
class Entry:
    """One change."""

    id: UUID
    at: datetime
    by: str | None  # None: whoever runs the server, by the command
    what: str
    subject_kind: str
    subject: UUID
    question: str | None
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


def note(
    db: Transaction,
    by: Caller | Console,
    what: str,
    subject: tuple[str, UUID],
    *,
    at: datetime,
    question: str | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Add a row, with what differs between before and after. Names do not belong into it: people are references."""
    kind, id = subject
    old, new = before or {}, after or {}
    differing = [key for key in {**old, **new} if old.get(key) != new.get(key)]
    db.sql.execute(
        insert(AuditRow).values(
            id=uuid7(),
            organisation_id=by.organisation,
            at=at,
            person_id=by.person,
            what=what,
            subject_kind=kind,
            subject_id=id,
            question=question,
            before={key: _plain(old[key]) for key in differing if key in old} if before is not None else None,
            after={key: _plain(new[key]) for key in differing if key in new} if after is not None else None,
        )
    )


def list_for(
    db: Transaction, caller: Caller, *, subject: UUID | None = None, before: UUID | None = None, limit: int = 100
) -> Listed[Entry]:
    """What happened in the caller's organisation, or to one thing in it, newest first."""
    caller.must_edit()
    found = (
        select(AuditRow, PersonRow.name.label("name"))
        .join(PersonRow, PersonRow.id == AuditRow.person_id, isouter=True)
        .where(AuditRow.organisation_id == caller.organisation)
        .order_by(AuditRow.id.desc())
        .limit(limit + 1)
    )
    if subject is not None:
        found = found.where(AuditRow.subject_id == subject)
    if before is not None:
        found = found.where(AuditRow.id < before)
    entries = [
        Entry(
            row.id,
            row.at,
            row.name,
            row.what,
            row.subject_kind,
            row.subject_id,
            row.question,
            row.before,
            row.after,
        )
        for row in db.sql.execute(found)
    ]
    return listed([(each.id, each) for each in entries], limit)


def _plain(value: Any) -> Any:
    """As JSON takes it: days, moments and ids as text."""
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
