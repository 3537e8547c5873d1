"""Promises that a script breaks by its steps alone. Law: nothing here needs a list of words, so the bot asks at start.

The first three are told with every error of a script; the budgets of screens and taps need every path, and are for the
command that checks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from prompts.library import Sources
from prompts.resolve import card_names, resolve
from prompts.script import Card, ChoiceStep, FreeStep, Script, Step
from prompts.source import Fault, ScriptHead, Source, Use
from prompts.structure import assigned
from prompts.walk import Measure, walk

#: The block that asks whether anyone's safety is on the person's mind, and the card that it shows.
GATE, SAFETY = "gate", "safety"
#: Themes that nobody else may read off a chat: the writer's feelings (all of A), the limits of the role, exhaustion.
FEELINGS, SENSITIVE_CODES = "A", frozenset({"P8", "W2"})


def broken(source: Source, sources: Sources) -> Iterator[Fault]:
    """Of a script or a block as written."""
    for step, at in zip(source.steps, source.lines, strict=True):
        if isinstance(step, Use):
            continue
        why, choice = _why_sensitive(step, sources.cards)
        if why:
            words = f"{why}, so it must not stand in a chat; add `sensitive = true`."
            line = source.line_with(assigned("id", choice), at) if choice else at
            yield Fault("missing-sensitive", words, source.file, line, step.id)
    first = next((step for step in source.steps if isinstance(step, FreeStep)), None)
    if isinstance(source.head, ScriptHead) and first and not source.head.gate and not _asks_about_safety(source):
        words = (
            'a case can come up here, and nobody is asked about safety; add `use = "gate"`, or, where none comes up, '
            '`gate = "anytime"` to the head.'
        )
        yield Fault("missing-gate", words, source.file, source.line_of(first.id), first.id)


def _asks_about_safety(source: Source) -> bool:
    """By the block, or by a step of its own that does the same: it shows the card, and keeps nothing."""
    for step in source.steps:
        if isinstance(step, Use):
            if step.use == GATE:
                return True
        elif isinstance(step, ChoiceStep) and not step.keep and SAFETY in card_names(step):
            return True
    return False


def is_sensitive(step: Step, cards: Mapping[str, Card]) -> bool:
    """Whether it is flagged, or already told to be."""
    return step.sensitive or bool(_why_sensitive(step, cards)[0])


def _why_sensitive(step: Step, cards: Mapping[str, Card]) -> tuple[str, str]:
    """What makes a step sensitive that is not flagged so, and the choice that does ("": the step itself)."""
    if step.sensitive:
        return "", ""
    if getattr(step, "private", False):
        return "what is never shared (private) is for the writer alone", ""
    for choice in getattr(step, "choices", ()):
        codes = [code for code in choice.codes if code[0] == FEELINGS or code in SENSITIVE_CODES]
        if codes:
            return f"an answer here stands for {', '.join(codes)}", choice.id
    for name in card_names(step):
        if name in cards and cards[name].sensitive:
            showing = (choice.id for choice in getattr(step, "choices", ()) if getattr(choice, "card", None) == name)
            return f"the card '{name}' that it shows is sensitive", next(showing, "")
    return "", ""


# --- budgets


def over_budget(source: Source, sources: Sources) -> Iterator[Fault]:
    """Screens and taps of somebody who comes back and begins by themselves, in the longest week of a series."""
    head = source.head
    assert isinstance(head, ScriptHead)
    longest = _longest(resolve(source, sources.blocks, sources.cards, {}, sources.thresholds))
    budgets = {
        "screens": (longest.screens, head.screens or 2 * head.minutes + 2),
        "taps": (longest.taps, head.taps or 4 * head.minutes + 4),
    }
    for name, (needed, most) in budgets.items():
        if needed > most:
            words = (
                f"somebody who comes back may need {needed} {name}, and {most} are the most; take a step out, ask it "
                f"only when it matters, or set `{name}` in the head."
            )
            key = name if getattr(head, name) else "minutes"
            yield Fault("over-budget", words, source.file, source.line_with(rf"^\s*{key}\s*="))


def _longest(script: Script) -> Measure:
    """The first week of a series comes again after the last one."""
    walks = [walk(script, use, listed=0).longest for use in range(2, (script.weeks or 1) + 2)]
    return Measure(max(one.screens for one in walks), max(one.taps for one in walks))
