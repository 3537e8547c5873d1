"""What a person sees at one device: modals over the home or the messages; and where on them they can put a finger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from fake_slack_screen import Target, find, screen, spoken, targets, text_of
from fake_slack_sending import Sending
from fake_slack_state import Channel, Dm, Json, Message, Values, View
from fake_slack_views import field_of, keeping, values_after

Place = Literal["modal", "home", "message", "channel"]


class Shown(NamedTuple):
    """One surface with what stands on it."""

    blocks: list[Json]
    values: Values
    view: View | None = None
    message: Message | None = None
    dm: Dm | None = None  # where the message stands


@dataclass
class Sight:
    """`trouble`: what Slack told the person when the app did not answer well; should be empty at the end of a test."""

    slack: Sending
    team: str
    user: str
    device: str = ""
    trouble: list[str] = field(default_factory=list)
    #: The last confirm dialog that came up.
    asked: Json | None = None
    _looking_at: Place = "message"
    _in_messages: dict[str, Values] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.device = self.device or f"{self.team}/{self.user}/{self.slack.number()}"

    # What is in sight.

    @property
    def modal(self) -> View | None:
        stack = self.slack.stacks.get(self.device)
        return stack[-1] if stack else None

    @property
    def top(self) -> View:
        """The modal on top, where there must be one."""
        assert self.modal is not None, "no modal is open"
        return self.modal

    @property
    def _dm(self) -> Dm:
        return self.slack.dm(self.team, self.user)

    def _message(self, message: Message, dm: Dm) -> Shown:
        blocks = [block for block in message.now.get("blocks", []) if block["type"] != "rich_text"]
        values = values_after(blocks, self._in_messages.get(message.ts, {}), set())
        self._in_messages[message.ts] = values
        return Shown(blocks, values, message=message, dm=dm)

    def _places(self, place: Place | None) -> Iterator[Shown]:
        """Where to look, best first: a modal hides all the rest."""
        home = self.slack.homes.get((self.team, self.user))
        if place in (None, "modal") and self.modal:
            yield Shown(self.modal.spec["blocks"], self.modal.values, self.modal)
            return
        if home and (place == "home" or (place is None and self._looking_at == "home")):
            yield Shown(home.spec["blocks"], home.values, home)
        if place in (None, "message"):
            yield from (self._message(each, self._dm) for each in reversed(self._dm.messages) if not each.deleted)
        if place == "channel":
            yield from self._in_channels()

    def _in_channels(self) -> Iterator[Shown]:
        """The newest first, and what is for somebody else's eyes not at all."""
        channels = (dm for dm in self.slack.dms.values() if isinstance(dm, Channel) and dm.team == self.team)
        kept = ((each, dm) for dm in channels for each in dm.messages if not each.deleted)
        seen = [(each, dm) for each, dm in kept if each.to in ("", self.user)]
        for each, dm in sorted(seen, key=lambda found: found[0].ts, reverse=True):
            yield self._message(each, dm)

    def screen(self, place: Place | None = None) -> str:
        """What the person reads now: the modal on top, else the home they opened, else the newest message."""
        shown = next(self._places(place), None)
        if shown is None:
            return ""
        spec = shown.view.spec if shown.view else shown.message.now if shown.message else {}
        return screen(spec, shown.values, shown.view.errors if shown.view else {})

    def buttons(self, place: Place | None = None) -> list[str]:
        """Everything that can be tapped, menus' and boxes' entries too."""
        shown = next(self._places(place), None)
        return [each.label for each in targets(shown.blocks)] if shown else []

    def dm(self) -> list[str]:
        """The DM as it stands, ephemeral messages among it."""
        kept = [each for each in self._dm.messages if not each.deleted]
        return [spoken(each.now) if each.author == self.user else screen(each.now, {}) for each in kept]

    def notifications(self) -> list[str]:
        """What the lock screen showed: the plain text of each message as it was posted."""
        kept = (each for each in self._dm.messages if each.author != self.user and not each.ephemeral)
        return [spoken(each.versions[0]) for each in kept]

    def value(self, name: str = "", place: Place | None = None) -> Any:
        """What stands in an input: text, option values, people, a time or a day."""
        shown, (key, element) = self._input(name, place)
        found = shown.values[key].get(field_of(element["type"]))
        if isinstance(found, dict):
            return found["value"]
        return (
            [each["value"] if isinstance(each, dict) else each for each in found] if isinstance(found, list) else found
        )

    # Where to put a finger.

    def _target(self, wanted: str, place: Place | None) -> tuple[Shown, Target]:
        for shown in self._places(place):
            if target := find(shown.blocks, wanted):
                return shown, target
        raise AssertionError(f"nothing to tap called {wanted!r}; there is: {self.buttons(place)}")

    def _input(self, name: str, place: Place | None, *kinds: str) -> tuple[Shown, tuple[tuple[str, str], Json]]:
        """An input by its label, block id or action id; the only one where no name is given."""
        for shown in self._places(place):
            labels = {block["block_id"]: text_of(block.get("label") or block.get("text")) for block in shown.blocks}
            every = [found for found in keeping(shown.blocks) if not kinds or found[1]["type"] in kinds]
            named = [found for found in every if not name or name in (*found[0], labels[found[0][0]])]
            assert name or len(every) < 2, "there are several inputs: say which"
            if named:
                return shown, named[0]
        raise AssertionError(f"no input called {name!r} of {kinds}; the screen is:\n{self.screen(place)}")
