"""What makes a report a decision: milestones, earlier statements, trade-offs, and what a solver worked out.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TABLES = ("statements", "dropped_questions", "trade_offs", "sealed_catalogues", "milestones", "worked_out")
SEALED = ("sealed_catalogues", "milestones")
THERE = {
    "sealed_catalogues": "EXISTS (SELECT 1 FROM sealed_catalogues WHERE sha256 = NEW.sha256)",
    "milestones": (
        "EXISTS (SELECT 1 FROM milestones "
        "WHERE id = NEW.id OR (assessment_id = NEW.assessment_id AND title = NEW.title))"
    ),
}
FIGURES = ("gates", "contradicted", "waiting_review", "asks_again", "inputs_sha256")


def upgrade() -> None:
    op.add_column("assessments", sa.Column("gates", sa.Text(), nullable=True))
    op.add_column("assessments", sa.Column("contradicted", sa.Integer(), nullable=True))
    op.add_column("assessments", sa.Column("waiting_review", sa.Integer(), nullable=True))
    op.add_column("assessments", sa.Column("asks_again", sa.Integer(), nullable=True))
    op.add_column("assessments", sa.Column("inputs_sha256", sa.String(length=64), nullable=True))
    op.execute("UPDATE assessments SET scored_on = NULL")  # more is kept of a scoring now: score afresh
    op.add_column("answers", sa.Column("anchor_changed", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("exceptions", sa.Column("cost", sa.Text(), nullable=True))
    make_what_hangs_on_pilots_and_assessments()
    make_what_is_sealed()
    refuse_changes_of_what_is_sealed()


def make_what_hangs_on_pilots_and_assessments() -> None:
    op.create_table(
        "statements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("pilot_id", sa.Uuid(), nullable=False),
        sa.Column("profile", sa.JSON(), nullable=False),
        sa.Column("needs", sa.JSON(), nullable=False),
        sa.Column("stated_by", sa.Uuid(), nullable=False),
        sa.Column("stated_at", MOMENT, nullable=False),
        sa.Column("replaced_by", sa.Uuid(), nullable=False),
        sa.Column("replaced_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_statements_organisation_id"),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilots.id"], name="fk_statements_pilot_id"),
        sa.ForeignKeyConstraint(["stated_by"], ["people.id"], name="fk_statements_stated_by"),
        sa.ForeignKeyConstraint(["replaced_by"], ["people.id"], name="fk_statements_replaced_by"),
        sa.PrimaryKeyConstraint("id", name="pk_statements"),
    )
    op.create_index("ix_statements_pilot_id", "statements", ["pilot_id"])
    op.create_table(
        "dropped_questions",
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessments.id"], name="fk_dropped_questions_assessment_id"),
        sa.PrimaryKeyConstraint("assessment_id", "question", name="pk_dropped_questions"),
    )
    op.create_table(
        "trade_offs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("cost", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_trade_offs_organisation_id"),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessments.id"], name="fk_trade_offs_assessment_id"),
        sa.ForeignKeyConstraint(["recorded_by"], ["people.id"], name="fk_trade_offs_recorded_by"),
        sa.ForeignKeyConstraint(["ended_by"], ["people.id"], name="fk_trade_offs_ended_by"),
        sa.PrimaryKeyConstraint("id", name="pk_trade_offs"),
    )
    op.create_index("ix_trade_offs_assessment_id", "trade_offs", ["assessment_id"])
    op.create_table(
        "worked_out",
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("inputs_sha256", sa.String(length=64), nullable=False),
        sa.Column("effort_days", sa.Text(), nullable=True),
        sa.Column("has_path", sa.Boolean(), nullable=False),
        sa.Column("kept_at", MOMENT, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessments.id"], name="fk_worked_out_assessment_id"),
        sa.PrimaryKeyConstraint("assessment_id", "what", "as_of", "inputs_sha256", name="pk_worked_out"),
    )


def make_what_is_sealed() -> None:
    op.create_table(
        "sealed_catalogues",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_sealed_catalogues"),
    )
    op.create_table(
        "milestones",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("sealed_by", sa.Uuid(), nullable=False),
        sa.Column("sealed_at", MOMENT, nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("catalogue_id", sa.Text(), nullable=False),
        sa.Column("catalogue_version", sa.Text(), nullable=False),
        sa.Column("catalogue_sha256", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("claimed", sa.Text(), nullable=True),
        sa.Column("proven", sa.Text(), nullable=True),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("applicable", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_milestones_organisation_id"),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessments.id"], name="fk_milestones_assessment_id"),
        sa.ForeignKeyConstraint(["sealed_by"], ["people.id"], name="fk_milestones_sealed_by"),
        sa.ForeignKeyConstraint(
            ["catalogue_sha256"], ["sealed_catalogues.sha256"], name="fk_milestones_catalogue_sha256"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_milestones"),
        sa.UniqueConstraint("assessment_id", "title", name="uq_milestones_assessment_id_title"),
    )
    op.create_index(
        "ix_milestones_trend",
        "milestones",
        ["organisation_id", "sealed_at", "id", "assessment_id", "as_of", "proven"],
    )


def refuse_changes_of_what_is_sealed() -> None:
    """What is sealed stays as it is, whoever is at the database."""
    if op.get_bind().dialect.name == "sqlite":
        for table in SEALED:
            for verb in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_refuse_{verb.lower()} BEFORE {verb} ON {table} "
                    "BEGIN SELECT RAISE(ABORT, 'what is sealed never changes'); END"
                )
            # INSERT OR REPLACE deletes without asking the trigger above.
            op.execute(
                f"CREATE TRIGGER {table}_refuse_replace BEFORE INSERT ON {table} WHEN {THERE[table]} "
                "BEGIN SELECT RAISE(ABORT, 'what is sealed never changes'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION sealed_never_changes() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'what is sealed never changes'; END $$"
    )
    for table in SEALED:
        op.execute(
            f"CREATE TRIGGER {table}_refuse_changes BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION sealed_never_changes()"
        )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION sealed_never_changes()")
    op.drop_column("exceptions", "cost")
    op.drop_column("answers", "anchor_changed")
    for column in reversed(FIGURES):
        op.drop_column("assessments", column)
