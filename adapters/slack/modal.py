"""The private talk as a modal: what was said, the question, its input, and the ways out. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from adapters.slack import blocks, ids, limits
from adapters.slack.blocks import Json
from adapters.slack.boxes import WRITE, boxes
from bot import cards
from bot.conversation import Exchange, Message, Option, Reply

#: The place from which a script is begun.
START: Final = "start"

#: Of an answer in the talk so far; the whole is one tap away.
SHORT_ANSWER: Final = 200
#: Two exchanges are shown where they take no more than this, so that the question stays in sight over a keyboard.
SHORT_TALK: Final = 160
#: Longer questions are read as a text, and not made bold.
BOLD_AT_MOST: Final = 160
#: The box takes the focus, and a phone puts its keyboard over the rest, only where there is little to read before.
LITTLE_TO_READ: Final = 120

#: Ways out that are always in sight, in this order; the others are behind one more tap where there are many.
NEAR: Final = ("back", "breathe", "skip", "safety")
FEW: Final = 3

#: Choices that take something away for good.
GRAVE: Final = frozenset({"yes-delete", "yes-restart", "let-go"})


class Words(Protocol):
    """The bot's own words in one language."""

    def __call__(self, name: str, **values: object) -> str: ...


def talk(word: Words, reply: Reply) -> Json:
    """`reply.message` as a modal that goes on."""
    message = reply.message or Message(text=word("greeting"))
    asked = [*question(word, message), *answer(word, message, reply), *ways(message)]
    before = so_far(word, message, reply.talk)
    room = limits.VIEW_BLOCKS - len(before) - len(asked)
    shown = [*before, *said(reply.unsaid, room), *asked] or blocks.nothing()
    return blocks.modal(
        _title(word, message),
        shown,
        ids.TALK,
        close=word("pause-button") if message.script else word("slack-close"),
        submit=word("next") if _sends(message) else "",
        notify_on_close=not reply.closed or None,
        private_metadata=blocks.cut(message.prompt, limits.METADATA),
    )


def _title(word: Words, message: Message) -> str:
    return message.progress or word("name-of-app")


def _sends(message: Message) -> bool:
    """Whether there is something to send: a choice is sent by tapping it."""
    return message.input == "multi" or (message.input == "text" and boxes(message.draft) is not None)


def _focus(reply: Reply) -> bool:
    return sum(map(len, reply.unsaid)) <= LITTLE_TO_READ


# What was said


def so_far(word: Words, message: Message, exchanges: Sequence[Exchange]) -> list[Json]:
    """The last exchange or two, and a button to the whole where this is not all."""
    if not exchanges:
        return []
    shown = exchanges[-2:] if sum(map(_size, exchanges[-2:])) <= SHORT_TALK else exchanges[-1:]
    short = [blocks.cut(one.answered, SHORT_ANSWER) for one in shown]
    whole = len(shown) == len(exchanges) and short == [one.answered for one in shown]
    more = None if whole else blocks.button(word("slack-so-far"), ids.action_id("so-far"))
    found: list[Json] = []
    for one, words in zip(shown, short, strict=True):
        block_id = ids.block_id(message.prompt, "so-far") if more else ""
        found += [*blocks.context(one.asked), blocks.section(blocks.plain(words), block_id, more)]
        found += blocks.sections([one.reply])
        more = None
    return [*found, blocks.divider()]


def _size(one: Exchange) -> int:
    return len(one.asked) + len(one.answered) + len(one.reply)


def whole_talk(word: Words, reply: Reply) -> Json:
    """Every exchange in full. Where Slack has no room the beginning is left out, and that is said."""
    room, size, found = limits.VIEW_BLOCKS - 1, limits.VIEW_BYTES * 4 // 5, list[Json]()
    kept = 0
    for one in reversed(reply.talk):
        drawn = exchange(one)
        size -= blocks.weight(drawn)
        if len(drawn) > room - len(found) or size < 0:
            break
        found, kept = [*drawn, *found], kept + 1
    left_out = [] if kept == len(reply.talk) else blocks.sections([word("slack-earlier")])
    shown = [*left_out, *found] or blocks.nothing()
    return blocks.modal(word("slack-so-far"), shown, ids.SO_FAR, close=word("back-button"))


def exchange(one: Exchange) -> list[Json]:
    return [*blocks.context(one.asked), *blocks.sections([one.answered, one.reply])]


