"""The rows that assessments are read from: a constant number of statements, however many assessments there are."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Row, Select, bindparam, select

from app.records.database import Transaction
from app.records.tables import (
    AnswerRow,
    AssessmentRow,
    EvidenceRow,
    ExceptionRow,
    PilotRow,
    StatementRow,
    TradeOffRow,
)

AnyRow = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Rows:
    """An assessment's row, joined with its pilot's, and those that hang on the two."""

    head: AnyRow
    answers: list[AnyRow]
    evidence: list[AnyRow]  # oldest first
    exceptions: list[AnyRow]
    trade_offs: list[AnyRow]
    statements: list[AnyRow]  # oldest first

    @property
    def people(self) -> set[UUID]:
        """Everybody whom the rows name."""
        found: set[UUID] = set()
        for rows in ([self.head], self.answers, self.evidence, self.exceptions, self.statements):
            places = None
            for row in rows:
                places = places or [index for index, name in enumerate(row._fields) if name.endswith("_by")]
                found.update(row[place] for place in places if row[place] is not None)
        return found


def rows_of(db: Transaction, assessments: Collection[UUID]) -> tuple[Rows, ...]:
    """The rows of these assessments, in the order of their ids."""
    if not assessments:
        return ()
    these = list(assessments)
    heads = db.sql.execute(_HEADS, {"ids": these}).all()
    answers, evidence = _grouped(db, _ANSWERS, these), _grouped(db, _EVIDENCE, these)
    exceptions, trade_offs = _grouped(db, _EXCEPTIONS, these), _grouped(db, _TRADE_OFFS, these)
    statements = _grouped(db, _STATEMENTS, list({head.pilot_id for head in heads}))
    return tuple(
        Rows(
            head,
            answers[head.id],
            evidence[head.id],
            exceptions[head.id],
            trade_offs[head.id],
            statements[head.pilot_id],
        )
        for head in heads
    )


def _grouped(db: Transaction, wanted: Select[*tuple[Any, ...]], ids: list[UUID]) -> Mapping[UUID, list[AnyRow]]:
    """Rows by what they hang on, which is their first column."""
    groups: dict[UUID, list[AnyRow]] = defaultdict(list)
    for row in db.sql.execute(wanted, {"ids": ids}).all():
        groups[row[0]].append(row)
    return groups


# Made once: to put a statement together anew takes longer than to run it.
_IDS: BindParameter[UUID] = bindparam("ids", expanding=True)

_HEADS = (
    select(
        AssessmentRow.id,
        AssessmentRow.pilot_id,
        AssessmentRow.catalogue_id,
        AssessmentRow.catalogue_version,
        AssessmentRow.scored_on,
        AssessmentRow.inputs_sha256,
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
        EvidenceRow.assessment_id,
        EvidenceRow.id,
        EvidenceRow.question,
        EvidenceRow.kind,
        EvidenceRow.title,
        EvidenceRow.url,
        EvidenceRow.sha256,
        EvidenceRow.file_name,
        EvidenceRow.artefact,
        EvidenceRow.scenario_id,
        EvidenceRow.grade,
        EvidenceRow.read_grade,
        EvidenceRow.observed_on,
        EvidenceRow.findings,
        EvidenceRow.supports,
        EvidenceRow.attached_by,
        EvidenceRow.attached_at,
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

_EXCEPTIONS = (
    select(ExceptionRow.assessment_id.label("of"), ExceptionRow)
    .where(ExceptionRow.assessment_id.in_(_IDS))
    .order_by(ExceptionRow.id)
)

_TRADE_OFFS = (
    select(TradeOffRow.assessment_id.label("of"), TradeOffRow)
    .where(TradeOffRow.assessment_id.in_(_IDS))
    .order_by(TradeOffRow.decided_on, TradeOffRow.id)
)

_STATEMENTS = (
    select(
        StatementRow.pilot_id,
        StatementRow.profile,
        StatementRow.needs,
        StatementRow.replaced_by,
        StatementRow.replaced_at,
    )
    .where(StatementRow.pilot_id.in_(_IDS))
    .order_by(StatementRow.replaced_at, StatementRow.id)
)
