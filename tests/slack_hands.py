"""Somebody who does whole reflections in Slack: reads what is on the screen, and answers it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from fake_slack import FakeSlack, Phone

Json = dict[str, Any]

#: Ways that lead elsewhere.
ASIDE = ("half-hour", "day-end", "tomorrow", "not-today", "read", "private")
WANTED = ("keep", "keep-mine", "done", "never")
MOST = 40


def elements(spec: Json) -> Iterator[Json]:
    """Every element that can be acted on, from top to bottom."""
    for block in spec.get("blocks", []):
        yield from block.get("elements", [])
        yield from (block[name] for name in ("element", "accessory") if name in block)


def offered(spec: Json, verb: str) -> list[str]:
    """The arguments of the buttons that have this verb."""
    found = [element.get("action_id", "") for element in elements(spec)]
    return [action.partition(":")[2] for action in found if action.partition(":")[0] == verb]


def first(options: Sequence[str]) -> str:
    """Finishing and keeping where they are offered, and else the first answer."""
    wanted = [one for one in WANTED if one in options]
    return (wanted or [one for one in options if one not in ASIDE and ":" not in one])[0]


@dataclass
class Hands:
    """`prefer`: answers to take wherever they are offered; `said`: what was written or tapped, as it can be found."""

    phone: Phone
    prefer: tuple[str, ...] = ()
    words: Callable[[int], str] = lambda number: f"She looked up and I held still, marker {number}."
    said: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)

    def pick(self, options: Sequence[str]) -> str:
        return next((one for one in self.prefer if one in options), "") or first(options)

    def write(self) -> str:
        self.said.append(self.words(len(self.said)))
        return self.said[-1]

    def label(self, spec: Json, action: str) -> None:
        found = next(element for element in elements(spec) if element.get("action_id") == action)
        self.labels.append(found["text"]["text"])

    @property
    def asked(self) -> bool:
        """Whether the modal asks something."""
        spec = self.phone.modal.spec if self.phone.modal else {}
        verbs = ("choose", "rate", "write", "tick")
        return any(element.get("action_id", "").partition(":")[0] in verbs for element in elements(spec))

    async def answer(self) -> None:
        """One answer in the modal."""
        spec = self.phone.modal.spec
        actions = {element.get("action_id", "").partition(":")[0] for element in elements(spec)}
        if "write" in actions:
            waiting = self.phone.value("write")
            await self.phone.type(" ".join(filter(None, (waiting, self.write()))), "write")
            await self.phone.submit()
        elif "tick" in actions:
            box = next(element for element in elements(spec) if element.get("action_id") == "tick")
            option = next((one for one in box["options"] if one["value"] in self.prefer), box["options"][0])
            self.labels.append(option["text"]["text"])
            await self.phone.tick(option["text"]["text"])
            await self.phone.submit()
        elif "rate" in actions:
            await self.phone.tap(f"rate:{self.pick(offered(spec, 'rate'))}", in_="modal")
        else:
            action = f"choose:{self.pick(offered(spec, 'choose'))}"
            self.label(spec, action)
            await self.phone.tap(action, in_="modal")

    async def finish(self) -> None:
        """To the end, in the modal."""
        for _ in range(MOST):
            if not self.asked:
                return
            await self.answer()
        raise AssertionError(f"no end in sight:\n{self.phone.screen()}")

    # In messages

    def newest(self, slack: FakeSlack) -> Json:
        """The newest message of the bot in the chat, as it stands."""
        return next(message for message in reversed(self.messages(slack)) if "bot_id" in message)

    def messages(self, slack: FakeSlack) -> list[Json]:
        return [dict(message) for message in slack.history(self.phone.team, self.phone.user)]

    async def answer_here(self, slack: FakeSlack) -> bool:
        """One answer in the chat; False where what stands there is no question."""
        message = self.newest(slack)
        options = [one for one in offered(message, "choose") if one not in ("private", "here")]
        if offered(message, "rate"):
            await self.phone.tap(f"rate:{self.pick(offered(message, 'rate'))}", in_="message")
        elif options:
            await self.phone.tap(f"choose:{self.pick(options)}", in_="message")
        else:
            return False
        return True


async def begun(phone: Phone, script: str = "quick-visit") -> Hands:
    """A talk in the modal, with the question about keeping answered."""
    hands = Hands(phone)
    await phone.command("/reflect", script)
    await hands.answer()
    return hands


_IDS = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


def stored(slack: FakeSlack, team: str = "T1") -> str:
    """All versions of all messages that Slack ever kept, with random ids and times made comparable."""
    text = json.dumps(slack.everything_stored(team), ensure_ascii=False, sort_keys=True)
    seen: dict[str, str] = {}
    text = _IDS.sub(lambda found: seen.setdefault(found[0], f"id-{len(seen)}"), text)
    return re.sub(r'"(\d{10}\.\d{6}|b\d{5})"', '"-"', text)
