"""Messages owed to people's chats: leased in order, one a conversation, sent at least once."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID

from pydantic import AwareDatetime, ValidationError
from sqlalchemy import and_, bindparam, exists, func, or_, select, tuple_, update

from bot.conversation import Message
from bot.events import Frozen
from bot.ports import LEASE_SECONDS, ConversationGone, Delivery, InstallationGone, Later
from storage import tables as t
from storage.keystore import KeyStore
from storage.leaving import EMPTIED, out_of_reach
from storage.place import HERE, PERSON, Place, named
from storage.prepared import Prepared, Row, Wire
from storage.vault import Key, Unopened, place

#: With the pauses between them nearly a day: an outage of the platform loses nothing.
MOST_ATTEMPTS = 100
_FIRST_PAUSE = 2.0
_LONGEST_PAUSE = 900.0

_mine = t.deliveries
_earlier = t.deliveries.alias("earlier")

#: An older one of the same conversation that is not sent yet holds the newer ones back; a dead one does not.
_OWED = Prepared(
    select(
        _mine.c.id,
        _mine.c.conversation_id,
        _mine.c.revision,
        _mine.c.n,
        _mine.c.payload,
        _mine.c.attempts,
        HERE,
        *PERSON,
    )
    .select_from(
        _mine.join(t.participants, t.participants.c.id == _mine.c.conversation_id).join(
            t.tenants, t.tenants.c.id == t.participants.c.tenant_id
        )
    )
    .where(
        t.PENDING,
        _mine.c.not_before <= bindparam("now", type_=t.Moment()),
        or_(_mine.c.lease_until.is_(None), _mine.c.lease_until <= bindparam("now", type_=t.Moment())),
        ~exists().where(
            and_(
                _earlier.c.conversation_id == _mine.c.conversation_id,
                t.pending(_earlier),
                tuple_(_earlier.c.revision, _earlier.c.n) < tuple_(_mine.c.revision, _mine.c.n),
            )
        ),
    )
    .order_by(_mine.c.not_before)
    .limit(bindparam("limit"))
    .with_for_update(of=_mine, skip_locked=True)
)
_LEASE = Prepared(
    update(t.deliveries)
    .where(t.deliveries.c.id == bindparam("delivery"))
    .values(lease_until=bindparam("until"), worker=bindparam("process"))
)
_OVER = Prepared(
    update(t.deliveries)
    .where(t.deliveries.c.id == bindparam("delivery"), t.PENDING)
    .values(state=bindparam("outcome"), last_error=bindparam("error"), **EMPTIED)
)
_AGAIN = Prepared(
    update(t.deliveries)
    .where(t.deliveries.c.id == bindparam("delivery"), t.PENDING)
    .values(
        attempts=bindparam("tried"),
        last_error=bindparam("error"),
        not_before=bindparam("moment"),
        lease_until=None,
        worker=None,
    )
)
_TRIED = Prepared(
    select(t.deliveries.c.attempts, t.deliveries.c.conversation_id).where(t.deliveries.c.id == bindparam("delivery"))
)


_PENDING = Prepared(
    select(t.deliveries.c.id, t.deliveries.c.payload).where(
        t.deliveries.c.conversation_id == bindparam("person"), t.PENDING
    )
)
_FAILED = Prepared(
    select(t.deliveries.c.last_error, func.count())
    .where(
        t.deliveries.c.state == "dead",
        t.deliveries.c.last_error.is_not(None),
        t.deliveries.c.last_error != "Recalled",
    )
    .group_by(t.deliveries.c.last_error)
)


class Expired(Exception):
    """It could not be sent while it was welcome."""


class Payload(Frozen):
    """What a delivery carries until it is sent. `until`: from then on it is not welcome any more."""

    locale: str
    message: Message
    until: AwareDatetime | None = None

    def written(self) -> str:
        return self.model_dump_json(exclude_defaults=True)


def lease(wire: Wire, keys: KeyStore, now: datetime, limit: int) -> tuple[Delivery, ...]:
    """Takes what is due and free for this process."""
    rows = wire.all(_OWED, now=now, limit=limit)
    until = now + timedelta(seconds=LEASE_SECONDS)
    wire.run_many(_LEASE, [{"delivery": row[0], "until": until, "process": keys.process} for row in rows])
    read = [_delivery(wire, keys, row, now) for row in rows]
    return tuple(delivery for delivery in read if delivery is not None)


def _delivery(wire: Wire, keys: KeyStore, row: Row, now: datetime) -> Delivery | None:
    delivery, conversation, revision, n, payload, attempts, here, *person = row
    _, tenant, key_id, *_ = person
    try:
        if not here:
            raise InstallationGone
        who = named(keys, *person)
        key = keys.data_key(key_id)
        if key is None:
            raise Unopened
        what = Payload.model_validate_json(key.key.open(payload, place(tenant, "deliveries", delivery, "payload")))
        if what.until is not None and now >= what.until:
            raise Expired
    except (InstallationGone, Unopened, ValidationError, Expired) as error:
        wire.run(_OVER, delivery=delivery, outcome="dead", error=type(error).__name__)
        return None
    return Delivery(delivery, conversation, revision, n, who, what.locale, what.message, attempts)


def sent(wire: Wire, delivery: UUID) -> None:
    wire.run(_OVER, delivery=delivery, outcome="sent", error=None)


def failed(wire: Wire, delivery: UUID, error: Exception, now: datetime) -> None:
    row = wire.one(_TRIED, delivery=delivery)
    if row is None:
        return
    tried, person = row[0] + 1, row[1]
    name = type(error).__name__[:40]
    if isinstance(error, Later) and tried < MOST_ATTEMPTS:
        moment = now + timedelta(seconds=again(error, tried))
        wire.run(_AGAIN, delivery=delivery, tried=tried, error=name, moment=moment)
        return
    wire.run(_OVER, delivery=delivery, outcome="dead", error=name)
    if isinstance(error, ConversationGone):
        out_of_reach(wire, person, now.astimezone(UTC).date())


def recall(wire: Wire, found: Place, key: Key) -> None:
    """Lets go of what is pending for a person and was welcome for a while only: what a clock asked."""
    for delivery, payload in wire.all(_PENDING, person=found.person):
        with suppress(Unopened, ValidationError):  # the ticker finds out, and declares it dead
            what = Payload.model_validate_json(key.open(payload, found.where("deliveries", delivery, "payload")))
            if what.until is not None:
                wire.run(_OVER, delivery=delivery, outcome="dead", error="Recalled")


def failures(wire: Wire) -> dict[str, int]:
    """How many were given up, by the class of the error, as long as their rows are there."""
    return dict(wire.all(_FAILED))


def again(error: Later, tried: int) -> float:
    """Seconds until the next attempt, not before the platform wants it and not at the same moment for all."""
    return max(error.after + random.uniform(0.0, error.after / 5), pause(tried))


def pause(tried: int) -> float:
    """Seconds until the next attempt: doubling, capped, and never the same for all (half of it is random)."""
    longest = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** (tried - 1))
    return longest * random.uniform(0.5, 1.0)
