"""The talks of the conformance suite, as they are written: each `> ` line is one thing that a person does.

    > say reflect                 types into the chat, where it is kept
    > choose private              goes on in the private place
    > choose worry, warmth        one choice or several, by id; `here` and lines with buttons are tapped in the chat
    > write A moment.             sends these words from the box, or a word for the bot
    > rewrite, add, send          puts them in place of what stands in the box; below it; sends it as it is
    > unsent Half a               types into the box, and does not send it
    > line What do you mean       types at a question that is answered by tapping
    > rate 5                      a number on a scale
    > do back                     anything that can be done at any moment: skip, pause, reflect quick-visit, language es
    > open data                   a page
    > later 20 minutes            time goes by, and the program's clock once
    > again                       the program is started anew, and the person is at another device

In words \\n is a line break, and \\u202e a sign that cannot be seen. What does not begin with `> ` is skipped: it is
what the bot answers in the golden transcripts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import get_args

from conformance import Doing, Lack, Step
from talks import AT, KINDS, OWN, library

from bot.commands import understand
from bot.hearing import FEWEST_WORDS
from bot.when import read_wish

HERE = Path(__file__).parent

_SIGN = re.compile(r"\\u([0-9a-f]{4})")

NEEDS: dict[str, Lack] = {"line": "line", "rewrite": "rewriting", "unsent": "unsent"}


@dataclass(frozen=True)
class Talk:
    name: str
    steps: tuple[Step, ...]

    @property
    def needs(self) -> frozenset[Lack]:
        """What a surface must have. Greetings and words for the bot that are said in a chat can be done without one."""
        needed = {NEEDS[step.doing] for step in self.steps if step.doing in NEEDS}
        return frozenset(needed | ({"chat"} if any(_of_the_chat(step) for step in self.steps) else set()))

    def without_chat(self) -> Talk:
        """The same where nobody can type into a chat: words for the bot are said to it in private."""
        return Talk(self.name, tuple(step for each in self.steps for step in _in_private(each)))


def _of_the_chat(step: Step) -> bool:
    words = len(step.text.split()) >= FEWEST_WORDS or read_wish(step.text, AT, "UTC") is not None
    return (step.doing == "say" and words) or step == Step("choose", "here")


def _in_private(step: Step) -> Iterator[Step]:
    if step.doing != "say":
        yield step
        return
    said = understand(library(), step.text)
    if said is not None:
        yield Step("open", said.page) if said.page else Step("do", f"{said.name} {said.argument}".strip())


def read(path: Path) -> Talk:
    lines = (line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith(">"))
    return Talk(path.stem, tuple(_step(line.removeprefix(">").strip()) for line in lines))


def _step(line: str) -> Step:
    doing, _, text = line.partition(" ")
    assert doing in get_args(Doing), f"nobody can {line!r}"
    text = _SIGN.sub(lambda found: chr(int(found[1], 16)), text.replace("\\n", "\n"))
    return Step(doing, text)  # type: ignore[arg-type]


@cache
def every_talk() -> tuple[Talk, ...]:
    shipped = (script for script in KINDS if script not in OWN)
    golden = (path for script in shipped for path in HERE.glob(f"transcripts/{script}.*.txt"))
    return tuple(read(path) for path in sorted((*golden, *HERE.glob("talks/*.txt"))))
