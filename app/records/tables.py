"""Every table, in one place. Rows never leave this package.

Whoever did something is a reference to a person, so that a name can be taken away without a gap in what happened.
Every row that a caller can name carries its organisation.
"""

from collections.abc import Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.records.columns import Counts, Exact, Id, Moment

JsonObject = dict[str, Any]
JsonList = list[Any]


class Row(DeclarativeBase):
    """What all tables share: how their constraints are called and how Python's types are kept."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it so
        UUID: Id(),
        datetime: Moment(),
        Fraction: Exact(),
        str: Text(),
        bytes: LargeBinary(),
        JsonObject: JSON(none_as_null=True),
        JsonList: JSON(none_as_null=True),
    }


def _key() -> Mapped[UUID]:
    return mapped_column(primary_key=True)


def _of(table: str, *, index: bool = False) -> Mapped[UUID]:
    return mapped_column(ForeignKey(f"{table}.id"), index=index)


def _perhaps_of(table: str, *, index: bool = False) -> Mapped[UUID | None]:
    return mapped_column(ForeignKey(f"{table}.id"), index=index)


def _where(condition: str) -> Mapping[str, Any]:
    """A partial index: only the rows that `condition` holds for."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class OrganisationRow(Row):
    """Whose everything else is."""

    __tablename__ = "organisations"

    id: Mapped[UUID] = _key()
    name: Mapped[str]
    confidentiality: Mapped[str | None]  # the mark on reports, in the organisation's own words
    founded_at: Mapped[datetime]


class AccountRow(Row):
    """Who can sign in. What an account does is done by its own person."""

    __tablename__ = "accounts"
    __table_args__ = (UniqueConstraint("email"),)

    id: Mapped[UUID] = _key()
    organisation_id: Mapped[UUID] = _of("organisations", index=True)
    email: Mapped[str]  # case-folded
    role: Mapped[str] = mapped_column(String(20))
    password_hash: Mapped[str | None]
    added_at: Mapped[datetime]


class PersonRow(Row):
    """A name, and the account that answers for what is done under it: its own, or that of the link's maker."""

    __tablename__ = "people"
    __table_args__ = (Index("ix_people_own", "account_id", unique=True, **_where("NOT by_link")),)

    id: Mapped[UUID] = _key()
    organisation_id: Mapped[UUID] = _of("organisations")
    account_id: Mapped[UUID] = _of("accounts")
    name: Mapped[str]
    by_link: Mapped[bool]


class SignInLinkRow(Row):
    """A link that signs its holder in, once."""

    __tablename__ = "sign_in_links"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[UUID] = _of("accounts")
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ApiTokenRow(Row):
    """What a program signs in with."""

    __tablename__ = "api_tokens"
    __table_args__ = (UniqueConstraint("token_hash"),)

    id: Mapped[UUID] = _key()
    token_hash: Mapped[str] = mapped_column(String(64))
    account_id: Mapped[UUID] = _of("accounts", index=True)
    title: Mapped[str]
    made_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class PilotRow(Row):
    """A pilot with its profile and needs, stated by one account and confirmed by another."""

    __tablename__ = "pilots"
    __table_args__ = (Index(None, "organisation_id", "id"),)

    id: Mapped[UUID] = _key()
    organisation_id: Mapped[UUID] = _of("organisations")
    name: Mapped[str]
    profile: Mapped[JsonObject]
    needs: Mapped[JsonObject]
    version: Mapped[int]
    stated_by: Mapped[UUID] = _of("people")
    stated_at: Mapped[datetime]
    confirmed_by: Mapped[UUID | None] = _perhaps_of("people")
    confirmed_at: Mapped[datetime | None]
    sent_back_by: Mapped[UUID | None] = _perhaps_of("people")
    sent_back_at: Mapped[datetime | None]
    sent_back_note: Mapped[str | None]


