"""Check-ins: one row an occurrence of a rule, the version of the zone data that planned it, and people out of reach"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.tables import Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_COPY = "id, participant_id, due_at, body, state"


def upgrade() -> None:
    with op.batch_alter_table("participants") as participants:
        participants.add_column(sa.Column("unreached_day", sa.Date(), nullable=True))
    _rebuild(
        [sa.Column("zones", sa.String(10), nullable=False)],
        "'waiting', 'claimed', 'failed', 'stopped', 'cancelled'",
        ("id", "due_at"),
        f"INSERT INTO check_ins ({_COPY}, zones) SELECT {_COPY}, '' FROM check_ins_before",
    )
    undone = sa.text("state IN ('failed', 'stopped')")
    op.create_index(
        "ix_check_ins_undone", "check_ins", ["participant_id"], sqlite_where=undone, postgresql_where=undone
    )


def downgrade() -> None:
    op.drop_index("ix_check_ins_undone", "check_ins")
    op.execute("DELETE FROM check_ins WHERE state <> 'waiting'")
    op.execute(  # one that is due already may wait beside the next of the same rule
        "DELETE FROM check_ins WHERE EXISTS (SELECT 1 FROM check_ins AS other "
        "WHERE other.id = check_ins.id AND other.due_at < check_ins.due_at)"
    )
    _rebuild(
        [],
        "'waiting', 'claimed', 'failed', 'cancelled'",
        ("id",),
        f"INSERT INTO check_ins ({_COPY}) SELECT {_COPY} FROM check_ins_before",
    )
    with op.batch_alter_table("participants") as participants:
        participants.drop_column("unreached_day")


def _rebuild(more: list[sa.Column[object]], states: str, key: tuple[str, ...], copy: str) -> None:
    """The table with another key: neither database changes one in place under the same name."""
    op.execute(f"CREATE TABLE check_ins_before AS SELECT {_COPY} FROM check_ins")
    op.drop_index("ix_check_ins_participant_id", "check_ins")
    op.drop_index("ix_check_ins_due_at", "check_ins")
    op.drop_table("check_ins")
    op.create_table(
        "check_ins",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        *more,
        sa.CheckConstraint(f"state IN ({states})", name=op.f("ck_check_ins_state")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participants.id"], name=op.f("fk_check_ins_participant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(*key, name=op.f("pk_check_ins")),
    )
    op.execute(copy)
    op.execute("DROP TABLE check_ins_before")
    waiting = sa.text("state = 'waiting'")
    op.create_index("ix_check_ins_due_at", "check_ins", ["due_at"], sqlite_where=waiting, postgresql_where=waiting)
    op.create_index("ix_check_ins_participant_id", "check_ins", ["participant_id"])
