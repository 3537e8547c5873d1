"""Reports of a circle as supervisors could see them, written by hand."""

from __future__ import annotations

from datetime import date, timedelta

from bot.snapshot import Report, Shown, Snapshot

FIRST = date(2026, 6, 15)
SCRIPTED = "<script>alert(1)</script> & then she laughed"


def snapshot(
    number: int, people: str = "", bands: int = 0, themes: str = "", passages: tuple[str, ...] = ()
) -> Snapshot:
    """`themes`: as "W1 many up, A1 some"; without `people` there was not enough."""
    starts = FIRST + timedelta(weeks=4 * number)
    year, week, _ = starts.isocalendar()
    shown = [Shown.model_validate(dict(zip(("code", "band", "trend"), one.split(), strict=False)))
             for one in themes.split(",") if one.strip()]  # fmt: skip
    return Snapshot(
        window=f"{year}-W{week:02d}",
        starts=starts,
        ends=starts + timedelta(days=27),
        published=starts + timedelta(days=31),
        enough=bool(people),
        people=people,
        bands=bands,
        themes=tuple(shown),
        passages=passages,
    )


def report(*snapshots: Snapshot, circle: str = "north") -> Report:
    """The oldest snapshot first, as they came about."""
    last = snapshots[-1] if snapshots else snapshot(0)
    return Report(
        circle=circle,
        teams=(circle,),
        since=snapshots[0].window if snapshots else last.window,
        next=last.published + timedelta(weeks=4),
        snapshots=tuple(reversed(snapshots)),
    )


def lively() -> Report:
    """Six windows of a middling circle: a closed one, one that is missing, arrows, and passages."""
    return report(
        snapshot(0, "8-11", 2, "P1 some, W1 some"),
        snapshot(1, "8-11", 2, "P1 some, W1 some, A1 many"),
        snapshot(2),
        snapshot(4, "8-11", 2, "W1 some, A1 many, L4 some, N1 some"),
        snapshot(5, "8-11", 2, "W1 some, A1 many, L4 some, N1 some, P3 some"),
        snapshot(
            6, "8-11", 2, "W1 many up, P3 many, S3 some, A1 some down, L4 some, N1 some", (SCRIPTED, "We sat down.")
        ),
    )


def full() -> Report:
    """Three bands, long labels, and more themes than a meeting has time for."""
    themes = (
        "L4 most, P8 most, S5 most, N1 most, N3 half, P3 half up, N2 some, W1 some, A2 some, G1 some, P1 some, S2 some"
    )
    return report(
        snapshot(0, "12+", 3, "L4 half, P8 most"),
        snapshot(1, "12+", 3, "L4 half, P3 some"),
        snapshot(2, "12+", 3, themes),
    )


def small() -> Report:
    return report(snapshot(0, "5-7", 1, "P1 came-up"), snapshot(1, "5-7", 1, "W1 came-up, P1 came-up"))


def closed() -> Report:
    return report(snapshot(0))


def none_yet() -> Report:
    return report()


REPORTS = {"lively": lively, "full": full, "small": small, "closed": closed, "none": none_yet}
