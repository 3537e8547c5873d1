"""Somebody who does whole reflections in Teams: reads what is on the screen, and answers it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from fake_teams import Client, FakeTeams
from slack_hands import MOST, first
from teams_house import TENANT

Json = dict[str, Any]


def parts(drawn: Any) -> Iterator[Json]:
    """Every object of a card, from the outside in; not what stands in for a button at an old client."""
    if isinstance(drawn, dict):
        yield drawn
        for name, part in drawn.items():
            if name != "fallback":
                yield from parts(part)
    elif isinstance(drawn, list):
        for part in drawn:
            yield from parts(part)


def offered(card: Json, verb: str) -> list[str]:
    """The arguments of the buttons that have this verb."""
    said = [part["data"].get("do", "") for part in parts(card) if isinstance(part.get("data"), dict)]
    return [one.partition(":")[2] for one in said if one.partition(":")[0] == verb]


def titled(card: Json, do: str) -> str:
    found = next(part for part in parts(card) if isinstance(part.get("data"), dict) and part["data"].get("do") == do)
    title: str = found["title"]
    return title


@dataclass
class Hands:
    """`prefer`: answers to take wherever they are offered; `said`: what was written or tapped, as it can be found."""

    client: Client
    prefer: tuple[str, ...] = ()
    words: Callable[[int], str] = lambda number: f"She looked up and I held still, marker {number}."
    said: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)

    def pick(self, options: Sequence[str]) -> str:
        return next((one for one in self.prefer if one in options), "") or first(options)

    def write(self) -> str:
        self.said.append(self.words(len(self.said)))
        return self.said[-1]

    @property
    def card(self) -> Json:
        """What is in sight: the dialog, or this person's view of the newest card, or the card as the chat has it."""
        client = self.client
        if client.dialog is not None:
            return client.dialog
        return client.view or next(
            (card for post in reversed(client.posts()) for card in post.cards if post.by_bot), {}
        )

    @property
    def asked(self) -> bool:
        """Whether the private surface asks something."""
        card = self.client.dialog or self.client.view or {}
        return bool(self.verbs(card) & {"choose", "rate", "write", "tick"})

    def verbs(self, card: Json) -> set[str]:
        return {verb for verb in ("choose", "rate", "write", "tick") if offered(card, verb) or f"{verb}" in dos(card)}

    async def answer(self) -> None:
        """One answer to what is in sight; a card is read first."""
        await uncovered(self.client)
        card = self.card
        verbs = self.verbs(card)
        if "write" in verbs:
            waiting = str(self.client.value("write"))
            await self.client.type(" ".join(filter(None, (waiting, self.write()))), into="write")
            await self.client.tap("write")
        elif "tick" in verbs:
            choices = next(part for part in parts(card) if part.get("id") == "ticks")["choices"]
            wanted = next((one for one in choices if one["value"] in self.prefer), choices[0])
            self.labels.append(wanted["title"])
            await self.client.tick(wanted["title"], into="ticks")
            await self.client.tap("tick")
        elif "rate" in verbs:
            await self.client.tap(f"rate:{self.pick(offered(card, 'rate'))}")
        else:
            do = f"choose:{self.pick(offered(card, 'choose'))}"
            self.labels.append(titled(card, do))
            await self.client.tap(do)

    async def finish(self) -> None:
        """To the end, on the private surface."""
        for _ in range(MOST):
            if not self.asked:
                return
            await self.answer()
        raise AssertionError(f"no end in sight:\n{self.client.screen()}")

    async def answer_here(self) -> bool:
        """One answer on a card in the chat; False where what stands there is no question."""
        card = self.card
        if not self.verbs(card) - {"choose"} and set(offered(card, "choose")) <= {"private", "here"}:
            return False
        await self.answer()
        return True


async def uncovered(client: Client) -> None:
    """From a card that is read first to the question below it."""
    drawn = list(parts(client.dialog or client.view or {}))
    question = next((part for part in drawn if part.get("id") == "question"), {})
    inside = {part["title"] for part in parts(question) if str(part.get("type")).startswith("Action.")}
    if inside and not inside & set(client.buttons()):
        shows = next(part for part in drawn if part.get("targetElements") == ["question"])
        await client.tap(shows["title"])


def dos(card: Json) -> set[str]:
    return {part["data"].get("do", "") for part in parts(card) if isinstance(part.get("data"), dict)}


async def opened(client: Client, script: str = "quick-visit") -> Hands:
    """A talk in the dialog, with the question about keeping before it."""
    await client.install()
    await client.say(f"reflect {script}")
    await client.tap("choose:private")
    return Hands(client)


async def begun(client: Client, script: str = "quick-visit") -> Hands:
    """The same, that question answered."""
    hands = await opened(client, script)
    await hands.answer()
    return hands


_IDS = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


def stored(teams: FakeTeams, *names: str) -> str:
    """All versions of all messages that Teams ever kept, with random ids and times made comparable, and what names the
    person."""
    text = json.dumps(teams.everything_stored(TENANT), ensure_ascii=False, sort_keys=True)
    for name in names:
        text = text.replace(name, "NAME")
    seen: dict[str, str] = {}
    text = _IDS.sub(lambda found: seen.setdefault(found[0], f"id-{len(seen)}"), text)
    return re.sub(r'"(\d{13}|\d{4}-\d\d-\d\dT[^"]*|a:[^"]*)"', '"-"', text)
