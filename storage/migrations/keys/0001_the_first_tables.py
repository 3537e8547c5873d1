"""The first tables of the key store"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.tables import Moment

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "data_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("throwaway", sa.Boolean(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_keys")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_data_keys_day",
        "data_keys",
        ["day"],
        sqlite_where=sa.text("throwaway = 1"),
        postgresql_where=sa.text("throwaway"),
    )

    op.create_table(
        "deletion_ledger_copy",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_deletion_ledger_copy")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "key_installation",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_key_installation")),
    )
    op.create_table(
        "processes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.Column("key_ids", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_processes")),
    )
    op.create_table(
        "purpose_keys",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purpose_keys")),
    )
    op.create_table(
        "window_keys",
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_window_keys")),
    )


def downgrade() -> None:
    op.drop_table("window_keys")
    op.drop_table("purpose_keys")
    op.drop_table("processes")
    op.drop_table("key_installation")
    op.drop_table("deletion_ledger_copy")
    op.drop_index("ix_data_keys_day", "data_keys")

    op.drop_table("data_keys")
