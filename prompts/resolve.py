"""From what authors wrote to what a session is pinned to: blocks inlined, every `next` explicit, every language in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from prompts.outcomes import SCALE
from prompts.script import (
    SOURCE_LOCALE,
    TIMES,
    WEEK,
    Card,
    ChoiceStep,
    EndStep,
    InfoStep,
    ScaleStep,
    Script,
    Step,
    Value,
    card_lines,
    step_lines,
)
from prompts.source import FOR_AUTHORS, Fault, ScriptError, ScriptHead, Source, Use

#: A translation: (catalogue, context) -> (English it was made from, the words in the other language).
Translations = Mapping[tuple[str, str], tuple[str, str]]
#: Named sets of answers, which a program can move: "frequent" -> ("most-days", "every-day").
Thresholds = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Placed:
    """A step in its place: which catalogue and context hold its lines, and where it was written. `at` is the line of
    the script on which it, or the block that it comes from, stands."""

    step: Step
    catalogue: str
    context: str
    file: str
    line: int
    at: int


def place(source: Source, blocks: Mapping[str, Source], thresholds: Thresholds | None = None) -> tuple[Placed, ...]:
    """The steps of a script in order, with blocks inlined, `next` explicit (except after an end) and every condition
    spelled out."""
    groups = list(_spelled_out(_groups(source, blocks), thresholds or {}))
    firsts = [group[0].step.id for group in groups] + [None]
    placed: list[Placed] = []
    for index, (item, group) in enumerate(zip(source.steps, groups, strict=True)):
        after = item.next or firsts[index + 1]
        placed += _chained(group, after, "out" if isinstance(item, Use) else None)
    return tuple(placed)


def resolve(
    source: Source,
    blocks: Mapping[str, Source],
    cards: Mapping[str, Card],
    languages: Mapping[str, Translations],
    thresholds: Thresholds | None = None,
) -> Script:
    """The frozen script. Raises `ScriptError` for a block or card that does not exist."""
    head = source.head
    assert isinstance(head, ScriptHead)
    placed = place(source, blocks, thresholds)
    shown = _cards_of(placed, cards)
    lines = list(_all_lines(source, placed, shown))
    strings = {SOURCE_LOCALE: {key: text for key, _, text in lines}}
    for locale, translations in languages.items():
        strings[locale] = {
            key: translations[where][1]
            for key, where, text in lines
            if where in translations and translations[where][0] == text
        }
    return Script(
        slug=source.name,
        **head.model_dump(exclude=set(FOR_AUTHORS)),
        steps=tuple(item.step for item in placed),
        cards=shown,
        strings=strings,
    )


def expected_lines(
    source: Source, blocks: Mapping[str, Source], cards: Mapping[str, Card]
) -> Iterator[tuple[tuple[str, str], str]]:
    """Every line that a translator owes for a script, as ((catalogue, context), English)."""
    placed = place(source, blocks)
    for _, where, text in _all_lines(source, placed, _cards_of(placed, cards)):
        yield where, text


# --- conditions


def _spelled_out(groups: Iterable[list[Placed]], thresholds: Thresholds) -> Iterator[list[Placed]]:
    """`weeks`, `fade` and the names of thresholds as what they stand for."""
    groups = list(groups)
    offered = {item.step.id: values_of(item.step) for group in groups for item in group}
    for group in groups:
        yield [replace(item, step=_spelled(item.step, offered, thresholds)) for item in group]


def _spelled(step: Step, offered: Mapping[str, tuple[Value, ...]], thresholds: Thresholds) -> Step:
    when = {key: meant(values, offered.get(key, ()), thresholds) for key, values in step.when.items()}
    if step.weeks:
        when[WEEK] = tuple(step.weeks)
    if step.fade:
        when[TIMES] = tuple(range(1, step.fade + 1))
    return step.model_copy(update={"when": when, "weeks": None, "fade": None, "because": {}})


def values_of(step: Step) -> tuple[Value, ...]:
    """What a condition may ask for of a step's answer."""
    if isinstance(step, ScaleStep):
        return SCALE
    return tuple(choice.id for choice in getattr(step, "choices", ()))


