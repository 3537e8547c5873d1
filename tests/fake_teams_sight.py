"""What a person sees at one device: a dialog over the chat, views of their own; and where on them to put a finger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from fake_teams_parts import is_multi
from fake_teams_screen import Target, find, lines, message_lines, shown_inputs, targets
from fake_teams_sending import Sending
from fake_teams_state import Conversation, Json, MsTeam, Person, Post
from fake_teams_surface import Surface


class View(NamedTuple):
    """What an answer put in place of a card, at this device only. `versions`: how often the message had been stored
    by then."""

    card: Json
    versions: int


class Spot(NamedTuple):
    """A card in sight, and where it is: the how many-th of which message."""

    surface: Surface
    place: Conversation
    post: Post
    index: int = 0


@dataclass
class Dialog:
    """`spot`: the card that it was opened from. Without a surface it shows a text and nothing else."""

    spot: Spot
    title: str = ""
    surface: Surface | None = None
    text: str = ""


@dataclass
class Sight:
    """`trouble`: what Teams told the person when the bot did not answer well; should be empty at the end of a test."""

    teams: Sending
    person: Person
    device: str = "desktop"
    #: Knows no Action.Execute, and takes the fallback.
    old_client: bool = False
    #: Opens no dialogs: a tap that would open one does nothing (so in the Playground).
    no_dialogs: bool = False
    sends_empty: bool = False
    #: Whether a stored change of a message replaces a view of it that came before [unverified].
    updates_override: bool = True
    trouble: list[str] = field(default_factory=list)
    #: Taps that a client without dialogs swallowed, addresses that were opened, and short words shown beside a card.
    swallowed: list[str] = field(default_factory=list)
    opened_urls: list[str] = field(default_factory=list)
    toasts: list[str] = field(default_factory=list)
    _over: Dialog | None = None
    _views: dict[tuple[str, int], View] = field(default_factory=dict)
    _surfaces: dict[tuple[str, int], Surface] = field(default_factory=dict)

    @property
    def _chat(self) -> Conversation:
        return self.teams.personal(self.person)

    @property
    def conversation(self) -> str:
        """The id of the personal chat."""
        return self._chat.id

    # What is in sight.

    @property
    def dialog(self) -> Json | None:
        """The card of the dialog that is open."""
        return self._over.surface.card if self._over and self._over.surface else None

    @property
    def dialog_title(self) -> str:
        return self._over.title if self._over else ""

    @property
    def view(self) -> Json | None:
        """The newest card that this device alone shows, and that is stored nowhere."""
        held = (self._view(post, index) for post in self._newest(self._chat) for index in range(len(post.cards)))
        return next((each.card for each in held if each), None)

    def _newest(self, place: Conversation) -> Iterator[Post]:
        return (each for each in reversed(place.posts) if not each.deleted)

    def _view(self, post: Post, index: int) -> View | None:
        view = self._views.get((post.id, index))
        if view and self.updates_override and len(post.versions) > view.versions:
            del self._views[post.id, index]
            return None
        return view

    def _surface(self, post: Post, index: int) -> Surface:
        """What was filled in is gone once another card stands there."""
        view = self._view(post, index)
        card = view.card if view else post.cards[index]
        held = self._surfaces.get((post.id, index))
        if held is None or held.card is not card:
            held = self._surfaces[post.id, index] = self._drawn(card)
        return held

    def _drawn(self, card: Json) -> Surface:
        return Surface(card, self.old_client, self.sends_empty)

    def _surfaces_of(self, post: Post) -> list[Surface]:
        return [self._surface(post, index) for index in range(len(post.cards))]

    def _spots(self, place: Conversation, on: str = "") -> Iterator[Spot]:
        """Where to look, best first: a dialog hides all the rest. `on`: one message only."""
        if self._over:
            if self._over.surface:
                yield Spot(self._over.surface, *self._over.spot[1:])
            return
        for post in self._newest(place):
            if on in ("", post.id):
                yield from (Spot(each, place, post, index) for index, each in enumerate(self._surfaces_of(post)))

    def screen(self) -> str:
        """What the person reads now: the dialog that is open, else the newest message of the chat."""
        if self._over is None:
            return self._newest_screen(self._chat)
        title = [f"# {self._over.title}"] if self._over.title else []
        inside = lines(self._over.surface) if self._over.surface else [self._over.text]
        return "\n".join([*title, *inside])

    def channel_screen(self, team: MsTeam) -> str:
        return self._newest_screen(team.channel)

    def _newest_screen(self, place: Conversation) -> str:
        post = next(self._newest(place), None)
        return "\n".join(message_lines(post.now, self._surfaces_of(post))) if post else ""

    def buttons(self) -> list[str]:
        """The titles of all that can be tapped on the screen."""
        post = next(self._newest(self._chat), None)
        on = post.id if post else "nothing"
        return [each.label for spot in self._spots(self._chat, on) for each in targets(spot.surface)]

    def chat(self) -> list[str]:
        """The personal chat as it is stored, whoever looks."""
        kept = (each for each in self._chat.posts if not each.deleted)
        return ["\n".join(message_lines(each.now, [self._drawn(card) for card in each.cards])) for each in kept]

    def notifications(self) -> list[str]:
        """What a lock screen showed: the summary of each message of the bot's as it was posted, else its text."""
        first = (each.versions[0] for each in self._chat.posts if each.by_bot)
        return [str(each.get("summary") or each.get("text") or "Sent a card") for each in first]

    def posts(self) -> list[Post]:
        """The messages of the bot's in the chat, the newest last."""
        return [each for each in self._chat.posts if each.by_bot and not each.deleted]

    def value(self, name: str = "") -> str | list[str]:
        """What stands in an input: a list where several can be chosen."""
        spot, element = self._input(name)
        return spot.surface.chosen(element) if is_multi(element) else spot.surface.values[element["id"]]

    def errors(self) -> dict[str, str]:
        """What stands beside the inputs of the card in sight, by id."""
        spot = next(self._spots(self._chat), None)
        return dict(spot.surface.errors) if spot else {}

    # Where to put a finger.

    def _target(self, wanted: str, place: Conversation, on: str = "") -> tuple[Spot, Target]:
        for spot in self._spots(place, on):
            if target := find(spot.surface, wanted):
                return spot, target
        raise AssertionError(f"nothing to tap called {wanted!r}; there is: {self.buttons()}")

    def _input(self, name: str, *kinds: str) -> tuple[Spot, Json]:
        """An input by its id or label; the only one where no name is given."""
        for spot in self._spots(self._chat):
            every = [each for each in shown_inputs(spot.surface) if not kinds or each["type"] in kinds]
            named = [each for each in every if not name or name in (each["id"], each.get("label"))]
            assert name or len(every) < 2, "there are several inputs: say which"
            if named:
                return spot, named[0]
        raise AssertionError(f"no input called {name!r} of {kinds}; the screen is:\n{self.screen()}")

    def _box(self, label: str, into: str = "") -> tuple[Spot, Json]:
        """The input that has something to tick."""
        for spot in self._spots(self._chat):
            for each in shown_inputs(spot.surface):
                if into in ("", each["id"], each.get("label")) and label in _boxes(each):
                    return spot, each
        raise AssertionError(f"nothing to tick called {label!r}; the screen is:\n{self.screen()}")


def _boxes(element: Json) -> list[str]:
    if element["type"] == "Input.Toggle":
        return [element["title"], element["id"]]
    if not is_multi(element):
        return []
    return [name for each in element.get("choices", []) for name in (each["title"], each["value"])]
