"""What an answer of Teams' connector means. Pure. Law: nothing of what it said stands in an error.

https://learn.microsoft.com/microsoftteams/platform/bots/build-conversational-capability#status-codes-from-bot-conversational-apis
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from bot.ports import ConversationGone, Later, OurBug


class Limited(Later):
    """Teams wants fewer calls for this conversation, until `after` seconds from now."""


class TokenRefused(Later):
    """Our token was not taken; with another one the same call may work at once."""


class Unsure(Later):
    """It was asked for, and may have been done: nothing came back."""


class NotThere(ConversationGone):
    """There is no such conversation; the same person may be reached in one that is made anew."""


class MessageGone(Exception):
    """The message that was to be changed is not there any more. It never crosses a port."""


#: In place of a status, where something was sent and nothing came back.
UNANSWERED: Final = 1

#: Seconds to wait where Teams gives no number, and the longest wait that is believed.
UNSAID: Final = 5.0
LONGEST: Final = 3600.0

_LATER = frozenset({0, 407, 408, 409, 412, 421, 423, 425})
_NOT_THERE = frozenset({404, 410})

#: An answer that was no JSON object came from something between the connector and us.
NOT_SAID: Final = ""
_MESSAGE: Final = "ActivityNotFoundInConversation"
#: Forbidden for what we did or how we are set up, whatever becomes of the conversation.
_OUR_FAULT = frozenset({"InvalidBotApiHost", "NotEnoughPermissions"})

#: Codes that a log may name. Any other word could be anything, and is called "unknown" there.
NAMED: Final = frozenset({
    "ActivityNotFoundInConversation", "BadArgument", "BadSyntax", "BotDisabledByAdmin", "BotNotInConversationRoster",
    "BotNotRegistered", "ConversationBlockedByUser", "ConversationNotFound", "Forbidden", "ForbiddenOperationException",
    "InvalidBotApiHost", "MessageSizeTooBig", "MessageWritesBlocked", "NotEnoughPermissions", "PreconditionFailed",
    "ServiceError", "Throttled", "Unauthorized",
})  # fmt: skip


def fault(status: int, retry_after: str, code: str, now: datetime) -> Exception:
    """What to raise for a call that did not work. `code`: the connector's own word for it; `now`: aware, UTC."""
    if status in (UNANSWERED, 504):
        return Unsure()
    if status == 401:
        return TokenRefused()
    if status == 429:
        return Limited(seconds(retry_after, UNSAID, now))
    if status in _LATER or (not 400 <= status < 500 and status != 501):
        return Later(seconds(retry_after, 0.0, now))
    if status == 403 or status in _NOT_THERE:
        return _lasting(status, code)
    return OurBug()


def _lasting(status: int, code: str) -> Exception:
    """Only the connector's own word ends a conversation: a page of a gateway must not end everybody's."""
    if code == NOT_SAID:
        return Later()
    if status in _NOT_THERE:
        return MessageGone() if code == _MESSAGE else NotThere()
    return OurBug() if code in _OUR_FAULT else ConversationGone()


def seconds(retry_after: str, unsaid: float, now: datetime) -> float:
    """A Retry-After header, in seconds or as a date (https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3)."""
    try:
        after = float(retry_after)
    except ValueError:
        after = _until(retry_after, now)
    return min(max(after, 0.0), LONGEST) if math.isfinite(after) else unsaid


def _until(date: str, now: datetime) -> float:
    try:
        moment = parsedate_to_datetime(date)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return (aware - now).total_seconds()
    except (ValueError, TypeError, OverflowError, IndexError):
        return math.nan
