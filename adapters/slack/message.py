"""What may stand in a chat, where Slack keeps it. Law: nothing of a reflection is read here: no draft, no tick, no
exchange, not even how far somebody is; and what a locked phone shows is one line, always the same."""

from __future__ import annotations

import re
from typing import Final

from adapters.slack import blocks, ids, limits, modal
from adapters.slack.blocks import Json
from adapters.slack.modal import Words
from bot.conversation import Message, Option
from bot.outward import PLACE, PRIVATE, Said, leads_in

#: A person's id at Slack.
PERSON: Final = re.compile(r"[UW][A-Z0-9]{2,20}")

#: Of an answer that is typed into the chat nothing can be said here, but how it is given can.
HOW: Final = {"text": "window-type", "multi": "multi-hint", "scale": "scale-hint"}


#: What is asked for with more than a tap; the question stands out from the lines before it.
ASKED: Final = ("text", "multi", "scale")


def message(word: Words, given: Message, *, private: bool = False) -> Json:
    """The arguments of `chat.postMessage`; those for links do no harm in `chat.update`. `private`: with the way to the
    private box, whatever the message has."""
    return {
        "text": blocks.escape(word("chat-notice")),
        "blocks": drawn(word, Said.of(given), private=private),
        "parse": "none",
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def ephemeral(word: Words, given: Message | str, *, private: bool = False) -> Json:
    """The same for one person's eyes, which Slack does not keep: the answer to a slash command."""
    shown = Message(text=given) if isinstance(given, str) else given
    return {"text": blocks.escape(word("chat-notice")), "blocks": drawn(word, Said.of(shown), private=private)}


def drawn(word: Words, said: Said, *, private: bool) -> list[Json]:
    options = said.choices
    if private and not any(leads_in(option.id) for option in options):
        options = (*options, Option(id=PRIVATE, label=word("continue-private")))
    how = word(HOW[said.input]) if said.input in HOW else ""
    asked = answer(word, said, options)
    before = lines(word, said, limits.MESSAGE_BLOCKS - len(asked) - 2)
    return [*before, *blocks.context(said.hint, how), *asked] or blocks.nothing()


def lines(word: Words, said: Said, room: int) -> list[Json]:
    """What is said. A person who is named is mentioned on purpose; nobody else can be."""
    spoken = blocks.spoken(said.preface, room // 2)
    title = blocks.heading(said.title)
    if said.input in ASKED and PLACE not in said.text and len(said.text) <= modal.BOLD_AT_MOST:
        return [*spoken, *title, *blocks.heading(said.text)]
    if PLACE not in said.text:
        return [*spoken, *title, *blocks.sections(blocks.paragraphs([said.text]), room // 2 - len(title))]
    texts = [naming(word, text, said.person) for text in blocks.paragraphs(blocks.pieces(said.text, blocks.ESCAPED))]
    return [*spoken, *title, *(blocks.section(blocks.formatted(text)) for text in texts)]


def naming(word: Words, text: str, person: str) -> str:
    """A line of ours with somebody's name in it, which Slack looks up by their id."""
    name = f"<@{person}>" if PERSON.fullmatch(person) else word("window-someone")
    return blocks.mrkdwn(text).replace(PLACE, name)


def answer(word: Words, said: Said, options: tuple[Option, ...]) -> list[Json]:
    """What can be tapped. The way to the private box is no answer: no number, no box to tick."""
    way = [option for option in options if leads_in(option.id)]
    rest = tuple(option for option in options if not leads_in(option.id))
    if said.input == "choice":
        return modal.choices(word, said.question(options))
    private = [modal.choice(word, said.question(()), option) for option in way]
    last = blocks.actions(private, ids.block_id(said.prompt, PRIVATE))
    if said.input == "multi" and rest:
        return [*ticks(word, said.question(rest)), *last]
    return [*modal.scale(word, said.question(rest)), *last] if said.input == "scale" else last


def ticks(word: Words, asked: Message) -> list[Json]:
    """Boxes to tick and a button to go on; a list where there are too many for boxes."""
    element = modal.several(word, ids.action_id("tick"), asked.choices)
    block_id = ids.block_id(asked.prompt, "tick")
    go_on = blocks.button(word("next"), ids.action_id("next"))
    if element["type"] == "checkboxes":
        return blocks.actions([element, go_on], block_id)
    listed = blocks.section(blocks.plain(word("window-choose")), block_id, element)
    return [listed, *blocks.actions([go_on], ids.block_id(asked.prompt, "next"))]
