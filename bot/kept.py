"""My data: what is kept of a person, theirs to read, find, change and delete. Pure; nobody else has these pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby
from uuid import UUID

from babel.dates import format_date, format_skeleton

from bot import ending, screens
from bot.case import Case
from bot.conversation import Exchange, Form, FormField, Look, Option, Page, Reflection, Section
from bot.effects import EraseMe, KeepUntil, LetGo, Rewrite, Turn, WithdrawPacket
from bot.forms import Values, not_understood, one, saved, shown
from bot.scanning import taken_out
from bot.shared import all_of
from bot.sharing import excerpt_way
from bot.typed import LIMIT_BYTES, clean, part, plain, size

RETENTION_DAYS = (0, 7, 30, 90, 180, 365)
#: Reflections on a page, and among what was found; lines about who looked, before the rest has a page of its own.
A_PAGE = 10
LOOKS_IN_SIGHT = 5
#: Months of themes, and lines a month about who looked.
MONTHS = 13
LOOKS_A_MONTH = 60
#: Bytes of one box that is drawn with somebody's words in it: every platform's boxes hold as much.
BOX = 2800
#: A longer answer cannot be changed, only deleted: a card with all of it in boxes is more than Teams takes.
EDITABLE_BYTES = 24_000


# The page


def data(case: Case, start: int = 0) -> Page:
    """`start`: how many newer reflections come before those that are listed."""
    reflections = case.facts.reflections
    start = start if 0 < start < len(reflections) else 0
    opened = case.conversation.session is not None
    said = [name for name, there in (("data-intro", bool(reflections)), ("data-open", opened)) if there]
    keeps = case.conversation.consents.words != "nothing"
    retention = (retention_form(case), look_back_form(case)) if keeps else ()
    return Page(
        name=f"data:{start}" if start else "data",
        title=case.word("data-title"),
        resumes=opened,
        lines=tuple(case.word(name) for name in said or ["data-empty"]),
        sections=(
            *(kept(case, one) for one in reflections[start : start + A_PAGE]),
            Section(pages=ways(case, start)),
            *looked(case),
            Section(forms=(*retention, erase_form(case))),
        ),
    )


def ways(case: Case, start: int) -> tuple[Option, ...]:
    """To newer and older reflections, and to the pages beside this one."""
    count = len(case.facts.reflections)
    there = (
        ("data" if start <= A_PAGE else f"data:{start - A_PAGE}", "data-newer", start > 0),
        (f"data:{start + A_PAGE}", "data-older", start + A_PAGE < count),
        ("search", "search-title", count > 1),
        ("themes", "themes-title", bool(count)),
        ("copy", "copy-title", True),
    )
    return tuple(Option(id=page, label=case.word(word)) for page, word, is_there in there if is_there)


def kept(case: Case, reflection: Reflection) -> Section:
    until = case.facts.until.get(reflection.id)
    change = Form(id="reflection", title="", fields=(hidden(reflection),), submit=case.word("words-change"))
    delete = Form(
        id="delete-reflection", title="", fields=(hidden(reflection),), submit=case.word("delete-one"), deletes=True
    )
    return Section(
        title=called(case, reflection),
        lines=(case.word("data-kept-until", date=format_date(until, "long", locale=case.locale)),) if until else (),
        exchanges=exchanges(reflection),
        forms=(change, delete) if reflection.own else (delete,),
        pages=tuple(excerpt_way(case, reflection)),
    )


def exchanges(reflection: Reflection) -> tuple[Exchange, ...]:
    return tuple(Exchange(asked=asked, answered=answered) for asked, answered in reflection.answers)


def called(case: Case, reflection: Reflection) -> str:
    return f"{format_date(reflection.on, 'long', locale=case.locale)} · {reflection.title}"


def hidden(reflection: Reflection) -> FormField:
    name = str(reflection.id)
    return FormField(id="reflection", label="", options=(Option(id=name, label=""),), value=(name,))


def found(case: Case, named: str) -> Reflection | None:
    """The person's reflection of that id."""
    return next((kept for kept in case.facts.reflections if str(kept.id) == named), None)


def without(case: Case, reflection: UUID) -> Case:
    """As the pages look once it is gone."""
    left = tuple(kept for kept in case.facts.reflections if kept.id != reflection)
    return replace(case, facts=case.facts.model_copy(update={"reflections": left}))


def take_deletion(case: Case, values: Values) -> Turn:
    wanted = found(case, one(values, "reflection"))
    if wanted is None:
        return not_understood(case, data(case))
    case, unshared = all_of(without(case, wanted.id), wanted.id)
    brought = (WithdrawPacket(each.id) for each in case.facts.sent if each.reflection == wanted.id)
    return saved(case, data(case), *unshared, *brought, LetGo(wanted.id), said="deleted")