def meant(values: Iterable[Value], offered: Sequence[Value], thresholds: Thresholds) -> tuple[Value, ...]:
    """`@name` is what that threshold names of what is offered, `@not-name` everything else but not being sure; a name
    that stands for nothing is left as it is."""
    found: list[Value] = []
    for value in values:
        name = value.removeprefix("@") if isinstance(value, str) and value.startswith("@") else ""
        if name in thresholds:
            found += [one for one in offered if one in thresholds[name]]
        elif name.startswith(NOT) and name.removeprefix(NOT) in thresholds:
            within = thresholds[name.removeprefix(NOT)]
            found += [one for one in offered if one not in within and one != "not-sure"]
        else:
            found.append(value)
    return tuple(dict.fromkeys(found))


NOT = "not-"


def _groups(source: Source, blocks: Mapping[str, Source]) -> Iterator[list[Placed]]:
    for item, line in zip(source.steps, source.lines, strict=True):
        if not isinstance(item, Use):
            yield [Placed(item, source.name, f"{source.name}.{item.id}", source.file, line, line)]
            continue
        if item.use not in blocks:
            words = f"there is no block '{item.use}'; the blocks are {', '.join(sorted(blocks))}."
            raise ScriptError([Fault("unknown-block", words, source.file, line, item.use)])
        block = blocks[item.use]
        yield [
            Placed(_narrowed(step, item), "blocks", f"{block.name}.{step.id}", block.file, block_line, line)
            for step, block_line in zip(block.steps, block.lines, strict=True)
            if not isinstance(step, Use)
        ]


def _narrowed(step: Step, use: Use) -> Step:
    """Both conditions must hold: where they ask for the same key, only the values that both name are left."""
    both = {
        key: tuple(value for value in step.when.get(key, values) if value in values) for key, values in use.when.items()
    }
    return step.model_copy(update={"when": {**step.when, **both}}) if both else step


def _chained(group: list[Placed], after: str | None, way_out: str | None) -> Iterator[Placed]:
    followers = [item.step.id for item in group[1:]] + [after]
    for item, follower in zip(group, followers, strict=True):
        step = item.step
        goes = step.next or follower
        update: dict[str, object] = {"next": after if way_out and goes == way_out else goes}
        if isinstance(step, EndStep):  # one whose `when` does not hold is passed like any other step
            update["next"] = (after if goes == way_out else follower) if step.when else None
        if isinstance(step, ChoiceStep) and way_out:
            update["choices"] = tuple(
                choice.model_copy(update={"next": after}) if choice.next == way_out else choice
                for choice in step.choices
            )
        yield Placed(step.model_copy(update=update), item.catalogue, item.context, item.file, item.line, item.at)


def _cards_of(placed: tuple[Placed, ...], cards: Mapping[str, Card]) -> dict[str, Card]:
    shown: dict[str, Card] = {}
    for item in placed:
        for name in card_names(item.step):
            if name not in cards:
                words = f"there is no card '{name}'; the cards are {', '.join(sorted(cards))}."
                raise ScriptError([Fault("unknown-card", words, item.file, item.line, item.step.id)])
            shown[name] = cards[name]
    return shown


def card_names(step: Step) -> Iterator[str]:
    if isinstance(step, InfoStep) and step.card:
        yield step.card
    for choice in getattr(step, "choices", ()):
        if card := getattr(choice, "card", None):
            yield card


def _all_lines(
    source: Source, placed: tuple[Placed, ...], cards: Mapping[str, Card]
) -> Iterator[tuple[str, tuple[str, str], str]]:
    head = source.head
    assert isinstance(head, ScriptHead)
    for name, text in (("title", head.title), ("summary", head.summary)):
        yield name, (source.name, f"{source.name}.{name}"), text
    for item in placed:
        for name, text in step_lines(item.step):
            yield f"{item.step.id}.{name}", (item.catalogue, f"{item.context}.{name}"), text
    for card_id, card in cards.items():
        for name, text in card_lines(card):
            yield f"card:{card_id}.{name}", ("cards", f"{card_id}.{name}"), text
