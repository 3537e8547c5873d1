"""A person's own copy of what they agreed to or refused, in plain words. Pure."""

from __future__ import annotations

from typing import Final

from babel.dates import format_date

from bot.arranging import clock, of_day
from bot.case import Case
from bot.conversation import ConsentRecord, Option, Page, Section
from bot.questions import fingerprint
from scheduler.recurrence import zone_named

#: So many of the newest stand on the page; the others are in the export.
SHOWN: Final = 12
#: Platforms by name; elsewhere it was this app's own window.
_PLATFORMS: Final = {"slack": "Slack", "teams": "Microsoft Teams"}


def receipt(case: Case) -> Page:
    records = case.facts.consent_records
    more = len(records) - SHOWN
    return Page(
        name="receipt",
        title=case.word("receipt-title"),
        resumes=case.conversation.session is not None,
        lines=(
            case.word("receipt-intro" if records else "receipt-empty"),
            case.word("receipt-whole" if case.facts.consents_whole else "receipt-broken"),
            *((case.word("receipt-more", count=more),) if more > 0 else ()),
        ),
        sections=(
            Section(pages=(Option(id="consent", label=case.word("consent-page-title")),)),
            *(one_record(case, record) for record in records[:SHOWN]),
        ),
    )


def one_record(case: Case, record: ConsentRecord) -> Section:
    what = case.word(f"{record.purpose}-title")
    return Section(
        title=f"{what}: {case.word(f'receipt-{record.event}')}",
        lines=(
            _when(case, record),
            *_held(case, record),
            case.word("receipt-who", who=_coded(case, "recipient", record.recipients or ("unnamed",))),
            _kept(case, record),
            case.word(f"receipt-back-{record.purpose}"),
            *_shown(case, record),
        ),
    )


def _when(case: Case, record: ConsentRecord) -> str:
    """By the clock where the person lives, and where they were asked."""
    local = record.at.astimezone(zone_named(case.facts.zone))
    app = _PLATFORMS.get(record.platform, case.word("name-of-app"))
    place = case.word("receipt-in-chat" if record.surface == "message" else "receipt-in-private", app=app)
    return case.word("receipt-when", day=of_day(case, local.date()), time=clock(case, local), place=place)


def _held(case: Case, record: ConsentRecord) -> tuple[str, ...]:
    """What was chosen, and until when a yes to sharing holds."""
    chosen = (case.word(f"receipt-chose-{record.purpose}-{record.choice}"),) if _is_choice(record) else ()
    if record.event != "given" or record.until is None or record.purpose == "words":
        return chosen
    return (*chosen, case.word("receipt-until", date=format_date(record.until, "long", locale=case.locale)))


_CHOICES: Final = {"words": ("keep", "nothing"), "counting": ("ask", "always", "never"), "excerpts": ("ask", "never")}


def _is_choice(record: ConsentRecord) -> bool:
    return record.event not in ("superseded", "expired") and record.choice in _CHOICES[record.purpose]


def _kept(case: Case, record: ConsentRecord) -> str:
    how_long = _coded(case, "retention", record.retention or ("unnamed",))
    if record.days is not None:
        how_long = f"{how_long}; {case.word('receipt-days', days=record.days)}"
    return case.word("receipt-kept", how_long=how_long)


def _coded(case: Case, of: str, codes: tuple[str, ...]) -> str:
    """Codes in words; one that this version does not know stands as it is."""
    known = (name if (name := f"{of}-{code}") in case.library.app else "" for code in codes)
    return "; ".join(case.word(name) if name else code for name, code in zip(known, codes, strict=True))


def _shown(case: Case, record: ConsentRecord) -> tuple[str, ...]:
    """The very words; nobody was shown any where it ended by itself."""
    if record.event in ("superseded", "expired"):
        return ()
    if not record.shown:
        return (case.word("receipt-nothing-shown"),)
    words = f"{case.word('receipt-shown')}\n{record.shown}"
    return (words, case.word("receipt-hash", hash=fingerprint(record.shown)[:12]))
