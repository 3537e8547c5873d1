"""The seeded team of the local demo: invented people."""

from __future__ import annotations

from bot.events import Who
from bot.ports import Setup

TENANT = "north"

#: Everybody in the demo, and the name to show.
PEOPLE: tuple[tuple[str, str], ...] = (
    ("ada", "Ada"), ("ben", "Ben"), ("carmen", "Carmen"), ("dee", "Dee"), ("eli", "Eli"),
    ("fatima", "Fátima"), ("grace", "Grace"), ("sam", "Sam (supervisor)"),
)  # fmt: skip

SETUP = Setup(
    platform="local",
    tenant=TENANT,
    team="First Steps",
    members=("ada", "ben", "carmen", "dee", "eli", "fatima", "grace"),
    supervisors=("sam",),
    zone="America/New_York",
)


def who(user: str) -> Who:
    return Who(platform="local", tenant=TENANT, user=user)
