"""Answers: saved by whoever has seen the version that stands, and *not applicable* confirmed by another account."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ConfigDict, TypeAdapter
from sqlalchemy import Insert, Update, insert, select, update

from app.errors import Changed, NotFound, Problem, Refused, VersionNeeded
from app.readiness.assessment import NotApplicableReason, not_applicable_problem
from app.readiness.catalogue import Level, Question
from app.readiness.profile import Profile
from app.records import audit
from app.records.assessments import Held, Scored, find, lock, rescore, scored_now
from app.records.caller import Caller
from app.records.database import Transaction
from app.records.given import fitting, text
from app.records.kept import PROFILE
from app.records.rows import AnyRow
from app.records.tables import AnswerRow, AssessmentRow, PersonRow, PilotRow
from app.wording import Line, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """Why a question is said not to apply."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    reason: NotApplicableReason
    note: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What somebody says to a question: a level, or whom to ask, or that it does not apply; and a note."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    level: Level | None = None
    ask: Line | None = None
    note: Text | None = None
    not_applicable: Marked | None = None


@dataclass(frozen=True, slots=True)
class Theirs:
    """What somebody else saved meanwhile."""

    given: Given
    version: int
    by: str
    at: datetime


_GIVEN: TypeAdapter[Given] = TypeAdapter(Given)


def save(
    db: Transaction,
    caller: Caller,
    assessment: UUID,
    question: str,
    given: Given,
    *,
    seen: int | None,
    at: datetime,
) -> Scored:
    """Keep an answer, score again, and return the assessment as it now stands. Saving also reviews the answer.

    The version is part of the statement, so of two people who save at once one wins.

    Args:
        db: the transaction.
        caller: who answers.
        assessment: the assessment.
        question: the question's key.
        given: what is said.
        seen: the version that the caller saw; 0: none yet; None: not told, which does while there is none.
        at: when.

    Raises:
        Changed: somebody else has saved since.
        VersionNeeded: there is an answer, and `seen` is not told.
        Refused: what is said does not fit.
    """
    _keep(db, caller, assessment, question, given, seen, at)
    return scored_now(db, [assessment], at.date())[0]


def enter(
    db: Transaction, caller: Caller, assessment: UUID, question: str, given: Given, *, seen: int | None, at: datetime
) -> None:
    """Keep an answer as `save` does, for those who do not look at the score."""
    _keep(db, caller, assessment, question, given, seen, at)
    rescore(db, [assessment], at=at)


def version_of(db: Transaction, caller: Caller, assessment: UUID, question: str) -> int:
    """The version of an answer that stands; 0 where there is none yet."""
    held = find(db, caller, assessment)
    row = _row(db, assessment, _question(db, held, question).key)
    return row.version if row else 0


def confirm_not_applicable(db: Transaction, caller: Caller, assessment: UUID, question: str, *, at: datetime) -> None:
    """Agree that a question does not apply.

    Raises:
        Refused: it is not marked so, may not be, the caller marked it, or it is confirmed already.
    """
    asked = _marked(db, caller, assessment, question)
    if problem := not_applicable_problem(asked, _profile(db, assessment)):
        raise Refused(f"{problem}.")
    if (row := _row(db, assessment, question)) and row.na_confirmed_by:
        raise Refused("This is confirmed already: nothing waits here.")
    confirmed = {"na_confirmed_by": caller.person, "na_confirmed_at": at, **_NOT_SENT_BACK}
    _mark(db, caller, assessment, question, "not applicable confirmed", confirmed, at)


def send_back_not_applicable(
    db: Transaction, caller: Caller, assessment: UUID, question: str, note: str, *, at: datetime
) -> None:
    """Say why a question does apply.

    Raises:
        Refused: it is not marked otherwise, or the caller marked it.
    """
    _marked(db, caller, assessment, question)
    sent = {"na_sent_back_by": caller.person, "na_sent_back_at": at, "na_sent_back_note": text(note, "note")}
    sent |= {"na_confirmed_by": None, "na_confirmed_at": None}
    _mark(db, caller, assessment, question, "not applicable sent back", sent, at)


_NOT_SENT_BACK = {"na_sent_back_by": None, "na_sent_back_at": None, "na_sent_back_note": None}
_UNMARKED = {
    "na_reason": None,
    "na_note": None,
    "na_by": None,
    "na_at": None,
    "na_confirmed_by": None,
    "na_confirmed_at": None,
    **_NOT_SENT_BACK,
}


