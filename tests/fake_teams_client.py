"""A person who uses Teams at one device: what they see, tap, type and send. It can do nothing that they could not.

Answers: https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/task-modules/task-modules-bots and
https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from fake_teams_activities import about_task, changed, executed, from_client, invoked, oddities, said, submitted
from fake_teams_rules import attachment_faults, card_faults
from fake_teams_screen import Target
from fake_teams_sending import BOTH, Answer, Sent
from fake_teams_sight import Dialog, Sight, Spot, View
from fake_teams_state import CARD, Conversation, Json, MsTeam, Post, Rejected

WORDS: Final = "application/vnd.microsoft.activity.message"
ERROR: Final = "application/vnd.microsoft.error"
SIZES: Final = ("small", "medium", "large")
TYPED: Final = ("Input.Text", "Input.Number", "Input.Date", "Input.Time")

Apply = Callable[[Answer], None]


@dataclass
class Client(Sight):
    """One device; two of them may show the same person different things."""

    _last: tuple[Sent, Apply] | None = field(default=None, repr=False)

    # Coming, going and speaking.

    async def install(self, action: str = "add", order: Sequence[str] = BOTH) -> list[Answer]:
        """`order`: which activities come, and which first."""
        return await self.teams.install_for(self.person, action, order)

    async def uninstall(self, action: str = "remove", order: Sequence[str] = BOTH) -> list[Answer]:
        return await self.teams.uninstall_for(self.person, action, order)

    async def say(self, text: str, **more: Any) -> Answer:
        """Typed into the chat, where Teams keeps it. `more`: what else the activity has, attachments for instance."""
        return await self._say(self._chat, text, **more)

    async def say_in_channel(self, team: MsTeam, text: str) -> Answer:
        """To the bot, by its name, as a new thread."""
        return await self._say(team.channel, text)

    async def say_in_group(self, text: str, *others: str) -> Answer:
        """To the bot in a group chat with others."""
        place = self.teams.group_chat(self.person.tenant, self.person.handle, *others)
        return await self._say(place, text)

    async def _say(self, place: Conversation, text: str, **more: Any) -> Answer:
        assert self._over is None, "a dialog is open: close it first"
        activity = {**said(self.teams, place, self.person, self.device, text), **more}
        kept = {name: activity[name] for name in ("type", "id", "text", "from")}
        place.posts.append(Post(activity["id"], self.person.member_id, [kept]))
        return await self._deliver(activity, self._heard)

    async def edit(self, text: str) -> Answer:
        """Their own newest message."""
        post = self._own()
        post.versions.append({**post.now, "text": text})
        return await self._deliver(self._changed(post, "editMessage"), self._heard)

    async def erase(self) -> Answer:
        """Deletes their own newest message."""
        post = self._own()
        post.deleted = True
        return await self._deliver(self._changed(post, "softDeleteMessage"), self._heard)

    def _own(self) -> Post:
        return next(each for each in self._newest(self._chat) if each.author == self.person.member_id)

    def _changed(self, post: Post, event: str) -> Json:
        return changed(self.teams, self._chat, self.person, self.device, post.now, event)

    async def invoke(self, name: str, value: Any) -> Answer:
        """An invoke of any name, that nothing on the screen would make."""
        activity = invoked(self.teams, self._chat, self.person, self.device, name, value)
        return await self.teams.send(activity)

    async def activity(self, kind: str, **more: Any) -> Answer:
        """Any kind of activity in the personal chat."""
        return await self.teams.send(from_client(self.teams, self._chat, self.person, self.device, kind, **more))

    async def oddities(self) -> dict[str, Answer]:
        """Everything that the bot has no use for, and what it answered to each."""
        made = oddities(self.teams, self._chat, self.person, self.device)
        return {name: await self.teams.send(activity) for name, activity in made.items()}

    async def again(self) -> Answer:
        """The last thing that this client sent comes once more, and what the bot answers now is shown."""
        assert self._last is not None, "nothing was sent yet"
        sent, apply = self._last
        answer = await self.teams.repeat(sent)
        apply(answer)
        return answer

    # Filling in.

    async def type(self, text: str, into: str = "") -> None:
        """Replaces what stands in an input of text, of a number, a date or a time."""
        spot, element = self._input(into, *TYPED)
        spot.surface.write(element, text)

    async def tick(self, *labels: str, into: str = "") -> None:
        """Boxes by their titles or values: each tap makes a tick or takes it back."""
        for label in labels:
            spot, element = self._box(label, into)
            spot.surface.flip(element, label)

    async def choose(self, into: str, *wanted: str) -> None:
        """Exactly these entries, by title or value."""
        spot, element = self._input(into, "Input.ChoiceSet")
        spot.surface.pick(element, *wanted)

    async def close_dialog(self) -> None:
        """The cross: nothing is sent."""
        assert self._over is not None, "no dialog is open"
        self._over = None

    def put_away(self) -> None:
        """The app on the device ends: dialogs and views of its own are gone, and nobody is told."""
        self._over = None
        self._views.clear()
        self._surfaces.clear()

    # Tapping.

    async def tap(self, wanted: str, on: str = "") -> Answer | None:
        """By title, or by what its data say to do. `on`: a message's id. None where nothing was sent."""
        return await self._act(*self._target(wanted, self._chat, on))

    async def tap_in_channel(self, team: MsTeam, wanted: str, on: str = "") -> Answer | None:
        return await self._act(*self._target(wanted, team.channel, on))

    async def _act(self, spot: Spot, target: Target) -> Answer | None:
        action, surface = target.action, spot.surface
        match action["type"]:
            case "Action.ToggleVisibility":
                surface.toggle(action)
            case "Action.ShowCard":
                surface.open(action)
            case "Action.OpenUrl":
                self.opened_urls.append(action["url"])
            case "Action.Submit" | "Action.Execute" if surface.check(action, target.cards):
                return await self._send(spot, action, surface.gathered(action, target.cards))
        return None

    async def _send(self, spot: Spot, action: Json, data: Any) -> Answer | None:
        if self._over is not None:
            return await self._task("task/submit", spot, data)
        if action["type"] == "Action.Execute":
            activity = self._invoked(spot, "adaptiveCard/action", executed(action, data))
            return await self._deliver(activity, lambda answer: self._apply_view(spot, answer))
        special = data.get("msteams", {}).get("type") if isinstance(data, dict) else None
        if special is None:
            given = (spot.place, self.person, self.device, data, spot.post.id, _thread(spot))
            return await self._deliver(submitted(self.teams, *given), self._heard)
        assert special == "task/fetch", f"the fake knows no button of the type {special!r}"
        if self.no_dialogs:
            self.swallowed.append(str(action.get("title")))
            return None
        return await self._task("task/fetch", spot, data)

    async def _task(self, name: str, spot: Spot, data: Any) -> Answer:
        """Whether task/submit says what message the dialog came from is [unverified]."""
        over = self._over
        activity = self._invoked(spot, name, about_task(data))
        return await self._deliver(activity, lambda answer: self._apply_task(spot, over, answer))

    def _invoked(self, spot: Spot, name: str, value: Json) -> Json:
        given = (spot.place, self.person, self.device, name, value, spot.post.id, _thread(spot))
        return invoked(self.teams, *given)

    # What comes of it.

    async def _deliver(self, activity: Json, apply: Apply) -> Answer:
        sent = await self.teams.deliver(activity)
        self._last = (sent, apply)
        apply(sent.answer)
        return sent.answer

    def _heard(self, answer: Answer) -> None:
        if not answer.ok:
            self.trouble.append(
                "unable to reach app" if answer.status == 0 else f"something went wrong: {answer.status}"
            )

    def _wrong(self, where: str, faults: Sequence[str], payload: Any) -> None:
        self.teams.rejected.append(Rejected(where, tuple(faults), payload))
        self.trouble.append(f"something went wrong: {faults[0]}")

    def _apply_view(self, spot: Spot, answer: Answer) -> None:
        """An answer with a card takes the place of the card at this device, and is stored nowhere."""
        self._heard(answer)
        if not answer.ok:
            return
        where, body = "adaptiveCard/action", answer.json
        if not isinstance(body, dict) or not {"statusCode", "type", "value"} <= body.keys():
            return self._wrong(where, ["answer: not statusCode, type and value"], answer.body)
        match body["type"]:
            case _ if body["type"] == ERROR or body["statusCode"] != 200:
                self.trouble.append(f"something went wrong: {body['statusCode']}")
            case _ if body["type"] == CARD:
                faults = card_faults(body["value"], own_urls=self.teams.own_urls)
                if faults:
                    return self._wrong(where, faults, body)
                self._views[spot.post.id, spot.index] = View(body["value"], len(spot.post.versions))
            case _ if body["type"] == WORDS and isinstance(body["value"], str):
                self.toasts.append(body["value"])
            case _:
                self._wrong(where, ["answer: of no known type"], body)

    def _apply_task(self, spot: Spot, over: Dialog | None, answer: Answer) -> None:
        self._heard(answer)
        if not answer.ok or self._over is not over:
            return
        where, body = "task/submit" if over else "task/fetch", answer.json
        if not answer.body.strip() and over:
            self._over = None
            return
        faults = list(_task_faults(body, self.teams.own_urls))
        if faults:
            return self._wrong(where, faults, body or answer.body)
        task = body["task"]
        origin = over.spot if over else spot
        if task["type"] == "message":
            self._over = Dialog(origin, over.title if over else "", text=task["value"])
            return
        value = task["value"]
        self._over = Dialog(origin, value.get("title", ""), self._drawn(value["card"]["content"]))


def _thread(spot: Spot) -> str:
    """In a channel, a conversation's id names the message that the thread began with."""
    return (spot.post.root or spot.post.id) if spot.place.kind == "channel" else ""


def _task_faults(body: Any, own_urls: tuple[str, ...]) -> list[str]:
    """Only dialogs with cards are known here, no web pages."""
    task = body.get("task") if isinstance(body, dict) else None
    if not isinstance(task, dict) or task.get("type") not in ("continue", "message"):
        return ["answer: no task to continue and no message"]
    value = task.get("value")
    if task["type"] == "message":
        return [] if isinstance(value, str) else ["answer: a message that is no text"]
    if not isinstance(value, dict) or not isinstance(value.get("title", ""), str):
        return ["answer: a dialog without a shape"]
    wrong = [name for name in ("height", "width") if not _is_size(value.get(name, "medium"))]
    return [f"answer: {name} is no size" for name in wrong] + attachment_faults(
        value.get("card"), dialog=True, own_urls=own_urls
    )


def _is_size(value: Any) -> bool:
    return value in SIZES or (isinstance(value, int) and not isinstance(value, bool) and value > 0)
