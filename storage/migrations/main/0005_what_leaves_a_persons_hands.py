"""What leaves a person's hands: excerpts, names that are never stored, one-time links, who looked at reports"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.tables import Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "excerpts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("circle_id", sa.Uuid(), nullable=False),
        sa.Column("window", sa.String(length=8), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_excerpts")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_excerpts_circle_id_window", "excerpts", ["circle_id", "window"])
    _names("own_names", "participant_id", "participants.id")
    _names("roster_names", "tenant_id", "tenants.id")
    op.create_table(
        "links",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        _belongs("links", "participant_id", "participants.id"),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_links")),
    )
    op.create_index("ix_links_participant_id", "links", ["participant_id"])
    op.create_index("ix_links_expires_at", "links", ["expires_at"])
    op.create_table(
        "looks",
        sa.Column("circle_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        _belongs("looks", "circle_id", "circles.id"),
        _belongs("looks", "participant_id", "participants.id"),
        sa.PrimaryKeyConstraint("circle_id", "participant_id", "day", name=op.f("pk_looks")),
    )
    op.create_index("ix_looks_day", "looks", ["day"])
    op.create_index("ix_participants_circle_id", "participants", ["circle_id"])


def downgrade() -> None:
    op.drop_index("ix_participants_circle_id", "participants")
    for table, indexes in {
        "looks": ["ix_looks_day"],
        "links": ["ix_links_expires_at", "ix_links_participant_id"],
        "roster_names": [],
        "own_names": [],
        "excerpts": ["ix_excerpts_circle_id_window"],
    }.items():
        for index in indexes:
            op.drop_index(index, table)
        op.drop_table(table)


def _names(table: str, owner: str, of: str) -> None:
    op.create_table(
        table,
        sa.Column(owner, sa.Uuid(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        _belongs(table, owner, of),
        sa.PrimaryKeyConstraint(owner, "hash", name=op.f(f"pk_{table}")),
    )


def _belongs(table: str, column: str, of: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [of], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE")
