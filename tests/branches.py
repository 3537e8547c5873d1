"""Every branch of every script as transcripts. Law: the ways are those of `ways.py`, a person's own words those of
`branch_words.toml`, and all the rest is what the bot says.

    python tests/branches.py [SCRIPT ...]     writes tests/transcripts/branches/*.txt anew
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from ways import Answer, Talk, opens, ways

from bot.cli.checking import played
from prompts.library import build, read_sources
from prompts.script import ScaleStep, Script, Value

HERE = Path(__file__).parent
FOLDER = HERE / "transcripts" / "branches"
#: A check-in is put off in every way there is, then answered, and then not.
CHECK_IN = """\
> submit check-in-weekly day=MO time=12:40 script={slug}
> later 1 hours
> choose half-hour
> later 30 minutes
> choose day-end
> later 4 hours
> choose tomorrow
> later 16 hours
> choose private
> choose yes
> write {back}
> choose not-today"""
#: In each language the first line of a file, and words for the bot.
WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "head": "# Every branch of “{title}”.", "reflect": "reflect", "back": "back", "skip": "skip", "stop": "stop",
    },
    "es": {
        "head": "# Todos los caminos de “{title}”.", "reflect": "reflexionar", "back": "atrás", "skip": "saltar",
        "stop": "parar",
    },
}  # fmt: skip


def transcript(script: Script, talks: Sequence[Talk], locale: str) -> str:
    """What the person does; nothing that the bot says yet."""
    words = WORDS[locale]
    lines = [words["head"].format(title=script.say(locale, "title"))]
    lines += ["> say español"] if locale == "es" else []
    for number, talk in enumerate(talks, start=1):
        begun = f"> write {words['reflect']} {script.slug}"
        lines += [begun, "> choose keep"] if number == 1 else [f"# {number}", begun]
        lines += _lines(script, talk, locale)
        lines += ["> choose each"] if _asks_about_counting(script, talks, number) else []
    if any(step.id == "parked" for step in script.steps):
        lines += ["#", CHECK_IN.format(slug=script.slug, back=words["back"])]
    return "\n".join(lines) + "\n"


def _lines(script: Script, talk: Talk, locale: str) -> Iterator[str]:
    for answer in talk.answers:
        for before in answer.before:
            yield _tapped(script, answer.step, before)
            yield f"> write {WORDS[locale]['back']}"
        yield _answered(script, answer, locale)
    yield f"> choose {talk.finish}"
    if opens(script.step(talk.end), talk.finish):
        yield f"> write {WORDS[locale]['stop']}"


def _answered(script: Script, answer: Answer, locale: str) -> str:
    if answer.in_words:
        return f"> write {own_words(locale, script.slug, answer.step)}"
    return _tapped(script, answer.step, answer.values) if answer.values else f"> write {WORDS[locale]['skip']}"


def _tapped(script: Script, step: str, values: tuple[Value, ...]) -> str:
    doing = "rate" if isinstance(script.step(step), ScaleStep) else "choose"
    return f"> {doing} {', '.join(map(str, values))}"


def _asks_about_counting(script: Script, talks: Sequence[Talk], number: int) -> bool:
    """After the first that is kept and in which a tap stands for a theme; not where another script is gone on with."""
    if script.ending == "let-go":
        return False
    asks = (_touches(script, talk) and not opens(script.step(talk.end), talk.finish) for talk in talks)
    return number == next((n for n, one in enumerate(asks, start=1) if one), 0)


def _touches(script: Script, talk: Talk) -> bool:
    for answer in talk.answers:
        step = script.step(answer.step)
        shared = getattr(step, "keep", True) and not getattr(step, "private", False)
        if shared and any(one.codes for one in getattr(step, "choices", ()) if one.id in answer.values):
            return True
    return False


def own_words(locale: str, slug: str, step: str) -> str:
    words = _branch_words()[locale]
    return words.get(f"{slug}.{step}") or words.get(step) or words["any"]


@cache
def _branch_words() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads((HERE / "branch_words.toml").read_text(encoding="utf-8"))


def main(slugs: Sequence[str]) -> None:
    library = build(read_sources())
    FOLDER.mkdir(exist_ok=True)
    for slug in slugs or library.scripts:
        script = library.scripts[slug]
        talks = ways(script)
        for locale in library.locales:
            file = FOLDER / f"{slug}.{locale}.txt"
            text = played(transcript(script, talks, locale), library)
            file.write_text(text, encoding="utf-8")
            lines, doings = text.count("\n"), text.count("\n> ")
            print(f"{file.relative_to(HERE)}: {len(talks)} talks, {doings} doings, {lines} lines")


if __name__ == "__main__":
    main(sys.argv[1:])
