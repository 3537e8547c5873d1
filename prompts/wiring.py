"""Whether the names in a script mean something, and one thing only, once its blocks are in place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from prompts.library import Sources
from prompts.resolve import Placed, card_names, meant, place, values_of
from prompts.script import (
    LAST,
    RESERVED_CHOICE_IDS,
    WEEK,
    ChoiceStep,
    EndStep,
    FreeStep,
    InfoStep,
    Step,
    Value,
    facts_of,
)
from prompts.source import Fault, ScriptHead, Source, Use
from prompts.structure import assigned, near


def wired(source: Source, sources: Sources) -> Iterator[Fault]:
    """Whether every name in it means something, and one thing only. Its blocks must be known."""
    placed = place(source, sources.blocks, sources.thresholds)
    yield from _twice(source, placed)
    steps = {item.step.id: item.step for item in placed}
    assert isinstance(source.head, ScriptHead)
    facts = facts_of(steps.values(), source.head.weeks)
    yield from _uses_lead_somewhere(source, steps)
    from_uses = {item.next for item in source.steps if isinstance(item, Use)}
    by_file = {one.file: one for one in (source, *sources.blocks.values())}
    for item in placed:
        yield from _leads_somewhere(item, steps, by_file[item.file], from_uses)
        yield from _leads_the_same_way(item, by_file[item.file])
    yield from _tells_the_last_time(placed, source)
    for name, when, line in _conditions(source, sources):
        for key, values in when.items():
            wanted = meant(values, values_of(steps[key]), sources.thresholds) if key in steps else values
            if words := impossible(key, wanted, steps, facts):
                at = source.line_with(rf"(?:\bwhen\b|[{{,]).*{re.escape(key)}|^\s*['\"]?{re.escape(key)}\b", line)
                yield Fault("impossible-condition", words, source.file, at, name)


def _twice(source: Source, placed: Iterable[Placed]) -> Iterator[Fault]:
    first: dict[str, Placed] = {}
    for item in placed:
        before = first.setdefault(item.step.id, item)
        if before is not item:
            words = f"the step on line {before.at} has the same id; each step of a script needs its own."
            if item.catalogue == "blocks" and before.catalogue == "blocks":
                words = f"a block on line {before.at} has brought a step of this id already; use a block once."
            yield Fault("duplicate-id", words, source.file, item.at, item.step.id)


def _uses_lead_somewhere(source: Source, steps: Mapping[str, Step]) -> Iterator[Fault]:
    for item, line in zip(source.steps, source.lines, strict=True):
        if isinstance(item, Use) and item.next and item.next not in steps:
            words = f"there is no step '{item.next}' to go on with; {near(item.next, steps)}"
            at = source.line_with(assigned("next", item.next), line)
            yield Fault("unresolved-next", words, source.file, at, item.use)


def _leads_somewhere(item: Placed, steps: Mapping[str, Step], source: Source, told: set[str | None]) -> Iterator[Fault]:
    ways = [item.step.next, *(getattr(choice, "next", None) for choice in getattr(item.step, "choices", ()))]
    for way in dict.fromkeys(ways):
        if way is None or way in steps or way in told or isinstance(item.step, EndStep):
            continue
        words = f"there is no step '{way}' to go on with; {near(way, steps)}"
        if way == "out":
            words = "'out' leaves a block, and this step is in none; name the step to go on with."
        at = source.line_with(assigned("next", way), item.line)
        yield Fault("unresolved-next", words, item.file, at, item.step.id)


def _leads_the_same_way(item: Placed, source: Source) -> Iterator[Fault]:
    step = item.step
    if not isinstance(step, ChoiceStep) or step.keep:
        return
    for choice in step.choices:
        if choice.next not in (None, step.next):
            words = (
                f"choice '{choice.id}' leads another way, which would tell an answer that is not kept (keep = false); "
                "let every choice lead on to the same step."
            )
            at = source.line_with(assigned("id", choice.id), item.line)
            yield Fault("unequal-routes", words, item.file, at, step.id)


def _tells_the_last_time(placed: Iterable[Placed], source: Source) -> Iterator[Fault]:
    """What follows from an answer of the last time would betray it, like what follows from one of this time. The bot
    itself shows nothing in the chat from such a step on."""
    for item in placed:
        asked = [key for key in item.step.when if key == "@back" or key.startswith(LAST)]
        if asked and not item.step.sensitive:
            words = (
                f"whether this is shown depends on {asked[0]}, which a person answered in private; "
                "mark the step as sensitive."
            )
            yield Fault("betrayed-answer", words, source.file, item.at, item.step.id)


def _conditions(source: Source, sources: Sources) -> Iterator[tuple[str, Mapping[str, tuple[Value, ...]], int]]:
    """Every `when` of a script and its blocks, with whose it is and the line of the script to look at."""
    for item, line in zip(source.steps, source.lines, strict=True):
        if not isinstance(item, Use):
            yield item.id, {**item.when, **({WEEK: item.weeks} if item.weeks else {})}, line
            continue
        yield item.use, item.when, line
        for step in sources.blocks[item.use].steps:
            if not isinstance(step, Use):
                yield step.id, step.when, line


def impossible(
    key: str, values: tuple[Value, ...], steps: Mapping[str, Step], facts: Mapping[str, tuple[Value, ...]]
) -> str:
    """Why a condition on `key` can never hold, whatever the way; "" where it might."""
    if not values:
        return f"the list of values for '{key}' is empty, so this never holds; take the condition out or fill the list."
    if key.startswith("@"):
        return _unknown(key, values, facts[key]) if key in facts else f"there is no fact '{key}'; {near(key, facts)}"
    step = steps.get(key)
    if step is None:
        return f"there is no step '{key}' in this script; {near(key, steps)}"
    if isinstance(step, InfoStep | EndStep):
        return f"'{key}' asks nothing, so it has no answer to ask for."
    if isinstance(step, FreeStep):
        return f"'{key}' is answered in the person's own words, and nothing here reads them; ask for a choice instead."
    if not step.keep:
        return f"the answer of '{key}' is kept nowhere (keep = false), so nothing can depend on it."
    return _unknown(key, values, values_of(step))


def _unknown(key: str, values: Iterable[Value], possible: Iterable[Value]) -> str:
    possible = list(possible)
    for value in values:
        if value not in possible:
            return f"'{key}' is never {value!r}; {near(str(value), map(str, possible))}"
    return ""


def names(scripts: Mapping[str, Source], others: Iterable[str] = ()) -> Iterator[Fault]:
    """Every name by which a script can be begun belongs to one script, and not to the bot. `others`: names of scripts
    over which these are laid, whose aliases give way."""
    owners: dict[str, str] = {slug: slug for slug in (*others, *scripts)}
    for slug, source in scripts.items():
        assert isinstance(source.head, ScriptHead)
        line = next((n for n, text in enumerate(source.text.splitlines(), 1) if re.match(r"aliases\s*=", text)), 1)
        for alias in (slug, *source.head.aliases):
            if alias.casefold() in RESERVED_CHOICE_IDS:
                words = f"'{alias}' is a word of the bot's own; a script needs another name."
                yield Fault("reserved-id", words, source.file, line)
        for alias in source.head.aliases:
            if owners.setdefault(alias.casefold(), slug) != slug:
                words = f"the alias '{alias}' belongs to the script '{owners[alias.casefold()]}' already."
                yield Fault("duplicate-id", words, source.file, line)


def can_be_placed(source: Source, sources: Sources) -> bool:
    """Whether all blocks and cards are there, so that the script can be put together."""
    blocks = {item.use for item in source.steps if isinstance(item, Use)}
    if not blocks <= set(sources.blocks):
        return False
    parts = [source, *(sources.blocks[name] for name in blocks)]
    steps = [step for part in parts for step in part.steps if not isinstance(step, Use)]
    return all(name in sources.cards for step in steps for name in card_names(step))


def unused_exits(block: Source, used: bool) -> Iterator[Fault]:
    """A block that no script uses yet: its ways must end in itself or in `out`."""
    ids = {step.id for step in block.steps if not isinstance(step, Use)} | {"out"}
    for step, line in zip(block.steps, block.lines, strict=True):
        ways = [step.next, *(getattr(choice, "next", None) for choice in getattr(step, "choices", ()))]
        for way in dict.fromkeys(ways):
            if way and way not in ids and not used:
                words = f"there is no step '{way}' in this block; {near(way, ids)}"
                name = step.use if isinstance(step, Use) else step.id
                yield Fault("unresolved-next", words, block.file, block.line_with(assigned("next", way), line), name)
