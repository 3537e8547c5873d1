"""The private talk as a modal: what was said, the question, its input, and the ways out. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from adapters.slack import blocks, ids, limits
from adapters.slack.blocks import Json
from adapters.slack.boxes import WRITE, boxes
from bot import cards
from bot.conversation import Exchange, Message, Option, Reply
from bot.notices import PAGE
from bot.outward import leads_in

#: The place from which a script is begun.
START: Final = "start"

#: Of an answer in the talk so far; the whole is one tap away.
SHORT_ANSWER: Final = 200
#: Two exchanges are shown where they take no more than this, so that the question stays in sight over a keyboard.
SHORT_TALK: Final = 160
#: Longer questions are read as a text, and not made bold.
BOLD_AT_MOST: Final = 160
#: A text of so many paragraphs is a notice.
MANY, MOST = 6, 15
#: The box takes the focus, and a phone puts its keyboard over the rest, only where there is little to read before.
LITTLE_TO_READ: Final = 120

#: Ways out that are always in sight, in this order; the others are behind one more tap where there are many.
NEAR: Final = ("back", "breathe", "skip", "safety")
FEW: Final = 3

#: What answers "sure?" with yes. It stands last: a thumb that slips keeps everything.
GRAVE: Final = frozenset({"yes-delete", "yes-restart"})
#: It deletes at one tap beside the button that keeps, so it asks first.
LET_GO: Final = "let-go"
#: The end of a scale, whose two ends have words.
HIGHEST: Final = 5


class Words(Protocol):
    """The bot's own words in one language."""

    def __call__(self, name: str, **values: object) -> str: ...


