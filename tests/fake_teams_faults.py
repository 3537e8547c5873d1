"""What a test orders to go wrong when the bot calls: too many requests, errors, slowness, lost answers; and Teams' own
limits of how often a bot may call.

Limits: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit
"""

from __future__ import annotations

import asyncio
import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web
from fake_teams_state import Teams

#: What is called; "*" stands for all of the connector, but not for the login and the keys.
CONNECTOR: Final = ("create", "send", "reply", "update", "delete", "members", "member")
OTHERS: Final = ("token", "openid", "keys")

#: So many calls in so many seconds, of one bot in one conversation. Whether changes count as sends is [unverified].
SENDING: Final = ((7, 1.0), (8, 2.0), (60, 30.0), (1800, 3600.0))
READING: Final = ((14, 1.0), (16, 2.0), (120, 30.0), (3600, 3600.0))
#: Of one app in one tenant, all together.
TENANT: Final = ((50, 1.0),)

#: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/conversation-messages#status-code-responses
CODES: Final = {
    400: "BadSyntax",
    401: "BotNotRegistered",
    403: "BotNotInConversationRoster",
    404: "ConversationNotFound",
    412: "PreconditionFailed",
    413: "MessageSizeTooBig",
    429: "Throttled",
    500: "ServiceError",
    502: "ServiceError",
    503: "ServiceUnavailable",
    504: "GatewayTimeout",
}


@dataclass
class Order:
    """Of one method, or of every one of the connector's ("*"). `times` counts down; None is for good."""

    method: str
    times: int | None = 1
    conversation: str = ""
    tenant: str = ""
    status: int = 0
    code: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    seconds: float = 0.0
    #: Break off without an answer: before anything is done, or after.
    dropped: bool = False
    lost: bool = False

    def meets(self, method: str, conversation: str, tenant: str) -> bool:
        named = method == self.method or (self.method == "*" and method in CONNECTOR)
        here = self.conversation in ("", conversation) and self.tenant in ("", tenant)
        return self.times != 0 and named and here

    def use(self) -> None:
        if self.times is not None:
            self.times -= 1


def refusal(status: int, code: str = "", headers: Mapping[str, str] | None = None) -> web.Response:
    code = code or CODES.get(status, "Error")
    body = {"error": {"code": code, "message": f"{code}."}}
    return web.json_response(body, status=status, headers=dict(headers or {}))


@dataclass
class Faulty(Teams):
    orders: list[Order] = field(default_factory=list)
    #: Whether Teams' published limits hold. By the fake's clock, which stands still unless it is moved or runs.
    throttling: bool = False
    _calls_of: dict[tuple[str, str], list[float]] = field(default_factory=lambda: defaultdict(list))

    def limit(
        self,
        times: int | None = 1,
        retry_after: int | None = 30,
        *,
        method: str = "*",
        conversation: str = "",
        tenant: str = "",
    ) -> None:
        """429. `retry_after`: None leaves the header out; that it always comes is promised nowhere."""
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        self.orders.append(Order(method, times, conversation, tenant, 429, headers=headers))

    def fail(
        self,
        status: int,
        times: int | None = 1,
        *,
        method: str = "*",
        code: str = "",
        conversation: str = "",
        tenant: str = "",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> None:
        """`code`: of the error, the usual one of the status if not said. `body`: anything else than an error."""
        self.orders.append(Order(method, times, conversation, tenant, status, code, headers or {}, body))

    def drop(self, times: int | None = 1, *, method: str = "*") -> None:
        """The connection breaks, and nothing was done."""
        self.orders.append(Order(method, times, dropped=True))

    def lose(self, times: int | None = 1, *, method: str = "*") -> None:
        """What is asked is done, but no answer arrives: the connection breaks."""
        self.orders.append(Order(method, times, lost=True))

    def delay(self, seconds: float, times: int | None = 1, *, method: str = "*") -> None:
        """Real seconds, before anything is done; keep them few."""
        self.orders.append(Order(method, times, seconds=seconds))

    def lift(self) -> None:
        """Nothing goes wrong any more."""
        self.orders.clear()

    async def trouble(self, request: web.Request, method: str, conversation: str, tenant: str) -> web.Response | None:
        """The answer that was ordered instead of the true one."""
        due = [each for each in self.orders if each.meets(method, conversation, tenant) and not each.lost]
        for order in [each for each in due if each.seconds]:
            order.use()
            await asyncio.sleep(order.seconds)
        order = next((each for each in due if not each.seconds), None)
        if order is None:
            return self._throttled(method, conversation, tenant) if self.throttling else None
        order.use()
        if order.dropped:
            break_off(request)
            return web.Response(status=500)
        if order.body is not None:
            return web.Response(body=order.body, status=order.status, headers=dict(order.headers))
        return refusal(order.status, order.code, order.headers)

    def loses(self, method: str, conversation: str, tenant: str) -> bool:
        order = next((each for each in self.orders if each.lost and each.meets(method, conversation, tenant)), None)
        if order is not None:
            order.use()
        return order is not None

    def _throttled(self, method: str, conversation: str, tenant: str) -> web.Response | None:
        if method not in CONNECTOR:
            return None
        kind, limits = ("reading", READING) if method in ("members", "member") else ("sending", SENDING)
        counted = [(self._calls_of[kind, conversation], limits)] if conversation else []
        counted += [(self._calls_of["tenant", tenant], TENANT)] if tenant else []
        wait = max((_wait(times, within, self.clock.now) for times, within in counted), default=0.0)
        if wait > 0:
            return refusal(429, headers={"Retry-After": str(math.ceil(wait))})
        for times, _ in counted:
            times.append(self.clock.now)
        return None


def _wait(times: list[float], limits: tuple[tuple[int, float], ...], now: float) -> float:
    """Seconds until one more call is allowed."""
    waits = [0.0]
    for most, seconds in limits:
        recent = [each for each in times if each > now - seconds]
        if len(recent) >= most:
            waits.append(recent[-most] + seconds - now)
    return max(waits)


def break_off(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
