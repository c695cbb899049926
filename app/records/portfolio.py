"""All pilots at a glance, each with the figures of its newest assessment."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Text, bindparam, cast, select
from sqlalchemy.orm import aliased

from app.errors import NotFound
from app.readiness.assessment import NeedValue
from app.readiness.profile import Profile
from app.records.assessments import FIGURES, fresh
from app.records.caller import Caller
from app.records.columns import Id
from app.records.database import Transaction
from app.records.figures import Figures, kept_figures
from app.records.kept import PROFILE
from app.records.outlooks import OUTLOOK, shown_days
from app.records.rows import AnyRow
from app.records.tables import AssessmentRow, MilestoneRow, PilotRow, WorkedOutRow

Points = tuple[tuple[date, Fraction | None], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A pilot, and where it stands today."""

    pilot: UUID
    name: str
    confirmed: bool
    profile: Profile
    assessment: UUID | None  # the newest; None where it was never assessed
    figures: Figures | None
    lapsed: bool = False  # whether the figures were scored for this look, as those kept no longer hold
    asks_again: int = 0  # answers whose anchor a newer version of the catalogue has changed
    sealed: Points = ()  # proven at each milestone of that assessment, oldest first
    worked_out: bool = False  # whether today's path to Go is known
    has_path: bool = False
    effort_days: Decimal | None = None  # that the path to Go takes; None where there is none, or it is not worked out
    monthly_budget: NeedValue = None  # as stated, and so the next two
    monthly_value: NeedValue = None
    currency: NeedValue = None

    @property
    def go_live(self) -> date | None:
        """The day on which production is planned to begin."""
        return self.profile.go_live


def portfolio(db: Transaction, caller: Caller, today: date) -> tuple[Line, ...]:
    """Every pilot of the caller's organisation, by name. Figures that have lapsed are scored afresh, all in one go."""
    if caller.role is None:
        raise NotFound("Your link does not lead here.")
    rows = db.sql.execute(_LINES, {"organisation": caller.organisation, "today": today}).all()
    figures = {row.id: kept_figures(row) for row in rows if row.id is not None}
    stale = [id for id, kept in figures.items() if kept is None or not kept.holds_on(today)]
    figures |= fresh(db, stale, today)
    sealed = _sealed(db, caller)
    lines = [_line(row, figures.get(row.id), sealed.get(row.id, ()), lapsed=row.id in stale) for row in rows]
    return tuple(sorted(lines, key=lambda each: (each.name.casefold(), each.pilot)))


@lru_cache(2048)  # read at every look, and seldom changed
def _profile(text: str) -> Profile:
    return PROFILE.validate_json(text)


@lru_cache(2048)
def _needs(text: str) -> Mapping[str, Any]:
    needs: dict[str, Any] = json.loads(text)
    return needs


def _line(row: AnyRow, figures: Figures | None, sealed: Points, *, lapsed: bool) -> Line:
    needs = _needs(row.needs)
    return Line(
        pilot=row.pilot_id,
        name=row.name,
        confirmed=row.confirmed_by is not None,
        profile=_profile(row.profile),
        assessment=row.id,
        figures=figures,
        lapsed=lapsed,
        asks_again=row.asks_again or 0,
        sealed=sealed,
        worked_out=row.has_path is not None,
        has_path=bool(row.has_path),
        effort_days=shown_days(row.effort_days),
        monthly_budget=needs.get("monthly_budget"),
        monthly_value=needs.get("monthly_value"),
        currency=needs.get("currency"),
    )


def _sealed(db: Transaction, caller: Caller) -> Mapping[UUID, Points]:
    """What each assessment of the organisation had proven at its milestones."""
    points: dict[UUID, Points] = defaultdict(tuple)
    for assessment, as_of, proven in db.sql.execute(_SEALED, {"organisation": caller.organisation}).all():
        points[assessment] += ((as_of, proven),)
    return points


# Made once: to put a statement together anew takes longer than to run it.
_OF_THE_CALLER = bindparam("organisation", type_=Id())
_ASSESSMENT = aliased(AssessmentRow)
_NEWEST = (
    select(AssessmentRow.id)
    .where(AssessmentRow.pilot_id == PilotRow.id)
    .order_by(AssessmentRow.id.desc())
    .limit(1)
    .correlate(PilotRow)
    .scalar_subquery()
)
_LINES = (
    select(
        PilotRow.id.label("pilot_id"),
        PilotRow.name,
        PilotRow.confirmed_by,
        cast(PilotRow.profile, Text).label("profile"),
        cast(PilotRow.needs, Text).label("needs"),
        _ASSESSMENT.id,
        _ASSESSMENT.asks_again,
        *(getattr(_ASSESSMENT, column.key) for column in FIGURES),
        WorkedOutRow.has_path,
        WorkedOutRow.effort_days,
    )
    .select_from(PilotRow)
    .join(_ASSESSMENT, _ASSESSMENT.id == _NEWEST, isouter=True)
    .join(
        WorkedOutRow,
        (WorkedOutRow.assessment_id == _ASSESSMENT.id)
        & (WorkedOutRow.what == OUTLOOK)
        & (WorkedOutRow.as_of == bindparam("today"))
        & (WorkedOutRow.inputs_sha256 == _ASSESSMENT.inputs_sha256),
        isouter=True,
    )
    .where(PilotRow.organisation_id == _OF_THE_CALLER)
)
_SEALED = (
    select(MilestoneRow.assessment_id, MilestoneRow.as_of, MilestoneRow.proven)
    .where(MilestoneRow.organisation_id == _OF_THE_CALLER)
    .order_by(MilestoneRow.sealed_at, MilestoneRow.id)
)
