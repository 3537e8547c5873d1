"""What Teams hands back to us of what we drew: the data of a button and the ids of inputs. Pure; drawing writes,
reading reads them.

A button says what a tap on it means, and the prompt of the question that it answers. In a dialog it also carries the
stamp of its drawing: two taps on one drawing are one answer, and the same answer to a new drawing is another.
"""

from __future__ import annotations

import re
from typing import Any, Final, Literal, NamedTuple, get_args

Json = dict[str, Any]

Verb = Literal[
    "choose",  # one choice; the argument is its id
    "rate",  # a number on a scale; the argument is the number
    "command",  # one command; the argument is its name
    "write",  # what stands in the box is the answer
    "tick",  # what is ticked is the answer
    "begin",  # a script; the argument is its slug
    "open",  # a page; the argument is its name
    "form",  # a form of a page; the argument is its id
    "close",  # the dialog is over
]
VERBS: Final = frozenset(get_args(Verb))

#: Ids of inputs. A form's input is "field/<form>/<field>"; of several such forms on a page, "field/<form>+<n>/<field>".
WRITE: Final = "write"
TICKS: Final = "ticks"
FIELD: Final = "field"

#: A person's id in their organization's directory.
PERSON: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

#: Keys of a button's data.
DO: Final = "do"
PROMPT: Final = "prompt"
STAMP: Final = "stamp"
VIEW: Final = "view"
START: Final = "start"
VALUES: Final = "values"
NUMBER: Final = "number"

#: The private talk shown in this person's view of a card in the chat, where no dialog can be opened.
CARD_VIEW: Final = "card"

#: Opens a dialog: https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/task-modules/invoking-task-modules
FETCH: Final[Json] = {"msteams": {"type": "task/fetch"}}
#: Of every Action.Execute.
EXECUTE_VERB: Final = "afterword"


class Act(NamedTuple):
    """What a tap means."""

    verb: Verb
    argument: str = ""


def do(verb: Verb, argument: str = "") -> str:
    return f"{verb}:{argument}" if argument else verb


def act(said: object) -> Act | None:
    """None where it is not one of ours."""
    if not isinstance(said, str):
        return None
    verb, _, argument = said.partition(":")
    return Act(verb, argument) if verb in VERBS else None  # type: ignore[arg-type]


def numbered(form: str, number: int) -> str:
    """The form as the ids of its inputs name it."""
    return f"{form}+{number}" if number else form


def field_id(form: str, field: str) -> str:
    return f"{FIELD}/{form}/{field}"


def field_of(input_id: str, form: str) -> str:
    """The field of that form; an empty string where the input belongs to something else."""
    prefix = f"{FIELD}/{form}/"
    return input_id.removeprefix(prefix) if input_id.startswith(prefix) else ""
