"""Choosing a reflection. Law: a few by the moment that it is for, then all of them, found by words of any language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from bot.case import Case
from bot.conversation import Option
from bot.typed import clean, plain
from prompts.library import Library
from prompts.script import Moment, Script

#: Moments of a working day that stand on the first screen; the last one is for those who supervise.
FEW: Final[tuple[Moment, ...]] = ("after-visit", "heavy", "supervision", "referral", "between", "supervising")
#: Scripts of the program's own that stand there beside them.
MOST_ADDED: Final = 3
#: The page of all of them.
ALL: Final = "scripts"


def at(case: Case, moment: Moment) -> tuple[Script, ...]:
    """The scripts for a moment: the program's usual one, then ours that are mostly for it, short ones first, then those
    that the program added."""
    usual = case.facts.program.default_script
    there = [script for script in case.library.scripts.values() if moment in script.moments]
    added = case.library.added

    def order(one: Script) -> tuple[object, ...]:
        return one.slug != usual, one.slug in added, one.moments.index(moment), one.minutes, one.slug

    return tuple(sorted(there, key=order))


def few(case: Case) -> tuple[Option, ...]:
    """One script for each moment, under the moment's name. Where a library names none, its scripts by their titles."""
    found: dict[str, Option] = {}
    for moment in FEW:
        if moment == "supervising" and not case.facts.supervises:
            continue
        first = next((script for script in at(case, moment) if script.slug not in found), None)
        if first is not None:
            found[first.slug] = Option(id=first.slug, label=case.word(f"moment-{moment}"))
    for slug in sorted(case.library.added - set(found))[:MOST_ADDED]:
        found[slug] = called(case, case.library.scripts[slug])
    usual = case.library.scripts.get(case.facts.program.default_script)
    if usual is not None and usual.slug not in found:
        found = {usual.slug: Option(id=usual.slug, label=titled(case, usual)), **found}
    return tuple(found.values()) or everything(case)


def everything(case: Case) -> tuple[Option, ...]:
    """Every script by its title, the program's usual one first."""
    usual = case.facts.program.default_script
    scripts = sorted(case.library.scripts.values(), key=lambda script: script.slug != usual)
    return tuple(Option(id=script.slug, label=titled(case, script)) for script in scripts)


def titled(case: Case, script: Script) -> str:
    return script.say(case.locale, "title")


def called(case: Case, script: Script) -> Option:
    """A script on a button of the page of all of them; whose it is stands there where a program wrote it."""
    label = case.word("script-minutes", title=titled(case, script), minutes=script.minutes)
    if script.slug in case.library.own:
        label = f"{label} · {case.word('script-own')}"
    return Option(id=script.slug, label=label)


# Finding one


def searched(library: Library, words: str) -> tuple[Script, ...]:
    """Scripts in whose name, summary or moments every word begins a word, in any language, with or without accents;
    those whose name has it first."""
    wanted = plain(clean(words)).replace("-", " ").split()
    if not wanted:
        return ()
    names = {slug: _plain_words(_names(library, script)) for slug, script in library.scripts.items()}
    texts = {slug: names[slug] + _plain_words(_told(library, library.scripts[slug])) for slug in names}
    found = [slug for slug, text in texts.items() if _has(text, wanted)]
    return tuple(library.scripts[slug] for slug in sorted(found, key=lambda slug: not _has(names[slug], wanted)))


def _has(text: Sequence[str], wanted: Sequence[str]) -> bool:
    return all(any(word.startswith(part) for word in text) for part in wanted)


def _plain_words(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(word for text in texts for word in plain(text).replace("-", " ").split())


def _names(library: Library, script: Script) -> Iterable[str]:
    yield from (script.slug, *script.aliases)
    yield from (script.say(locale, "title") for locale in library.locales)


def _told(library: Library, script: Script) -> Iterable[str]:
    for locale in library.locales:
        yield script.say(locale, "summary")
        yield from (library.word(locale, f"moment-{moment}") for moment in script.moments)
