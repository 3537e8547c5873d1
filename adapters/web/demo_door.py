"""The local demo's way to the supervisor's page: one click. Law: no other server has it."""

from __future__ import annotations

from aiohttp import web

from adapters.web import entrance
from adapters.web.people import Person
from bot.turn import Shell


class DemoDoor:
    """Lets this computer's browser in as `supervisor`, with no link before. That the form came from a page of ours is
    checked for every address of the demo (`local_only`)."""

    def __init__(self, shell: Shell, supervisor: Person) -> None:
        self._shell = shell
        self._supervisor = supervisor

    def routes(self) -> list[web.AbstractRouteDef]:
        return [web.post("/supervise/demo", self.enter)]

    async def enter(self, request: web.Request) -> web.Response:
        shell = self._shell
        before, who = entrance.cookie(request, shell.address), self._supervisor.who
        cookie = await shell.on_store(lambda: shell.store.sessions.let_in(who, shell.clock.now(), before))
        if cookie is None:
            raise web.HTTPNotFound
        led = web.Response(status=303, headers={"Location": "/supervise"})
        entrance.give(led, request, shell.address, cookie)
        return led