def said(lines: Sequence[str], room: int) -> list[Json]:
    """Plain lines and a card, before the question."""
    found: list[Json] = []
    for block in cards.blocks(lines):
        title = blocks.heading(block.title) if block.title else []
        found += [*title, *blocks.spoken(block.lines, room // 2 - len(title))]
    return found


# The question


def question(word: Words, message: Message) -> list[Json]:
    minutes = word("minutes-left", minutes=message.minutes_left) if message.minutes_left else ""
    asks = message.input != "none" and len(message.text) <= BOLD_AT_MOST and not message.title
    text = blocks.heading(message.text) if asks else blocks.sections(blocks.paragraphs([message.text]))
    return [*blocks.context(minutes), *blocks.heading(message.title), *text, *blocks.context(message.hint)]


def answer(word: Words, message: Message, reply: Reply) -> list[Json]:
    match message.input:
        case "choice":
            return [*before(word, message), *choices(message)]
        case "scale":
            return [*before(word, message), *scale(message)]
        case "multi" if message.choices:
            return [ticks(word, message, reply.locale)]
        case "text":
            return own_words(word, message, focus=_focus(reply))
    return []


def before(word: Words, message: Message) -> list[Json]:
    """What was answered here before, in words: a colour alone would not tell everybody."""
    labels = "; ".join(option.label for option in message.choices if option.id in message.chosen)
    return blocks.context(word("slack-before", label=labels)) if labels else []


def choices(message: Message) -> list[Json]:
    """One tap each. A label that no button holds (the linter names it) is not just cut: it also stands above."""
    long = [option.label for option in message.choices if limits.length(option.label) > limits.BUTTON]
    buttons = [choice(message, option) for option in message.choices]
    return [*blocks.sections(long), *blocks.actions(buttons, ids.block_id(message.prompt, "answer"))]


def choice(message: Message, option: Option) -> Json:
    verb: ids.Verb = "begin" if message.prompt == START else "choose"
    style = "primary" if option.id in ("done", "private") else "danger" if option.id in GRAVE else ""
    return blocks.button(option.label, ids.action_id(verb, option.id), style=style)


def scale(message: Message) -> list[Json]:
    """Five numbers. What the ends mean is said before them, and to a screen reader on them."""
    ends = {"1": message.low, "5": message.high}
    buttons = [
        blocks.button(
            option.label,
            ids.action_id("rate", option.id),
            said=f"{option.label}, {ends[option.id]}" if ends.get(option.id) else "",
        )
        for option in message.choices
    ]
    meaning = " · ".join(f"{number} = {words}" for number, words in ends.items() if words)
    return [*blocks.context(meaning), *blocks.actions(buttons, ids.block_id(message.prompt, "answer"))]


def ticks(word: Words, message: Message, locale: str) -> Json:
    """Boxes to tick, each handed over as it is ticked. None is no answer either: the bot says so itself. Slack keeps
    ticks where the id stays, with their words, so another language has another id."""
    tick, block_id = ids.action_id("tick"), ids.block_id(message.prompt, f"tick-{locale}")
    element = several(word, tick, message.choices, message.chosen)
    return blocks.entry(word("multi-hint"), element, block_id, optional=True, hands=True)


def several(word: Words, action: str, options: Sequence[Option], chosen: Sequence[str] = ()) -> Json:
    """Boxes to tick, or a list to choose from where there are too many for boxes."""
    drawn = [blocks.option(option.id, option.label) for option in options]
    if len(drawn) <= limits.BOXES_TO_TICK:
        return blocks.menu("checkboxes", action, drawn, chosen)
    placeholder = blocks.plain(word("slack-choose"), limits.PLACEHOLDER)
    return blocks.menu("multi_static_select", action, drawn[: limits.SELECT], chosen, placeholder=placeholder)


def own_words(word: Words, message: Message, *, focus: bool) -> list[Json]:
    """The box, or several for a long draft. What is typed is handed over as a draft; an empty box can be sent too,
    since the bot itself says what then."""
    found = boxes(message.draft)
    if found is None:
        return blocks.sections([word("slack-too-long")])
    return [
        blocks.entry(
            word("slack-box") if number == 0 else word("slack-box-more"),
            _box(word, words, focus=focus and number == 0),
            ids.block_id(message.prompt, part),
            optional=True,
            hands=True,
        )
        for number, (part, words) in enumerate(found)
    ]


def _box(word: Words, words: str, *, focus: bool) -> Json:
    return blocks.field(
        "plain_text_input",
        ids.action_id(WRITE),
        multiline=True,
        max_length=limits.BOX,
        initial_value=words,
        placeholder=blocks.plain(word("slack-box-hint"), limits.PLACEHOLDER),
        dispatch_action_config={"trigger_actions_on": ["on_character_entered"]},
        focus_on_load=focus or None,
    )


# The ways out


def ways(message: Message) -> list[Json]:
    """Pause is the modal's own Close, so it is no button here."""
    there = [option for option in message.controls if option.id != "pause"]
    near = there if len(there) <= FEW else [option for name in NEAR for option in there if option.id == name]
    far = [option for option in there if option not in near]
    menu, rest = far[: limits.OVERFLOW], far[limits.OVERFLOW :]
    buttons = [blocks.button(option.label, ids.action_id("command", option.id)) for option in (*near, *rest)]
    options = [blocks.option(option.id, option.label) for option in menu]
    more = [blocks.menu("overflow", ids.action_id("commands"), options)] if options else []
    return blocks.actions([*buttons, *more], ids.block_id(message.prompt, "ways"))
