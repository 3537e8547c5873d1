"""The shape of what Slack sends, as far as it is read here. Law: what does not have that shape is refused, not guessed.

https://docs.slack.dev/reference/interaction-payloads and https://docs.slack.dev/apis/events-api
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

#: Slack's own program.
SLACKBOT: Final = "USLACKBOT"
#: Of a profile: https://docs.slack.dev/reference/objects/user-object
NAMES: Final = ("real_name", "display_name", "first_name", "last_name")


class _Loose(BaseModel):
    """Slack adds fields at any time; the others have to be what they are said to be. Errors quote nothing."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, strict=True)


class Named(_Loose):
    """A workspace, an organization or a person."""

    id: str = ""
    team_id: str | None = None
    enterprise_id: str | None = None


class Chosen(_Loose):
    value: str = ""


class Value(_Loose):
    """What stands in an input, or was tapped. Which field is filled depends on the element."""

    value: str | None = None
    selected_option: Chosen | None = None
    selected_options: list[Chosen] | None = None
    selected_user: str | None = None
    selected_users: list[str] | None = None
    selected_time: str | None = None
    selected_date: str | None = None

    def chosen(self) -> tuple[str, ...]:
        """Everything that is chosen here, whatever the element."""
        several = [option.value for option in self.selected_options or ()] + list(self.selected_users or ())
        option = self.selected_option.value if self.selected_option else None
        return tuple(filter(None, (*several, option, self.selected_user, self.selected_time, self.selected_date)))


class Tapped(Value):
    action_id: str = ""
    block_id: str = ""
    action_ts: str = ""


class State(_Loose):
    """What stands in the inputs: by block id, then by action id."""

    values: dict[str, dict[str, Value]] = Field(default_factory=dict)

    def inputs(self) -> Iterator[tuple[str, str, Value]]:
        for block, elements in self.values.items():
            for action, value in elements.items():
                yield block, action, value


class View(_Loose):
    id: str = ""
    hash: str = ""
    type: str = ""
    callback_id: str = ""
    private_metadata: str = ""
    state: State = State()
    blocks: list[Any] = Field(default_factory=list)

    @field_validator("state", mode="before")
    @classmethod
    def _empty(cls, state: Any) -> Any:
        return State() if state in (None, []) else state  # an empty state comes as a list in some payloads

    @property
    def standing(self) -> State:
        """What stands in its inputs. Slack may leave out those that nobody has touched since they were drawn anew
        (https://github.com/slackapi/bolt-js/issues/1258): they hold what they were drawn with."""
        values = {block: dict(elements) for block, elements in self.state.values.items()}
        for block in self.blocks:
            match block:
                case {"block_id": str(name), "element": {"action_id": str(action), **drawn}}:
                    values.setdefault(name, {}).setdefault(action, _drawn(drawn))
        return State(values=values)


def _drawn(element: Mapping[Any, Any]) -> Value:
    """An input as it was drawn."""
    try:
        return Value(
            value=element.get("initial_value"),
            selected_option=element.get("initial_option"),
            selected_options=element.get("initial_options"),
            selected_user=element.get("initial_user"),
            selected_users=element.get("initial_users"),
            selected_time=element.get("initial_time"),
            selected_date=element.get("initial_date"),
        )
    except ValidationError:
        return Value()


class Container(_Loose):
    type: str = ""
    view_id: str = ""
    message_ts: str = ""
    channel_id: str = ""


class Authorization(_Loose):
    user_id: str | None = None
    is_bot: bool | None = None
    enterprise_id: str | None = None
    team_id: str | None = None
    is_enterprise_install: bool | None = None


class Tokens(_Loose):
    bot: list[str] | None = None


class Member(_Loose):
    """A person of the workspace as `users.info` and the `user_change` event have them."""

    id: str = ""
    team_id: str | None = None
    deleted: bool = False
    is_bot: bool | None = None
    tz: str | None = None
    locale: str | None = None
    real_name: Any = None
    profile: Any = None

    @property
    def names(self) -> tuple[str, ...]:
        """What they are called there, each once; a program has no name that could be a person's."""
        if self.is_bot or self.id == SLACKBOT:
            return ()
        profile = self.profile if isinstance(self.profile, dict) else {}
        said = (self.real_name, *(profile.get(name) for name in NAMES))
        return tuple(dict.fromkeys(name for name in said if isinstance(name, str) and name.strip()))


class Happened(_Loose):
    """What an event says has happened."""

    type: str
    subtype: str | None = None
    user: str | Member | None = None
    bot_id: str | None = None
    channel: Any = None  # an id or an object, as the event has it
    channel_type: str | None = None
    text: str | None = None
    files: Any = None  # what came with a message; nothing of it is read
    tab: str | None = None
    tokens: Tokens | None = None
    team_ids: list[str] | None = None
    inviter: Any = None  # an id, of whoever put a member into a channel
    event_ts: Any = None  # when, in seconds, as text; the same for every repetition


class Payload(_Loose):
    """Any payload: an event, a command, a shortcut, a tap, a modal that was sent or closed."""

    type: str = ""
    team: Named | None = None
    team_id: str | None = None
    enterprise: Named | None = None
    enterprise_id: str | None = None
    is_enterprise_install: bool | str | None = None
    authorizations: list[Authorization] | None = None
    user: Named | None = None
    user_id: str = ""
    trigger_id: str = ""
    # commands and shortcuts
    command: str = ""
    text: str = ""
    callback_id: str = ""
    # taps and modals
    view: View | None = None
    actions: list[Tapped] = Field(default_factory=list)
    container: Container | None = None
    state: State | None = None
    channel: Named | None = None
    # events
    event_id: str = ""
    event: Happened | None = None
    is_ext_shared_channel: bool | None = None  # people of other organizations are in it

    @property
    def person(self) -> str:
        return self.user.id if self.user else self.user_id


def payload(data: Mapping[str, Any]) -> Payload:
    """Raises pydantic's ValidationError, which quotes nothing of what came in."""
    return Payload.model_validate(data)
