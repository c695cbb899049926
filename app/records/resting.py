"""What rests on scenarios: the items of evidence that were taken from them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from app.records.database import Transaction
from app.records.tables import EvidenceRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Rests:
    """An item of evidence that was taken from a scenario."""

    evidence: UUID
    assessment: UUID
    question: str
    observed_on: date
    withdrawn: bool
    as_it_stands: bool  # False: the scenario has been worked out with other inputs since


def resting_on(db: Transaction, scenarios: Mapping[UUID, str]) -> Mapping[UUID, tuple[Rests, ...]]:
    """What was taken from these scenarios, whose scenarios are given, by scenario, oldest first."""
    found: dict[UUID, tuple[Rests, ...]] = defaultdict(tuple)
    wanted = select(
        EvidenceRow.id,
        EvidenceRow.scenario_id,
        EvidenceRow.assessment_id,
        EvidenceRow.question,
        EvidenceRow.observed_on,
        EvidenceRow.withdrawn_by,
        EvidenceRow.sha256,
    ).where(EvidenceRow.scenario_id.in_(scenarios))
    for each in db.sql.execute(wanted.order_by(EvidenceRow.id)) if scenarios else ():
        found[each.scenario_id] += (
            Rests(
                evidence=each.id,
                assessment=each.assessment_id,
                question=each.question,
                observed_on=each.observed_on,
                withdrawn=each.withdrawn_by is not None,
                as_it_stands=each.sha256 == scenarios[each.scenario_id],
            ),
        )
    return found
