"""What supervisors see: closed windows, snapshots, packets, sessions of the page"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.tables import Moment

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("circles", sa.Column("since", sa.Date()))
    op.add_column("participants", sa.Column("supervised_until", sa.Date()))
    op.create_table(
        "closings",
        sa.Column("circle_id", sa.Uuid(), nullable=False),
        sa.Column("window", sa.String(length=8), nullable=False),
        sa.Column("roster", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        _belongs("closings", "circle_id", "circles.id"),
        sa.PrimaryKeyConstraint("circle_id", "window", name=op.f("pk_closings")),
    )
    op.create_table(
        "snapshots",
        sa.Column("circle_id", sa.Uuid(), nullable=False),
        sa.Column("window", sa.String(length=8), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        _belongs("snapshots", "circle_id", "circles.id"),
        sa.PrimaryKeyConstraint("circle_id", "window", name=op.f("pk_snapshots")),
    )
    op.create_index("ix_snapshots_day", "snapshots", ["day"])
    op.create_table(
        "released",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_released")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "packets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("to_index", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("delete_day", sa.Date(), nullable=False),
        _belongs("packets", "participant_id", "participants.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_packets")),
    )
    for column in ("participant_id", "to_index", "delete_day"):
        op.create_index(f"ix_packets_{column}", "packets", [column])
    op.create_table(
        "web_sessions",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        _belongs("web_sessions", "participant_id", "participants.id"),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_web_sessions")),
    )
    op.create_index("ix_web_sessions_participant_id", "web_sessions", ["participant_id"])
    op.create_index("ix_web_sessions_expires_at", "web_sessions", ["expires_at"])
    op.create_table(
        "operator_looks",
        sa.Column("circle_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        _belongs("operator_looks", "circle_id", "circles.id"),
        sa.PrimaryKeyConstraint("circle_id", "day", name=op.f("pk_operator_looks")),
    )


def downgrade() -> None:
    for table in ("operator_looks", "web_sessions", "packets", "released", "snapshots", "closings"):
        op.drop_table(table)
    op.drop_column("participants", "supervised_until")
    op.drop_column("circles", "since")


def _belongs(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [to], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE")
