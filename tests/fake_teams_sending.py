"""How the fake Teams reaches the bot: activities with a signed token; and the events that no button makes."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import aiohttp
from fake_teams_activities import account, installation, updated
from fake_teams_keys import Keyed
from fake_teams_state import Conversation, Json, MsTeam, Person

#: The two activities that come of an installation. In which order they come is promised nowhere.
BOTH: Final = ("conversationUpdate", "installationUpdate")


class Answer(NamedTuple):
    """What the bot answered. Status 0: nothing, in the time that Teams waits."""

    status: int
    body: str
    headers: Mapping[str, str]
    ms: float

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def json(self) -> Any:
        """None where there is none."""
        try:
            return json.loads(self.body) if self.body.strip() else None
        except ValueError:
            return None


class Sent(NamedTuple):
    """Something that was sent, to send again."""

    body: bytes
    headers: Mapping[str, str]
    answer: Answer

    @property
    def activity(self) -> Json:
        found: Json = json.loads(self.body)
        return found


@dataclass
class Sending(Keyed):
    bot_url: str = ""
    #: How long Teams waits for an answer, in real seconds.
    patience: float = 10.0
    sent: list[Sent] = field(default_factory=list)
    _client: aiohttp.ClientSession | None = None

    async def send(
        self, activity: Json | bytes, headers: Mapping[str, str] | None = None, *, token: str | None = None
    ) -> Answer:
        """Anything at all, truly signed unless told otherwise. An empty `token` leaves it out."""
        return (await self.deliver(activity, headers, token=token)).answer

    async def deliver(
        self, activity: Json | bytes, headers: Mapping[str, str] | None = None, *, token: str | None = None
    ) -> Sent:
        body = activity if isinstance(activity, bytes) else json.dumps(activity, ensure_ascii=False).encode()
        proof = self.signed() if token is None and not self.anonymous else token
        bearer = {"Authorization": f"Bearer {proof}"} if proof else {}
        return await self._post(body, {"Content-Type": "application/json; charset=utf-8", **bearer, **(headers or {})})

    async def repeat(self, sent: Sent | None = None) -> Answer:
        """The same once more, byte for byte, as Teams does after a timeout; the last one unless told which."""
        again = sent or self.sent[-1]
        return (await self._post(again.body, again.headers)).answer

    async def _post(self, body: bytes, headers: Mapping[str, str]) -> Sent:
        began = time.perf_counter()
        try:
            answer = await self._posted(body, headers, began)
        except (aiohttp.ClientError, TimeoutError) as trouble:
            answer = Answer(0, type(trouble).__name__, {}, (time.perf_counter() - began) * 1000)
        self.sent.append(Sent(body, headers, answer))
        return self.sent[-1]

    async def _posted(self, body: bytes, headers: Mapping[str, str], began: float) -> Answer:
        assert self._client is not None, "the fake is not running"
        wait = aiohttp.ClientTimeout(total=self.patience)
        async with self._client.post(self.bot_url, data=body, headers=headers, timeout=wait) as response:
            text = await response.text(errors="replace")
            return Answer(response.status, text, dict(response.headers), (time.perf_counter() - began) * 1000)

    # Installing.

    @property
    def bot_account(self) -> Json:
        return {"id": self.bot_id}

    async def install_for(self, person: Person, action: str = "add", order: Sequence[str] = BOTH) -> list[Answer]:
        person.installed = True
        members = [self.bot_account, account(person, named=False)]
        came = updated(self, self.personal(person), person, membersAdded=members)
        return await self._both(self.personal(person), person, came, action, order)

    async def uninstall_for(self, person: Person, action: str = "remove", order: Sequence[str] = BOTH) -> list[Answer]:
        person.installed = False
        went = updated(self, self.personal(person), person, membersRemoved=[self.bot_account])
        return await self._both(self.personal(person), person, went, action, order)

    async def _both(
        self, place: Conversation, person: Person, update: Json, action: str, order: Sequence[str]
    ) -> list[Answer]:
        made = {"conversationUpdate": update, "installationUpdate": installation(self, place, person, action)}
        return [await self.send(made[each]) for each in order]

    # Teams and who is in them.

    async def add_to_team(
        self, team: MsTeam, by: str, action: str = "add", order: Sequence[str] = BOTH
    ) -> list[Answer]:
        team.installed = True
        person = self.who(team.tenant, by)
        came = updated(self, team.channel, person, "teamMemberAdded", membersAdded=[self.bot_account])
        return await self._both(team.channel, person, came, action, order)

    async def remove_from_team(
        self, team: MsTeam, by: str, action: str = "remove", order: Sequence[str] = BOTH
    ) -> list[Answer]:
        team.installed = False
        person = self.who(team.tenant, by)
        went = updated(self, team.channel, person, "teamMemberRemoved", membersRemoved=[self.bot_account])
        return await self._both(team.channel, person, went, action, order)

    async def rename_team(self, team: MsTeam, name: str, by: str = "") -> Answer | None:
        team.name = name
        return await self.team_event(team, "teamRenamed", by)

    async def member_added(self, team: MsTeam, handle: str, by: str = "") -> Answer | None:
        person = self.who(team.tenant, handle)
        if handle not in team.members:
            team.members.append(handle)
        return await self.team_event(team, "teamMemberAdded", by, membersAdded=[account(person, named=False)])

    async def member_removed(self, team: MsTeam, handle: str, by: str = "") -> Answer | None:
        person = self.who(team.tenant, handle)
        team.members.remove(handle)
        gone = [account(person, named=False)]
        return await self.team_event(team, "teamMemberRemoved", by or handle, membersRemoved=gone)

    async def team_event(self, team: MsTeam, event: str, by: str = "", **members: list[Json]) -> Answer | None:
        """teamArchived, teamDeleted, channelCreated and the like. Nothing is sent where the app is not in the team."""
        if not team.installed:
            return None
        person = self.who(team.tenant, by or team.members[0])
        return await self.send(updated(self, team.channel, person, event, **members))
