"""Rooms: the channels in which the bot is a guest"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.tables import Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rooms",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("room_index", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("held_until", Moment(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_rooms_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rooms")),
        sa.UniqueConstraint("room_index", name=op.f("uq_rooms_room_index")),
    )
    op.create_index("ix_rooms_due_at", "rooms", ["due_at"])
    op.create_index("ix_rooms_tenant_id", "rooms", ["tenant_id"])


def downgrade() -> None:
    op.drop_index("ix_rooms_tenant_id", "rooms")
    op.drop_index("ix_rooms_due_at", "rooms")

    op.drop_table("rooms")
