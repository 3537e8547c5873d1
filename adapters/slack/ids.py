"""What Slack hands back to us of what we drew: ids of blocks and elements. Pure; drawing writes, reading reads them.

A block that belongs to a question carries the question's prompt, so an answer names the place that it answers; a block
id that changes also makes Slack forget what stood in its inputs. An element says what a tap on it means.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, get_args

Verb = Literal[
    "choose",  # one choice; the argument is its id
    "rate",  # a number on a scale; the argument is the number
    "command",  # one command; the argument is its name
    "commands",  # a menu of commands; the chosen option's value is the name
    "write",  # the box for free text
    "tick",  # boxes to tick; the chosen options' values are choice ids
    "next",  # a message's button under boxes to tick: a modal has its own
    "open",  # another page; the argument is its name
    "begin",  # a script; the argument is its slug
    "form",  # one field or the button of a form; the argument is "<form>/<field>", the value what was chosen
    "field",  # a field of a form that is sent as a whole; the argument is its id
    "so-far",  # the whole talk so far, over the question
]
VERBS: Final = frozenset(get_args(Verb))

#: Callback ids of modals. A form's modal is "form:<form id>".
TALK: Final = "talk"
PAGE: Final = "page"
SO_FAR: Final = "so-far"
FORM: Final = "form:"

#: Shortcuts and commands, as the manifest names them.
SHORTCUT: Final = "reflect"
COMMAND: Final = "/reflect"


class Act(NamedTuple):
    """What a tap on an element means."""

    verb: Verb
    argument: str = ""


def action_id(verb: Verb, argument: str = "") -> str:
    return f"{verb}:{argument}" if argument else verb


def act(action: str) -> Act | None:
    """None where it is not one of ours."""
    verb, _, argument = action.partition(":")
    return Act(verb, argument) if verb in VERBS else None  # type: ignore[arg-type]


def block_id(prompt: str, part: str) -> str:
    return f"{prompt}#{part}"


def prompt_of(block: str) -> str | None:
    """The prompt that a block's id carries; None where it carries none."""
    prompt, mark, _ = block.partition("#")
    return prompt if mark and prompt else None
