"""Views of the fake Slack: what stands in their inputs, the stack of modals, views.open, push, update and publish.

What a person has put into an input stays when a view is updated and block id and action id are the same; otherwise the
input takes its initial value (https://github.com/slackapi/bolt-js/issues/290).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any, Final

from fake_slack_rules import Surface, elements_of, marks_in, messages_of, options_of, too_large, view_faults
from fake_slack_state import APP_ID, Json, Rejected, Slack, SlackError, Token, Trigger, Values, View

MOST_STACKED: Final = 3

#: Where each kind of element keeps what is chosen, and where its first value comes from.
_STATE: Final[dict[str, tuple[str, str, Any]]] = {
    "plain_text_input": ("value", "initial_value", None),
    "email_text_input": ("value", "initial_value", None),
    "checkboxes": ("selected_options", "initial_options", []),
    "radio_buttons": ("selected_option", "initial_option", None),
    "static_select": ("selected_option", "initial_option", None),
    "external_select": ("selected_option", "initial_option", None),
    "multi_static_select": ("selected_options", "initial_options", []),
    "multi_external_select": ("selected_options", "initial_options", []),
    "users_select": ("selected_user", "initial_user", None),
    "multi_users_select": ("selected_users", "initial_users", []),
    "conversations_select": ("selected_conversation", "initial_conversation", None),
    "timepicker": ("selected_time", "initial_time", None),
    "datepicker": ("selected_date", "initial_date", None),
}


def field_of(kind: str) -> str:
    """The name under which an element's value travels; empty for what keeps none, such as a button."""
    return _STATE[kind][0] if kind in _STATE else ""


def keeping(blocks: list[Json]) -> Iterator[tuple[tuple[str, str], Json]]:
    """Every element that keeps a value, by block id and action id."""
    for block in blocks:
        for _, element in elements_of(block):
            if element["type"] in _STATE:
                yield (block["block_id"], element["action_id"]), element


def first_value(element: Json) -> Json:
    name, initial, empty = _STATE[element["type"]]
    return {"type": element["type"], name: deepcopy(element.get(initial, empty)) or deepcopy(empty)}


def is_empty(value: Json) -> bool:
    return not value.get(field_of(value["type"]))


def _still_offered(element: Json, value: Json) -> bool:
    name = field_of(element["type"])
    if value["type"] != element["type"]:
        return False
    if not name.startswith("selected_option") or "external" in element["type"]:
        return True
    chosen = value[name] if isinstance(value[name], list) else [value[name]]
    offered = [option.get("value") for option in options_of(element)]
    return all(each is None or each["value"] in offered for each in chosen)


def values_after(blocks: list[Json], before: Values, touched: set[tuple[str, str]]) -> Values:
    """What stands in the inputs once a view is drawn over another one."""
    after: Values = {}
    for key, element in keeping(blocks):
        old = before.get(key)
        stays = old is not None and _still_offered(element, old) and (key in touched or not is_empty(old))
        after[key] = old if stays and old is not None else first_value(element)
    return after


def state_of(values: Values) -> Json:
    found: Json = {}
    for (block, action), value in values.items():
        found.setdefault(block, {})[action] = deepcopy(value)
    return {"values": found}


def with_ids(slack: Slack, blocks: list[Json]) -> list[Json]:
    """Slack gives a block and an element that came without an id one of its own, new at every drawing."""
    filled = deepcopy(blocks)
    for block in filled:
        block.setdefault("block_id", f"b{slack.number():05d}")
        for _, element in elements_of(block):
            element.setdefault("action_id", f"a{slack.number():05d}")
    return filled


def as_object(value: Any) -> Any:
    """Clients send views and blocks as JSON inside a form; that counts the same."""
    if isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            return None
    return value


def accepted(slack: Slack, method: str, view: Any, surface: Surface) -> Json:
    """A view that passed Slack's rules; otherwise it is noted and refused."""
    given = as_object(view)
    if too_large(given):
        slack.rejected.append(Rejected(method, (("/view", "view_too_large"),), given))
        raise SlackError("view_too_large")
    if faults := view_faults(given, surface):
        slack.rejected.append(Rejected(method, tuple(faults), given))
        raise SlackError("invalid_arguments", response_metadata={"messages": messages_of(faults)})
    slack.marks += [(method, mark) for mark in marks_in(given["blocks"])]
    return {**given, "blocks": with_ids(slack, given["blocks"])}


def _hash(slack: Slack) -> str:
    return f"{int(slack.clock.now)}.{slack.number():08x}"


def touched_only(view: View) -> Values:
    return {key: value for key, value in view.values.items() if key in view.touched}


def payload_of(slack: Slack, view: View) -> Json:
    """The view as Slack hands it to the app."""
    place = slack.workspaces[view.team]
    told = view.values if not (slack.forgets_initial and view.redrawn) else touched_only(view)
    empty = {"private_metadata": "", "callback_id": "", "external_id": "", "title": None, "close": None}
    flags = {"submit": None, "clear_on_close": False, "notify_on_close": False}
    return {
        "id": view.id,
        "team_id": view.team,
        **empty,
        **flags,
        **deepcopy(view.spec),
        "state": state_of(told),
        "hash": view.hash,
        "previous_view_id": view.previous,
        "root_view_id": view.root,
        "app_id": APP_ID,
        "app_installed_team_id": place.enterprise if place.org_wide and slack.org_in_views else place.id,
        "bot_id": place.bot_id,
    }