# One reflection, and its person's own words in it


def reflection(case: Case, named: str) -> Page:
    chosen = found(case, named)
    if chosen is None:
        return data(case)
    return Page(
        name=f"reflection:{chosen.id}",
        title=case.word("reflection-title"),
        resumes=case.conversation.session is not None,
        sections=(kept(case, chosen), _back(case)),
    )


def _back(case: Case) -> Section:
    return Section(pages=(Option(id="data", label=case.word("data-title")),))


def own_words(case: Case, named: str) -> Page:
    """All of a reflection's own words in one form, so that nothing is lost that was changed beside what is sent."""
    chosen = found(case, named)
    if chosen is None:
        return data(case)
    long = [number for number in chosen.own if size(chosen.answers[number][1]) > EDITABLE_BYTES]
    fields = [field for number in chosen.own if number not in long for field in _boxes(case, chosen, number)]
    title = case.word("words-change")
    form = Form(id="own-words", title=title, fields=(hidden(chosen), *fields), submit=case.word("save"))
    return Page(
        name=f"words:{chosen.id}",
        title=title,
        lines=(called(case, chosen), case.word("words-intro")),
        sections=(
            *(Section(title=chosen.answers[number][0], lines=(case.word("words-too-long"),)) for number in long),
            *((Section(forms=(form,)),) if fields else ()),
            _back(case),
        ),
    )


def _boxes(case: Case, reflection: Reflection, number: int) -> Iterator[FormField]:
    asked, text = reflection.answers[number]
    boxes = in_boxes(text)
    for n, box in enumerate(boxes, start=1):
        yield FormField(
            id=f"words-{number}-{n}",
            label=asked if n == 1 else case.word("words-part", n=n),
            kind="lines",
            hint=case.word("words-edit-hint") if n == len(boxes) else "",
            value=(box,),
            optional=True,
        )


def in_boxes(text: str) -> tuple[str, ...]:
    """A text in as many parts as it takes, each small enough for a box of any platform."""
    boxes: list[str] = []
    while text or not boxes:
        box, text = part(text, BOX)
        boxes.append(box)
    return tuple(boxes)


def out_of_boxes(values: Values, number: int, before: str) -> str:
    """What stands in the boxes of an answer now. `before`: what was parted; boxes lose the white space at their
    ends."""
    typed: list[str] = []
    while (name := f"words-{number}-{len(typed) + 1}") in values:
        value = values[name]
        typed.append(clean("\n".join(value) if isinstance(value, tuple) else value))
    ends = [box[len(box.rstrip()) :] for box in in_boxes(before)]
    ends += ["\n"] * (len(typed) - len(ends))
    return "".join(text + end for text, end in zip(typed, ends, strict=False) if text).strip()


def show_reflection(case: Case, values: Values) -> Turn:
    """The button beside a reflection that leads to its person's own words in it."""
    chosen = found(case, one(values, "reflection"))
    return not_understood(case, data(case)) if chosen is None else shown(case, own_words(case, str(chosen.id)))


def take_words(case: Case, values: Values) -> Turn:
    """Words that were changed; an answer of which nothing is left is taken out with its question."""
    chosen = found(case, one(values, "reflection"))
    sent = [number for number in chosen.own if f"words-{number}-1" in values] if chosen else []
    if chosen is None or not sent:
        return not_understood(case, data(case))
    typed = {number: out_of_boxes(values, number, chosen.answers[number][1]) for number in sent}
    if any(size(text) > LIMIT_BYTES for text in typed.values()):
        return not_understood(case, own_words(case, str(chosen.id)), "too-large")
    after = chosen
    for number in sorted(typed, reverse=True):  # from the end: what is taken out moves what follows it
        after = reworded(after, number, taken_out(case, typed[number]))
    others = tuple(after if kept.id == after.id else kept for kept in case.facts.reflections)
    there = replace(case, facts=case.facts.model_copy(update={"reflections": others}))
    kept_out = any(taken_out(case, text) != text for text in typed.values())
    said = (case.word("names-taken-out"),) if kept_out else ()
    return shown(case, own_words(there, str(after.id)), case.word("saved"), *said, effects=(Rewrite(after),))


def reworded(reflection: Reflection, number: int, words: str) -> Reflection:
    answers = list(reflection.answers)
    answers[number : number + 1] = [(answers[number][0], words)] if words else []
    changes: dict[str, object] = {"answers": tuple(answers)}
    if not words:
        for which in ("own", "shareable", "returning"):
            changes[which] = tuple(at - (at > number) for at in getattr(reflection, which) if at != number)
    return reflection.model_copy(update=changes)


