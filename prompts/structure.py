"""What is wrong with a script as it is written, step by step. Law: each fault is told once, on the line to mend."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Protocol

from prompts.library import CHECKED, SMALL_THING, Sources
from prompts.resolve import card_names
from prompts.script import (
    RESERVED_CHOICE_IDS,
    RESERVED_STEP_IDS,
    EndStep,
    InfoStep,
    Step,
    step_lines,
)
from prompts.source import Fault, ScriptHead, Source, Use


class HasId(Protocol):
    @property
    def id(self) -> str: ...


def near(name: str, names: Iterable[str]) -> str:
    """The end of a sentence about a name that does not exist: the one that was probably meant, else all there are."""
    names = sorted(names)
    if close := get_close_matches(name, names, 1):
        return f"did you mean '{close[0]}'?"
    return f"there are {', '.join(names)}." if names else "there are none."


# --- one step, in a script or a block


def written(source: Source, sources: Sources) -> Iterator[Fault]:
    """What can be said of a script or a block without following it."""
    for item, line in zip(source.steps, source.lines, strict=True):
        if isinstance(item, Use):
            yield from _use(source, item, line, sources)
            continue
        yield from _ids(source, item, line)
        yield from _codes(source, item, line, sources)
        yield from _cards(source, item, line, sources)
        yield from _resources(source, item, line, sources)
        yield from _leads(source, item, line, sources)


def _use(source: Source, use: Use, line: int, sources: Sources) -> Iterator[Fault]:
    if not isinstance(source.head, ScriptHead):
        words = f"a block cannot use another one; write the steps of '{use.use}' into the scripts that need both."
        yield Fault("nested-block", words, source.file, line, use.use)
    elif use.use not in sources.blocks and f"blocks/{use.use}" not in sources.unread:
        words = f"there is no block '{use.use}'; {near(use.use, sources.blocks)}"
        yield Fault("unknown-block", words, source.file, line, use.use)


def _ids(source: Source, step: Step, line: int) -> Iterator[Fault]:
    if step.id in RESERVED_STEP_IDS:
        words = f"the bot itself uses '{step.id}'; give the step another id."
        yield Fault("reserved-id", words, source.file, line, step.id)
    choices: tuple[HasId, ...] = getattr(step, "choices", ())
    for choice, count in Counter(choice.id for choice in choices).items():
        at = source.line_with(assigned("id", choice), line)
        if choice in RESERVED_CHOICE_IDS:
            words = f"'{choice}' is a button or a word of the bot's own; give the choice another id."
            yield Fault("reserved-id", words, source.file, at, step.id)
        if count > 1:
            words = f"{count} choices here have the id '{choice}'; each needs its own."
            yield Fault("duplicate-id", words, source.file, at, step.id)


def assigned(key: str, value: str) -> str:
    return rf"\b{key}\s*=\s*['\"]{re.escape(value)}['\"]"


def _codes(source: Source, step: Step, line: int, sources: Sources) -> Iterator[Fault]:
    known = sources.codebook.codes
    for choice in getattr(step, "choices", ()):
        for code in choice.codes:
            if known and code not in known:
                words = f"the codebook has no {code}; {near(code, known)}"
                yield Fault("unknown-code", words, source.file, source.line_with(rf"['\"]{code}['\"]", line), step.id)
        if choice.codes and not getattr(step, "keep", True):
            words = f"the answer is kept nowhere (keep = false), so {', '.join(choice.codes)} would never be counted."
            at = source.line_with(assigned("id", choice.id), line)
            yield Fault("lost-code", words, source.file, at, step.id)


def _cards(source: Source, step: Step, line: int, sources: Sources) -> Iterator[Fault]:
    for name in card_names(step):
        if name not in sources.cards and f"cards/{name}" not in sources.unread:
            words = f"there is no card '{name}'; {near(name, sources.cards)}"
            yield Fault("unknown-card", words, source.file, source.line_with(assigned("card", name), line), step.id)


def _resources(source: Source, step: Step, line: int, sources: Sources) -> Iterator[Fault]:
    own = (SMALL_THING,) if "@back" in step.when else ()
    for _, text in step_lines(step):
        for name, words in unknown_resources(text, sources, own):
            at = source.line_with(re.escape(name), line)
            yield Fault("unknown-resource", words, source.file, at, step.id)


def unknown_resources(text: str, sources: Sources, own: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Names in braces that stand for nothing, each with what to say about it. `own`: names of this step alone."""
    known = sources.resources.resources and {*sources.resources.resources, CHECKED, *own}
    for name in dict.fromkeys(re.findall(r"\{([^{}]*)\}", text)):
        if known and name not in known:
            yield f"{{{name}}}", f"resources.toml has no '{name}'; {near(name, known)}"


def _leads(source: Source, step: Step, line: int, sources: Sources) -> Iterator[Fault]:
    choices = getattr(step, "choices", ())
    known = {*sources.scripts, *sources.elsewhere}
    for choice in choices:
        name = getattr(choice, "open", None)
        if name and name not in known and f"scripts/{name}" not in sources.unread:
            words = f"choice '{choice.id}' opens the script '{name}', which does not exist; {near(name, known)}"
            yield Fault("unresolved-next", words, source.file, source.line_with(assigned("open", name), line), step.id)
    if isinstance(step, InfoStep) and not step.text and not step.card:
        yield Fault("says-nothing", "this step has neither `text` nor `card`; add one.", source.file, line, step.id)
    if isinstance(step, EndStep) and (step.next or any(choice.next for choice in choices)):
        words = "nothing comes after an end, so `next` has no meaning here; to go on with another script write `open`."
        yield Fault("end-leads-on", words, source.file, source.line_with(r"\bnext\s*=", line), step.id)
