"""What a person has agreed to, and the record of it. Law: silence is no, taking back is one tap, and nothing is shared
under other terms than those that were agreed to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal, get_args

from bot import position
from bot.case import Case
from bot.checkins import MORNING, arranged, fresh_id, local_day
from bot.conversation import Agreement, CheckIn, ConsentEvent, Consents, Lapse, Purpose
from bot.effects import Effect, RecordConsent, TakeBack
from bot.questions import Question, about_counting, about_excerpts, about_words, fingerprint, wording

YEAR = timedelta(days=365)
REMINDED_BEFORE = timedelta(days=14)

Words = Literal["keep", "nothing"]
Counting = Literal["ask", "always", "never"]
Excerpts = Literal["ask", "never"]
Sharing = Literal["counting", "excerpts"]

SHARING: Final[tuple[Sharing, ...]] = get_args(Sharing)
#: Choices that let something be shared, and until when they hold, by the fields of `Consents`.
GIVES: Final = frozenset({"ask", "always"})
_SHARED: Final[Mapping[Sharing, str]] = {"counting": "themes", "excerpts": "excerpt"}  # kinds of `Shared`
UNTIL: Final[Mapping[Sharing, str]] = {"counting": "counted_until", "excerpts": "excerpts_until"}


@dataclass(frozen=True, slots=True)
class Notice:
    """What a person is told of one purpose, in codes that stay the same while words change.

    `version` goes up when the purpose, the data, the recipients or the retention change: sharing then pauses until the
    person agrees again. Other words for the same pause nothing; they are known by their hash.
    """

    version: int
    processing: tuple[str, ...]
    data: tuple[str, ...]
    recipients: tuple[str, ...]
    retention: tuple[str, ...]


NOTICES: Final[Mapping[Purpose, Notice]] = {
    "words": Notice(
        version=1,
        processing=("store-sealed", "show-to-writer"),
        data=("answers", "own-words", "theme-codes"),
        recipients=("writer",),
        retention=("own-choice",),
    ),
    "counting": Notice(
        version=1,
        processing=("count-in-group", "publish-in-bands"),
        data=("theme-codes",),
        recipients=("circle-supervisors",),
        retention=("until-published", "published-24-months"),
    ),
    "excerpts": Notice(
        version=1,
        processing=("ask-per-passage", "de-identify", "publish-unattributed"),
        data=("released-passages",),
        recipients=("circle-supervisors",),
        retention=("until-published", "published-24-months"),
    ),
}
#: To what a state agreed that does not say: the first notice, which named 365 days as the longest that words are kept.
_BEFORE: Final[Mapping[Purpose, Agreement]] = {
    "words": Agreement(version=1, recipients=("writer",), days=365),
    "counting": Agreement(version=1, recipients=("circle-supervisors",), days=365),
    "excerpts": Agreement(version=1, recipients=("circle-supervisors",), days=365),
}


# Terms


def terms(case: Case, purpose: Purpose) -> Agreement:
    """To what a person agrees who agrees now. `days`: for so long at most may be kept what is shared from."""
    notice = NOTICES[purpose]
    days = case.facts.program.retention_ceiling
    return Agreement(
        version=notice.version,
        wording=wording(case, purpose),
        locale=case.locale,
        recipients=notice.recipients,
        days=days,
        since=case.at,
        on=local_day(case, case.at),
    )


def is_other(case: Case, purpose: Purpose) -> bool:
    """Whether what a person agreed to once does not cover today's terms: the purpose is another, there is one more
    recipient, or words may be kept for longer. Who keeps them for less is asked nothing."""
    agreed, now = _agreement(case, purpose), NOTICES[purpose]
    more = not set(now.recipients) <= set(agreed.recipients)
    return now.version != agreed.version or more or case.facts.program.retention_ceiling > agreed.days


def is_reworded(case: Case, purpose: Purpose) -> bool:
    """Whether only the words have changed since the person agreed."""
    if not given(case.conversation.consents, purpose):
        return False
    agreed = _agreement(case, purpose)
    same_language = agreed.locale == case.locale
    return same_language and agreed.wording != wording(case, purpose) and not is_other(case, purpose)


def _agreement(case: Case, purpose: Purpose) -> Agreement:
    return case.conversation.consents.agreed.get(purpose) or _BEFORE[purpose]


# What holds


def given(consents: Consents, purpose: Purpose) -> bool:
    """Whether the person's last word about it was yes."""
    return consents.words == "keep" if purpose == "words" else getattr(consents, purpose) in GIVES


