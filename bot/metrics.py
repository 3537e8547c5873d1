"""An operator's numbers. Law: of the whole installation only; no tenant, no team, no person, and nothing of a moment.

In a small installation a counter that moves tells who watches it that somebody is there. So whatever people cause is
shown as it stood at the last quarter of an hour; only the clock's own rounds are shown as they are.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, generate_latest

from bot.conversation import Reply
from bot.events import Inbound
from bot.ports import ConversationGone, Delivery, InstallationGone, Messenger, OurBug, Refusal
from bot.turn import Shell

disable_created_metrics()  # type: ignore[no-untyped-call]  # they would say when somebody was first here, to the millisecond

#: Seconds for which what people cause is shown as it stood.
STILL = 900.0
TURN_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)

#: Whose addresses they are, by their first part.
PLATFORMS = {"slack": "slack", "api": "teams"}


def known(platform: str) -> str:
    """A label is one of a few words, whatever comes."""
    return platform if platform in ("local", *PLATFORMS.values()) else "other"


Tick = Callable[[Shell, datetime], Awaitable[None]]


class Counts:
    """Counts of one process, in a registry of their own; `now` is a clock that never goes back."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        people, rounds = CollectorRegistry(), CollectorRegistry()
        by = ("platform", "outcome")
        self._requests = Counter("afterword_requests", "HTTP requests: ok, refused, failed.", by, registry=people)
        self._turns = Counter("afterword_turns", "Events taken: answered, refused, failed.", by, registry=people)
        self._seconds = Histogram(
            "afterword_turn_seconds", "From an event to its answer.", registry=people, buckets=TURN_SECONDS
        )
        self._deliveries = Counter(
            "afterword_deliveries", "Attempts to send what is owed: sent, later, dead.", by, registry=people
        )
        self._ticks = Counter("afterword_ticks", "Rounds of the clock: done, failed.", ("outcome",), registry=rounds)
        self._people, self._rounds, self._now = people, rounds, now
        self._shown, self._since = generate_latest(people), now()

    def request(self, path: str, status: int) -> None:
        """`path`: a route's own, such as /slack/events; what belongs to no platform is not counted."""
        if platform := PLATFORMS.get(path.split("/")[1]):
            outcome = "failed" if status >= 500 else "refused" if status >= 400 else "ok"
            self._requests.labels(platform, outcome).inc()

    def turn(self, platform: str, outcome: str, seconds: float) -> None:
        self._turns.labels(known(platform), outcome).inc()
        self._seconds.observe(seconds)

    def delivery(self, platform: str, outcome: str) -> None:
        self._deliveries.labels(known(platform), outcome).inc()

    def ticking(self, tick: Tick) -> Tick:
        """The same tick, counted."""

        async def counted(shell: Shell, now: datetime) -> None:
            try:
                await tick(shell, now)
            except Exception:
                self._ticks.labels("failed").inc()
                raise
            self._ticks.labels("done").inc()

        return counted

    def text(self) -> bytes:
        """For Prometheus, in its text format."""
        if self._now() - self._since >= STILL:
            self._shown, self._since = generate_latest(self._people), self._now()
        return self._shown + generate_latest(self._rounds)


@dataclass
class CountedShell(Shell):
    """A shell whose turns are counted."""

    counts: Counts = field(default_factory=Counts)

    async def handle(self, inbound: Inbound) -> Reply:
        began, outcome = time.perf_counter(), "failed"
        try:
            reply = await super().handle(inbound)
            outcome = "answered"
        except Refusal:
            outcome = "refused"
            raise
        finally:
            self.counts.turn(inbound.who.platform, outcome, time.perf_counter() - began)
        return reply


@dataclass(frozen=True)
class CountedMessenger:
    """A messenger whose sends are counted."""

    messenger: Messenger
    counts: Counts

    async def send(self, delivery: Delivery) -> None:
        outcome = "later"  # as for anything unknown: see Shell.send
        try:
            await self.messenger.send(delivery)
            outcome = "sent"
        except (ConversationGone, InstallationGone, OurBug):
            outcome = "dead"
            raise
        finally:
            self.counts.delivery(delivery.who.platform, outcome)
