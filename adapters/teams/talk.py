"""The private talk as a card that goes on: what was said, the question, its input, and the ways out. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from adapters.teams import elements, ids, limits
from adapters.teams.elements import Json
from adapters.teams.pen import Pen
from bot import cards
from bot.conversation import Exchange, Message, Option, Reply
from bot.notices import PAGE
from bot.outward import leads_in
from bot.typed import LIMIT_BYTES, size

#: The place from which a script is begun.
START: Final = "start"
#: A text of so many paragraphs is a notice, and each begins with its heading.
MANY: Final = 6
#: Ways out that are always in sight, in this order; the others are behind one more tap.
NEAR: Final = ("back", "breathe", "skip", "safety", "pause")
#: What answers "sure?" with yes. It stands last: a thumb that slips keeps everything.
GRAVE: Final = frozenset({"yes-delete", "yes-restart"})
#: It deletes at one tap beside the button that keeps, so it asks first.
LET_GO: Final = "let-go"
#: The end of a scale, whose two ends have words.
HIGHEST: Final = 5

#: Bytes of the last answer that are shown; the whole of it is under "My data" when the reflection is over.
LAST_ANSWER: Final = 16 * 1024
LEAST: Final = 4 * 1024

_EARLIER, _MORE, _SURE, _QUESTION = "earlier", "more", "sure", "question"


def talk(pen: Pen, reply: Reply) -> list[Json]:
    """The body of a card for `reply.message`."""
    message = reply.message or Message(text=pen.word("greeting"))
    if any(block.title for block in cards.blocks(reply.unsaid)) and not reply.closed:
        return read_first(pen, message)
    room = limits.KEPT - (limits.weight(message.draft) if has_room(message.draft) else 0)
    shown = [*so_far(pen, reply.talk, room), *spoken(here(pen, reply.unsaid))]
    if reply.closed:
        return [*shown, *asked(pen, message, first=False), *over(pen)]
    return [*shown, *asked(pen, message, first=not reply.talk), *answer(pen, message), *ways(pen, message)]


def read_first(pen: Pen, message: Message) -> list[Json]:
    """A card, and nothing else in sight: wherever the window stands, the numbers to call are there. The question is one
    tap away, for which nothing is sent."""
    question = [*asked(pen, message, first=False), *answer(pen, message), *ways(pen, message)]
    goes_on = elements.row([elements.toggle(pen.word("resume-button"), _QUESTION)])
    return [*spoken(here(pen, message.preface)), *goes_on, *elements.hidden(_QUESTION, question)]


# What was said


def here(pen: Pen, lines: Sequence[str]) -> tuple[str, ...]:
    """The help of a window names its buttons, not words to say."""
    return tuple(pen.word("teams-help") if line == pen.word("help") else line for line in lines)


def spoken(lines: Sequence[str]) -> list[Json]:
    """Plain lines and a card, before the question."""
    found: list[Json] = []
    for block in cards.blocks(lines):
        drawn = [*(elements.heading(block.title) if block.title else []), *elements.spoken(block.lines)]
        found += elements.set_apart(drawn) if block.title else drawn
    return found


def so_far(pen: Pen, exchanges: Sequence[Exchange], room: int) -> list[Json]:
    """The last exchange, and a button that shows those before it: nothing is sent for that. `room`: bytes."""
    if not exchanges:
        return []
    last = exchange(fitting(exchanges[-1], min(max(room, LEAST), LAST_ANSWER)))
    earlier = before_last(pen, exchanges[:-1], room - limits.weight(last))
    shows = elements.link(pen.word("window-earlier-answers"), _EARLIER) if earlier else []
    return [*shows, *elements.hidden(_EARLIER, earlier), *last]


def before_last(pen: Pen, exchanges: Sequence[Exchange], room: int) -> list[Json]:
    """Where there is no room for all of them the beginning is left out, and that is said."""
    found = list[Json]()
    for one in reversed(exchanges):
        drawn = exchange(one)
        room -= limits.weight(drawn)
        if room < 0:
            return [*elements.spoken([pen.word("window-earlier")]), *found]
        found = [*drawn, *found]
    return found


def fitting(one: Exchange, room: int) -> Exchange:
    """With so much of the answer as has room when it is drawn."""
    while (size := limits.weight(exchange(one))) > room and len(one.answered) > 1:
        fewer = len(one.answered) * max(room, 0) // size
        one = one.model_copy(update={"answered": elements.cut(one.answered, fewer)})
    return one


def exchange(one: Exchange) -> list[Json]:
    """The reply often begins with the answer, which then need not be said twice."""
    answered = one.answered.strip().rstrip(".")
    echoed = bool(answered) and one.reply.startswith(f"{answered}.")
    words = [] if echoed else elements.set_apart(elements.own(one.answered))
    return [*elements.subtle(one.asked), *words, *elements.spoken([one.reply])]


# The question


def asked(pen: Pen, message: Message, *, first: bool) -> list[Json]:
    """`first`: nothing is answered yet. Later the bar says how far it is, and the minutes would say it twice."""
    minutes = pen.word("minutes-left", minutes=message.minutes_left) if message.minutes_left and first else ""
    asks = message.input != "none" and not message.title
    text = elements.question(message.text) if asks else read(message)
    return [*elements.subtle(minutes), *elements.heading(message.title), *text, *elements.subtle(message.hint)]


def read(message: Message) -> list[Json]:
    """A text of its own."""
    parts = elements.paragraphs(message.text)
    return [elements.led(part) for part in parts] if message.title and len(parts) >= MANY else elements.spoken(parts)


def answer(pen: Pen, message: Message) -> list[Json]:
    match message.input:
        case "choice":
            return [*chosen_before(pen, message), *choices(pen, message)]
        case "scale":
            return [*chosen_before(pen, message), *scale(pen, message)]
        case "multi":
            return ticks(pen, message)
        case "text":
            return own_words(pen, message)
    return []


def chosen_before(pen: Pen, message: Message) -> list[Json]:
    """In words: a colour alone would not tell everybody."""
    chosen = "; ".join(option.label for option in message.choices if option.id in message.chosen)
    return elements.subtle(pen.word("window-before", label=chosen)) if chosen else []


def choices(pen: Pen, message: Message) -> list[Json]:
    """One tap each."""
    ordered = sorted(message.choices, key=lambda option: option.id in GRAVE)
    buttons = [choice(pen, message, option) for option in ordered if option.id != LET_GO]
    lets_go = letting_go(pen) if len(buttons) < len(ordered) else []
    return [*elements.answers(buttons), *lets_go]


def choice(pen: Pen, message: Message, option: Option) -> Json:
    verb: ids.Verb = "begin" if message.prompt == START and not option.id.startswith(PAGE) else "choose"
    style = "positive" if option.id == "done" or leads_in(option.id) else "destructive" if option.id in GRAVE else ""
    return pen.button(option.label, ids.do(verb, option.id), style=style)


def letting_go(pen: Pen) -> list[Json]:
    """Asks here before it is done."""
    yes = pen.button(pen.word("yes-delete"), ids.do("choose", LET_GO), style="destructive")
    no = elements.toggle(pen.word("no-delete"), _SURE)
    sure = [*elements.spoken([pen.word("window-let-go-sure"), pen.word("window-sure")]), *elements.row([no, yes])]
    return [*elements.column([elements.toggle(pen.word("window-let-go"), _SURE)]), *elements.hidden(_SURE, sure)]


def scale(pen: Pen, message: Message) -> list[Json]:
    """Five numbers. What the ends mean is said before them, and of the ends to a screen reader on them."""
    ends = {"1": message.low, f"{HIGHEST}": message.high}
    meaning = " · ".join(f"{number} = {words}" for number, words in ends.items() if words)
    buttons = [
        {**pen.button(option.label, ids.do("rate", option.id)), **_said(option.label, ends.get(option.id, ""))}
        for option in message.choices
    ]
    return [*elements.subtle(meaning), *elements.row(buttons)]


def _said(number: str, words: str) -> Json:
    return {"tooltip": f"{number}, {words}"} if words else {}


def ticks(pen: Pen, message: Message) -> list[Json]:
    pairs = [(option.id, option.label) for option in message.choices]
    entry = elements.choice_set(ids.TICKS, pen.word("multi-hint"), pairs, message.chosen, several=True)
    return [entry, *elements.row([pen.button(pen.word("next"), ids.do("tick"), style="positive")])]


def has_room(draft: str) -> bool:
    return size(draft) <= LIMIT_BYTES and limits.weight(draft) <= limits.KEPT


def own_words(pen: Pen, message: Message) -> list[Json]:
    """The box, with what it holds already, and what becomes of it by leaving: Teams hands us nothing then."""
    if not has_room(message.draft):
        return elements.spoken([pen.word("window-too-long")])
    hint = pen.word("window-box-hint")
    entry = elements.box(ids.WRITE, pen.word("window-box"), value=message.draft, placeholder=hint)
    name = {"dialog": "teams-leaving", "view": "teams-leaving-card"}.get(pen.place)
    leaving = elements.subtle(pen.word(name)) if name else []
    return [entry, *elements.row([pen.button(pen.word("next"), ids.do("write"), style="positive")]), *leaving]


# The ways out


def ways(pen: Pen, message: Message) -> list[Json]:
    """Each brings along what stands in the box, so that it is kept."""
    there = {option.id: option for option in message.controls}
    near = [there[name] for name in NEAR if name in there]
    far = [option for option in message.controls if option not in near]
    buttons = [command(pen, option) for option in near]
    behind = [*(command(pen, option) for option in far), pen.button(pen.word("home-button"), ids.do("open", "home"))]
    if not near:
        return elements.apart(elements.row(behind)) if pen.place != "chat" else []
    more = elements.toggle(pen.word("window-more"), _MORE)
    return [*elements.apart(elements.row([*buttons, more])), *elements.hidden(_MORE, elements.row(behind))]


def command(pen: Pen, option: Option) -> Json:
    return pen.button(option.label, ids.do("command", option.id))


def over(pen: Pen) -> list[Json]:
    """The dialog can be closed, or goes on to what else there is; a view of a card stays as it is."""
    if pen.place != "dialog":
        return []
    closing = pen.button(pen.word("window-close"), ids.do("close"), style="positive")
    return elements.row([closing, pen.button(pen.word("home-button"), ids.do("open", "home"))])
