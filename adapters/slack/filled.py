"""What was filled in, of a form that is sent as a whole, and what went along with it unseen. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping

from adapters.slack import ids
from adapters.slack.message import PERSON
from adapters.slack.payload import SLACKBOT, State, Value


def fields(state: State) -> Mapping[str, str | tuple[str, ...]]:
    """A form's values by field. Several where several can be chosen, or the text; empty where nothing is picked."""
    found: dict[str, str | tuple[str, ...]] = {}
    for _, action, value in state.inputs():
        act = ids.act(action)
        if act is not None and act.verb == "field":
            found[act.argument] = _field(value)
    return found


def _field(value: Value) -> str | tuple[str, ...]:
    """People by ids that can be somebody's; a program of the workspace that was picked is nobody."""
    if value.selected_users is not None:
        return tuple(user for user in value.selected_users if PERSON.fullmatch(user) and user != SLACKBOT)
    several = value.selected_options is not None
    chosen = value.chosen()
    return chosen if several else chosen[0] if chosen else (value.value or "")


def carried(text: str) -> dict[str, str]:
    """Texts by field, as they were drawn; nothing, where it is no such thing."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return {name: value for name, value in found.items() if isinstance(value, str)} if isinstance(found, dict) else {}
