"""What a person has agreed to, and the record of it. Law: silence is no, and taking back is one tap."""

from __future__ import annotations

import hashlib
from typing import Literal

from bot.case import Case
from bot.effects import RecordConsent

#: Goes up when purposes, recipients or retention change; everybody is then asked again before anything is shared.
NOTICE_VERSION = 1

#: The whole notice is so many paragraphs, `consent-full-1` and on.
PARAGRAPHS = 11

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


def agree_to_counting(case: Case, choice: Counting) -> tuple[Case, RecordConsent]:
    before = case.conversation.consents.counting
    event: Literal["given", "refused", "withdrawn"] = (
        "given" if choice != "never" else "withdrawn" if before in ("ask", "always") else "refused"
    )
    consents = case.conversation.consents.model_copy(update={"counting": choice})
    return case.now(consents=consents), _record(case, "counting", event, choice, "counting-ask")


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