def make(slack: Slack, trigger: Trigger, spec: Json) -> View:
    made = f"V{slack.number():07d}"
    view = View(made, trigger.team, trigger.user, trigger.device, spec, _hash(slack), root=made)
    view.values = values_after(spec["blocks"], {}, set())
    return view


def redraw(slack: Slack, view: View, spec: Json) -> None:
    view.values = values_after(spec["blocks"], view.values, view.touched)
    view.touched &= set(view.values)
    view.spec, view.hash, view.errors, view.redrawn = spec, _hash(slack), {}, True


def put_on_top(slack: Slack, view: View) -> None:
    stack = slack.stacks.setdefault(view.device, [])
    if len(stack) >= MOST_STACKED:
        raise SlackError("push_limit_reached")
    if stack:
        view.previous, view.root = stack[-1].id, stack[0].id
    stack.append(view)


def _same_external(slack: Slack, spec: Json, but: str = "") -> None:
    wanted = spec.get("external_id")
    if wanted and any(each.spec.get("external_id") == wanted and each.id != but for each in slack.every_view()):
        raise SlackError("duplicate_external_id")


def _asked(slack: Slack, token: Token, body: Json) -> Trigger:
    if "trigger_id" not in body:
        raise SlackError(
            "invalid_arguments", response_metadata={"messages": ["[ERROR] missing required field: trigger_id"]}
        )
    trigger = slack.use_trigger(str(body["trigger_id"]))
    if trigger.team not in [each.id for each in slack.teams_of(token)]:
        raise SlackError("invalid_trigger_id")
    return trigger


def open_view(slack: Slack, token: Token, body: Json) -> Json:
    """With a trigger from inside a modal the view goes on top of it [unverified]; else it takes the place of all."""
    spec = accepted(slack, "views.open", body.get("view"), "modal")
    _same_external(slack, spec)
    trigger = _asked(slack, token, body)
    modals = [each.id for each in slack.stacks.get(trigger.device, [])]
    if trigger.view not in modals:
        slack.stacks[trigger.device] = []
    view = make(slack, trigger, spec)
    put_on_top(slack, view)
    return {"view": payload_of(slack, view)}


def push_view(slack: Slack, token: Token, body: Json) -> Json:
    spec = accepted(slack, "views.push", body.get("view"), "modal")
    _same_external(slack, spec)
    trigger = _asked(slack, token, body)
    if not slack.stacks.get(trigger.device):
        raise SlackError("not_found")  # which error Slack gives where no modal is open is [unverified]
    view = make(slack, trigger, spec)
    put_on_top(slack, view)
    return {"view": payload_of(slack, view)}


def _match(view: View, body: Json) -> None:
    if body.get("hash") and body["hash"] != view.hash:
        raise SlackError("hash_conflict")


def update_view(slack: Slack, token: Token, body: Json) -> Json:
    spec = accepted(slack, "views.update", body.get("view"), "modal")
    wanted, external = body.get("view_id"), body.get("external_id")
    found = [
        each
        for each in slack.every_view()
        if each.id == wanted or (external and each.spec.get("external_id") == external)
    ]
    if not found or found[0].team not in [each.id for each in slack.teams_of(token)]:
        raise SlackError("not_found")
    _match(found[0], body)
    redraw(slack, found[0], spec)
    return {"view": payload_of(slack, found[0])}


def publish_view(slack: Slack, token: Token, body: Json) -> Json:
    spec = accepted(slack, "views.publish", body.get("view"), "home")
    person = slack.known(token, str(body.get("user_id")))
    if person is None:  # the words of these two errors are [unverified]
        raise SlackError("user_not_found")
    if person.deleted:
        raise SlackError("user_disabled")
    standing = slack.homes.get((person.team, person.id))
    if standing is None:
        trigger = Trigger("", person.team, person.id, "", slack.clock.now)
        standing = slack.homes[person.team, person.id] = make(slack, trigger, spec)
    else:
        _match(standing, body)
        redraw(slack, standing, spec)
    return {"view": payload_of(slack, standing)}


def close_views(slack: Slack, device: str, views: list[View]) -> None:
    gone = [each.id for each in views]
    slack.stacks[device] = [each for each in slack.stacks.get(device, []) if each.id not in gone]


def answer_submission(slack: Slack, view: View, answer: Json) -> None:
    """Does with the modal what the app's answer to view_submission says."""
    match answer.get("response_action"):
        case None:
            close_views(slack, view.device, [view])
        case "clear":
            slack.stacks[view.device] = []
        case "errors":
            _show_errors(slack, view, answer.get("errors"))
        case "update":
            redraw(slack, view, accepted(slack, "response_action", answer.get("view"), "modal"))
        case "push":
            spec = accepted(slack, "response_action", answer.get("view"), "modal")
            put_on_top(slack, make(slack, Trigger("", view.team, view.user, view.device, 0), spec))
        case other:
            slack.rejected.append(Rejected("response_action", (("/response_action", str(other)),), answer))
            raise SlackError("invalid_response_action")


def _show_errors(slack: Slack, view: View, errors: Any) -> None:
    inputs = {block["block_id"] for block in view.spec["blocks"] if block["type"] == "input"}
    given = errors if isinstance(errors, dict) else {}
    strange = [
        block for block, words in given.items() if block not in inputs or not isinstance(words, str) or not words
    ]
    if strange or not given:
        faults = tuple((f"/errors/{block}", "must name an input block of the view") for block in strange or [""])
        slack.rejected.append(Rejected("response_action", faults, errors))
        raise SlackError("invalid_response_action")
    view.errors = dict(given)
