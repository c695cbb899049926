"""Milestones: assessments sealed at a moment, with their catalogue. What is sealed never changes."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from uuid_utils.compat import uuid7

from app.errors import Conflict, NotFound
from app.readiness import milestone
from app.readiness.canonical import canonical
from app.readiness.catalogue import Catalogue
from app.readiness.catalogue_document import catalogue_document, catalogue_sha256
from app.readiness.milestone import Sealed
from app.readiness.score import score
from app.readiness.verdict import Verdict
from app.records import audit
from app.records.assessments import lock
from app.records.caller import Caller
from app.records.database import Transaction
from app.records.given import line
from app.records.kept import load
from app.records.names import people_of, unique_names
from app.records.rows import AnyRow
from app.records.tables import MilestoneRow, SealedCatalogueRow


@dataclass(frozen=True, slots=True)
class Found:
    """A milestone whole, as it is kept: what was sealed is the text itself."""

    id: UUID
    assessment: UUID
    title: str
    sealed: str  # canonical JSON; people stand in it by their id
    sha256: str
    people: Mapping[str, str]  # their names today, by id
    catalogue: Mapping[str, Any]  # its document


def seal(db: Transaction, caller: Caller, assessment: UUID, title: str, *, at: datetime) -> UUID:
    """Seal an assessment as it stands, scored on the day.

    Raises:
        Conflict: it has a milestone of that title.
        Refused: something in it cannot be sealed.
    """
    caller.must_edit()
    held = lock(db, caller, assessment)
    called = line(title, "title")
    known = select(MilestoneRow.id).where(MilestoneRow.assessment_id == assessment, MilestoneRow.title == called)
    if db.sql.execute(known).first():
        raise Conflict(_TAKEN.format(called))
    (kept,) = load(db, [assessment], by_id=True)
    scored = score(kept.catalogue, kept.assessment, at.date())
    sealed, digest = milestone.seal(kept.catalogue, kept.assessment, scored, title=called, by=str(caller.person), at=at)
    id = uuid7()
    db.sql.execute(
        insert(MilestoneRow).values(
            id=id,
            organisation_id=held.organisation,
            assessment_id=assessment,
            title=called,
            sealed_by=caller.person,
            sealed_at=at,
            as_of=scored.as_of,
            catalogue_id=kept.catalogue.id,
            catalogue_version=kept.catalogue.version,
            catalogue_sha256=_kept_catalogue(db, kept.catalogue),
            sealed=sealed,
            sha256=digest,
            verdict=scored.decision.verdict.value,
            claimed=scored.claimed,
            proven=scored.proven,
            answered=scored.answered,
            applicable=scored.applicable,
        )
    )
    after = {"milestone": id, "title": called, "sha256": digest}
    audit.note(db, caller, "milestone sealed", ("assessment", assessment), at=at, after=after)
    return id


def list_for(db: Transaction, caller: Caller, assessment: UUID) -> tuple[Sealed, ...]:
    """The milestones of an assessment, oldest first; the holder of a link sees those of the one it leads to."""
    if caller.link is not None and caller.link.assessment != assessment:
        return ()
    return _listed(db, caller, MilestoneRow.assessment_id == assessment).get(assessment, ())


def of_organisation(db: Transaction, caller: Caller) -> Mapping[UUID, tuple[Sealed, ...]]:
    """Every milestone of the caller's organisation, by assessment, oldest first."""
    if caller.role is None:
        raise NotFound("Your link does not lead here.")
    return _listed(db, caller)


def find(db: Transaction, caller: Caller, id: UUID) -> Found:
    """A milestone of the caller's organisation; for the holder of a link to a report, one of what that reports on.

    Raises:
        NotFound: there is none of that id.
    """
    this = (MilestoneRow.id == id) & (MilestoneRow.organisation_id == caller.organisation)
    wanted = select(MilestoneRow, SealedCatalogueRow.content).join(
        SealedCatalogueRow, SealedCatalogueRow.sha256 == MilestoneRow.catalogue_sha256
    )
    row = db.sql.execute(wanted.where(this)).first()
    if row is None or not _may_see(caller, row.assessment_id):
        raise NotFound("There is no such milestone.")
    named = {person for person in map(_person, _called_in(json.loads(row.sealed))) if person}
    names = unique_names(people_of(db, named).values())
    people = {str(person): name for person, name in names.items()}
    return Found(row.id, row.assessment_id, row.title, row.sealed, row.sha256, people, json.loads(row.content))


_TAKEN = "There is a milestone called “{}” already, and what is sealed never changes. Give this one another title."
_NAMING = frozenset({"by", "sealed_by", "stated_by", "attached_by", "confirmed_by", "asked_by", "accepted_by"})


def _may_see(caller: Caller, assessment: UUID) -> bool:
    link = caller.link
    return link is None or (link.assessment == assessment and link.role == "read")


def _kept_catalogue(db: Transaction, catalogue: Catalogue) -> str:
    """Keep the catalogue itself, once for all that is sealed with it; its digest."""
    digest = catalogue_sha256(catalogue)
    if db.sql.execute(select(SealedCatalogueRow.sha256).where(SealedCatalogueRow.sha256 == digest)).first() is None:
        try:
            with db.sql.begin_nested():
                content = canonical(catalogue_document(catalogue))
                db.sql.execute(insert(SealedCatalogueRow).values(sha256=digest, content=content))
        except IntegrityError:  # somebody else has sealed with the same one meanwhile
            pass
    return digest


def _listed(db: Transaction, caller: Caller, *which: Any) -> Mapping[UUID, tuple[Sealed, ...]]:
    wanted = select(
        MilestoneRow.assessment_id,
        MilestoneRow.id,
        MilestoneRow.title,
        MilestoneRow.sealed_by,
        MilestoneRow.sealed_at,
        MilestoneRow.as_of,
        MilestoneRow.catalogue_id,
        MilestoneRow.catalogue_version,
        MilestoneRow.verdict,
        MilestoneRow.claimed,
        MilestoneRow.proven,
        MilestoneRow.sha256,
    ).where(MilestoneRow.organisation_id == caller.organisation, *which)
    rows = db.sql.execute(wanted.order_by(MilestoneRow.sealed_at, MilestoneRow.id)).all()
    names = unique_names(people_of(db, {row.sealed_by for row in rows}).values())
    found: dict[UUID, tuple[Sealed, ...]] = {}
    for row in rows:
        found[row.assessment_id] = (*found.get(row.assessment_id, ()), _sealed(row, names))
    return found


def _sealed(row: AnyRow, names: Mapping[UUID, str]) -> Sealed:
    return Sealed(
        id=str(row.id),
        title=row.title,
        sealed_by=names[row.sealed_by],
        sealed_at=row.sealed_at,
        as_of=row.as_of,
        catalogue=f"{row.catalogue_id} version {row.catalogue_version}",
        verdict=Verdict(row.verdict),
        claimed=row.claimed,
        proven=row.proven,
        sha256=row.sha256,
    )


def _called_in(plain: Any) -> Iterator[str]:
    """Whatever stands in something sealed where somebody is named."""
    if isinstance(plain, dict):
        for key, value in plain.items():
            if key in _NAMING and isinstance(value, str):
                yield value
            else:
                yield from _called_in(value)
    elif isinstance(plain, list):
        for each in plain:
            yield from _called_in(each)


def _person(called: str) -> UUID | None:
    """The id of a person; None for what a finding's own attributes say under such a name."""
    try:
        return UUID(called)
    except ValueError:
        return None