def _keep(
    db: Transaction, caller: Caller, assessment: UUID, question: str, given: Given, seen: int | None, at: datetime
) -> None:
    held = lock(db, caller, assessment)
    caller.must_answer(assessment, question)
    asked = _question(db, held, question)
    said = _fitting(db, held, asked, given)
    old = _row(db, assessment, question)
    if seen is None and old is not None:
        raise VersionNeeded(
            f"{asked.title} is answered already: say which version you saw (If-Match), so that nobody's answer is lost."
        )
    now = {
        **_columns(said, old, caller, at),
        "version": (seen or 0) + 1,
        "reviewed_on": at.date(),
        "saved_by": caller.person,
        "saved_at": at,
        "anchor_changed": False,
    }
    this = {"assessment_id": assessment, "question": question}
    change: Insert | Update = insert(AnswerRow).values(organisation_id=held.organisation, **this, **now)
    if seen:
        change = update(AnswerRow).filter_by(**this, version=seen).values(now)
    if (old and not seen) or db.sql.scalar(change.returning(AnswerRow.version)) is None:
        if old is None:
            message = f"{asked.title} has no answer yet, so there is no such version of it. Save it as the first."
            raise Changed(message, theirs=None, yours=said)
        theirs = Theirs(_given(old), old.version, old.saver, old.saved_at)
        message = f"{old.saver} has answered {asked.title} meanwhile. Compare, then save again."
        raise Changed(message, theirs=theirs, yours=said)
    before = asdict(_given(old)) if old else None
    subject = ("assessment", assessment)
    audit.note(db, caller, "answer saved", subject, at=at, question=question, before=before, after=asdict(said))


def _question(db: Transaction, held: Held, question: str) -> Question:
    asked = db.catalogue(held.catalogue.id, held.catalogue.version).questions.get(question)
    if asked is None:
        raise NotFound("The catalogue has no such question.")
    return asked


def _fitting(db: Transaction, held: Held, asked: Question, given: Given) -> Given:
    """What is said, once it fits; blanks count as left out.

    Raises:
        Refused: with every problem.
    """
    said = fitting(_GIVEN, {key: None if value == "" else value for key, value in asdict(given).items()})
    problems = []
    if said.level is not None and said.ask:
        problems.append(Problem("ask", "stands beside a level: keep one of the two"))
    if said.not_applicable and (said.level is not None or said.ask):
        beside = "a level" if said.level is not None else "whom to ask"
        problems.append(Problem("not_applicable", f"stands beside {beside}: keep one of the two"))
    if said.not_applicable and (problem := not_applicable_problem(asked, _profile(db, held.id))):
        problems.append(Problem("not_applicable", problem))
    if problems:
        raise Refused("This answer does not fit.", problems)
    return said


def _columns(said: Given, old: AnyRow | None, caller: Caller, at: datetime) -> dict[str, Any]:
    """What is said as it is kept. The same reason again keeps its confirmation; after being sent back it asks anew."""
    kept = {"level": said.level, "ask": said.ask, "note": said.note}
    if said.not_applicable is None:
        return kept | _UNMARKED
    if old and _given(old).not_applicable == said.not_applicable and old.na_sent_back_by is None:
        return kept
    mark = {"na_reason": said.not_applicable.reason, "na_note": said.not_applicable.note}
    return kept | _UNMARKED | mark | {"na_by": caller.person, "na_at": at}


def _given(row: AnyRow) -> Given:
    marked = Marked(reason=row.na_reason, note=row.na_note) if row.na_reason else None
    return Given(level=row.level, ask=row.ask, note=row.note, not_applicable=marked)


def _row(db: Transaction, assessment: UUID, question: str) -> AnyRow | None:
    wanted = select(AnswerRow, PersonRow.name.label("saver")).join(PersonRow, PersonRow.id == AnswerRow.saved_by)
    this = (AnswerRow.assessment_id == assessment) & (AnswerRow.question == question)
    return db.sql.execute(wanted.where(this)).first()


def _profile(db: Transaction, assessment: UUID) -> Profile:
    its = select(PilotRow.profile).join(AssessmentRow, AssessmentRow.pilot_id == PilotRow.id)
    return PROFILE.validate_python(db.sql.scalar(its.where(AssessmentRow.id == assessment)))


def _marked(db: Transaction, caller: Caller, assessment: UUID, question: str) -> Question:
    """A question that is marked as not applicable, for another account than the one that marked it."""
    caller.must_edit()
    asked = _question(db, lock(db, caller, assessment), question)
    row = _row(db, assessment, question)
    if row is None or row.na_reason is None:
        raise Refused(f"{asked.title} is not marked as not applicable; look again at what stands there.")
    marked_by = db.sql.execute(select(PersonRow.account_id).where(PersonRow.id == row.na_by)).scalar_one()
    caller.must_be_another(marked_by, "marked this", "confirm it")
    return asked


def _mark(
    db: Transaction, caller: Caller, assessment: UUID, question: str, what: str, values: dict[str, Any], at: datetime
) -> None:
    this = (AnswerRow.assessment_id == assessment) & (AnswerRow.question == question)
    db.sql.execute(update(AnswerRow).where(this).values(values))
    said = {"note": values["na_sent_back_note"]} if values["na_sent_back_note"] else None
    audit.note(db, caller, what, ("assessment", assessment), at=at, question=question, after=said)
    rescore(db, [assessment], at=at)
