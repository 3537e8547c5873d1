"""How fast we may call. Pure logic over a clock that is passed in.

Slack counts per app, workspace and method, and gives a chat about one message a second
(https://docs.slack.dev/apis/web-api/rate-limits).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.ports import Later

#: Seconds between two messages of one chat, and between two of one workspace.
CHAT_EVERY = 1.0
WORKSPACE_EVERY = 0.2
#: A wait of a second is waited for (a little more, for the rounding of sums); a longer one is put back.
SHORT = 1.001
#: Moments remembered.
MOST = 10_000

#: What is counted as a message to a chat.
POSTS = frozenset({"chat.postMessage", "chat.postEphemeral"})

Place = tuple[str, str]


@dataclass
class Pace:
    """Of one process. Every moment is a reading of `clock`, in seconds."""

    clock: Callable[[], float]
    most: int = MOST
    _closed: dict[Place, float] = field(default_factory=dict)  # (tenant, method), (tenant, channel): until when
    _next: dict[Place, float] = field(default_factory=dict)  # (tenant, channel), (tenant, ""): the next free moment

    def turn(self, tenant: str, method: str, channel: str = "") -> float:
        """Seconds to wait before this call, whose turn is then kept. Raises Later where it would be a long time."""
        now = self.clock()
        closed = self._closed_for(now, tenant, method, channel)
        if closed > 0:
            raise Later(closed)
        if method not in POSTS:
            return 0.0
        chat, workspace = (tenant, channel), (tenant, "")
        moment = max(now, self._next.get(chat, 0.0), self._next.get(workspace, 0.0))
        if moment - now > SHORT:
            raise Later(moment - now)
        self._remember(self._next, chat, moment + CHAT_EVERY, now)
        self._remember(self._next, workspace, moment + WORKSPACE_EVERY, now)
        return moment - now

    def still_open(self, tenant: str, method: str, channel: str = "") -> None:
        """Raises Later where Slack closed the way while a turn was waited for."""
        closed = self._closed_for(self.clock(), tenant, method, channel)
        if closed > 0:
            raise Later(closed)

    def close(self, after: float, tenant: str, method: str, channel: str = "") -> None:
        """Slack wants no such call of this workspace for so many seconds, and no message to this chat."""
        now = self.clock()
        places = [(tenant, method), *([(tenant, channel)] if channel and method in POSTS else [])]
        for place in places:
            until = max(now + after, self._closed.get(place, 0.0))
            self._remember(self._closed, place, until, now)

    def _closed_for(self, now: float, tenant: str, method: str, channel: str) -> float:
        until = self._closed.get((tenant, method), 0.0)
        if channel and method in POSTS:
            until = max(until, self._closed.get((tenant, channel), 0.0))
        return until - now

    def _remember(self, moments: dict[Place, float], place: Place, moment: float, now: float) -> None:
        """A moment that is past says nothing any more; where all are to come, the oldest entries go."""
        moments.pop(place, None)
        moments[place] = moment
        if len(moments) <= self.most:
            return
        for old in [key for key, at in moments.items() if at <= now]:
            del moments[old]
        while len(moments) > self.most:
            del moments[next(iter(moments))]
