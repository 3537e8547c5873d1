"""The first tables"""

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
        "contributions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("circle_id", sa.Uuid(), nullable=False),
        sa.Column("window", sa.String(length=8), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("codes", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contributions")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_contributions_circle_id_window", "contributions", ["circle_id", "window"])

    op.create_table(
        "deletion_ledger",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_deletion_ledger")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "inbox",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_inbox")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "installation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
    )
    op.create_table(
        "script_revisions",
        sa.Column("revision", sa.String(length=16), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("day_added", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("revision", name=op.f("pk_script_revisions")),
    )
    op.create_table(
        "tenants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("external", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("grid_monday", sa.Date(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenants")),
        sa.UniqueConstraint("platform", "external", name=op.f("uq_tenants_platform_external")),
    )
    op.create_table(
        "circles",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_circles_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circles")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_circles_tenant_id_name")),
    )
    op.create_table(
        "teams",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("circle_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["circle_id"], ["circles.id"], name=op.f("fk_teams_circle_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_teams_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teams")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_teams_tenant_id_name")),
    )
    op.create_table(
        "participants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("who_index", sa.LargeBinary(), nullable=False),
        sa.Column("ref", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("circle_id", sa.Uuid(), nullable=True),
        sa.Column("next_circle_id", sa.Uuid(), nullable=True),
        sa.Column("next_circle_from", sa.Date(), nullable=True),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("member_since", sa.Date(), nullable=True),
        sa.Column("supervises_since", sa.Date(), nullable=True),
        sa.Column("joined_day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["circle_id"], ["circles.id"], name=op.f("fk_participants_circle_id")),
        sa.ForeignKeyConstraint(["next_circle_id"], ["circles.id"], name=op.f("fk_participants_next_circle_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_participants_team_id")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_participants_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participants")),
        sa.UniqueConstraint("who_index", name=op.f("uq_participants_who_index")),
    )
    op.create_table(
        "check_ins",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'claimed', 'failed', 'cancelled')", name=op.f("ck_check_ins_state")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participants.id"], name=op.f("fk_check_ins_participant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_ins")),
    )
    op.create_index(
        "ix_check_ins_due_at",
        "check_ins",
        ["due_at"],
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index("ix_check_ins_participant_id", "check_ins", ["participant_id"])

    op.create_table(
        "consents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("prev_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participants.id"], name=op.f("fk_consents_participant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
        sa.UniqueConstraint("participant_id", "n", name=op.f("uq_consents_participant_id_n")),
    )
    op.create_table(
        "conversations",
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("talk", sa.LargeBinary(), nullable=True),
        sa.Column("talk_key_id", sa.Uuid(), nullable=True),
        sa.Column("idle_day", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participants.id"], name=op.f("fk_conversations_participant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("participant_id", name=op.f("pk_conversations")),
    )
    op.create_index(
        "ix_conversations_idle_day",
        "conversations",
        ["idle_day"],
        sqlite_where=sa.text("idle_day IS NOT NULL"),
        postgresql_where=sa.text("idle_day IS NOT NULL"),
    )
    op.create_index(
        "ix_conversations_talk_key_id",
        "conversations",
        ["talk_key_id"],
        sqlite_where=sa.text("talk_key_id IS NOT NULL"),
        postgresql_where=sa.text("talk_key_id IS NOT NULL"),
    )

    op.create_table(
        "memberships",
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.CheckConstraint("role IN ('member', 'supervisor', 'lead')", name=op.f("ck_memberships_role")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participants.id"], name=op.f("fk_memberships_participant_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_memberships_team_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("participant_id", "team_id", "role", name=op.f("pk_memberships")),
    )
    op.create_table(
        "reflections",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("delete_day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participants.id"], name=op.f("fk_reflections_participant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reflections")),
    )
    op.create_index("ix_reflections_delete_day", "reflections", ["delete_day"])
    op.create_index("ix_reflections_participant_id", "reflections", ["participant_id"])

    op.create_table(
        "deliveries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("not_before", Moment(), nullable=True),
        sa.Column("lease_until", Moment(), nullable=True),
        sa.Column("worker", sa.Uuid(), nullable=True),
        sa.Column("last_error", sa.String(length=40), nullable=True),
        sa.CheckConstraint("state IN ('pending', 'sent', 'dead')", name=op.f("ck_deliveries_state")),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.participant_id"],
            name=op.f("fk_deliveries_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("conversation_id", "revision", "n", name=op.f("uq_deliveries_conversation_id_revision_n")),
    )
    op.create_index(
        "ix_deliveries_not_before",
        "deliveries",
        ["not_before"],
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        "ix_deliveries_pending",
        "deliveries",
        ["conversation_id", "revision", "n"],
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )


def downgrade() -> None:
    op.drop_index("ix_deliveries_pending", "deliveries")
    op.drop_index("ix_deliveries_not_before", "deliveries")

    op.drop_table("deliveries")
    op.drop_index("ix_reflections_participant_id", "reflections")
    op.drop_index("ix_reflections_delete_day", "reflections")

    op.drop_table("reflections")
    op.drop_table("memberships")
    op.drop_index("ix_conversations_talk_key_id", "conversations")
    op.drop_index("ix_conversations_idle_day", "conversations")

    op.drop_table("conversations")
    op.drop_table("consents")
    op.drop_index("ix_check_ins_participant_id", "check_ins")
    op.drop_index("ix_check_ins_due_at", "check_ins")

    op.drop_table("check_ins")
    op.drop_table("participants")
    op.drop_table("teams")
    op.drop_table("circles")
    op.drop_table("tenants")
    op.drop_table("script_revisions")
    op.drop_table("installation")
    op.drop_table("inbox")
    op.drop_table("deletion_ledger")
    op.drop_index("ix_contributions_circle_id_window", "contributions")

    op.drop_table("contributions")