def talk(word: Words, reply: Reply) -> Json:
    """`reply.message` as a modal that goes on."""
    message = reply.message or Message(text=word("greeting"))
    asked = [*question(word, message, first=not reply.talk), *answer(word, message, reply), *apart(message)]
    before, lines = so_far(word, message, reply.talk), spoken_here(word, reply.unsaid)
    below: list[Json] = []
    if any(block.title for block in cards.blocks(lines)):  # a card is read first, without the talk so far
        before, lines, below = [], spoken_here(word, message.preface), [blocks.divider()]
    room = limits.VIEW_BLOCKS - len(before) - len(below) - len(asked)
    shown = [*before, *said(lines, room), *below, *asked] or blocks.nothing()
    return blocks.modal(
        _title(word, message),
        shown,
        ids.TALK,
        close=word("pause-button") if message.script else word("window-close"),
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


def card(word: Words, reply: Reply, title: str) -> Json:
    """What was said, over a question that stays as it is underneath. `title`: what was tapped; "" where nothing says
    what that was."""
    shown = said(reply.unsaid, limits.VIEW_BLOCKS) or blocks.nothing()
    return blocks.modal(title or word("name-of-app"), shown, ids.SO_FAR, close=word("back-button"))


# What was said


def spoken_here(word: Words, lines: Sequence[str]) -> tuple[str, ...]:
    """The help of a window names its buttons, not words to say."""
    return tuple(word("slack-help") if line == word("help") else line for line in lines)


def so_far(word: Words, message: Message, exchanges: Sequence[Exchange]) -> list[Json]:
    """The last exchange or two, and a button to the whole where this is not all."""
    if not exchanges:
        return []
    shown = exchanges[-2:] if sum(map(_size, exchanges[-2:])) <= SHORT_TALK else exchanges[-1:]
    short = [blocks.cut(one.answered, SHORT_ANSWER) for one in shown]
    whole = len(shown) == len(exchanges) and short == [one.answered for one in shown]
    more = None if whole else blocks.button(word("window-earlier-answers"), ids.action_id("so-far"))
    found: list[Json] = []
    for one, words in zip(shown, short, strict=True):
        block_id = ids.block_id(message.prompt, "so-far") if more else ""
        found += blocks.context(one.asked)
        if more or not echoed(one):
            found.append(blocks.section(blocks.plain(words), block_id, more))
        found += blocks.sections([one.reply])
        more = None
    return [*found, blocks.divider()]


def echoed(one: Exchange) -> bool:
    """Whether the reply begins with the answer, so that it need not be said twice."""
    answered = one.answered.strip().rstrip(".")
    return bool(answered) and one.reply.startswith(f"{answered}.")


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
    left_out = [] if kept == len(reply.talk) else blocks.sections([word("window-earlier")])
    shown = [*left_out, *found] or blocks.nothing()
    return blocks.modal(word("window-so-far"), shown, ids.SO_FAR, close=word("back-button"))


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


def labels(message: Message) -> bool:
    """Whether the question is the label of its own input, where a screen reader looks for it."""
    short = message.text.strip() and max(len(message.text), len(message.hint)) <= BOLD_AT_MOST
    return bool(short) and not message.title and _sends(message) and (message.input == "text" or bool(message.choices))


def question(word: Words, message: Message, *, first: bool) -> list[Json]:
    """`first`: nothing is answered yet. Later the bar says how far it is, and the minutes would say it twice."""
    minutes = word("minutes-left", minutes=message.minutes_left) if message.minutes_left and first else ""
    if labels(message):
        return blocks.context(minutes)
    asks = message.input != "none" and len(message.text) <= BOLD_AT_MOST and not message.title
    text = blocks.heading(message.text) if asks else read(message)
    return [*blocks.context(minutes), *blocks.heading(message.title), *text, *blocks.context(message.hint)]


def read(message: Message) -> list[Json]:
    """A text of its own. One of many paragraphs is a notice, and each of them begins with its heading."""
    parts = blocks.paragraphs([message.text])
    if message.title and MANY <= len(parts) <= MOST:
        return [block for part in parts for block in blocks.led(part)]
    return blocks.sections(parts)


def answer(word: Words, message: Message, reply: Reply) -> list[Json]:
    match message.input:
        case "choice":
            return [*before(word, message), *choices(word, message)]
        case "scale":
            return [*before(word, message), *scale(word, message)]
        case "multi" if message.choices:
            return [ticks(word, message, reply.locale)]
        case "text":
            return own_words(word, message, focus=_focus(reply))
    return []


def before(word: Words, message: Message) -> list[Json]:
    """What was answered here before, in words: a colour alone would not tell everybody."""
    chosen = "; ".join(option.label for option in message.choices if option.id in message.chosen)
    return blocks.context(word("window-before", label=chosen)) if chosen else []


def choices(word: Words, message: Message) -> list[Json]:
    """One tap each. A label that no button holds (the linter names it) is not just cut: it also stands above."""
    long = [option.label for option in message.choices if limits.length(option.label) > limits.BUTTON]
    ordered = sorted(message.choices, key=lambda option: option.id in GRAVE)
    buttons = [choice(word, message, option) for option in ordered]
    return [*blocks.sections(long), *blocks.actions(buttons, ids.block_id(message.prompt, "answer"))]


def choice(word: Words, message: Message, option: Option) -> Json:
    verb: ids.Verb = "begin" if message.prompt == START and not option.id.startswith(PAGE) else "choose"
    if option.id == LET_GO:
        sure = blocks.sure(word("window-let-go-sure"), word("window-sure"), word("yes-delete"), word("no-delete"))
        return blocks.button(word("window-let-go"), ids.action_id(verb, option.id), sure=sure)
    style = "primary" if option.id == "done" or leads_in(option.id) else "danger" if option.id in GRAVE else ""
    return blocks.button(option.label, ids.action_id(verb, option.id), style=style)


def scale(word: Words, message: Message) -> list[Json]:
    """Five numbers. What the ends mean is said before them, and to a screen reader on them."""
    ends = {"1": message.low, f"{HIGHEST}": message.high}
    buttons = [
        blocks.button(
            option.label,
            ids.action_id("rate", option.id),
            said=f"{option.label}, {ends[option.id]}"
            if ends.get(option.id)
            else word("window-of", number=option.label, total=HIGHEST),
        )
        for option in message.choices
    ]
    meaning = " · ".join(f"{number} = {words}" for number, words in ends.items() if words)
    return [*blocks.context(meaning), *blocks.actions(buttons, ids.block_id(message.prompt, "answer"))]


def ticks(word: Words, message: Message, locale: str) -> Json:
    """Boxes to tick, each handed over as it is ticked. Slack keeps ticks where the id stays, with their words, so
    another language has another id; where none is ticked, Slack itself says so beside them."""
    tick, block_id = ids.action_id("tick"), ids.block_id(message.prompt, f"tick-{locale}")
    element = several(word, tick, message.choices, message.chosen)
    label, hint = (message.text, message.hint) if labels(message) else (word("multi-hint"), "")
    return blocks.entry(label, element, block_id, hint=hint, hands=True)


def several(word: Words, action: str, options: Sequence[Option], chosen: Sequence[str] = ()) -> Json:
    """Boxes to tick, or a list to choose from where there are too many for boxes."""
    drawn = [blocks.option(option.id, option.label) for option in options]
    if len(drawn) <= limits.BOXES_TO_TICK:
        return blocks.menu("checkboxes", action, drawn, chosen)
    placeholder = blocks.plain(word("window-choose"), limits.PLACEHOLDER)
    return blocks.menu("multi_static_select", action, drawn[: limits.SELECT], chosen, placeholder=placeholder)


def own_words(word: Words, message: Message, *, focus: bool) -> list[Json]:
    """The box, or several for a long draft. What is typed is handed over as a draft; an empty box is told of beside
    it, and Skip is a button."""
    found = boxes(message.draft)
    if found is None:
        return blocks.sections([word("window-too-long")])
    label, hint = (message.text, message.hint) if labels(message) else (word("window-box"), "")
    return [
        blocks.entry(
            word("window-box-more") if number else label,
            _box(word, words, focus=focus and number == 0),
            ids.block_id(message.prompt, part),
            hint="" if number else hint,
            optional=number > 0,
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
        placeholder=blocks.plain(word("window-box-hint"), limits.PLACEHOLDER),
        dispatch_action_config={"trigger_actions_on": ["on_character_entered"]},
        focus_on_load=focus or None,
    )


# The ways out


def apart(message: Message) -> list[Json]:
    """The ways out, with a line above them where they would look like more answers."""
    drawn = ways(message)
    return [blocks.divider(), *drawn] if drawn and message.input in ("choice", "scale") else drawn


def ways(message: Message) -> list[Json]:
    """Pause is the modal's own Close, so it is no button here."""
    there = [option for option in message.controls if option.id != "pause"]
    near = there if len(there) <= FEW else [option for name in NEAR for option in there if option.id == name]
    seen = {option.id for option in near}
    far = [option for option in there if option.id not in seen]
    menu, rest = far[: limits.OVERFLOW], far[limits.OVERFLOW :]
    buttons = [blocks.button(option.label, ids.action_id("command", option.id)) for option in (*near, *rest)]
    options = [blocks.option(option.id, option.label) for option in menu]
    more = [blocks.menu("overflow", ids.action_id("commands"), options)] if options else []
    return blocks.actions([*buttons, *more], ids.block_id(message.prompt, "ways"))
