"""Assessments of pilots: begun, found, read whole, and scored again whenever something that counts has changed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update
from uuid_utils.compat import uuid7

from app.errors import NotFound
from app.readiness.assessment import CatalogueReference
from app.readiness.score import Score, score
from app.records import audit
from app.records.caller import Caller
from app.records.database import Transaction
from app.records.figures import Figures, figures_of, kept_figures
from app.records.kept import AnyRow, Kept, load
from app.records.tables import AssessmentRow, PilotRow


@dataclass(frozen=True, slots=True)
class Held:
    """An assessment in a line: whose it is, what it answers, and what its last scoring came to."""

    id: UUID
    organisation: UUID
    pilot: UUID
    pilot_name: str
    catalogue: CatalogueReference
    begun_at: datetime
    figures: Figures | None


@dataclass(frozen=True, slots=True)
class Scored:
    """An assessment whole, with its score on the day of the change."""

    kept: Kept
    score: Score


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: the question of an assessment."""

    assessment: UUID
    question: str


def begin(
    db: Transaction, caller: Caller, pilot: UUID, catalogue: CatalogueReference | None = None, *, at: datetime
) -> UUID:
    """Begin to assess a pilot by a catalogue, the newest unless one is named.

    Raises:
        NotFound: there is no such pilot or no such catalogue.
    """
    caller.must_edit()
    answered = db.catalogue(catalogue.id, catalogue.version) if catalogue else db.catalogue()
    own = (PilotRow.id == pilot) & (PilotRow.organisation_id == caller.organisation)
    # Locked, so that nobody changes the profile between this assessment's first scoring and its being there.
    if db.sql.execute(select(PilotRow.id).where(own).with_for_update()).first() is None:
        raise NotFound("There is no such pilot.")
    id = uuid7()
    db.sql.execute(
        insert(AssessmentRow).values(
            id=id,
            organisation_id=caller.organisation,
            pilot_id=pilot,
            catalogue_id=answered.id,
            catalogue_version=answered.version,
            begun_by=caller.person,
            begun_at=at,
        )
    )
    reference = {"catalogue": answered.id, "version": answered.version}
    audit.note(db, caller, "assessment begun", ("assessment", id), at=at, after=reference)
    rescore(db, [id], at=at)
    return id


def find(db: Transaction, caller: Caller, assessment: UUID) -> Held:
    """An assessment of the caller's organisation; for the holder of a link, the one that it leads to.

    Raises:
        NotFound: there is none of that id.
    """
    row = db.sql.execute(_within(caller, assessment)).first()
    if row is None:
        raise NotFound("There is no such assessment.")
    return held(row)


def read(db: Transaction, caller: Caller, assessment: UUID) -> Kept:
    """An assessment of the caller's organisation, whole.

    Raises:
        NotFound: there is none of that id.
    """
    return load(db, [find(db, caller, assessment).id])[0]


def lock(db: Transaction, caller: Caller, assessment: UUID) -> Held:
    """Find an assessment to change it: until the end of the transaction nobody else does.

    Raises:
        NotFound: there is none of that id.
    """
    row = db.sql.execute(_within(caller, assessment).with_for_update(of=AssessmentRow)).first()
    if row is None:
        raise NotFound("There is no such assessment.")
    return held(row)


def rescore(db: Transaction, assessments: Collection[UUID], *, at: datetime) -> tuple[Scored, ...]:
    """Score these as they now stand and keep the figures. Whatever changes something that counts calls this."""
    scored = tuple(Scored(kept, score(kept.catalogue, kept.assessment, at.date())) for kept in load(db, assessments))
    if scored:
        db.sql.execute(_KEEP, [{"this": each.kept.id, **_columns(figures_of(each.score))} for each in scored])
    return scored


def rescore_pilot(db: Transaction, pilot: UUID, *, at: datetime) -> None:
    """Score every assessment of a pilot again, because something about the pilot has changed."""
    its = select(AssessmentRow.id).where(AssessmentRow.pilot_id == pilot).order_by(AssessmentRow.id).with_for_update()
    rescore(db, db.sql.scalars(its).all(), at=at)


def of_pilot(db: Transaction, pilot: UUID) -> tuple[Held, ...]:
    """The assessments of a pilot, newest first."""
    its = HELD.where(AssessmentRow.pilot_id == pilot).order_by(AssessmentRow.id.desc())
    return tuple(held(row) for row in db.sql.execute(its))


def fresh(db: Transaction, stale: Collection[UUID], today: date) -> dict[UUID, Figures]:
    """The figures of these assessments on a day, scored now and not kept."""
    return {each.id: figures_of(score(each.catalogue, each.assessment, today)) for each in load(db, stale)}


def held(row: AnyRow) -> Held:
    """An assessment's row in a line."""
    return Held(
        id=row.id,
        organisation=row.organisation_id,
        pilot=row.pilot_id,
        pilot_name=row.name,
        catalogue=CatalogueReference(id=row.catalogue_id, version=row.catalogue_version),
        begun_at=row.begun_at,
        figures=kept_figures(row),
    )


FIGURES = (
    AssessmentRow.verdict,
    AssessmentRow.claimed,
    AssessmentRow.proven,
    AssessmentRow.answered,
    AssessmentRow.applicable,
    AssessmentRow.reason,
    AssessmentRow.scored_on,
    AssessmentRow.lapses_on,
)

HELD = select(
    AssessmentRow.id,
    AssessmentRow.organisation_id,
    AssessmentRow.pilot_id,
    PilotRow.name,
    AssessmentRow.catalogue_id,
    AssessmentRow.catalogue_version,
    AssessmentRow.begun_at,
    *FIGURES,
).join(PilotRow, PilotRow.id == AssessmentRow.pilot_id)

_KEEP = (
    update(AssessmentRow)
    .where(AssessmentRow.id == bindparam("this"))
    .values({column.key: bindparam(f"new_{column.key}") for column in FIGURES})
)


def _within(caller: Caller, assessment: UUID) -> Any:
    wanted = HELD.where(AssessmentRow.id == assessment, AssessmentRow.organisation_id == caller.organisation)
    return wanted if caller.link is None else wanted.where(AssessmentRow.id == caller.link.assessment)


def _columns(figures: Figures) -> dict[str, Any]:
    return {
        "new_verdict": figures.verdict.value,
        "new_claimed": figures.claimed,
        "new_proven": figures.proven,
        "new_answered": figures.answered,
        "new_applicable": figures.applicable,
        "new_reason": figures.reason,
        "new_scored_on": figures.scored_on,
        "new_lapses_on": figures.lapses_on,
    }
