"""What becomes of channels, and of the bot in them, as Slack tells the app.

The shapes: https://docs.slack.dev/reference/events and, for `actor_id`, the types of slackapi/node-slack-sdk. That a
bot hears of its own going by channel_left, and not by member_left_channel:
https://github.com/slackapi/node-slack-sdk/issues/931.
"""

from __future__ import annotations

from dataclasses import dataclass

from fake_slack_sending import Answer, Sending
from fake_slack_state import Channel, Json


@dataclass
class Channels(Sending):
    async def invite(self, team: str, by: str, name: str = "general", *, private: bool = False) -> Answer:
        """Somebody puts the bot into a channel."""
        channel = self.channel(team, name, private=private)
        channel.app = True
        return await self.join(team, self.workspaces[team].bot_user, name, by=by)

    async def join(self, team: str, user: str, name: str = "general", *, by: str = "") -> Answer:
        """Anybody comes into a channel that the bot is in. `by`: who invited them, if anybody did."""
        invited = {"inviter": by} if by else {}
        joined = {"type": "member_joined_channel", "user": user, "channel_type": "C", "team": team, **invited}
        return await self.of_channel(self.channel(team, name), joined)

    async def kick(self, team: str, by: str, name: str = "general") -> Answer:
        """The bot is taken out, or sent away by a command."""
        channel = self.channel(team, name)
        channel.app = False
        return await self.of_channel(channel, {"type": f"{kind(channel)}_left", "actor_id": by})

    async def archive(self, team: str, by: str, name: str = "general") -> Answer:
        """All bots are taken out of it, and hear no more than this."""
        channel = self.channel(team, name)
        channel.archived, channel.app = True, False
        return await self.of_channel(channel, {"type": f"{kind(channel)}_archive", "user": by, "is_moved": 0})

    async def delete_channel(self, team: str, by: str, name: str = "general") -> Answer:
        channel = self.channel(team, name)
        channel.deleted = True
        return await self.of_channel(channel, {"type": f"{kind(channel)}_deleted", "actor_id": by})

    async def share(self, team: str, name: str = "general") -> Answer:
        """People of another organization come into it."""
        channel = self.channel(team, name)
        channel.shared = True
        return await self.of_channel(channel, {"type": "channel_shared", "connected_team_id": "T9"})

    async def rename(self, team: str, name: str, to: str) -> Answer:
        """Its id stays what it was."""
        channel = self.channel(team, name)
        now = {"id": channel.id, "name": to, "name_normalized": to, "is_channel": True, "is_mpim": False, "created": 1}
        return await self.event(team, {"type": f"{kind(channel)}_rename", "channel": now})

    async def of_channel(self, channel: Channel, event: Json) -> Answer:
        return await self.event(channel.team, {**event, "channel": channel.id}, shared=channel.shared)


def kind(channel: Channel) -> str:
    return "group" if channel.private else "channel"
