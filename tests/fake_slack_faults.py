"""What a test orders to go wrong at the fake's Web API: too many requests, errors, slowness, lost answers."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from aiohttp import web
from fake_slack_state import Json, Slack, SlackError


@dataclass
class Order:
    """Of one method, or of every one ("*"). `times` counts down; None is for good."""

    method: str
    times: int | None = 1
    channel: str | None = None
    retry_after: int | None = None
    error: str = ""
    status: int = 200
    body: bytes | None = None
    content_type: str = "text/html"
    seconds: float = 0.0
    #: Do what was asked, and break off without an answer.
    lost: bool = False

    def meets(self, method: str, body: Json) -> bool:
        same = self.channel is None or self.channel in (body.get("channel"), body.get("users"))
        return self.times != 0 and self.method in (method, "*") and same

    def use(self) -> None:
        if self.times is not None:
            self.times -= 1


@dataclass
class Faulty(Slack):
    orders: list[Order] = field(default_factory=list)

    def limit(self, method: str, retry_after: int = 30, *, times: int | None = 1, channel: str | None = None) -> None:
        """429 with Retry-After. `channel`: a DM's id or a person's, as the app names it."""
        self.orders.append(Order(method, times, channel, retry_after=retry_after))

    def fail(self, method: str, what: int | str, times: int | None = 1) -> None:
        """A number is an HTTP status with Slack's HTML page; a word is an error in Slack's JSON."""
        if isinstance(what, int):
            self.answer(method, b"<html><body>Something went wrong</body></html>", status=what, times=times)
        else:
            self.orders.append(Order(method, times, error=what))

    def answer(
        self, method: str, body: bytes, *, status: int = 200, content_type: str = "text/html", times: int | None = 1
    ) -> None:
        """Any answer at all, nothing being done."""
        self.orders.append(Order(method, times, status=status, body=body, content_type=content_type))

    def delay(self, method: str, seconds: float, times: int | None = 1) -> None:
        """Real seconds, before anything is done; keep them few."""
        self.orders.append(Order(method, times, seconds=seconds))

    def lose(self, method: str, times: int | None = 1) -> None:
        """What is asked is done, but no answer arrives: the connection breaks."""
        self.orders.append(Order(method, times, lost=True))

    def lift(self) -> None:
        """Nothing goes wrong any more."""
        self.orders.clear()

    async def trouble(self, method: str, body: Json) -> web.Response | None:
        """The answer that was ordered instead of the true one; raises SlackError where that was ordered."""
        for order in [each for each in self.orders if each.seconds and each.meets(method, body)]:
            order.use()
            await asyncio.sleep(order.seconds)
        order = next(
            (each for each in self.orders if not (each.seconds or each.lost) and each.meets(method, body)), None
        )
        if order is None:
            return None
        order.use()
        if order.retry_after is not None:
            wait = {"Retry-After": str(order.retry_after)}
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=wait)
        if order.error:
            raise SlackError(order.error)
        return web.Response(body=order.body, status=order.status, content_type=order.content_type)

    def loses(self, method: str, body: Json) -> bool:
        order = next((each for each in self.orders if each.lost and each.meets(method, body)), None)
        if order is not None:
            order.use()
        return order is not None
