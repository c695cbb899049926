"""What takes a solver, kept by the digest of what it was worked out from and the day: no page waits for it twice."""

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Final
from uuid import UUID

from sqlalchemy import delete, insert, select

from app.readiness.path import Path
from app.records.database import Transaction
from app.records.tables import AssessmentRow, WorkedOutRow

OUTLOOK: Final = "outlook"
"""Under which an assessment's outlook is kept, as the portfolio reads it."""

_MOST = 40  # for each assessment: paths to other targets or with steps ruled out, outlooks as of other days


def find(db: Transaction, assessment: UUID, inputs_sha256: str, as_of: date, what: str) -> str | None:
    """What is kept under a name; None where it has to be worked out.

    Args:
        db: the transaction.
        assessment: one that the caller may read.
        inputs_sha256: the digest of what it is worked out from, as `Kept` has it.
        as_of: the day that it is worked out for.
        what: its name.
    """
    this = {"assessment_id": assessment, "inputs_sha256": inputs_sha256, "as_of": as_of, "what": what}
    return db.sql.scalar(select(WorkedOutRow.content).filter_by(**this))


def keep(
    db: Transaction,
    assessment: UUID,
    inputs_sha256: str,
    as_of: date,
    what: str,
    content: str,
    *,
    path: Path | None = None,
    at: datetime,
) -> None:
    """Keep what was worked out, unless the assessment has changed meanwhile; what it was before that goes.

    Args:
        db: the transaction.
        assessment: the assessment.
        inputs_sha256: the digest of what it was worked out from.
        as_of: the day that it was worked out for.
        what: its name.
        content: the whole of it.
        path: the one in it, for what the portfolio says; None where there is none.
        at: when.
    """
    locked = select(AssessmentRow.inputs_sha256).where(AssessmentRow.id == assessment).with_for_update()
    if db.sql.scalar(locked) not in (inputs_sha256, None):
        return
    its = WorkedOutRow.assessment_id == assessment
    this = (WorkedOutRow.what == what) & (WorkedOutRow.as_of == as_of)
    past = (WorkedOutRow.inputs_sha256 != inputs_sha256) | (WorkedOutRow.as_of < at.date())
    oldest = select(WorkedOutRow.kept_at).where(its).order_by(WorkedOutRow.kept_at.desc()).offset(_MOST - 1).limit(1)
    db.sql.execute(delete(WorkedOutRow).where(its, this | past))
    if (full := db.sql.scalar(oldest)) is not None:
        db.sql.execute(delete(WorkedOutRow).where(its, WorkedOutRow.kept_at <= full))
    db.sql.execute(
        insert(WorkedOutRow).values(
            assessment_id=assessment,
            what=what,
            as_of=as_of,
            inputs_sha256=inputs_sha256,
            content=content,
            effort_days=None if path is None else Fraction(path.effort_days),
            has_path=path is not None,
            kept_at=at,
        )
    )


def shown_days(effort: Fraction | None) -> Decimal | None:
    """An effort as the core says it."""
    return None if effort is None else Decimal(effort.numerator) / Decimal(effort.denominator)
