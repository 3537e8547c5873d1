"""The same talks end in the same conversations, contributions and words on every surface."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

import pytest
from conformance import Act, Doing, Driver, World
from conformance_drivers import DRIVERS
from conformance_ending import Ending, difference, held
from conformance_engine import Engine, alone
from conformance_talks import Talk, every_talk
from conftest import Pair
from talks import KINDS, library

from bot.conversation import Option
from prompts.script import EndStep
from storage.keyring import from_text, new_key

TALKS = {talk.name: talk for talk in every_talk()}
PATIENCE = 60

RUNS = [(driver, talk) for talk in TALKS.values() for driver in DRIVERS if not talk.needs & driver.lacks]


def run(driver: type[Driver], talk: Talk) -> Any:
    return pytest.param(driver, talk, id=f"{driver.name}-{talk.name}")


@dataclass
class Suite:
    """Runs talks, each in a new world; with the shell alone once each, and once more as one without a chat."""

    empty_files: Path
    folders: pytest.TempPathFactory
    known: dict[tuple[str, bool], tuple[tuple[Act, ...], Ending]] = field(default_factory=dict)

    def world(self, chat: bool) -> World:
        folder = self.folders.mktemp("world")
        for name in ("main.db", "keys.db"):
            shutil.copy(self.empty_files / name, folder / name)
        pair = Pair(*(f"sqlite:///{folder / name}" for name in ("main.db", "keys.db")))
        return World(pair, from_text(new_key()), chat)

    def alone(self, talk: Talk, chat: bool) -> tuple[tuple[Act, ...], Ending]:
        if (talk.name, chat) not in self.known:
            run = alone(talk if chat else talk.without_chat(), self.world(chat))
            self.known[talk.name, chat] = asyncio.run(run)
        return self.known[talk.name, chat]

    def difference(self, driver: type[Driver], talk: Talk) -> str:
        chat = "chat" not in driver.lacks
        acts, expected = self.alone(talk, chat)
        found = asyncio.run(asyncio.wait_for(held(driver(self.world(chat)), acts), PATIENCE))
        return difference(expected, found, driver.name)


@pytest.fixture(scope="session")
def suite(empty_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Suite:
    return Suite(empty_files, tmp_path_factory)


@pytest.mark.parametrize(("driver", "talk"), [run(driver, talk) for driver, talk in RUNS])
def test_a_talk_ends_the_same_wherever_it_is_held(driver: type[Driver], talk: Talk, suite: Suite) -> None:
    found = suite.difference(driver, talk)
    assert not found, f"\n{found}"


# That the suite sees what it should


def test_every_talk_is_held_on_two_surfaces_at_least() -> None:
    for talk in TALKS.values():
        able = [driver.name for driver, held in RUNS if held == talk]
        assert len(able) > 1, f"{talk.name} is held by {able} alone, as it needs {sorted(talk.needs)}"


def test_every_surface_holds_a_talk_of_each_kind_to_its_end_in_every_language(suite: Suite) -> None:
    for driver in DRIVERS:
        acts = [
            act for able, talk in RUNS if able is driver for act in suite.alone(talk, "chat" not in driver.lacks)[0]
        ]
        said = {words for act in acts for _, words in act.said}
        for script in (library().scripts[slug] for slug in KINDS):
            last = next(step.id for step in script.steps if isinstance(step, EndStep) and not step.quiet)
            assert {script.say(locale, f"{last}.text") for locale in library().locales} <= said, driver.name


def test_people_do_everything_that_can_be_done() -> None:
    assert {step.doing for talk in TALKS.values() for step in talk.steps} == set(get_args(Doing))


class DropsAWord(Engine):
    async def write(self, text: str) -> None:
        await super().write(text.rpartition(" ")[0] or text)


class DropsALineBreak(Engine):
    async def write(self, text: str) -> None:
        await super().write(text.replace("\n", " "))


class DropsAnIndent(Engine):
    async def write(self, text: str) -> None:
        await super().write("\n".join(line.strip() for line in text.split("\n")))


class KnowsOneAlphabet(Engine):
    async def write(self, text: str) -> None:
        await super().write("".join(sign for sign in text if ord(sign) < 0x500))


class TakesOneTick(Engine):
    async def choose(self, options: Sequence[Option], in_chat: bool) -> None:
        await super().choose(options[:1], in_chat)


class CountsNothing(Engine):
    """Both answers leave the same words and the same consent; only one of them is counted."""

    async def choose(self, options: Sequence[Option], in_chat: bool) -> None:
        await super().choose([Option(id="each", label="")] if options[0].id == "once" else options, in_chat)


class KeepsWhatWasToGo(Engine):
    async def choose(self, options: Sequence[Option], in_chat: bool) -> None:
        await super().choose([Option(id="keep", label="")] if options[0].id == "nothing" else options, in_chat)


class GoesWithoutAWord(Engine):
    async def command(self, name: str, argument: str) -> None:
        if name != "stop":
            await super().command(name, argument)


class LosesALineOfTheChat(Engine):
    def chat(self) -> Sequence[str] | None:
        return self.lines[:-1]


class ShowsNoHint(Engine):
    def reads(self) -> str:
        return super().reads().replace("A guess is enough.", "")


#: A driver that loses something, a talk, and a line of the difference that shows it.
BROKEN: tuple[tuple[type[Driver], str, str], ...] = (
    (DropsAWord, "quick-visit.en", '+    ["What moment stays with you?", "He looked up at her and she kept"]'),
    (DropsALineBreak, "own-words.en", "مرحبا بكم, 你好\\nA second line"),
    (DropsAnIndent, "own-words.en", "\\n\\n  - a list\\n"),
    (KnowsOneAlphabet, "own-words.en", '", \\nA second line'),
    (TakesOneTick, "quick-visit.en", '-    ["What do you feel as you think of it now?", "Worry or fear; Warmth, joy'),
    (CountsNothing, "counted-once.en", '-   ["A2", "A5", "L1", "L3", "S7"]'),
    (KeepsWhatWasToGo, "nothing-kept.en", '+     "choice": "keep"'),
    (GoesWithoutAWord, "stopped.en", '-   "finished": false,'),
    (LosesALineOfTheChat, "quick-visit.en", "-That is all for now. Until next time."),
    (ShowsNoHint, "quick-visit.en", "+> choose worry, warmth: 'A guess is enough.'"),
)


@pytest.mark.parametrize(("broken", "talk", "shown"), BROKEN, ids=[driver.__name__ for driver, _, _ in BROKEN])
def test_what_a_surface_loses_is_seen(broken: type[Driver], talk: str, shown: str, suite: Suite) -> None:
    assert not suite.difference(Engine, TALKS[talk])
    assert shown in suite.difference(broken, TALKS[talk])
