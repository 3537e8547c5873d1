"""The page of what a person has agreed to: each purpose apart, and one tap to take it back. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from babel.dates import format_date

from bot import lapsing
from bot.case import Case
from bot.consent import (
    SHARING,
    Sharing,
    agree_again,
    agree_to_counting,
    agree_to_excerpts,
    agree_to_words,
    counting,
    ends_soon,
    excerpts,
    given,
    is_reworded,
    until,
    withdraw,
)
from bot.conversation import Form, FormField, Option, Page, Purpose, Section
from bot.effects import Effect, Turn
from bot.forms import Values, not_understood, one, saved
from bot.questions import UNASKED, Question, full_notice, in_form

PURPOSES: tuple[Purpose, ...] = get_args(Purpose)


def consent(case: Case) -> Page:
    receipt = Option(id="receipt", label=case.word("receipt-title"))
    return Page(
        name="consent",
        title=case.word("consent-page-title"),
        resumes=case.conversation.session is not None,
        lines=(*lapsing.lines(case), *_reworded(case), *_held_until(case)),
        sections=(
            Section(forms=(consent_form(case), *_again_forms(case), *_withdrawals(case))),
            Section(pages=(receipt,)),
            Section(lines=full_notice(case)),
        ),
    )


def _reworded(case: Case) -> tuple[str, ...]:
    changed = any(is_reworded(case, purpose) for purpose in PURPOSES)
    return (case.word("consent-reworded"),) if changed else ()


def _held_until(case: Case) -> tuple[str, ...]:
    consents = case.conversation.consents
    held = [(purpose, until(consents, purpose)) for purpose in SHARING if given(consents, purpose)]
    days = [(purpose, format_date(ends, "long", locale=case.locale)) for purpose, ends in held if ends]
    asked = {"counting": "counting-asked"} if consents.counting == "ask" else {}
    return tuple(case.word(f"{asked.get(purpose, purpose)}-until", date=day) for purpose, day in days)


# What is asked


def consent_form(case: Case) -> Form:
    """Each purpose by itself. What can only be shared of what is kept is asked of who keeps something."""
    consents = case.conversation.consents
    fields = [_field(case, "words", ("keep", "nothing"), consents.words)]
    if consents.words == "keep":
        fields.append(_field(case, "counting", ("ask", "always", "never"), counting(case)))
    if consents.words == "keep" and (consents.excerpts or "excerpts" in consents.lapsed):
        fields.append(_field(case, "excerpts", ("ask", "never"), excerpts(case)))
    return Form(id="consent", title=case.word("consent-form"), fields=tuple(fields), submit=case.word("save"))


#: What a choice is called in the form, where that is not how it is called when it is asked about.
_CALLED = {"words-keep": "consent-keep", "words-nothing": "consent-nothing", "counting-ask": "counting-ask-label"}


def _field(case: Case, purpose: Purpose, choices: tuple[str, ...], chosen: str | None) -> FormField:
    names = ((choice, f"{purpose}-{choice}") for choice in choices)
    options = tuple(Option(id=choice, label=case.word(_CALLED.get(name, name))) for choice, name in names)
    label, hint = case.word(f"{purpose}-title"), case.word(f"{purpose}-hint")
    return FormField(id=purpose, label=label, hint=hint, options=options, value=(chosen,) if chosen else ())


def _again_forms(case: Case) -> tuple[Form, ...]:
    """For another year: shortly before the end, and when the words have changed."""
    return tuple(_button(case, "agree-again", purpose) for purpose in PURPOSES if is_renewable(case, purpose))


def is_renewable(case: Case, purpose: Purpose) -> bool:
    """Whether the same choice once more is a choice; of who keeps nothing, nothing can be shared."""
    consents = case.conversation.consents
    if consents.words != "keep" or not given(consents, purpose):
        return False
    looks = purpose in consents.lapsed if purpose == "words" else ends_soon(case, purpose)
    return looks or is_reworded(case, purpose)


def _withdrawals(case: Case) -> tuple[Form, ...]:
    return tuple(
        _button(case, "withdraw", purpose)
        for purpose in reversed(PURPOSES)
        if given(case.conversation.consents, purpose)
    )


def _button(case: Case, form: str, purpose: Purpose) -> Form:
    unseen = FormField(id="purpose", label="", options=(Option(id=purpose, label=""),), value=(purpose,))
    return Form(id=form, title="", fields=(unseen,), submit=case.word(f"{form}-{purpose}"))


# What is answered


def take_consent(case: Case, values: Values) -> Turn:
    taken = agreed(case, values)
    if taken is None:
        return not_understood(case, consent(case))
    after, effects = taken
    return saved(after, consent(after), *effects)


def agreed(case: Case, values: Values) -> tuple[Case, tuple[Effect, ...]] | None:
    """The case after the form; None where it cannot be understood."""
    chosen = {purpose: one(values, purpose) for purpose in PURPOSES}
    form = consent_form(case)
    asked = {field.id: in_form(form, field) for field in form.fields}
    known = {"words": ("keep", "nothing"), "counting": ("ask", "always", "never"), "excerpts": ("ask", "never")}
    if any(choice and choice not in known[purpose] for purpose, choice in chosen.items()):
        return None
    effects: tuple[Effect, ...] = ()
    if chosen["words"] and (chosen["words"] != case.conversation.consents.words or is_renewable(case, "words")):
        case, record = agree_to_words(case, "keep" if chosen["words"] == "keep" else "nothing", asked["words"])
        effects = (record,)
    for purpose in SHARING:
        if chosen[purpose] and case.conversation.consents.words == "keep":
            case, records = _shared(case, purpose, chosen[purpose], asked.get(purpose))
            effects += records
    return case, effects


def _shared(case: Case, purpose: Sharing, choice: str, asked: Question | None) -> tuple[Case, tuple[Effect, ...]]:
    if choice == getattr(case.conversation.consents, purpose) and not is_renewable(case, purpose):
        return case, ()
    if asked is None:  # both came with one form: it was asked as it stands there now
        form = consent_form(case)
        asked = next((in_form(form, field) for field in form.fields if field.id == purpose), None)
    if asked is None:
        return case, ()  # it has not been asked about yet
    if purpose == "excerpts":
        return agree_to_excerpts(case, "ask" if choice == "ask" else "never", asked)
    after, effects = agree_to_counting(case, choice, asked)  # type: ignore[arg-type]
    return after.remember(ask_counting=()), effects


def take_withdrawal(case: Case, values: Values) -> Turn:
    return _tapped(case, values, "withdraw")


def take_again(case: Case, values: Values) -> Turn:
    return _tapped(case, values, "agree-again")


def _tapped(case: Case, values: Values, form: str) -> Turn:
    """One tap, confirmed without saying what it was about; a second one does no harm."""
    purpose = next((known for known in PURPOSES if known == one(values, "purpose")), None)
    if purpose is None:
        return not_understood(case, consent(case))
    asked = _on_button(case, form, purpose)
    if form == "withdraw":
        after, effects = without(case, purpose, asked)
    else:
        after, effects = agree_again(case, purpose, asked) if is_renewable(case, purpose) else (case, ())
    return saved(after, consent(after), *effects, said="taken-back" if form == "withdraw" else "saved")


def _on_button(case: Case, name: str, purpose: Purpose) -> Question:
    """The button, with the field that stands above it on the page and says what it is about."""
    form = consent_form(case)
    field = next((field for field in form.fields if field.id == purpose), None)
    about = in_form(form, field) if field else Question(form.title)
    return replace(about, choices=(Option(id=name, label=case.word(f"{name}-{purpose}")),))


def without(case: Case, purpose: Purpose, asked: Question = UNASKED) -> tuple[Case, tuple[Effect, ...]]:
    """After taking it back, by a tap or by saying so."""
    after, effects = withdraw(case, purpose, asked)
    return (after.remember(ask_counting=()) if purpose == "counting" else after), effects
