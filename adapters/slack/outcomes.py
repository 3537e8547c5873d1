"""What an answer of Slack's Web API means. Pure. Law: nothing of what Slack said stands in an error.

The names of errors: https://docs.slack.dev/reference/methods ("Errors" of each method that we call).
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import Any, Final

from bot.ports import ConversationGone, InstallationGone, Later, OurBug


class Limited(Later):
    """Slack wants fewer calls of this method in this workspace, until `after` seconds from now."""


class TokenExpired(Later):
    """The token's time is over; with a renewed one the same call may work at once."""


class Unsure(Later):
    """It was asked for, and may have been done: Slack did not say, or not so that it can be understood."""


class SlackError(Exception):
    """What only this folder understands: it never crosses a port."""


class TriggerExpired(SlackError):
    """A modal may be opened for three seconds after a tap, once."""


class HashConflict(SlackError):
    """The view was changed since it was seen."""


class ViewGone(SlackError):
    """The view or message that was to be changed is not there any more."""


#: Seconds to wait where Slack gives no number, and the longest wait that is believed.
UNSAID: Final = 5.0
LONGEST: Final = 3600.0

_LIMITED = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
#: "It's possible some aspect of the operation succeeded before the error was raised", say Slack's pages of these.
_UNSURE = frozenset({"internal_error", "fatal_error", "operation_timeout"})
#: Where it was no answer of Slack's own: nothing came, half of one came, or a gateway did not wait for it.
_UNSAID = frozenset({0, 200, 504})
_LATER = frozenset({
    "service_unavailable", "request_timeout",
    # A workspace on its way into an organization: https://docs.slack.dev/enterprise/
    "team_added_to_org", "org_login_required",
})  # fmt: skip
_INSTALLATION_GONE = frozenset({
    "token_revoked", "account_inactive", "invalid_auth", "not_authed", "team_not_found", "app_uninstalled",
    "app_not_installed", "team_disabled",
})  # fmt: skip
_CONVERSATION_GONE = frozenset({
    "channel_not_found", "user_not_found", "users_not_found", "user_disabled", "user_not_visible", "is_archived",
    "is_inactive", "not_in_channel", "cannot_dm_bot", "messages_tab_disabled", "user_is_bot", "user_is_restricted",
    "cannot_find_channel", "channel_is_archived",
})  # fmt: skip
_TRIGGER = frozenset({"expired_trigger_id", "invalid_trigger_id", "exchanged_trigger_id"})
_VIEW_GONE = frozenset({"not_found", "view_not_found", "message_not_found"})

#: Refusals that a log may name. Any other word could be anything, and is called "unknown" there.
NAMED: Final = frozenset({
    "access_denied", "accesslimited", "bad_client_secret", "bad_redirect_uri", "block_mismatch", "cant_update_message",
    "code_already_used", "deprecated_endpoint", "duplicate_external_id", "edit_window_closed", "ekm_access_denied",
    "invalid_arg_name", "invalid_arguments", "invalid_array_arg", "invalid_blocks", "invalid_blocks_format",
    "invalid_charset", "invalid_client_id", "invalid_code", "invalid_form_data", "invalid_grant_type", "invalid_json",
    "invalid_post_type", "invalid_refresh_token", "json_not_object", "method_deprecated", "missing_argument",
    "missing_post_type", "missing_scope", "msg_blocks_too_long", "msg_too_long", "no_permission", "no_text",
    "not_allowed_token_type", "not_enabled", "not_supported", "oauth_authorization_url_mismatch", "push_limit_reached",
    "restricted_action", "token_already_exchanged", "too_many_attachments", "unknown_method", "view_too_large",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back over HTTP; status 0 where nothing did, and an empty body where it was too large. `sent`: the
    request may have reached Slack."""

    status: int = 0
    retry_after: str = ""
    body: bytes = field(default=b"", repr=False)
    scopes: str | None = None  # of the token, where Slack names them
    sent: bool = True


@dataclass(frozen=True, slots=True)
class Said:
    """What Slack said in it. `error` is empty where the call worked; None where Slack itself did not answer."""

    error: str | None
    values: dict[str, Any] = field(default_factory=dict, repr=False)


def understood(answer: Answer) -> Said:
    """A page of HTML, half an answer or a redirection come from something between Slack and us."""
    if answer.status == 429:
        return Said("ratelimited")
    if not 200 <= answer.status < 500:
        return Said(None)
    try:
        values = json.loads(answer.body)
    except (ValueError, RecursionError):
        return Said(None)
    match values:
        case {"ok": True} if answer.status == 200:
            return Said("", values)
        case {"ok": False, "error": str(error)}:
            return Said(error or "unknown")
    return Said(None)


def fault(said: Said, answer: Answer, *, organization: bool = False) -> Exception | None:
    """What to raise for it. `organization`: the token is a whole organization's."""
    error = said.error
    if error == "":
        return None
    if error in _UNSURE or (error is None and answer.sent and answer.status in _UNSAID):
        return Unsure(seconds(answer.retry_after, 0.0))
    if error is None or error in _LATER:
        return Later(seconds(answer.retry_after, 0.0))
    if error in _LIMITED:
        return Limited(seconds(answer.retry_after, UNSAID))
    if error == "token_expired":
        return TokenExpired()
    if error == "team_access_not_granted":
        # One workspace of an organization is closed to us; the others are not.
        return ConversationGone() if organization else InstallationGone()
    return _lasting(error)


def _lasting(error: str) -> Exception:
    if error in _INSTALLATION_GONE:
        return InstallationGone()
    if error in _CONVERSATION_GONE:
        return ConversationGone()
    if error in _TRIGGER:
        return TriggerExpired()
    if error == "hash_conflict":
        return HashConflict()
    return ViewGone() if error in _VIEW_GONE else OurBug()


def seconds(retry_after: str, unsaid: float) -> float:
    """A Retry-After header (https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3; Slack sends seconds)."""
    try:
        after = float(retry_after)
    except ValueError:
        return unsaid
    return min(max(after, 0.0), LONGEST) if math.isfinite(after) else unsaid
