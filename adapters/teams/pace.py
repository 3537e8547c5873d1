"""When a call to Teams may be made at all. Pure logic over a clock that is passed in.

Microsoft counts per bot and conversation, and per app and tenant; it calls its numbers estimates
(https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit).
"""

from __future__ import annotations

from bisect import insort
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.ports import Later

#: So many calls in so many seconds.
Limits = tuple[tuple[int, float], ...]
CONVERSATION: Limits = ((7, 1.0), (8, 2.0), (60, 30.0))
TENANT: Limits = ((50, 1.0),)
#: And in an hour, of one conversation: sixty blocks of thirty. Only the ends of blocks are remembered for so long.
BLOCK, BLOCKS, HOUR = 30, 60, 3600.0

#: A wait of a second is waited for (a little more, for the rounding of sums); a longer one is put back.
SHORT = 1.001
#: Seconds for which a whole tenant is let alone when one of its conversations was too fast.
MOMENT = 1.0
#: Places remembered.
MOST = 10_000


@dataclass(slots=True)
class _Place:
    """A tenant, or one conversation, and the moments of its last turns in ascending order."""

    limits: Limits
    turns: list[float] = field(default_factory=list)
    closed: float = 0.0  # until when

    def free(self) -> float:
        """From when on one more turn is within every limit."""
        full = (self.turns[-turns] + within for turns, within in self.limits if len(self.turns) >= turns)
        return max(self.closed, *full, 0.0)

    def take(self, moment: float) -> None:
        insort(self.turns, moment)
        if len(self.turns) > self.limits[-1][0]:
            del self.turns[0]


@dataclass(slots=True)
class _Conversation(_Place):
    """It has an hour too."""

    begun: int = 0  # turns of the block that is not full yet
    ends: list[float] = field(default_factory=list)  # of the last full blocks

    def free(self) -> float:
        return max(_Place.free(self), self.ends[0] + HOUR if len(self.ends) == BLOCKS else 0.0)

    def take(self, moment: float) -> None:
        _Place.take(self, moment)
        self.begun += 1
        if self.begun == BLOCK:
            self.begun = 0
            self.ends = [*self.ends[1 - BLOCKS :], moment]


@dataclass
class Pace:
    """Of one process. Every moment is a reading of `clock`, in seconds."""

    clock: Callable[[], float]
    most: int = MOST
    _tenants: OrderedDict[str, _Place] = field(default_factory=OrderedDict)
    _conversations: OrderedDict[tuple[str, str], _Conversation] = field(default_factory=OrderedDict)

    def turn(self, tenant: str, conversation: str) -> float:
        """Seconds to wait before this call, whose turn is then kept. Raises Later where it would be a long time."""
        now, places = self.clock(), self._places(tenant, conversation)
        moment = max(now, *(place.free() for place in places))
        if moment - now > SHORT:
            raise Later(moment - now)
        for place in places:
            place.take(moment)
        return moment - now

    def still_open(self, tenant: str, conversation: str) -> None:
        """Raises Later where Teams closed the way while a turn was waited for."""
        closed = max(place.closed for place in self._places(tenant, conversation)) - self.clock()
        if closed > 0:
            raise Later(closed)

    def close(self, after: float, tenant: str, conversation: str) -> None:
        """Teams wants no call for this conversation for so many seconds, and by its whole tenant none for a moment."""
        now, (whole, one) = self.clock(), self._places(tenant, conversation)
        one.closed = max(one.closed, now + after)
        whole.closed = max(whole.closed, now + min(after, MOMENT))

    def _places(self, tenant: str, conversation: str) -> tuple[_Place, _Conversation]:
        """The tenant and the conversation; where too many are remembered, those go that were not used for longest."""
        whole = self._tenants.setdefault(tenant, _Place(TENANT))
        self._tenants.move_to_end(tenant)
        one = self._conversations.setdefault((tenant, conversation), _Conversation(CONVERSATION))
        self._conversations.move_to_end((tenant, conversation))
        for remembered in (self._tenants, self._conversations):
            if len(remembered) > self.most:
                remembered.popitem(last=False)
        return whole, one
