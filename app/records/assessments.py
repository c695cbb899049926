"""Assessments of pilots: begun, found, read whole, and scored again whenever something that counts has changed."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, select, update
from uuid_utils.compat import uuid7

from app.errors import Conflict, NotFound
from app.readiness.assessment import CatalogueReference, exception_problem
from app.readiness.catalogue import Catalogue
from app.readiness.catalogue_document import catalogue_sha256
from app.readiness.difference import upgrade_problem
from app.readiness.score import Score, score
from app.records import audit
from app.records.caller import Caller
from app.records.database import Transaction
from app.records.figures import Figures, figures_of, inputs_sha256, kept_figures
from app.records.kept import Kept, always_applies, load
from app.records.rows import AnyRow
from app.records.tables import (
    AnswerRow,
    AssessmentRow,
    DroppedQuestionRow,
    EvidenceRow,
    ExceptionRow,
    PilotRow,
)


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


def rescore(db: Transaction, assessments: Collection[UUID], *, at: datetime) -> None:
    """Score these as they now stand and keep the figures. Whatever changes something that counts calls this."""
    if db.to_score is None:
        scored_now(db, assessments, at.date())
    else:
        db.to_score.update(dict.fromkeys(assessments, at))


@contextmanager
def scored_once(db: Transaction) -> Iterator[Transaction]:
    """The same transaction, but what is changed in it is scored at the end, once, however often it is changed.

    For what changes much and looks at no figures meanwhile. What is sealed meanwhile is scored by itself.
    """
    to_score: dict[UUID, datetime] = {}
    yield replace(db, to_score=to_score)
    for day in sorted({at.date() for at in to_score.values()}):
        scored_now(db, [id for id, at in to_score.items() if at.date() == day], day)


def scored_now(db: Transaction, assessments: Collection[UUID], day: date) -> tuple[Scored, ...]:
    """These as they stand and are scored on a day; the figures are kept."""
    scored = tuple(Scored(kept, score(kept.catalogue, kept.assessment, day)) for kept in load(db, assessments))
    if scored:
        db.sql.execute(_KEEP, [{"this": each.kept.id, **_columns(each)} for each in scored])
    return scored


def rescore_pilot(db: Transaction, pilot: UUID, *, at: datetime) -> None:
    """Score every assessment of a pilot again, because something about the pilot has changed."""
    its = select(AssessmentRow.id).where(AssessmentRow.pilot_id == pilot).order_by(AssessmentRow.id).with_for_update()
    rescore(db, db.sql.scalars(its).all(), at=at)


def take_up(db: Transaction, caller: Caller, assessment: UUID, version: str, *, at: datetime) -> None:
    """Answer a newer version of the catalogue from now on.

    Answers stay as they are. Those at a level that the new version describes otherwise ask to be saved again; what was
    said to questions that it drops is kept and counts nowhere. Milestones stay on the version that they were sealed on.

    Raises:
        NotFound: there is no such version.
        Conflict: it is not newer than the one that is answered.
    """
    caller.must_edit()
    held = lock(db, caller, assessment)
    old, new = db.catalogue(held.catalogue.id, held.catalogue.version), db.catalogue(held.catalogue.id, version)
    if problem := upgrade_problem(old, new):
        raise Conflict(problem)
    said = db.sql.execute(select(AnswerRow).where(AnswerRow.assessment_id == assessment)).all()
    again = [row.question for row in said if row.question in new.questions and _reads_otherwise(row, old, new)]
    these = (AnswerRow.assessment_id == assessment) & AnswerRow.question.in_(again)
    db.sql.execute(update(AnswerRow).where(these).values(anchor_changed=True))
    now = {"catalogue_version": new.version}
    db.sql.execute(update(AssessmentRow).where(AssessmentRow.id == assessment).values(now))
    _leave_behind(db, caller, assessment, new, {row.question for row in said}, at)
    audit.note(
        db,
        caller,
        "catalogue version taken up",
        ("assessment", assessment),
        at=at,
        before={"catalogue_version": old.version},
        after=now,
    )
    rescore(db, [assessment], at=at)


def of_pilot(db: Transaction, pilot: UUID) -> tuple[Held, ...]:
    """The assessments of a pilot, newest first."""
    its = HELD.where(AssessmentRow.pilot_id == pilot).order_by(AssessmentRow.id.desc())
    return tuple(held(row) for row in db.sql.execute(its))


def fresh(db: Transaction, stale: Collection[UUID], today: date) -> dict[UUID, Figures]:
    """The figures of these assessments on a day, scored now and not kept."""
    return {each.id: figures_of(score(each.catalogue, each.assessment, today)) for each in load(db, stale)}


def refresh(db: Transaction, caller: Caller, today: date, *, limit: int = 50) -> int:
    """Score what has lapsed by `today`, or was blanked, and keep it; how many that was, at most `limit` at once."""
    lapsed = (AssessmentRow.lapses_on <= today) & (AssessmentRow.scored_on <= today)
    its = (
        select(AssessmentRow.id)
        .where(AssessmentRow.organisation_id == caller.organisation, AssessmentRow.scored_on.is_(None) | lapsed)
        .order_by(AssessmentRow.id)
        .limit(limit)
        .with_for_update()
    )
    return len(scored_now(db, db.sql.scalars(its).all(), today))


def catalogues_answered(db: Transaction) -> tuple[CatalogueReference, ...]:
    """Every catalogue that an assessment of any organisation answers: without one of them it cannot be scored."""
    answered = select(AssessmentRow.catalogue_id, AssessmentRow.catalogue_version).distinct()
    return tuple(CatalogueReference(id=id, version=version) for id, version in sorted(db.sql.execute(answered).all()))


def forget_other_catalogues(db: Transaction) -> int:
    """Blank the figures that were scored by another catalogue than stands under its name now; how many those were.

    A version that is out stays as it is; one that is still being written does not. Whoever starts a server calls this,
    since catalogues are read then.
    """
    key = (AssessmentRow.catalogue_id, AssessmentRow.catalogue_version)
    kept = select(*key, AssessmentRow.catalogue_sha256).where(AssessmentRow.scored_on.is_not(None)).distinct()
    blanked = 0
    for row in db.sql.execute(kept).all():
        if row.catalogue_sha256 == catalogue_sha256(db.catalogue(row.catalogue_id, row.catalogue_version)):
            continue
        its = (key[0] == row.catalogue_id) & (key[1] == row.catalogue_version)
        otherwise = AssessmentRow.catalogue_sha256.is_not_distinct_from(row.catalogue_sha256)
        blanked += db.sql.execute(update(AssessmentRow).where(its, otherwise).values(scored_on=None)).rowcount
    return blanked


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
    AssessmentRow.gates,
    AssessmentRow.contradicted,
    AssessmentRow.waiting_review,
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
    .values(
        {
            column: bindparam(f"new_{column.key}")
            for column in (
                *FIGURES,
                AssessmentRow.asks_again,
                AssessmentRow.inputs_sha256,
                AssessmentRow.catalogue_sha256,
            )
        }
    )
)


def _within(caller: Caller, assessment: UUID) -> Any:
    wanted = HELD.where(AssessmentRow.id == assessment, AssessmentRow.organisation_id == caller.organisation)
    return wanted if caller.link is None else wanted.where(AssessmentRow.id == caller.link.assessment)


def _reads_otherwise(row: AnyRow, old: Catalogue, new: Catalogue) -> bool:
    """Whether what was answered under the old version reads otherwise in the new one."""
    before, after = old.questions.get(row.question), new.questions[row.question]
    if row.level is not None:
        return before is None or before.levels[row.level] != after.levels[row.level]
    return row.na_reason is not None and always_applies(after)


def _leave_behind(
    db: Transaction, caller: Caller, assessment: UUID, new: Catalogue, answered: set[str], at: datetime
) -> None:
    """What the new version does not ask or allow waits for nobody any more."""
    its = EvidenceRow.assessment_id == assessment
    asked = answered | set(db.sql.scalars(select(EvidenceRow.question).where(its).distinct()))
    db.sql.execute(delete(DroppedQuestionRow).where(DroppedQuestionRow.assessment_id == assessment))
    dropped = [{"assessment_id": assessment, "question": each} for each in sorted(asked - new.questions.keys())]
    if dropped:
        db.sql.execute(insert(DroppedQuestionRow), dropped)
    open_ = (ExceptionRow.assessment_id == assessment) & ExceptionRow.accepted_by.is_(None)
    requests = db.sql.execute(select(ExceptionRow).where(open_, ExceptionRow.dropped_by.is_(None))).all()
    refused = [each.id for each in requests if exception_problem(new, each.gate, each.begins, each.until)]
    note = f"Version {new.version} of the catalogue does not allow it."
    gone = {"dropped_by": caller.person, "dropped_at": at, "dropped_note": note}
    db.sql.execute(update(ExceptionRow).where(ExceptionRow.id.in_(refused)).values(gone))


def _columns(scored: Scored) -> dict[str, Any]:
    figures, kept = figures_of(scored.score), scored.kept
    return {
        "new_verdict": figures.verdict.value,
        "new_claimed": figures.claimed,
        "new_proven": figures.proven,
        "new_answered": figures.answered,
        "new_applicable": figures.applicable,
        "new_reason": figures.reason,
        "new_gates": figures.gates,
        "new_contradicted": figures.contradicted,
        "new_waiting_review": figures.waiting_review,
        "new_scored_on": figures.scored_on,
        "new_lapses_on": figures.lapses_on,
        "new_asks_again": len(kept.asks_again),
        "new_inputs_sha256": inputs_sha256(kept.catalogue, kept.assessment),
        "new_catalogue_sha256": catalogue_sha256(kept.catalogue),
    }