# Finding


def search(case: Case) -> Page:
    return _results(case, ())


def take_search(case: Case, values: Values) -> Turn:
    """Reflections in which all these words are: with or without accents, large or small. They stand nowhere after."""
    words = plain(clean(one(values, "words"))).split()
    if not words:
        return not_understood(case, search(case))
    there = [kept for kept in case.facts.reflections if holds(kept, words)]
    said = [case.word("search-none")] if not there else []
    said += [case.word("search-more", count=len(there) - A_PAGE)] if len(there) > A_PAGE else []
    return shown(case, _results(case, there[:A_PAGE]), *said)


def holds(reflection: Reflection, words: Sequence[str]) -> bool:
    text = plain(" ".join((reflection.title, *(words for pair in reflection.answers for words in pair))))
    return all(word in text for word in words)


def _results(case: Case, there: Sequence[Reflection]) -> Page:
    field = FormField(id="words", label=case.word("search-words"), kind="text", hint=case.word("search-hint"))
    form = Form(id="search", title="", fields=(field,), submit=case.word("search-submit"))
    ways = tuple(Option(id=f"reflection:{kept.id}", label=_short(case, kept)) for kept in there)
    results = (Section(title=case.word("search-found"), pages=ways),) if ways else ()
    return Page(
        name="search",
        title=case.word("search-title"),
        resumes=case.conversation.session is not None,
        sections=(*results, Section(forms=(form,)), _back(case)),
    )


def _short(case: Case, reflection: Reflection) -> str:
    """As it is called on a button."""
    return f"{format_date(reflection.on, 'medium', locale=case.locale)} · {reflection.title}"


# Themes by month


def themes(case: Case) -> Page:
    """What one's taps stood for, month by month and without numbers: private steps too, for this is nobody's count."""
    on = case.memory.themes
    months = _months(case) if on else ()
    return Page(
        name="themes",
        title=case.word("themes-title"),
        resumes=case.conversation.session is not None,
        lines=(case.word("themes-intro-own" if months else "themes-none" if on else "themes-off"),),
        sections=(
            *months,
            Section(forms=(_switch(case),)),
            _back(case),
        ),
    )


def _months(case: Case) -> tuple[Section, ...]:
    newest = sorted(case.facts.reflections, key=lambda kept: kept.on, reverse=True)
    found = []
    for month, those in groupby(newest, key=lambda kept: kept.on.replace(day=1)):
        codes = {code for kept in those for code in kept.themes or kept.codes}
        if lines := tuple(_families(case, codes)):
            found.append(Section(title=month_name(case, month), lines=lines))
    return tuple(found[:MONTHS])


def _families(case: Case, codes: set[str]) -> list[str]:
    """A line a family, in the order of the codebook."""
    book = case.library.codebook
    lines = []
    for letter in book.families:
        there = [theme.code for theme in book.themes if theme.code[0] == letter and theme.code in codes]
        if there:
            family = case.library.family(case.locale, letter)
            lines.append(f"{family}: {'; '.join(case.library.theme(case.locale, code) for code in there)}")
    return lines


def month_name(case: Case, month: date) -> str:
    name = format_skeleton("yMMMM", month, locale=case.locale)
    return name[:1].upper() + name[1:]


def _switch(case: Case) -> Form:
    options = tuple(Option(id=name, label=case.word(f"themes-{name}")) for name in ("show", "hide"))
    value = ("show" if case.memory.themes else "hide",)
    field = FormField(id="themes", label=case.word("themes-switch"), options=options, value=value)
    return Form(id="themes", title=case.word("themes-switch"), fields=(field,), submit=case.word("save"))


def look_back_form(case: Case) -> Form:
    """Whether what the person wanted to try comes back in the next reflection."""
    options = tuple(Option(id=name, label=case.word(f"look-back-{name}")) for name in ("ask", "leave"))
    value = ("ask" if case.memory.look_back else "leave",)
    field = FormField(id="look-back", label=case.word("look-back-title"), options=options, value=value)
    return Form(id="look-back", title=case.word("look-back-title"), fields=(field,), submit=case.word("save"))


def take_look_back(case: Case, values: Values) -> Turn:
    chosen = one(values, "look-back")
    if chosen not in ("ask", "leave"):
        return not_understood(case, data(case))
    case = case.remember(look_back=chosen == "ask")
    return saved(case, data(case))