def until(consents: Consents, purpose: Sharing) -> date | None:
    found: date | None = getattr(consents, UNTIL[purpose])
    return found


def lapse(case: Case, purpose: Purpose) -> Lapse | None:
    """Why an agreement holds no longer though nobody took it back. Keeping one's words goes on all the same; the person
    is asked to look at it again."""
    consents = case.conversation.consents
    if not given(consents, purpose):
        return None
    ends = _look_at_words(consents) if purpose == "words" else until(consents, purpose)
    if ends is not None and local_day(case, case.at) >= ends:
        return "expired"
    return "superseded" if is_other(case, purpose) else None


def _look_at_words(consents: Consents) -> date | None:
    agreed = consents.agreed.get("words")
    return None if agreed is None or agreed.on is None else agreed.on + YEAR


def counting(case: Case) -> Counting | None:
    """What holds today of counting: an agreement is over after a year or under other terms, and silence is no."""
    return None if lapse(case, "counting") else case.conversation.consents.counting


def excerpts(case: Case) -> Excerpts | None:
    """The same of excerpts; "ask": each passage is asked about by itself."""
    return None if lapse(case, "excerpts") else case.conversation.consents.excerpts


def holds_on(consents: Consents, purpose: Sharing, day: date) -> bool:
    """Whether what somebody gave may still go out on that day: their last word was yes, and is not over."""
    ends = until(consents, purpose)
    return given(consents, purpose) and not (ends and day >= ends)


def counted_on(consents: Consents, day: date) -> bool:
    return holds_on(consents, "counting", day)


def ends_soon(case: Case, purpose: Sharing = "counting") -> bool:
    """Whether agreeing once more begins a new year."""
    ends = until(case.conversation.consents, purpose)
    return ends is not None and local_day(case, case.at) + 2 * REMINDED_BEFORE >= ends


# Choosing


def agree_to_words(case: Case, choice: Words, asked: Question | None = None) -> tuple[Case, RecordConsent]:
    """`asked`: what was asked, where that was not the first screen. Who keeps nothing is not remembered either."""
    consents = case.conversation.consents
    changes: dict[str, object] = {"words": choice, "version": NOTICES["words"].version}
    now = _renewed(case, "words") if choice == "keep" else None
    after = case.now(consents=_settled(consents, "words", now, changes))
    if choice == "nothing":
        after = after.remember(
            uses={}, remembered={}, recalled={}, returning=None, last_reflection=None, ask_counting=()
        )
        after = after.each_session(position.without_earlier)
    event = _said(consents, "words", choice == "keep")
    return after, recorded(after, "words", event, choice, asked or about_words(case))


def agree_to_counting(case: Case, choice: Counting, asked: Question | None = None) -> tuple[Case, tuple[Effect, ...]]:
    """For a year; shortly before it is over the person is asked to look at their choices again."""
    return _agree_to_share(case, "counting", choice, asked or about_counting(case))


def agree_to_excerpts(case: Case, choice: Excerpts, asked: Question | None = None) -> tuple[Case, tuple[Effect, ...]]:
    """In general, for a year; each passage is still asked about by itself."""
    return _agree_to_share(case, "excerpts", choice, asked or about_excerpts(case))


def withdraw(case: Case, purpose: Purpose, asked: Question) -> tuple[Case, tuple[Effect, ...]]:
    """No, at once, to one purpose; nothing where that is what holds already."""
    consents = case.conversation.consents
    if purpose == "words":
        if consents.words == "nothing":
            return case, ()
        after, record = agree_to_words(case, "nothing", asked)
        return after, (record,)
    if getattr(consents, purpose) == "never":
        return case, ()
    return _agree_to_share(case, purpose, "never", asked)


