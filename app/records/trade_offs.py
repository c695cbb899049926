"""Trade-offs on record: what was accepted knowingly, by whom, until when, and what it costs."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from uuid_utils.compat import uuid7

from app.errors import Conflict, NotFound, Problem, Refused
from app.readiness.assessment import TradeOff, trade_off_problem
from app.records import audit
from app.records.assessments import lock, rescore
from app.records.caller import Caller
from app.records.database import Transaction
from app.records.given import line, text, text_or_none
from app.records.tables import TradeOffRow


def record(db: Transaction, caller: Caller, assessment: UUID, trade_off: TradeOff, *, at: datetime) -> UUID:
    """Put a trade-off on record. It moves no gate and no score.

    Raises:
        Refused: something is missing, it was not decided yet, or it is over already.
        Conflict: the very same holds already, as when a form is sent twice.
    """
    caller.must_edit()
    held = lock(db, caller, assessment)
    said: dict[str, Any] = {
        "title": line(trade_off.title, "title"),
        "reason": text(trade_off.reason, "reason"),
        "decided_by": line(trade_off.decided_by, "decided_by"),
        "decided_on": trade_off.on,
        "until": trade_off.until,
        "cost": text_or_none(trade_off.cost, "cost"),
        "question": trade_off.question or None,
    }
    today = at.date()
    if trade_off.on > today:
        problem = Problem("on", f"must be {today} or before: a decision stands on record once it is made")
        raise Refused("This trade-off is not decided yet.", [problem])
    if wrong := trade_off_problem(db.catalogue(held.catalogue.id, held.catalogue.version), trade_off):
        raise Refused(f"This trade-off is not possible: {wrong}.")
    if trade_off.until and trade_off.until < today:
        raise Refused("This trade-off is over.", [Problem("until", f"must be {today} or after")])
    same = (getattr(TradeOffRow, name).is_not_distinct_from(value) for name, value in said.items())
    on_record = (TradeOffRow.assessment_id == assessment, TradeOffRow.ended_by.is_(None), *same)
    if db.sql.scalar(select(TradeOffRow.id).where(*on_record).limit(1)):
        raise Conflict("This trade-off is on record already.")
    id = uuid7()
    db.sql.execute(
        insert(TradeOffRow).values(
            id=id,
            organisation_id=held.organisation,
            assessment_id=assessment,
            recorded_by=caller.person,
            recorded_at=at,
            **said,
        )
    )
    told = {key: value for key, value in said.items() if key != "decided_by"}  # perhaps somebody's name
    audit.note(db, caller, "trade-off recorded", ("trade-off", id), at=at, question=said["question"], after=told)
    rescore(db, [assessment], at=at)
    return id


def end(db: Transaction, caller: Caller, trade_off: UUID, *, at: datetime) -> UUID:
    """End a trade-off before its time, or one without an end; it stays on record. The assessment that it stands on.

    Raises:
        NotFound: there is none of that id.
        Refused: it is over already.
    """
    caller.must_edit()
    this = (TradeOffRow.id == trade_off) & (TradeOffRow.organisation_id == caller.organisation)
    assessment = db.sql.scalar(select(TradeOffRow.assessment_id).where(this))
    if assessment is None:
        raise NotFound("There is no such trade-off.")
    lock(db, caller, assessment)
    row = db.sql.execute(select(TradeOffRow).where(this)).one()
    if row.ended_by or (row.until and row.until < at.date()):
        raise Refused("This trade-off is over already.")
    db.sql.execute(update(TradeOffRow).where(this).values(ended_by=caller.person, ended_at=at))
    audit.note(db, caller, "trade-off ended", ("trade-off", trade_off), at=at, question=row.question)
    rescore(db, [assessment], at=at)
    return assessment