def take_themes(case: Case, values: Values) -> Turn:
    chosen = one(values, "themes")
    if chosen not in ("show", "hide"):
        return not_understood(case, themes(case))
    case = case.remember(themes=chosen == "show")
    return saved(case, themes(case))


# Who looked


def looked(case: Case) -> tuple[Section, ...]:
    """Who opened the page of the person's group, and when."""
    if not (case.facts.circle or case.facts.looks):
        return ()
    some = case.facts.looks[:LOOKS_IN_SIGHT]
    more = (Option(id="looks", label=case.word("looks-all")),) if len(case.facts.looks) > len(some) else ()
    section = _looks(case, case.word("looks-title"), some)
    return (section.model_copy(update={"pages": more}),)


def _looks(case: Case, title: str, looks: Sequence[Look]) -> Section:
    if not looks:
        return Section(title=title, lines=(case.word("looks-none"),))
    lines = (looked_on(case, look.viewer and "{person}", look.day) for look in looks)
    return Section(title=title, lines=tuple(lines), people=tuple(look.viewer for look in looks))


def looked_on(case: Case, person: str, day: date) -> str:
    """`person`: empty for whoever runs Afterword here."""
    named = {"person": person} if person else {}
    name = "looks-line" if person else "looks-operator"
    return case.word(name, day=format_date(day, "long", locale=case.locale), **named)


def looks(case: Case) -> Page:
    months = groupby(case.facts.looks, key=lambda look: look.day.replace(day=1))
    return Page(
        name="looks",
        title=case.word("looks-title"),
        resumes=case.conversation.session is not None,
        lines=(case.word("looks-intro"),),
        sections=(
            *(_looks(case, month_name(case, month), tuple(some)[:LOOKS_A_MONTH]) for month, some in months),
            _back(case),
        ),
    )


# For how long


def retention_form(case: Case) -> Form:
    ceiling = case.facts.program.retention_ceiling
    days = [days for days in RETENTION_DAYS if days <= ceiling]
    options = tuple(
        Option(id=str(one), label=case.word("retention-days", days=one) if one else case.word("retention-none"))
        for one in days
    )
    current = min(screens.DEFAULT_DAYS if case.memory.retention_days is None else case.memory.retention_days, ceiling)
    field = FormField(
        id="days",
        label=case.word("retention-title"),
        hint=case.word("retention-hint"),
        options=options,
        value=(str(current),),
    )
    return Form(id="retention", title=case.word("retention-title"), fields=(field,), submit=case.word("save"))


def take_retention(case: Case, values: Values) -> Turn:
    """A shorter time holds for what is kept already too; what would be over by then stays until today is, so that a
    slip can be mended."""
    days = one(values, "days")
    if not (days.isascii() and days.isdecimal()) or len(days) > 3 or int(days) > case.facts.program.retention_ceiling:
        return not_understood(case, data(case))
    case = case.remember(retention_days=int(days))
    today = case.at.date()
    moved = {
        kept.id: until
        for kept in case.facts.reflections
        if (until := last_day(kept, int(days), case.facts.until.get(kept.id), today)) is not None
    }
    there = replace(case, facts=case.facts.model_copy(update={"until": {**case.facts.until, **moved}}))
    effects = (KeepUntil(tuple(moved.items())),) if moved else ()
    goes = any(until <= today for until in moved.values())
    return shown(case, data(there), case.word("saved"), *([case.word("retention-goes")] if goes else []),
                 effects=effects)  # fmt: skip


def last_day(reflection: Reflection, days: int, before: date | None, today: date) -> date | None:
    """Of what is kept already, when its person chooses so many days; None where it stays as it is.

    It is never kept longer than its script wants; where nobody knows what that was, never longer than before.
    """
    if before is None:
        return None
    term = days if reflection.term is None else min(days, reflection.term)
    until = max(reflection.on + timedelta(days=term), today)
    return None if until == before or (until > before and reflection.term is None) else until


def erase_form(case: Case) -> Form:
    option = Option(id="erase", label=case.word("erase-confirm"))
    field = FormField(id="confirm", label=case.word("erase-words"), kind="multi", options=(option,))
    return Form(id="erase", title=case.word("erase-title"), fields=(field,), submit=case.word("erase-title"))


def take_erasure(case: Case, values: Values) -> Turn:
    """Only with the box ticked: everything of this person goes, their open reflections too."""
    if one(values, "confirm") != "erase":
        return not_understood(case, data(case), "erase-unticked")
    reply = screens.line(case, case.word("erased"), closed=True)
    while case.conversation.session is not None:
        case = ending.leave(case)
    return Turn(case.conversation, reply, (EraseMe(),))
