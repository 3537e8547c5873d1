"""Which tenants may send us anything. Law: only an installation makes a tenant known, and only where the settings let
it install."""

from __future__ import annotations

from adapters.teams.activity import Activity
from bot.config import Teams
from bot.ports import Installation, Installations
from bot.turn import Shell

PLATFORM = "teams"
#: What says that the app was put there, or has a newer version.
ADDED = ("add", "add-upgrade")


class Tenants:
    """Of one process. A tenant has no token of its own: we act everywhere as the one registration."""

    def __init__(self, settings: Teams, shell: Shell, installations: Installations) -> None:
        self._settings = settings
        self._shell = shell
        self._installations = installations
        self._known: set[str] = set()

    async def admits(self, activity: Activity) -> bool:
        """Whether anything of this tenant is taken. Raises Refusal, LostRace while the store is away."""
        tenant = activity.tenant
        if not tenant or not self._settings.may_install(tenant):
            return False
        if tenant not in self._known and not await self._stored(tenant):
            if not (self._settings.anonymous or installs(activity)):
                return False
            await self._install(activity)
        self._known.add(tenant)
        return True

    def awaits(self, activity: Activity) -> bool:
        """Whether it goes before the news that the app was installed, which is about to come: nothing is wrong."""
        return activity.type == "conversationUpdate" and self._settings.may_install(activity.tenant)

    async def _stored(self, tenant: str) -> bool:
        found = await self._shell.on_store(lambda: self._installations.find(PLATFORM, tenant))
        return found is not None

    async def _install(self, activity: Activity) -> None:
        """Nobody leads the program by having added an app to their own list: that is said in a shell."""
        installation = Installation(PLATFORM, activity.tenant, activity.recipient.id, token="")
        now = self._shell.clock.now()
        await self._shell.on_store(lambda: self._installations.save(installation, now))


def installs(activity: Activity) -> bool:
    return activity.type == "installationUpdate" and activity.action in ADDED
