"""The main database. Law: a clear column holds an id, a revision or a day, and times only where the clock needs them.

Everything that a person wrote or chose is in a `LargeBinary` column, sealed under that person's own key (`vault.py`).
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    CheckConstraint,
    Column,
    ColumnElement,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    FromClause,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    literal_column,
    text,
)
from sqlalchemy.types import TypeDecorator

#: Without names SQLite cannot drop a constraint in a migration.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Moment(TypeDecorator[datetime]):
    """An instant: aware UTC in Python, `timestamptz` on PostgreSQL, naive UTC on SQLite, which has no zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(naming_convention=NAMING)


def _person() -> Column[object]:
    """A row of a person's: it goes when they go."""
    return Column("participant_id", Uuid, ForeignKey("participants.id", ondelete="CASCADE"), nullable=False)


#: One row; the same id stands in the key store, so that two stores that do not belong together are never mixed.
installation = Table("installation", metadata, Column("id", Uuid, primary_key=True))

tenants = Table(
    "tenants",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("platform", String(20), nullable=False),
    Column("external", String(200), nullable=False),
    Column("name", String(200), nullable=False),
    Column("grid_monday", Date, nullable=False),  # every window is four ISO weeks counted from here
    Column("settings", Text, nullable=False),
    Column("gone_day", Date),  # the app was removed there; everything goes after the grace
    UniqueConstraint("platform", "external"),
)