class StatementRow(Row):
    """A profile and needs as they were until somebody stated them anew."""

    __tablename__ = "statements"

    id: Mapped[UUID] = _key()
    organisation_id: Mapped[UUID] = _of("organisations")
    pilot_id: Mapped[UUID] = _of("pilots", index=True)
    profile: Mapped[JsonObject]
    needs: Mapped[JsonObject]
    stated_by: Mapped[UUID] = _of("people")
    stated_at: Mapped[datetime]
    replaced_by: Mapped[UUID] = _of("people")
    replaced_at: Mapped[datetime]


class ChangeRow(Row):
    """Something about a pilot that changed on a day."""

    __tablename__ = "changes"

    id: Mapped[UUID] = _key()
    organisation_id: Mapped[UUID] = _of("organisations")
    pilot_id: Mapped[UUID] = _of("pilots", index=True)
    happened_on: Mapped[date]
    kind: Mapped[str] = mapped_column(String(40))
    note: Mapped[str | None]
    recorded_by: Mapped[UUID] = _of("people")
    recorded_at: Mapped[datetime]


class AssessmentRow(Row):
    """A pilot held against a catalogue, with the figures of the last scoring.

    The figures hold from `scored_on` until the day before `lapses_on`. What is blank is scored afresh where it is
    shown: a change of the scoring rules comes with a revision that blanks `scored_on`, and a server that starts blanks
    it where its catalogue is, under the same version, another than `catalogue_sha256`. `inputs_sha256` is the digest of
    what was scored, whatever the day, and what is worked out from the same is kept under it.
    """

    __tablename__ = "assessments"
    __table_args__ = (Index(None, "organisation_id", "id"), Index(None, "pilot_id", "id"))

    id: Mapped[UUID] = _key()
    organisation_id: Mapped[UUID] = _of("organisations")
    pilot_id: Mapped[UUID] = _of("pilots")
    catalogue_id: Mapped[str]
    catalogue_version: Mapped[str]
    begun_by: Mapped[UUID] = _of("people")
    begun_at: Mapped[datetime]
    verdict: Mapped[str | None] = mapped_column(String(20))
    claimed: Mapped[Fraction | None]
    proven: Mapped[Fraction | None]
    answered: Mapped[int | None]
    applicable: Mapped[int | None]
    reason: Mapped[str | None]
    gates: Mapped[Mapping[str, int] | None] = mapped_column(Counts())  # how many stand in each state
    contradicted: Mapped[int | None]
    waiting_review: Mapped[int | None]
    scored_on: Mapped[date | None]
    lapses_on: Mapped[date | None]
    asks_again: Mapped[int | None]
    inputs_sha256: Mapped[str | None] = mapped_column(String(64))
    catalogue_sha256: Mapped[str | None] = mapped_column(String(64))


class ScenarioRow(Row):
    """What a calculator came to with some inputs, kept with a pilot under a name.

    What a report tells of it is kept beside the result, so that nothing is calculated to read it.
    """

    __tablename__ = "scenarios"
    __table_args__ = (UniqueConstraint("pilot_id", "name"), Index(None, "pilot_id", "id"))

    id: Mapped[UUID] = _key()
    organisation_id: Mapped[UUID] = _of("organisations")
    pilot_id: Mapped[UUID] = _of("pilots")
    calculator: Mapped[str] = mapped_column(String(40))
    name: Mapped[str]
    version: Mapped[int]
    product: Mapped[str] = mapped_column(String(40))  # the version of this program that calculated it
    sha256: Mapped[str] = mapped_column(String(64))  # of the canonical form of calculator, inputs and result
    made_by: Mapped[UUID] = _of("people")
    made_at: Mapped[datetime]
    worked_out_by: Mapped[UUID] = _of("people")
    worked_out_at: Mapped[datetime]
    told: Mapped[JsonObject]  # its sentence and its figures as people read them
    findings: Mapped[JsonList]
    inputs: Mapped[JsonObject]
    result: Mapped[JsonObject]  # last, because it is long


