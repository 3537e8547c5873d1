"""Where a chat is in Teams, in our own words. Law: this JSON is what is stored, never an object of the SDK."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

#: Characters of a whole stored reference; Microsoft's own are some hundreds long.
MOST = 4096

#: An id or address; they name people, so none is printed with the object.
_Id = Annotated[str, Field(max_length=1000, pattern=r"^[^\x00-\x1f\x7f]*$", repr=False)]
_Named = Annotated[_Id, Field(min_length=1)]


class Reference(BaseModel):
    """A chat with one person, or a channel of a team.

    `conversation`: an empty string where no chat with this person was made yet. `user`: the person's AAD object id;
    `member`: their id in this bot's chats ("29:..."); both are empty for a channel. `bot`: ours there ("28:...").
    """

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True, hide_input_in_errors=True)

    service_url: _Named
    tenant: _Named
    bot: _Named
    conversation: _Id = ""
    user: _Id = ""
    member: _Id = ""
    channel: _Id = "msteams"

    def written(self) -> str:
        return self.model_dump_json(exclude_defaults=True)


def read(text: str) -> Reference | None:
    """None for anything that was not written here."""
    if len(text) > MOST:
        return None
    try:
        return Reference.model_validate_json(text)
    except ValidationError:
        return None