def agree_again(case: Case, purpose: Purpose, asked: Question) -> tuple[Case, tuple[Effect, ...]]:
    """What was chosen, for another year and in the words that stand there now; nothing where it was no."""
    consents = case.conversation.consents
    if not given(consents, purpose):
        return case, ()
    if purpose == "words":
        after, record = agree_to_words(case, "keep", asked)
        return after, (record,)
    return _agree_to_share(case, purpose, getattr(consents, purpose), asked)


def _agree_to_share(case: Case, purpose: Sharing, choice: str, asked: Question) -> tuple[Case, tuple[Effect, ...]]:
    before, gives = case.conversation.consents, choice in GIVES
    event = _said(before, purpose, gives)
    ends = local_day(case, case.at) + YEAR if gives else None
    now = _renewed(case, purpose) if gives else None
    after = case.now(consents=_settled(before, purpose, now, {purpose: choice, UNTIL[purpose]: ends}))
    record = recorded(after, purpose, event, choice, asked)
    back: tuple[Effect, ...] = ()
    if event == "withdrawn":
        after, back = without_receipts(after, purpose), (TakeBack(purpose),)
    after, looks = looking_again(after)
    return after, (record, *back, *looks)


def without_receipts(case: Case, purpose: Sharing) -> Case:
    """After all that was shared for it has been taken back."""
    return case.remember(shared=tuple(one for one in case.memory.shared if one.kind != _SHARED[purpose]))


def _said(before: Consents, purpose: Purpose, gives: bool) -> ConsentEvent:
    """What ended by itself is withdrawn all the same: something that was shared before may still be taken back."""
    was = given(before, purpose) or purpose in before.lapsed
    return "given" if gives else "withdrawn" if was else "refused"


def _renewed(case: Case, purpose: Purpose) -> Agreement:
    """Today's terms; since the moment from which on it has been agreed to without a gap."""
    now, old = terms(case, purpose), case.conversation.consents.agreed.get(purpose)
    if old is None or not given(case.conversation.consents, purpose):
        return now
    broken = purpose != "words" and lapse(case, purpose) is not None
    return now if broken else now.model_copy(update={"since": old.since})


def _settled(before: Consents, purpose: Purpose, now: Agreement | None, changes: Mapping[str, object]) -> Consents:
    """After a choice about one purpose: what had ended by itself is settled with it."""
    agreed = {name: one for name, one in before.agreed.items() if name != purpose}
    lapsed = {name: why for name, why in before.lapsed.items() if name != purpose}
    agreed |= {purpose: now} if now else {}
    update = {**changes, "agreed": agreed, "lapsed": lapsed, "untold": before.untold and bool(lapsed)}
    return before.model_copy(update=update)


def looking_again(case: Case) -> tuple[Case, tuple[Effect, ...]]:
    """Whatever was chosen: what comes in the chat a year later must not tell."""
    consents, year = case.conversation.consents, local_day(case, case.at) + YEAR
    ends = [found for purpose in SHARING if (found := until(consents, purpose)) is not None]
    start = datetime.combine(min(ends, default=year) - REMINDED_BEFORE, MORNING)
    return arranged(case, CheckIn(id=fresh_id(case, "consent"), kind="consent", start=start))


# The record


def recorded(case: Case, purpose: Purpose, event: ConsentEvent, choice: str, asked: Question) -> RecordConsent:
    """One more link of the chain. `case`: after the choice. Nobody's tap: it ended by itself."""
    notice, consents = NOTICES[purpose], case.conversation.consents
    agreed = consents.agreed.get(purpose) if event == "given" else None
    return RecordConsent(
        purpose=purpose,
        event=event,
        choice=choice,
        notice_version=notice.version,
        notice_sha256=fingerprint(asked.words),
        locale=case.locale,
        surface=case.surface,
        shown=asked.words,
        wording=wording(case, purpose),
        since=agreed.since if agreed and agreed.since else case.at,
        until=until(consents, purpose) if event == "given" and purpose != "words" else None,
        processing=notice.processing,
        data=notice.data,
        recipients=notice.recipients,
        retention=notice.retention,
        days=case.facts.program.retention_ceiling,
        actor="program" if event in ("superseded", "expired") else "person",
    )