#: Tokens and all else that was said when the app was installed are in `body`, sealed under the installation's own key
#: for them; `renewal_lease`: until then one process renews the token, and no other.
installations = Table(
    "installations",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("platform", String(20), nullable=False),
    Column("external", String(200), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("renewal_lease", Moment),
    UniqueConstraint("platform", "external"),
)

#: Channels in which the bot is a guest. Which one, where and how often it was asked is in `body`, sealed under a key of
#: the installation; `room_index`: a keyed hash of its id; `held_until`: leased, or not to be tried before.
rooms = Table(
    "rooms",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("tenant_id", Uuid, ForeignKey("tenants.id", ondelete="CASCADE"), nullable=False),
    Column("room_index", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("held_until", Moment),
    Column("attempts", Integer, nullable=False),
    UniqueConstraint("room_index"),
    Index("ix_rooms_due_at", "due_at"),
    Index("ix_rooms_tenant_id", "tenant_id"),
)

circles = Table(
    "circles",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("tenant_id", Uuid, ForeignKey("tenants.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("since", Date),  # its first window is the one in which that day is; before: that of the tenant's grid
    UniqueConstraint("tenant_id", "name"),
)

teams = Table(
    "teams",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("tenant_id", Uuid, ForeignKey("tenants.id", ondelete="CASCADE"), nullable=False),
    Column("circle_id", Uuid, ForeignKey("circles.id"), nullable=False),
    Column("name", String(200), nullable=False),
    UniqueConstraint("tenant_id", "name"),
)

#: Circle, team and both `since` follow from the memberships (`counting.py`): a turn reads them here.
#: `next_circle_id` counts from the day `next_circle_from`: nobody's codes are in two circles in one window.
participants = Table(
    "participants",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("tenant_id", Uuid, ForeignKey("tenants.id", ondelete="CASCADE"), nullable=False),
    Column("who_index", LargeBinary, nullable=False),
    Column("ref", LargeBinary, nullable=False),
    Column("key_id", Uuid, nullable=False),
    Column("zone", String(64), nullable=False),
    Column("circle_id", Uuid, ForeignKey("circles.id")),
    Column("next_circle_id", Uuid, ForeignKey("circles.id")),
    Column("next_circle_from", Date),
    Column("team_id", Uuid, ForeignKey("teams.id")),  # the team they are shown with
    Column("member_since", Date),
    Column("supervises_since", Date),
    Column("supervised_until", Date),  # counted from the next window on; everybody knows that they were not before
    Column("joined_day", Date, nullable=False),
    Column("left_day", Date),  # they left the workspace; everything of theirs goes after the grace
    Column("leads_since", Date),
    Column("installed_day", Date),  # they installed the app, and may name who leads
    Column("unreached_day", Date),  # the platform said that their chat is gone; until they do something again
    UniqueConstraint("who_index"),
    Index("ix_participants_circle_id", "circle_id"),
    Index("ix_participants_left_day", "left_day", sqlite_where=text("left_day IS NOT NULL"),
          postgresql_where=text("left_day IS NOT NULL")),
)  # fmt: skip

memberships = Table(
    "memberships",
    metadata,
    Column("participant_id", Uuid, ForeignKey("participants.id", ondelete="CASCADE"), primary_key=True),
    Column("team_id", Uuid, ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True),
    Column("role", String(10), primary_key=True),
    Column("since", Date, nullable=False),
    CheckConstraint("role IN ('member', 'supervisor', 'lead')", name="role"),
)

conversations = Table(
    "conversations",
    metadata,
    Column("participant_id", Uuid, ForeignKey("participants.id", ondelete="CASCADE"), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("state", LargeBinary, nullable=False),
    Column("talk", LargeBinary),
    Column("talk_key_id", Uuid),  # a throwaway key; empty where the talk is sealed under the person's own
    Column("idle_day", Date),
    Index("ix_conversations_idle_day", "idle_day", sqlite_where=text("idle_day IS NOT NULL"),
          postgresql_where=text("idle_day IS NOT NULL")),
    Index("ix_conversations_talk_key_id", "talk_key_id", sqlite_where=text("talk_key_id IS NOT NULL"),
          postgresql_where=text("talk_key_id IS NOT NULL")),
)  # fmt: skip

#: Where a person's chat is on the platform ("references" is a word of SQL's own).
chat_references = Table(
    "chat_references",
    metadata,
    Column("participant_id", Uuid, ForeignKey("participants.id", ondelete="CASCADE"), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

reflections = Table(
    "reflections",
    metadata,
    Column("id", Uuid, primary_key=True),
    _person(),
    Column("body", LargeBinary, nullable=False),
    Column("delete_day", Date, nullable=False),  # the last day on which it may still be there
    Index("ix_reflections_participant_id", "participant_id"),
    Index("ix_reflections_delete_day", "delete_day"),
)

consents = Table(
    "consents",
    metadata,
    Column("id", Uuid, primary_key=True),
    _person(),
    Column("n", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("prev_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    UniqueConstraint("participant_id", "n"),
)

#: Occurrences of check-ins, and notices of what others did: which of the two a row is stands in its sealed body alone,
#: and what is asked, and by which rule, in the person's sealed state. The key lets an occurrence exist once.
#: A claim commits together with the turn it causes, so `claimed` is where one ends when all went well; `stopped`: who
#: was to be asked is out of reach. `zones`: the version of the zone data by which `due_at` was worked out.
check_ins = Table(
    "check_ins",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("due_at", Moment, primary_key=True),
    _person(),
    Column("body", LargeBinary, nullable=False),
    Column("state", String(10), nullable=False),
    Column("zones", String(10), nullable=False),
    CheckConstraint("state IN ('waiting', 'claimed', 'failed', 'stopped', 'cancelled')", name="state"),
    Index("ix_check_ins_participant_id", "participant_id"),
    Index("ix_check_ins_due_at", "due_at", sqlite_where=text("state = 'waiting'"),
          postgresql_where=text("state = 'waiting'")),
    Index("ix_check_ins_undone", "participant_id", sqlite_where=text("state IN ('failed', 'stopped')"),
          postgresql_where=text("state IN ('failed', 'stopped')")),
)  # fmt: skip

#: `payload` is sealed: which question waits tells where a person stands. It, `not_before`, `lease_until` and `worker`
#: are emptied as soon as a delivery is sent or dead.
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("conversation_id", Uuid, ForeignKey("conversations.participant_id", ondelete="CASCADE"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("n", Integer, nullable=False),
    Column("payload", LargeBinary),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("day", Date, nullable=False),
    Column("not_before", Moment),
    Column("lease_until", Moment),
    Column("worker", Uuid),
    Column("last_error", String(40)),  # the class of the error, never its words
    CheckConstraint("state IN ('pending', 'sent', 'dead')", name="state"),
    UniqueConstraint("conversation_id", "revision", "n"),
    Index("ix_deliveries_not_before", "not_before", sqlite_where=text("state = 'pending'"),
          postgresql_where=text("state = 'pending'")),
    Index("ix_deliveries_pending", "conversation_id", "revision", "n", sqlite_where=text("state = 'pending'"),
          postgresql_where=text("state = 'pending'")),
)  # fmt: skip

#: Dedupe keys of what came in, as an HMAC; kept for 72 hours.
inbox = Table(
    "inbox",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("day", Date, nullable=False),
    sqlite_with_rowid=False,
)

script_revisions = Table(
    "script_revisions",
    metadata,
    Column("revision", String(16), primary_key=True),
    Column("slug", String(40), nullable=False),
    Column("body", Text, nullable=False),
    Column("day_added", Date, nullable=False),
)

#: Shared: no person, no time, no reference to the private half, and no row number that would tell the order.
contributions = Table(
    "contributions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("circle_id", Uuid, nullable=False),
    Column("window", String(8), nullable=False),
    Column("token", LargeBinary, nullable=False),
    Column("codes", Text, nullable=False),
    Index("ix_contributions_circle_id_window", "circle_id", "window"),
    sqlite_with_rowid=False,
)

#: Passages that their writers released, until publication. Shared, as above; `body` is sealed under the window's key,
#: which is destroyed with it: whoever wrote a passage can be found only by their own receipt.
excerpts = Table(
    "excerpts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("circle_id", Uuid, nullable=False),
    Column("window", String(8), nullable=False),
    Column("token", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("ix_excerpts_circle_id_window", "circle_id", "window"),
    sqlite_with_rowid=False,
)

#: Of a circle whose window is over: who could be counted, and who had agreed, sealed under a key of the installation,
#: until the next one is closed and compared with it. `roster`: how many could be counted, which is no secret.
closings = Table(
    "closings",
    metadata,
    Column("circle_id", Uuid, ForeignKey("circles.id", ondelete="CASCADE"), primary_key=True),
    Column("window", String(8), primary_key=True),
    Column("roster", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

#: What was published, once, of a circle's window. `body`: a `Snapshot`, sealed under a key of the installation, because
#: released passages are in it. `day`: on which it was due.
snapshots = Table(
    "snapshots",
    metadata,
    Column("circle_id", Uuid, ForeignKey("circles.id", ondelete="CASCADE"), primary_key=True),
    Column("window", String(8), primary_key=True),
    Column("day", Date, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("ix_snapshots_day", "day"),
)

#: Ids of passages that were published, for their writers' receipts; which text it was stands nowhere.
released = Table(
    "released",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("day", Date, nullable=False),
    sqlite_with_rowid=False,
)

#: What a person brings to supervision under their own name, sealed under their key: it goes when they erase themselves.
#: `to_index`: a keyed hash of the one supervisor who can open it.
packets = Table(
    "packets",
    metadata,
    Column("id", Uuid, primary_key=True),
    _person(),
    Column("to_index", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("delete_day", Date, nullable=False),
    Index("ix_packets_participant_id", "participant_id"),
    Index("ix_packets_to_index", "to_index"),
    Index("ix_packets_delete_day", "delete_day"),
)

#: Browsers that a one-time link has let in: only a keyed hash of each cookie, whose it is, and until when.
web_sessions = Table(
    "web_sessions",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    _person(),
    Column("expires_at", Moment, nullable=False),
    Index("ix_web_sessions_participant_id", "participant_id"),
    Index("ix_web_sessions_expires_at", "expires_at"),
)

#: Days on which whoever runs the installation printed a circle's report; the people of the circle can see it.
operator_looks = Table(
    "operator_looks",
    metadata,
    Column("circle_id", Uuid, ForeignKey("circles.id", ondelete="CASCADE"), primary_key=True),
    Column("day", Date, primary_key=True),
)

#: What is never to be stored: names that a person listed, and those of the people of a workspace, as keyed hashes: one
#: for each way of saying a name. Behind each of a person's own stand eight bytes that tell which entry it belongs to.
own_names = Table(
    "own_names",
    metadata,
    Column("participant_id", Uuid, ForeignKey("participants.id", ondelete="CASCADE"), primary_key=True),
    Column("hash", LargeBinary, primary_key=True),
)
roster_names = Table(
    "roster_names",
    metadata,
    Column("tenant_id", Uuid, ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True),
    Column("hash", LargeBinary, primary_key=True),
)

#: One-time links and codes: only a hash of each, who it is for and until when.
links = Table(
    "links",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    _person(),
    Column("purpose", String(20), nullable=False),
    Column("expires_at", Moment, nullable=False),
    Index("ix_links_participant_id", "participant_id"),
    Index("ix_links_expires_at", "expires_at"),
)

#: Who opened a circle's report, and on which day; the people of the circle can see it.
looks = Table(
    "looks",
    metadata,
    Column("circle_id", Uuid, ForeignKey("circles.id", ondelete="CASCADE"), nullable=False),
    _person(),
    Column("day", Date, nullable=False),
    PrimaryKeyConstraint("circle_id", "participant_id", "day"),
    Index("ix_looks_day", "day"),
)

deletion_ledger = Table(
    "deletion_ledger",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("day", Date, nullable=False),
    Column("kind", String(20), nullable=False),
    sqlite_with_rowid=False,
)


# Spelled out, not parameters: only then are the partial indexes used.


def pending(table: FromClause) -> ColumnElement[bool]:
    return table.c.state == literal_column("'pending'")


def waiting(table: FromClause) -> ColumnElement[bool]:
    return table.c.state == literal_column("'waiting'")


PENDING = pending(deliveries)
WAITING = waiting(check_ins)
UNDONE = check_ins.c.state.in_([literal_column("'failed'"), literal_column("'stopped'")])