class AnswerRow(Row):
    """What is said to one question of an assessment."""

    __tablename__ = "answers"
    __table_args__ = (
        CheckConstraint("level BETWEEN 0 AND 4", name="level"),
        CheckConstraint("level IS NULL OR (ask IS NULL AND na_reason IS NULL)", name="one_of_three"),
        Index("ix_answers_waiting", "organisation_id", **_where("na_reason IS NOT NULL AND na_confirmed_by IS NULL")),
        {"sqlite_with_rowid": False},  # an assessment's answers lie side by side, however many others there are
    )

    assessment_id: Mapped[UUID] = mapped_column(ForeignKey("assessments.id"), primary_key=True)
    question: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = _of("organisations")
    version: Mapped[int]
    level: Mapped[int | None]
    ask: Mapped[str | None]
    note: Mapped[str | None]
    reviewed_on: Mapped[date]
    saved_by: Mapped[UUID] = _of("people")
    saved_at: Mapped[datetime]
    na_reason: Mapped[str | None] = mapped_column(String(40))
    na_note: Mapped[str | None]
    na_by: Mapped[UUID | None] = _perhaps_of("people")
    na_at: Mapped[datetime | None]
    na_confirmed_by: Mapped[UUID | None] = _perhaps_of("people")
    na_confirmed_at: Mapped[datetime | None]
    na_sent_back_by: Mapped[UUID | None] = _perhaps_of("people")
    na_sent_back_at: Mapped[datetime | None]
    na_sent_back_note: Mapped[str | None]
    anchor_changed: Mapped[bool] = mapped_column(server_default=false())  # since it was saved, by a newer catalogue


class DroppedQuestionRow(Row):
    """A question that the catalogue's version no longer asks, where something was said to it: nothing waits there."""

    __tablename__ = "dropped_questions"

    assessment_id: Mapped[UUID] = mapped_column(ForeignKey("assessments.id"), primary_key=True)
    question: Mapped[str] = mapped_column(primary_key=True)


class FileRow(Row):
    """The bytes of an upload, once for each organisation; its name and type belong to the item that shows it."""

    __tablename__ = "files"
    __table_args__ = (UniqueConstraint("organisation_id", "sha256"),)

    id: Mapped[UUID] = _key()
    organisation_id: Mapped[UUID] = _of("organisations")
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    content: Mapped[bytes]


class EvidenceRow(Row):
    """One item shown for an answer. Withdrawn, never deleted."""

    __tablename__ = "evidence"
    __table_args__ = (
        CheckConstraint("supports BETWEEN 0 AND 4", name="supports"),
        Index(None, "assessment_id", "question"),
        Index("ix_evidence_waiting", "organisation_id", **_where("confirmed_by IS NULL AND withdrawn_by IS NULL")),
        Index(
            "ix_evidence_withdrawn",
            "organisation_id",
            **_where("withdrawn_by IS NOT NULL AND withdrawal_confirmed_by IS NULL"),
        ),
        Index(
            "ix_evidence_confirmed",
            "organisation_id",
            **_where("confirmed_by IS NOT NULL AND withdrawn_by IS NULL AND kind IN ('link', 'document')"),
        ),
    )

    id: Mapped[UUID] = _key()
    organisation_id: Mapped[UUID] = _of("organisations")
    assessment_id: Mapped[UUID] = _of("assessments")
    question: Mapped[str]
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str | None]
    url: Mapped[str | None]
    sha256: Mapped[str | None] = mapped_column(String(64))
    file_id: Mapped[UUID | None] = _perhaps_of("files", index=True)
    file_name: Mapped[str | None]
    media_type: Mapped[str | None]
    artefact: Mapped[JsonObject | None]  # what a reader said of the file beside its findings
    scenario_id: Mapped[UUID | None] = _perhaps_of("scenarios", index=True)  # what a calculation was taken from
    grade: Mapped[str | None] = mapped_column(String(20))
    read_grade: Mapped[str | None] = mapped_column(String(20))
    observed_on: Mapped[date | None]
    findings: Mapped[JsonList | None]
    supports: Mapped[int | None]
    attached_by: Mapped[UUID] = _of("people")
    attached_at: Mapped[datetime]
    confirmed_by: Mapped[UUID | None] = _perhaps_of("people")
    confirmed_at: Mapped[datetime | None]
    sent_back_by: Mapped[UUID | None] = _perhaps_of("people")
    sent_back_at: Mapped[datetime | None]
    sent_back_note: Mapped[str | None]
    withdrawn_by: Mapped[UUID | None] = _perhaps_of("people")
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str | None]
    withdrawal_confirmed_by: Mapped[UUID | None] = _perhaps_of("people")
    withdrawal_confirmed_at: Mapped[datetime | None]
    withdrawal_sent_back_by: Mapped[UUID | None] = _perhaps_of("people")
    withdrawal_sent_back_at: Mapped[datetime | None]
    withdrawal_sent_back_note: Mapped[str | None]


