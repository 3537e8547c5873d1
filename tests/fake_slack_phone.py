"""A person who uses Slack at one device: what they see, tap, type and send. It can do nothing that they could not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fake_slack_payloads import (
    closed_body,
    command_body,
    message_actions_body,
    message_event,
    said,
    shortcut_body,
    submission_body,
    suggestion_body,
    view_actions_body,
)
from fake_slack_screen import Target
from fake_slack_sending import Answer
from fake_slack_sight import Place, Shown, Sight
from fake_slack_state import Dm, Json, Message, SlackError, View
from fake_slack_views import (
    answer_submission,
    close_views,
    field_of,
    is_empty,
    keeping,
    payload_of,
    state_of,
)
from fake_slack_web import content_of, post


@dataclass
class Phone(Sight):
    """One device; two of them may show the same person different modals."""

    # What the person does.

    async def command(self, command: str, text: str = "", *, in_dm: bool = False) -> Answer:
        """Typed in a channel unless `in_dm`. A modal hides the place to type."""
        assert self.modal is None, "a modal is open: close it, or put_away() the phone"
        typed_in = self._dm if in_dm else self.slack.channel(self.team)
        trigger = self.slack.trigger(self.team, self.user, self.device)
        answer = await self.slack.send("slash_commands", command_body(self.slack, trigger, command, text, typed_in))
        if self._went_well(answer, "dispatch_failed"):
            self._answered(answer, typed_in)
        return answer

    async def shortcut(self, callback_id: str) -> Answer:
        assert self.modal is None, "a modal is open: close it, or put_away() the phone"
        trigger = self.slack.trigger(self.team, self.user, self.device)
        answer = await self.slack.send("interactive", shortcut_body(self.slack, trigger, callback_id))
        self._went_well(answer, "dispatch_failed")
        return answer

    async def open_home(self) -> Answer:
        return await self._opened("home")

    async def open_messages(self) -> Answer:
        return await self._opened("message")

    async def _opened(self, place: Place) -> Answer:
        self._looking_at = place
        view = self.slack.homes.get((self.team, self.user))
        shown = {"view": payload_of(self.slack, view)} if view and place == "home" else {}
        tab = "home" if place == "home" else "messages"
        event = {"type": "app_home_opened", "user": self.user, "channel": self._dm.id, "tab": tab, **shown}
        return await self.slack.event(self.team, event)

    async def say(self, text: str) -> Answer:
        """Typed into the DM with the app, where Slack keeps it."""
        self._looking_at = "message"
        made = said(self.slack, self._dm, text)
        self._dm.messages.append(Message(self.user, [made]))
        return await self.slack.event(self.team, message_event(self._dm, made))

    async def tap(self, wanted: str, in_: Place | None = None, *, confirm: bool = True) -> Answer | None:
        """A button or an entry of a menu, by its label, action id or value. None where nothing was sent."""
        shown, target = self._target(wanted, in_)
        self.asked = target.element.get("confirm")
        if self.asked and not confirm:
            return None
        if target.option is None or target.element["type"] == "overflow":
            return await self._act(shown, target.block_id, target.element, target.option)
        return await self._choose(shown, target)

    async def tick(self, *labels: str, in_: Place | None = None) -> Answer | None:
        """Boxes (each tick is sent by itself, where it is sent) or entries of a menu that takes several."""
        answer = None
        for label in labels:
            shown, target = self._target(label, in_)
            answer = await self._choose(shown, target)
        return answer

    async def type(self, text: str, into: str = "", in_: Place | None = None) -> Answer | None:
        """Replaces what stands in a text input. Sent only where the input says: as characters are entered."""
        shown, (key, element) = self._input(into, in_, "plain_text_input", "email_text_input")
        when = element.get("dispatch_action_config", {}).get("trigger_actions_on", ["on_enter_pressed"])
        return await self._set(shown, key, element, text or None, sends="on_character_entered" in when)

    async def press_enter(self, into: str = "", in_: Place | None = None) -> Answer | None:
        """In a text input of one line."""
        shown, (key, element) = self._input(into, in_, "plain_text_input", "email_text_input")
        when = element.get("dispatch_action_config", {}).get("trigger_actions_on", ["on_enter_pressed"])
        value = shown.values[key][field_of(element["type"])]
        return await self._set(shown, key, element, value, sends="on_enter_pressed" in when)

    async def pick_people(self, *users: str, into: str = "", in_: Place | None = None) -> Answer | None:
        """Exactly these people; nobody where none is named."""
        shown, (key, element) = self._input(into, in_, "users_select", "multi_users_select")
        many = element["type"] == "multi_users_select"
        assert many or len(users) < 2, "only one person can be picked here"
        return await self._set(shown, key, element, list(users) if many else next(iter(users), None))

    async def pick_time(self, time: str, into: str = "", in_: Place | None = None) -> Answer | None:
        """An empty one is none. Not every client of Slack's has a way of picking none [unverified]."""
        shown, (key, element) = self._input(into, in_, "timepicker")
        return await self._set(shown, key, element, time or None)

    async def pick_date(self, date: str, into: str = "", in_: Place | None = None) -> Answer | None:
        shown, (key, element) = self._input(into, in_, "datepicker")
        return await self._set(shown, key, element, date or None)

    async def search(self, typed: str, into: str = "") -> Answer:
        """Types into a menu whose entries the app supplies."""
        view = self.top
        _, ((block_id, action_id), _) = self._input(into, "modal", "external_select", "multi_external_select")
        body = suggestion_body(self.slack, view, block_id, action_id, typed)
        return await self.slack.send("interactive", body)

    async def submit(self) -> Answer | None:
        """None where Slack itself would not send it: the view then shows why."""
        view = self.top
        assert view.spec.get("submit"), "this modal has no button to submit"
        view.errors = dict(_missing(view))
        if view.errors:
            return None
        trigger = self.slack.trigger(self.team, self.user, self.device, view.id)
        answer = await self.slack.send("interactive", submission_body(self.slack, trigger, view))
        if self._went_well(answer, "trouble connecting") and view in self.slack.stacks.get(view.device, []):
            self._apply(view, answer)
        return answer

    async def close(self, *, everything: bool = False) -> Answer | None:
        """The close button of the modal on top, or the cross that closes all of them."""
        view = self.top
        whole = everything or bool(view.spec.get("clear_on_close"))
        going = self.slack.stacks[self.device][::-1] if whole else [view]
        close_views(self.slack, self.device, going)
        answer = None
        for each in going:
            if each.spec.get("notify_on_close"):
                answer = await self.slack.send("interactive", closed_body(self.slack, each, cleared=whole))
                self._went_well(answer, "view_closed")
        return answer

    def put_away(self) -> None:
        """The app on the device ends: modals are gone and nobody is told."""
        self.slack.stacks.pop(self.device, None)

    # How it is done.

    async def _choose(self, shown: Shown, target: Target) -> Answer | None:
        key = (target.block_id, target.element["action_id"])
        now = shown.values[key][field_of(target.element["type"])]
        chosen: Any = target.option
        if isinstance(now, list):
            without = [each for each in now if each != target.option]
            chosen = without if len(without) < len(now) else [*now, target.option]
        return await self._set(shown, key, target.element, chosen)

    async def _set(
        self, shown: Shown, key: tuple[str, str], element: Json, value: Any, *, sends: bool = True
    ) -> Answer | None:
        shown.values[key] = {"type": element["type"], field_of(element["type"]): value}
        if shown.view:
            shown.view.touched.add(key)
        block = next(each for each in shown.blocks if each["block_id"] == key[0])
        if not sends or (block["type"] == "input" and not block.get("dispatch_action")):
            return None
        return await self._act(shown, key[0], element, None)

    async def _act(self, shown: Shown, block_id: str, element: Json, option: Json | None) -> Answer:
        named = {"action_id": element["action_id"], "block_id": block_id, "action_ts": self.slack.ts()}
        action = {"type": element["type"], **named}
        if element["type"] == "button":
            action |= {name: element[name] for name in ("text", "value", "style") if name in element}
        elif element["type"] == "overflow":
            action |= {"selected_option": option}
        else:
            action |= shown.values[block_id, element["action_id"]]
        answer = await self.slack.send("interactive", self._actions_body(shown, action))
        self._went_well(answer, "trouble connecting")
        return answer

    def _actions_body(self, shown: Shown, action: Json) -> Json:
        modal = shown.view.id if shown.view and shown.view.device else ""
        trigger = self.slack.trigger(self.team, self.user, self.device, modal)
        if shown.view:
            return view_actions_body(self.slack, trigger, shown.view, action)
        assert shown.message is not None
        assert shown.dm is not None
        place = (shown.dm, shown.message)
        return message_actions_body(self.slack, trigger, place, state_of(shown.values), action)

    def _went_well(self, answer: Answer, otherwise: str) -> bool:
        if not answer.ok:
            self.trouble.append("operation_timeout" if answer.status == 0 else otherwise)
        return answer.ok

    def _answered(self, answer: Answer, typed_in: Dm) -> None:
        """Words in the answer to a command are shown to the person alone, unless the app says to everybody."""
        content = answer.json if answer.body.startswith("{") else {"text": answer.body}
        if not content.get("text") and not content.get("blocks"):
            return
        public = content.get("response_type") == "in_channel"
        shown_in = typed_in if public else self._dm
        try:
            post(self.slack, shown_in, content_of(self.slack, "command", content), ephemeral=not public)
        except SlackError as error:
            self.trouble.append(error.error)

    def _apply(self, view: View, answer: Answer) -> None:
        try:
            answer_submission(self.slack, view, answer.json)
        except SlackError as error:
            self.trouble.append(error.error)


def _missing(view: View) -> Iterator[tuple[str, str]]:
    """Why Slack would not send a modal, by block id."""
    inputs = {block["block_id"]: block for block in view.spec["blocks"] if block["type"] == "input"}
    for (block_id, _), element in keeping(view.spec["blocks"]):
        block, value = inputs.get(block_id), view.values[block_id, element["action_id"]]
        if block is None:
            continue
        if is_empty(value):
            if not block.get("optional"):
                yield block_id, "Please complete this required field."
        elif element["type"] == "plain_text_input":
            length = len(value["value"])
            if length < element.get("min_length", 0):
                yield block_id, f"Please lengthen this to {element['min_length']} characters or more."
            if length > element.get("max_length", 3000):
                yield block_id, f"Please shorten this to {element.get('max_length', 3000)} characters or fewer."
