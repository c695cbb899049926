"""Files that readers know: what a reader said of one, and those that wait for somebody to say what they are for.

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("evidence", sa.Column("artefact", sa.JSON(), nullable=True))
    op.create_index("ix_evidence_file_id", "evidence", ["file_id"])
    op.add_column("assessments", sa.Column("catalogue_sha256", sa.String(length=64), nullable=True))
    op.execute("UPDATE assessments SET scored_on = NULL")  # findings are read by rules now: score afresh
    op.create_table(
        "arrivals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=True),
        sa.Column("arrived_by", sa.Uuid(), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reading", sa.JSON(), nullable=True),
        sa.Column("refused", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_arrivals_organisation_id"),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessments.id"], name="fk_arrivals_assessment_id"),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name="fk_arrivals_file_id"),
        sa.ForeignKeyConstraint(["arrived_by"], ["people.id"], name="fk_arrivals_arrived_by"),
        sa.PrimaryKeyConstraint("id", name="pk_arrivals"),
        sa.CheckConstraint("(file_id IS NULL) = (refused IS NOT NULL)", name="ck_arrivals_kept_or_refused"),
    )
    op.create_index("ix_arrivals_assessment_id_id", "arrivals", ["assessment_id", "id"])
    op.create_index("ix_arrivals_file_id", "arrivals", ["file_id"])


def downgrade() -> None:
    op.drop_table("arrivals")
    op.drop_column("assessments", "catalogue_sha256")
    op.drop_index("ix_evidence_file_id", "evidence")
    op.drop_column("evidence", "artefact")
