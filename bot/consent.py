"""What a person has agreed to, and the record of it. Law: silence is no, and taking back is one tap."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Literal

from bot.case import Case
from bot.checkins import MORNING, arranged, fresh_id, local_day
from bot.conversation import CheckIn
from bot.effects import Effect, RecordConsent

#: Goes up when purposes, recipients or retention change; everybody is then asked again before anything is shared.
NOTICE_VERSION = 1

#: The whole notice is so many paragraphs, `consent-full-1` and on.
PARAGRAPHS = 11

YEAR = timedelta(days=365)
REMINDED_BEFORE = timedelta(days=14)

Words = Literal["keep", "nothing"]
Counting = Literal["ask", "always", "never"]


def full_notice(case: Case) -> tuple[str, ...]:
    return tuple(
        case.library.fill(case.locale, case.word(f"consent-full-{number}"), case.facts.program.resources)
        for number in range(1, PARAGRAPHS + 1)
    )


def agree_to_words(case: Case, choice: Words) -> tuple[Case, RecordConsent]:
    before = case.conversation.consents.words
    event: Literal["given", "refused", "withdrawn"] = (
        "given" if choice == "keep" else "withdrawn" if before == "keep" else "refused"
    )
    consents = case.conversation.consents.model_copy(update={"words": choice, "version": NOTICE_VERSION})
    return case.now(consents=consents), _record(case, "words", event, choice, "consent")


def counting(case: Case) -> Counting | None:
    """What holds today of counting: an agreement is over after a year, and silence is no."""
    consents = case.conversation.consents
    over = consents.counted_until is not None and local_day(case, case.at) >= consents.counted_until
    return None if over else consents.counting


def ends_soon(case: Case) -> bool:
    """Whether agreeing once more begins a new year."""
    until = case.conversation.consents.counted_until
    return until is not None and local_day(case, case.at) + 2 * REMINDED_BEFORE >= until


def agree_to_counting(case: Case, choice: Counting) -> tuple[Case, tuple[Effect, ...]]:
    """For a year; shortly before it is over the person is asked to look at their choices again."""
    before = case.conversation.consents.counting
    event: Literal["given", "refused", "withdrawn"] = (
        "given" if choice != "never" else "withdrawn" if before in ("ask", "always") else "refused"
    )
    year = local_day(case, case.at) + YEAR
    until = None if choice == "never" else year
    consents = case.conversation.consents.model_copy(update={"counting": choice, "counted_until": until})
    record = _record(case, "counting", event, choice, "counting-ask")
    # Whatever was chosen: what comes in the chat a year later must not tell.
    start = datetime.combine(year - REMINDED_BEFORE, MORNING)
    look = CheckIn(id=fresh_id(case, "consent"), kind="consent", start=start)
    case, effects = arranged(case.now(consents=consents), look)
    return case, (record, *effects)


def _record(
    case: Case,
    purpose: Literal["words", "counting"],
    event: Literal["given", "refused", "withdrawn"],
    choice: str,
    notice: str,
) -> RecordConsent:
    shown = case.library.word(case.locale, notice)
    return RecordConsent(
        purpose=purpose,
        event=event,
        choice=choice,
        notice_version=NOTICE_VERSION,
        notice_sha256=hashlib.sha256(shown.encode()).hexdigest(),
        locale=case.locale,
        surface=case.surface,
    )