class ArrivalRow(Row):
    """A file that came for an assessment and waits for somebody to say what it is for.

    Of one that was refused only its name and why are kept, for whoever sent it to read.
    """

    __tablename__ = "arrivals"
    __table_args__ = (
        CheckConstraint("(file_id IS NULL) = (refused IS NOT NULL)", name="kept_or_refused"),
        Index(None, "assessment_id", "id"),
    )

    id: Mapped[UUID] = _key()
    organisation_id: Mapped[UUID] = _of("organisations")
    assessment_id: Mapped[UUID] = _of("assessments")
    file_id: Mapped[UUID | None] = _perhaps_of("files", index=True)
    file_name: Mapped[str]
    media_type: Mapped[str | None]
    arrived_by: Mapped[UUID] = _of("people")
    arrived_at: Mapped[datetime]
    reading: Mapped[JsonObject | None]
    refused: Mapped[str | None]


class ExceptionRow(Row):
    """The risk of a gate, accepted until a day: asked by one account, accepted by another, or dropped before that."""

    __tablename__ = "exceptions"
    __table_args__ = (
        Index(None, "assessment_id"),
        Index("ix_exceptions_waiting", "organisation_id", **_where("accepted_by IS NULL AND dropped_by IS NULL")),
    )

    id: Mapped[UUID] = _key()
    organisation_id: Mapped[UUID] = _of("organisations")
    assessment_id: Mapped[UUID] = _of("assessments")
    gate: Mapped[str]
    reason: Mapped[str]
    cost: Mapped[str | None]
    begins: Mapped[date]
    until: Mapped[date]
    asked_by: Mapped[UUID] = _of("people")
    asked_at: Mapped[datetime]
    accepted_by: Mapped[UUID | None] = _perhaps_of("people")
    accepted_at: Mapped[datetime | None]
    dropped_by: Mapped[UUID | None] = _perhaps_of("people")
    dropped_at: Mapped[datetime | None]
    dropped_note: Mapped[str | None]


class TradeOffRow(Row):
    """Something accepted on record that moves no gate: what, why, by whom, until when, at what cost."""

    __tablename__ = "trade_offs"

    id: Mapped[UUID] = _key()
    organisation_id: Mapped[UUID] = _of("organisations")
    assessment_id: Mapped[UUID] = _of("assessments", index=True)
    question: Mapped[str | None]
    title: Mapped[str]
    reason: Mapped[str]
    cost: Mapped[str | None]
    decided_by: Mapped[str]  # a name, such as that of a committee: whoever decides need not be known here
    decided_on: Mapped[date]
    until: Mapped[date | None]
    recorded_by: Mapped[UUID] = _of("people")
    recorded_at: Mapped[datetime]
    ended_by: Mapped[UUID | None] = _perhaps_of("people")
    ended_at: Mapped[datetime | None]


