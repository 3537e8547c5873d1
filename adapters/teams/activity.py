"""The shape of what Teams sends, as far as it is read here. Law: what does not have that shape is refused, not guessed.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference#activity-object
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic.alias_generators import to_camel


class _Loose(BaseModel):
    """Teams adds fields at any time; the others have to be what they are said to be. Errors quote nothing."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
        strict=True,
        alias_generator=to_camel,
        populate_by_name=True,
    )


#: What may stand in a reference, and so in the store.
_Word = Annotated[str, Field(max_length=1000, pattern=r"^[^\x00-\x1f\x7f]*$")]
_Id = Annotated[_Word, Field(min_length=1)]


#: How the kind of a file begins: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4
_FILES = (
    "audio/", "image/", "video/", "application/vnd.microsoft.teams.file.", "application/vnd.microsoft.card.audio",
    "application/vnd.microsoft.card.video",
)  # fmt: skip


class Account(_Loose):
    """A person, or the bot. `aad_object_id`: of the person in the organization's directory."""

    id: _Word = ""
    aad_object_id: _Word | None = None
    name: Any = None


class Recipient(_Loose):
    id: _Id


class Conversation(_Loose):
    """`conversation_type`: personal, groupChat or channel; the Playground leaves it out in a personal chat."""

    id: _Id
    conversation_type: str | None = None
    is_group: bool | None = None
    tenant_id: _Word | None = None


class Named(_Loose):
    id: _Word = ""
    name: str | None = None


class ChannelData(_Loose):
    tenant: Named | None = None
    team: Named | None = None
    channel: Named | None = None
    event_type: str | None = None


class ClientInfo(_Loose):
    """What a client says of itself: https://learn.microsoft.com/microsoftteams/platform/bots/bot-basics"""

    type: str = ""
    locale: str | None = None
    timezone: str | None = None


class Action(_Loose):
    """Of an Action.Execute."""

    data: dict[str, Any] = Field(default_factory=dict)


class Value(_Loose):
    """Of an invoke: an Execute's action, or a dialog's data."""

    action: Action | None = None
    data: dict[str, Any] | None = None


L = TypeVar("L", bound=_Loose)


def _validated(model: type[L], value: Any) -> L:
    """Nothing, where it has another shape: nobody meant anything by it."""
    try:
        return model.model_validate(value)
    except ValidationError:
        return model()


class Activity(_Loose):
    type: str
    id: _Id
    name: str | None = None
    action: str | None = None
    channel_id: str = ""
    service_url: str = ""
    from_: Account = Field(default=Account(), alias="from")
    recipient: Recipient
    conversation: Conversation
    channel_data: ChannelData = ChannelData()
    timestamp: str | None = None
    text: str | None = None
    locale: str | None = None
    local_timezone: str | None = None
    reply_to_id: str | None = None
    entities: list[Any] = Field(default_factory=list)
    attachments: list[Any] = Field(default_factory=list)
    value: Any = None
    members_added: list[Account] = Field(default_factory=list)
    members_removed: list[Account] = Field(default_factory=list)

    @field_validator("from_", "channel_data", mode="before")
    @classmethod
    def _nobody(cls, value: Any) -> Any:
        return {} if value is None else value

    @field_validator("entities", "attachments", "members_added", "members_removed", mode="before")
    @classmethod
    def _none(cls, value: Any) -> Any:
        return [] if value is None else value

    @property
    def tenant(self) -> str:
        said = self.channel_data.tenant.id if self.channel_data.tenant else ""
        return (said or self.conversation.tenant_id or "").lower()

    @property
    def person(self) -> str:
        """An empty string for the bot, and for a guest of a meeting whom no directory knows."""
        return (self.from_.aad_object_id or "").lower()

    @property
    def names(self) -> tuple[str, ...]:
        """What that person is called there."""
        name = self.from_.name
        return (name,) if self.person and isinstance(name, str) and name.strip() else ()

    @property
    def personal(self) -> bool:
        """Where it is not said, nothing may speak for a group."""
        said = self.conversation.conversation_type
        group = self.conversation.is_group or self.channel_data.team or self.conversation.id.startswith("19:")
        return said == "personal" or (said is None and not group)

    @property
    def happened(self) -> datetime | None:
        """By Teams' clock; None where it is not said, or not in words that tell the zone."""
        try:
            at = datetime.fromisoformat(self.timestamp or "")
        except ValueError:
            return None
        return at if at.tzinfo else None

    @property
    def client(self) -> ClientInfo:
        for entity in self.entities:
            if isinstance(entity, dict) and entity.get("type") == "clientInfo":
                return _validated(ClientInfo, entity)
        return ClientInfo()

    @property
    def language(self) -> str:
        """ "es" of "es-MX"."""
        return (self.locale or self.client.locale or "").partition("-")[0].lower()

    @property
    def zone(self) -> str:
        return self.local_timezone or self.client.timezone or ""

    @property
    def files(self) -> bool:
        """Whether a recording, a picture or another file came along. What was typed comes as HTML a second time, and a
        quoted message or the card of a link is no file either."""
        kinds = (each.get("contentType") for each in self.attachments if isinstance(each, dict))
        return any(isinstance(kind, str) and kind.lower().startswith(_FILES) for kind in kinds)

    @property
    def tapped(self) -> dict[str, Any]:
        """The data of the button that was tapped, with what stood in the inputs; empty where nothing was."""
        if self.type == "message":
            return self.value if isinstance(self.value, dict) else {}
        value = _validated(Value, self.value) if self.type == "invoke" else Value()
        return (value.action.data if value.action else value.data) or {}


def read(data: Mapping[str, Any]) -> Activity:
    """Raises pydantic's ValidationError, which quotes nothing of what came in."""
    return Activity.model_validate(data)
