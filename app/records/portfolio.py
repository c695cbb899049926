"""All pilots at a glance, each with the figures of its newest assessment."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import aliased

from app.errors import NotFound
from app.readiness.profile import Profile
from app.records.assessments import FIGURES, fresh
from app.records.caller import Caller
from app.records.database import Transaction
from app.records.figures import Figures, kept_figures
from app.records.kept import PROFILE
from app.records.tables import AssessmentRow, PilotRow


@dataclass(frozen=True, slots=True)
class Line:
    """A pilot, and where it stands today."""

    pilot: UUID
    name: str
    confirmed: bool
    profile: Profile
    assessment: UUID | None  # the newest; None where it was never assessed
    figures: Figures | None

    @property
    def go_live(self) -> date | None:
        """The day on which production is planned to begin."""
        return self.profile.go_live


def portfolio(db: Transaction, caller: Caller, today: date) -> tuple[Line, ...]:
    """Every pilot of the caller's organisation, by name. Figures that have lapsed are scored afresh, all in one go."""
    if caller.role is None:
        raise NotFound("Your link does not lead here.")
    assessment = aliased(AssessmentRow)
    newest = (
        select(AssessmentRow.id)
        .where(AssessmentRow.pilot_id == PilotRow.id)
        .order_by(AssessmentRow.id.desc())
        .limit(1)
        .correlate(PilotRow)
        .scalar_subquery()
    )
    wanted = (
        select(
            PilotRow.id.label("pilot_id"),
            PilotRow.name,
            PilotRow.confirmed_by,
            PilotRow.profile,
            assessment.id,
            *(getattr(assessment, column.key) for column in FIGURES),
        )
        .join(assessment, assessment.id == newest, isouter=True)
        .where(PilotRow.organisation_id == caller.organisation)
    )
    rows = db.sql.execute(wanted).all()
    figures = {row.id: kept_figures(row) for row in rows if row.id is not None}
    stale = [id for id, kept in figures.items() if kept is None or not kept.holds_on(today)]
    figures |= fresh(db, stale, today)
    lines = [
        Line(
            pilot=row.pilot_id,
            name=row.name,
            confirmed=row.confirmed_by is not None,
            profile=PROFILE.validate_python(row.profile),
            assessment=row.id,
            figures=figures.get(row.id),
        )
        for row in rows
    ]
    return tuple(sorted(lines, key=lambda each: (each.name.casefold(), each.pilot)))