class SealedCatalogueRow(Row):
    """A catalogue as milestones were sealed with it, once. The database itself refuses to change or delete a row."""

    __tablename__ = "sealed_catalogues"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[str]  # canonical JSON


class MilestoneRow(Row):
    """An assessment as it was sealed. The database itself refuses to change or delete a row.

    People stand in `sealed` by their id, so that a name can be taken away without breaking the seal.
    """

    __tablename__ = "milestones"
    __table_args__ = (
        UniqueConstraint("assessment_id", "title"),
        # All that the portfolio's trends are drawn from, so that no row is read, which is long.
        Index("ix_milestones_trend", "organisation_id", "sealed_at", "id", "assessment_id", "as_of", "proven"),
    )

    id: Mapped[UUID] = _key()
    organisation_id: Mapped[UUID] = _of("organisations")
    assessment_id: Mapped[UUID] = _of("assessments")
    title: Mapped[str]
    sealed_by: Mapped[UUID] = _of("people")
    sealed_at: Mapped[datetime]
    as_of: Mapped[date]
    catalogue_id: Mapped[str]
    catalogue_version: Mapped[str]
    catalogue_sha256: Mapped[str] = mapped_column(ForeignKey("sealed_catalogues.sha256"))
    sha256: Mapped[str] = mapped_column(String(64))
    verdict: Mapped[str] = mapped_column(String(20))
    claimed: Mapped[Fraction | None]
    proven: Mapped[Fraction | None]
    answered: Mapped[int]
    applicable: Mapped[int]
    sealed: Mapped[str]  # canonical JSON; last, as SQLite reads a row from its beginning and this one is long


class WorkedOutRow(Row):
    """What takes a solver, kept by what it was worked out from and the day. It can be worked out again at any time."""

    __tablename__ = "worked_out"

    assessment_id: Mapped[UUID] = mapped_column(ForeignKey("assessments.id"), primary_key=True)
    what: Mapped[str] = mapped_column(primary_key=True)
    as_of: Mapped[date] = mapped_column(primary_key=True)
    inputs_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    effort_days: Mapped[Fraction | None]  # of the path; None where there is none
    has_path: Mapped[bool]
    kept_at: Mapped[datetime]
    content: Mapped[str]  # last, because it is long


class LinkRow(Row):
    """A link to one assessment for people without an account."""

    __tablename__ = "links"
    __table_args__ = (UniqueConstraint("token_hash"),)

    id: Mapped[UUID] = _key()
    organisation_id: Mapped[UUID] = _of("organisations")
    assessment_id: Mapped[UUID] = _of("assessments", index=True)
    token_hash: Mapped[str] = mapped_column(String(64))
    role: Mapped[str] = mapped_column(String(20))
    sections: Mapped[JsonList]
    appendix: Mapped[bool]
    title: Mapped[str | None]
    made_by: Mapped[UUID] = _of("people")
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class SessionRow(Row):
    """Somebody at a browser: an account's own person, or the holder of a link."""

    __tablename__ = "sessions"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[UUID] = _of("people", index=True)
    link_id: Mapped[UUID | None] = _perhaps_of("links")
    opened_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class AuditRow(Row):
    """What was changed, by whom and when. The database itself refuses to change or delete a row."""

    __tablename__ = "audit"
    __table_args__ = (Index(None, "organisation_id", "id"), Index(None, "organisation_id", "subject_id", "id"))

    id: Mapped[UUID] = _key()
    organisation_id: Mapped[UUID] = _of("organisations")
    at: Mapped[datetime]
    person_id: Mapped[UUID | None] = _perhaps_of("people")  # None: whoever runs the server, by the command
    what: Mapped[str]
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[UUID]
    question: Mapped[str | None]
    before: Mapped[JsonObject | None]
    after: Mapped[JsonObject | None]
