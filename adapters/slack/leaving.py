"""The app is taken away from us: removed, its tokens revoked, a workspace closed to it. Law: tokens that Slack takes no
more go at once; what it says twice or late takes no newer installation away."""

from __future__ import annotations

from adapters.slack.payload import Happened, Payload
from adapters.slack.tokens import Tokens


async def left(tokens: Tokens, payload: Payload) -> bool:
    """Whether it was that. Raises Refusal, LostRace, Later while the store is away: Slack then says it again."""
    match payload.event:
        case Happened(type="app_uninstalled"):
            await _remove(tokens, tenant_of(payload))
        case Happened(type="tokens_revoked", tokens=revoked):
            if revoked and revoked.bot:  # it may be an older one that a newer one has replaced
                await _remove(tokens, tenant_of(payload))
        case Happened(type="team_access_revoked", team_ids=teams):
            for team in teams or ():
                await _remove(tokens, team)  # the organization keeps its own, for its other workspaces
        case _:
            return False
    return True


async def _remove(tokens: Tokens, tenant: str) -> None:
    if tenant and not await tokens.alive(tenant):
        await tokens.remove(tenant)


def tenant_of(payload: Payload) -> str:
    """Whose installation an event is about; it may come without authorizations."""
    said = payload.authorizations[0] if payload.authorizations else None
    whole = (said.is_enterprise_install if said else None) or payload.is_enterprise_install in (True, "true")
    enterprise = (said.enterprise_id if said else None) or payload.enterprise_id or ""
    team = (said.team_id if said else None) or payload.team_id or ""
    return enterprise if whole or not team else team
