"""Scenarios: what a calculator came to, kept with a pilot, and the evidence that was taken from it.

Revision ID: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "scenarios",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("pilot_id", sa.Uuid(), nullable=False),
        sa.Column("calculator", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("product", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("worked_out_by", sa.Uuid(), nullable=False),
        sa.Column("worked_out_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_scenarios_organisation_id"),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilots.id"], name="fk_scenarios_pilot_id"),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name="fk_scenarios_made_by"),
        sa.ForeignKeyConstraint(["worked_out_by"], ["people.id"], name="fk_scenarios_worked_out_by"),
        sa.PrimaryKeyConstraint("id", name="pk_scenarios"),
        sa.UniqueConstraint("pilot_id", "name", name="uq_scenarios_pilot_id_name"),
    )
    op.create_index("ix_scenarios_pilot_id_id", "scenarios", ["pilot_id", "id"])
    # SQLite takes a new column's foreign key, and lets go of it again, only where it stands in the column itself.
    op.execute("ALTER TABLE evidence ADD COLUMN scenario_id " + _UUID[op.get_bind().dialect.name] + _REFERENCE)
    op.create_index("ix_evidence_scenario_id", "evidence", ["scenario_id"])


def downgrade() -> None:
    op.drop_index("ix_evidence_scenario_id", "evidence")
    op.drop_column("evidence", "scenario_id")
    op.drop_table("scenarios")


_UUID = {"sqlite": "CHAR(32)", "postgresql": "UUID"}
_REFERENCE = " CONSTRAINT fk_evidence_scenario_id REFERENCES scenarios (id)"
