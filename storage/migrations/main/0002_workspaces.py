"""Workspaces: installations, where chats are, who leads, and who has gone

Columns are added in place: SQLite would make a table anew by dropping the old one, and all rows that point there.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.tables import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "installations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("external", sa.String(length=200), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("renewal_lease", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installations")),
        sa.UniqueConstraint("platform", "external", name=op.f("uq_installations_platform_external")),
    )
    op.create_table(
        "chat_references",
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participants.id"], name=op.f("fk_chat_references_participant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("participant_id", name=op.f("pk_chat_references")),
    )
    op.add_column("tenants", sa.Column("gone_day", sa.Date(), nullable=True))
    op.add_column("participants", sa.Column("left_day", sa.Date(), nullable=True))
    op.add_column("participants", sa.Column("leads_since", sa.Date(), nullable=True))
    op.add_column("participants", sa.Column("installed_day", sa.Date(), nullable=True))
    op.create_index(
        "ix_participants_left_day",
        "participants",
        ["left_day"],
        sqlite_where=sa.text("left_day IS NOT NULL"),
        postgresql_where=sa.text("left_day IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_participants_left_day", "participants")

    op.drop_column("participants", "installed_day")
    op.drop_column("participants", "leads_since")
    op.drop_column("participants", "left_day")
    op.drop_column("tenants", "gone_day")
    op.drop_table("chat_references")
    op.drop_table("installations")
