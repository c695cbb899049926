"""The bytes of files: kept once in each organisation, for as long as something shows them or waits to."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, insert, select
from sqlalchemy.exc import IntegrityError
from uuid_utils.compat import uuid7

from app.evidence.arrived import Arrived
from app.evidence.content import plain_name
from app.records.caller import Caller
from app.records.database import Transaction
from app.records.given import line
from app.records.tables import ArrivalRow, EvidenceRow, FileRow, PersonRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Shows:
    """An item of an assessment that shows some file, and is not withdrawn."""

    evidence: UUID
    question: str
    title: str
    by: str
    at: datetime


def keep(db: Transaction, caller: Caller, arrived: Arrived) -> dict[str, Any]:
    """Keep the bytes, once for each organisation, and say under which name they came this time."""
    this = {"organisation_id": caller.organisation, "sha256": sha256(arrived.content).hexdigest()}
    # Held, so that nobody who discards the same bytes takes them away meanwhile.
    known = select(FileRow.id).filter_by(**this).with_for_update(read=True, key_share=True)
    file: UUID | None = db.sql.scalar(known)
    if file is None:
        file = uuid7()
        try:
            with db.sql.begin_nested():
                kept = {"id": file, "size": len(arrived.content), "content": arrived.content, **this}
                db.sql.execute(insert(FileRow).values(kept))
        except IntegrityError:  # somebody else has kept the same bytes meanwhile
            file = db.sql.scalar(known)
    return {"file_id": file, "sha256": this["sha256"], **named(arrived)}


def named(arrived: Arrived) -> dict[str, Any]:
    """Under which name a file came, and as what; never the name of a place."""
    return {
        "file_name": line(plain_name(arrived.name), "file"),
        "media_type": line(arrived.media_type, "file") if arrived.media_type else None,
    }


def drop_unused(db: Transaction, files: Collection[UUID]) -> None:
    """Keep no longer what nothing shows and nothing waits with."""
    used = exists().where(EvidenceRow.file_id == FileRow.id) | exists().where(ArrivalRow.file_id == FileRow.id)
    try:
        with db.sql.begin_nested():
            db.sql.execute(delete(FileRow).where(FileRow.id.in_(files), ~used))
    except IntegrityError:  # somebody else has shown the same bytes meanwhile
        return


def shown_on(
    db: Transaction, caller: Caller, assessment: UUID, digests: Collection[str]
) -> Mapping[str, tuple[Shows, ...]]:
    """Which items of the assessment show these bytes already, by digest, oldest first.

    The holder of a link is told of those that the link leads to.
    """
    found: dict[str, tuple[Shows, ...]] = defaultdict(tuple)
    wanted = (
        select(EvidenceRow, PersonRow.name, PersonRow.by_link)
        .join(PersonRow, PersonRow.id == EvidenceRow.attached_by)
        .where(
            EvidenceRow.assessment_id == assessment,
            EvidenceRow.organisation_id == caller.organisation,
            EvidenceRow.sha256.in_(digests),
            EvidenceRow.withdrawn_by.is_(None),
        )
        .order_by(EvidenceRow.id)
    )
    for row in db.sql.execute(wanted) if digests else ():
        if caller.link is None or caller.link.covers(assessment, row.question):
            found[row.sha256] += (
                Shows(
                    evidence=row.id,
                    question=row.question,
                    title=row.title or row.file_name,
                    by=f"{row.name}, by link" if row.by_link else row.name,
                    at=row.attached_at,
                ),
            )
    return found
