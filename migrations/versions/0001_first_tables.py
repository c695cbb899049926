"""The first tables.

Revision ID: 0001
"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TABLES = (
    "organisations",
    "accounts",
    "files",
    "api_tokens",
    "people",
    "sign_in_links",
    "audit",
    "pilots",
    "assessments",
    "changes",
    "answers",
    "evidence",
    "exceptions",
    "links",
    "sessions",
)


def where(condition: str) -> Mapping[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    op.create_table(
        "organisations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("confidentiality", sa.Text(), nullable=True),
        sa.Column("founded_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_organisations"),
    )
    op.create_table(
        "accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_accounts_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("email", name="uq_accounts_email"),
    )
    op.create_index("ix_accounts_organisation_id", "accounts", ["organisation_id"])
    op.create_table(
        "files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_files_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_files"),
        sa.UniqueConstraint("organisation_id", "sha256", name="uq_files_organisation_id_sha256"),
    )
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_api_tokens_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_api_tokens"),
        sa.UniqueConstraint("token_hash", name="uq_api_tokens_token_hash"),
    )
    op.create_index("ix_api_tokens_account_id", "api_tokens", ["account_id"])
    op.create_table(
        "people",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("by_link", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_people_account_id"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_people_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
    )
    op.create_index("ix_people_own", "people", ["account_id"], unique=True, **where("NOT by_link"))
    op.create_table(
        "sign_in_links",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_sign_in_links_account_id"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sign_in_links"),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.Text(), nullable=True),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_audit_organisation_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_audit_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_organisation_id_id", "audit", ["organisation_id", "id"])
    op.create_index("ix_audit_organisation_id_subject_id_id", "audit", ["organisation_id", "subject_id", "id"])
    op.create_table(
        "pilots",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("profile", sa.JSON(), nullable=False),
        sa.Column("needs", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("stated_by", sa.Uuid(), nullable=False),
        sa.Column("stated_at", MOMENT, nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("sent_back_by", sa.Uuid(), nullable=True),
        sa.Column("sent_back_at", MOMENT, nullable=True),
        sa.Column("sent_back_note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["confirmed_by"], ["people.id"], name="fk_pilots_confirmed_by"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_pilots_organisation_id"),
        sa.ForeignKeyConstraint(["sent_back_by"], ["people.id"], name="fk_pilots_sent_back_by"),
        sa.ForeignKeyConstraint(["stated_by"], ["people.id"], name="fk_pilots_stated_by"),
        sa.PrimaryKeyConstraint("id", name="pk_pilots"),
    )
    op.create_index("ix_pilots_organisation_id_id", "pilots", ["organisation_id", "id"])
    op.create_table(
        "assessments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("pilot_id", sa.Uuid(), nullable=False),
        sa.Column("catalogue_id", sa.Text(), nullable=False),
        sa.Column("catalogue_version", sa.Text(), nullable=False),
        sa.Column("begun_by", sa.Uuid(), nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=True),
        sa.Column("claimed", sa.Text(), nullable=True),
        sa.Column("proven", sa.Text(), nullable=True),
        sa.Column("answered", sa.Integer(), nullable=True),
        sa.Column("applicable", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("scored_on", sa.Date(), nullable=True),
        sa.Column("lapses_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["begun_by"], ["people.id"], name="fk_assessments_begun_by"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_assessments_organisation_id"),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilots.id"], name="fk_assessments_pilot_id"),
        sa.PrimaryKeyConstraint("id", name="pk_assessments"),
    )
    op.create_index("ix_assessments_organisation_id_id", "assessments", ["organisation_id", "id"])
    op.create_index("ix_assessments_pilot_id_id", "assessments", ["pilot_id", "id"])
    op.create_table(
        "changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("pilot_id", sa.Uuid(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_changes_organisation_id"),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilots.id"], name="fk_changes_pilot_id"),
        sa.ForeignKeyConstraint(["recorded_by"], ["people.id"], name="fk_changes_recorded_by"),
        sa.PrimaryKeyConstraint("id", name="pk_changes"),
    )
    op.create_index("ix_changes_pilot_id", "changes", ["pilot_id"])
    op.create_table(
        "answers",
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("ask", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("reviewed_on", sa.Date(), nullable=False),
        sa.Column("saved_by", sa.Uuid(), nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.Column("na_reason", sa.String(length=40), nullable=True),
        sa.Column("na_note", sa.Text(), nullable=True),
        sa.Column("na_by", sa.Uuid(), nullable=True),
        sa.Column("na_at", MOMENT, nullable=True),
        sa.Column("na_confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("na_confirmed_at", MOMENT, nullable=True),
        sa.Column("na_sent_back_by", sa.Uuid(), nullable=True),
        sa.Column("na_sent_back_at", MOMENT, nullable=True),
        sa.Column("na_sent_back_note", sa.Text(), nullable=True),
        sa.CheckConstraint("level BETWEEN 0 AND 4", name="ck_answers_level"),
        sa.CheckConstraint("level IS NULL OR (ask IS NULL AND na_reason IS NULL)", name="ck_answers_one_of_three"),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessments.id"], name="fk_answers_assessment_id"),
        sa.ForeignKeyConstraint(["na_by"], ["people.id"], name="fk_answers_na_by"),
        sa.ForeignKeyConstraint(["na_confirmed_by"], ["people.id"], name="fk_answers_na_confirmed_by"),
        sa.ForeignKeyConstraint(["na_sent_back_by"], ["people.id"], name="fk_answers_na_sent_back_by"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_answers_organisation_id"),
        sa.ForeignKeyConstraint(["saved_by"], ["people.id"], name="fk_answers_saved_by"),
        sa.PrimaryKeyConstraint("assessment_id", "question", name="pk_answers"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_answers_waiting",
        "answers",
        ["organisation_id"],
        **where("na_reason IS NOT NULL AND na_confirmed_by IS NULL"),
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("file_name", sa.Text(), nullable=True),
        sa.Column("media_type", sa.Text(), nullable=True),
        sa.Column("grade", sa.String(length=20), nullable=True),
        sa.Column("read_grade", sa.String(length=20), nullable=True),
        sa.Column("observed_on", sa.Date(), nullable=True),
        sa.Column("findings", sa.JSON(), nullable=True),
        sa.Column("supports", sa.Integer(), nullable=True),
        sa.Column("attached_by", sa.Uuid(), nullable=False),
        sa.Column("attached_at", MOMENT, nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("sent_back_by", sa.Uuid(), nullable=True),
        sa.Column("sent_back_at", MOMENT, nullable=True),
        sa.Column("sent_back_note", sa.Text(), nullable=True),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=True),
        sa.Column("withdrawal_confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawal_confirmed_at", MOMENT, nullable=True),
        sa.Column("withdrawal_sent_back_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawal_sent_back_at", MOMENT, nullable=True),
        sa.Column("withdrawal_sent_back_note", sa.Text(), nullable=True),
        sa.CheckConstraint("supports BETWEEN 0 AND 4", name="ck_evidence_supports"),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessments.id"], name="fk_evidence_assessment_id"),
        sa.ForeignKeyConstraint(["attached_by"], ["people.id"], name="fk_evidence_attached_by"),
        sa.ForeignKeyConstraint(["confirmed_by"], ["people.id"], name="fk_evidence_confirmed_by"),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name="fk_evidence_file_id"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_evidence_organisation_id"),
        sa.ForeignKeyConstraint(["sent_back_by"], ["people.id"], name="fk_evidence_sent_back_by"),
        sa.ForeignKeyConstraint(["withdrawal_confirmed_by"], ["people.id"], name="fk_evidence_withdrawal_confirmed_by"),
        sa.ForeignKeyConstraint(["withdrawal_sent_back_by"], ["people.id"], name="fk_evidence_withdrawal_sent_back_by"),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["people.id"], name="fk_evidence_withdrawn_by"),
        sa.PrimaryKeyConstraint("id", name="pk_evidence"),
    )
    op.create_index("ix_evidence_assessment_id_question", "evidence", ["assessment_id", "question"])
    op.create_index(
        "ix_evidence_confirmed",
        "evidence",
        ["organisation_id"],
        **where("confirmed_by IS NOT NULL AND withdrawn_by IS NULL AND kind IN ('link', 'document')"),
    )
    op.create_index(
        "ix_evidence_waiting", "evidence", ["organisation_id"], **where("confirmed_by IS NULL AND withdrawn_by IS NULL")
    )
    op.create_index(
        "ix_evidence_withdrawn",
        "evidence",
        ["organisation_id"],
        **where("withdrawn_by IS NOT NULL AND withdrawal_confirmed_by IS NULL"),
    )
    op.create_table(
        "exceptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("gate", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("begins", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("accepted_by", sa.Uuid(), nullable=True),
        sa.Column("accepted_at", MOMENT, nullable=True),
        sa.Column("dropped_by", sa.Uuid(), nullable=True),
        sa.Column("dropped_at", MOMENT, nullable=True),
        sa.Column("dropped_note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["accepted_by"], ["people.id"], name="fk_exceptions_accepted_by"),
        sa.ForeignKeyConstraint(["asked_by"], ["people.id"], name="fk_exceptions_asked_by"),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessments.id"], name="fk_exceptions_assessment_id"),
        sa.ForeignKeyConstraint(["dropped_by"], ["people.id"], name="fk_exceptions_dropped_by"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_exceptions_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_exceptions"),
    )
    op.create_index("ix_exceptions_assessment_id", "exceptions", ["assessment_id"])
    op.create_index(
        "ix_exceptions_waiting",
        "exceptions",
        ["organisation_id"],
        **where("accepted_by IS NULL AND dropped_by IS NULL"),
    )
    op.create_table(
        "links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("sections", sa.JSON(), nullable=False),
        sa.Column("appendix", sa.Boolean(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessments.id"], name="fk_links_assessment_id"),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name="fk_links_made_by"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_links_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_links"),
        sa.UniqueConstraint("token_hash", name="uq_links_token_hash"),
    )
    op.create_index("ix_links_assessment_id", "links", ["assessment_id"])
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=True),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name="fk_sessions_link_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_sessions_person_id"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sessions"),
    )
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_index("ix_sessions_person_id", "sessions", ["person_id"])

    refuse_changes_of_the_audit()


def refuse_changes_of_the_audit() -> None:
    """The audit is append only, whoever is at the database."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_refuses_{verb.lower()} BEFORE {verb} ON audit "
                "BEGIN SELECT RAISE(ABORT, 'the audit is append only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit is append only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_refuses_changes BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()"
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_is_append_only()")
