"""Checks everything that authors write. Law: what passes here has an end on every path, in every language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from prompts import coverage, phrases, review_steps, structure, wiring
from prompts.library import (
    FOLDERS,
    HOME,
    Library,
    Sources,
    build,
    lacking,
    read_all,
    read_over,
    read_resources,
)
from prompts.proof import proof
from prompts.resolve import Placed, Thresholds, place, resolve
from prompts.script import Script, card_lines, step_lines
from prompts.source import Fault, ScriptError, ScriptHead, Source, Use, read_script
from prompts.translations import Owed, check, read_catalogue

#: A check handed in from outside, such as a platform's limits. A fault with an empty `file` is placed by its `step`.
Check = Callable[[Script], Iterable[Fault]]

#: Every rule, with what it says. `docs/lint.md` has a section on each.
RULES: Mapping[str, str] = {
    "not-toml": "the file cannot be read as TOML",
    "not-po": "the file cannot be read as a PO catalogue",
    "schema": "a key or a value is not part of the language",
    "duplicate-id": "two things have the same name",
    "reserved-id": "the name belongs to the bot itself",
    "unknown-block": "there is no such block",
    "nested-block": "a block uses a block",
    "unknown-card": "there is no such card",
    "unknown-resource": "a name in braces stands for nothing",
    "unknown-list": "a phrase uses a list of words that is not there",
    "unknown-code": "the codebook has no such code",
    "lost-code": "a code on an answer that is not kept",
    "unreached-code": "a theme that no tap stands for",
    "says-nothing": "an info step without text and card",
    "end-leads-on": "a `next` on an end",
    "unresolved-next": "a way leads to a step or script that does not exist",
    "unequal-routes": "the way betrays an answer that is not kept",
    "betrayed-answer": "what follows in the chat tells a sensitive answer",
    "impossible-condition": "a `when` that can never hold",
    "unreachable-step": "a step to which no answers lead",
    "cycle-without-exit": "steps that lead round and round",
    "never-ends": "a path that runs out of steps",
    "over-budget": "the longest path takes more minutes, screens or taps than it may",
    "too-many-paths": "more states than can be checked",
    "missing-translation": "a line without a translation",
    "stale-translation": "a translation of English that has changed",
    "orphan-translation": "a translation of a line that does not exist",
    "placeholder-mismatch": "other names in braces than in English",
    "slack-limit": "more than Slack takes or shows",
    "teams-limit": "more than Teams takes or shows",
    "missing-gate": "a case can come up, and nobody asks about safety",
    "missing-sensitive": "what must not stand in a chat is not flagged so",
    "must-answer": "words that take the way out of a question",
    "share-without-preview": "words that promise that something goes to others",
    "asks-identity": "a question for what tells who somebody is",
    "written-number": "a number or a help line written out",
    "two-questions": "more than one question in a message",
    "long-question": "a question of more than 25 words",
    "double-barrelled": "two questions in one sentence",
    "asks-why": "a question for reasons",
    "advice": "advice, or the voice of an expert",
    "praise": "praise, scores and streaks",
    "leading": "a question that leads to an answer",
    "interpretation": "what somebody meant or felt",
    "long-reply": "a reply of more than 12 words",
    "missing-not-sure": "no answer for somebody who does not know",
    "gendered": "words that leave somebody out",
    "untranslated": "English in a translation",
    "hard-to-read": "harder to read than grade 6",
    "clinical-words": "words of examining and treating",
    "idle-reason": "a reason that answers nothing",
}

RESOURCES = HOME / "resources.toml"
#: Files that every script uses.
_SHARED = frozenset({"codebook.toml", "resources.toml", "thresholds.toml"})

#: With one of these, a script leads where it should all the same.
_WORDS = frozenset({"missing-translation", "stale-translation", "orphan-translation"})

#: After one of these the script cannot be followed, or following it would tell the same fault again.
_BREAKING = frozenset({"duplicate-id", "unresolved-next", "impossible-condition", "unknown-block", "nested-block"})


def lint(sources: Sources, home: Path = HOME, checks: Sequence[Check] = ()) -> tuple[Fault, ...]:
    """Every fault of a folder of prompts, by file and line. `checks` run on every script that can be put together. Of a
    folder laid over ours: what is its own, and then what it does to ours."""
    own = {name: source for name, source in sources.scripts.items() if sources.owns(f"scripts/{name}")}
    faults = list(wiring.names(own, sources.scripts))
    if "blocks" not in sources.borrowed:
        faults += _blocks(sources)
    for source in own.values():
        faults += _script(source, sources, checks)
    if "cards" not in sources.borrowed:
        faults += _cards(sources)
    if "phrases.toml" not in sources.borrowed:
        faults += phrases.faults(sources.phrases, home / "phrases.toml")
    faults += coverage.unreached(sources, home / "codebook.toml")
    needed, known = list(owed(sources, home)), list(all_owed(sources, home))
    faults += check(sources.catalogues, needed, _not_to_check(sources), known)
    if sources.own is not None and not any(fault.severity == "error" and fault.rule not in _WORDS for fault in faults):
        faults += _ours(sources, checks)
    return in_order(faults)


def _ours(sources: Sources, checks: Sequence[Check]) -> Iterator[Fault]:
    """What a folder that is laid over ours makes of ours: they use its blocks, its cards and its resources."""
    if sources.own is None or not _changes_ours(sources):
        return
    ours = replace(sources, own=frozenset(set(sources.files) - sources.own))
    for name, source in sources.scripts.items():
        if ours.owns(f"scripts/{name}"):
            yield from _script(source, sources, checks)
    yield from _cards(ours)
    if "resources.toml" not in sources.borrowed and (words := lacking(sources.resources, read_resources(RESOURCES))):
        yield Fault("unknown-resource", words, sources.files["resources.toml/resources"])


def _changes_ours(sources: Sources) -> bool:
    own = sources.own or frozenset()
    return any(not part.startswith("scripts/") for part in own) or not sources.borrowed >= _SHARED


def in_order(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    return tuple(sorted(set(faults), key=lambda fault: (fault.file, fault.line, fault.rule, fault.step, fault.words)))


def checked_library(
    home: Path = HOME,
    checks: Sequence[Check] = (),
    own: Path | None = None,
    moved: Thresholds | None = None,
) -> Library:
    """Everything the bot can say, with a program's own folder over it, or `ScriptError` with every error; warnings
    pass. `moved`: thresholds that the program has moved."""
    sources, unread = read_all(home) if own is None else read_over(own, home)
    sources = replace(sources, thresholds={**sources.thresholds, **(moved or {})})
    home = own or home
    errors = [fault for fault in (*unread, *lint(sources, home, checks)) if fault.severity == "error"]
    if errors:
        raise ScriptError(errors)
    return build(sources)


# --- scripts, blocks, cards


def _script(source: Source, sources: Sources, checks: Sequence[Check]) -> Iterator[Fault]:
    faults = [*structure.written(source, sources), *review_steps.broken(source, sources)]
    if wiring.can_be_placed(source, sources):
        faults += wiring.wired(source, sources)
        if not any(fault.rule in _BREAKING for fault in faults):
            faults += _followed(source, sources, checks)
    yield from faults


def _followed(source: Source, sources: Sources, checks: Sequence[Check]) -> Iterator[Fault]:
    placed = place(source, sources.blocks, sources.thresholds)
    languages = sources.languages if checks else {}
    script = resolve(source, sources.blocks, sources.cards, languages, sources.thresholds)
    yield from proof(script, source, placed)
    for one in checks:
        yield from (_placed(fault, source, placed) for fault in one(script))


def _placed(fault: Fault, source: Source, placed: Sequence[Placed]) -> Fault:
    if fault.file:
        return fault
    line = next((item.at for item in placed if item.step.id == fault.step), 1)
    return replace(fault, file=source.file, line=line)


def _blocks(sources: Sources) -> Iterator[Fault]:
    own = [source for name, source in sources.scripts.items() if sources.owns(f"scripts/{name}")]
    used = {item.use for source in own for item in source.steps if isinstance(item, Use)}
    for name, block in sources.blocks.items():
        if not sources.owns(f"blocks/{name}"):
            continue
        yield from structure.written(block, sources)
        yield from review_steps.broken(block, sources)
        yield from wiring.unused_exits(block, name in used)


def _cards(sources: Sources) -> Iterator[Fault]:
    for name, card in sources.cards.items():
        file = Path(sources.files[f"cards/{name}"])
        if not sources.owns(f"cards/{name}"):
            continue
        for _, text in card_lines(card):
            for braced, words in structure.unknown_resources(text, sources):
                yield Fault("unknown-resource", words, str(file), _line(file, re.escape(braced)))


def _line(file: Path, pattern: str) -> int:
    """The first line of a file that has the pattern; 1 where there is none."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeError):
        return 1
    return next((number for number, text in enumerate(lines, 1) if re.search(pattern, text)), 1)


# --- translations


def owed(sources: Sources, home: Path) -> Iterator[Owed]:
    """Every line that a translator owes for the folder's own parts."""
    for name, source in sources.scripts.items():
        if sources.owns(f"scripts/{name}"):
            yield from owed_script(source)
    if "blocks" not in sources.borrowed:
        for name, block in sources.blocks.items():
            if sources.owns(f"blocks/{name}"):
                yield from _owed_steps(block, "blocks")
    if "cards" not in sources.borrowed:
        yield from _owed_cards(sources)
    for context, text, part in _owed_words(sources):
        if part not in sources.borrowed:
            yield Owed("app", context, text, str(home / part), 1)


def all_owed(sources: Sources, home: Path) -> Iterator[Owed]:
    """As `owed`; of a folder that is laid over ours, the lines of ours too, which it may translate in other words."""
    whole = sources if sources.own is None else replace(sources, own=None, borrowed=frozenset())
    yield from owed(whole, home)


def owed_script(source: Source) -> Iterator[Owed]:
    assert isinstance(source.head, ScriptHead)
    yield Owed(source.name, f"{source.name}.title", source.head.title, source.file, 1)
    yield Owed(source.name, f"{source.name}.summary", source.head.summary, source.file, 1)
    yield from _owed_steps(source, source.name)


def _owed_cards(sources: Sources) -> Iterator[Owed]:
    for name, card in sources.cards.items():
        for line, text in card_lines(card) if sources.owns(f"cards/{name}") else ():
            yield Owed("cards", f"{name}.{line}", text, sources.files[f"cards/{name}"], 1)


def _owed_steps(source: Source, catalogue: str) -> Iterator[Owed]:
    for step, line in zip(source.steps, source.lines, strict=True):
        if not isinstance(step, Use):
            for name, text in step_lines(step):
                yield Owed(catalogue, f"{source.name}.{step.id}.{name}", text, source.file, line, step.id)


def _owed_words(sources: Sources) -> Iterator[tuple[str, str, str]]:
    yield from ((f"app.{name}", text, "app.toml") for name, text in sources.app.items())
    yield from ((f"codebook.{name}", label, "codebook.toml") for name, label in sources.codebook.families.items())
    for theme in sources.codebook.themes:
        yield f"codebook.{theme.code}", theme.label, "codebook.toml"
        yield f"codebook.{theme.code}.question", theme.question, "codebook.toml"
    for name, resource in sources.resources.resources.items():
        yield f"resources.{name}", resource.text, "resources.toml"


def _not_to_check(sources: Sources) -> frozenset[str]:
    """Catalogues of which nothing can be said: the English was borrowed or could not be read, or they themselves."""
    parts = {"blocks": "blocks", "cards": "cards", "app.toml": "app", "codebook.toml": "app", "resources.toml": "app"}
    unread = [name.split("/", 1) for name in sources.unread]
    return frozenset(
        {parts[part] for part in sources.borrowed if part in parts and sources.own is None}
        | {parts.get(folder, name) for folder, name in unread}
    )


# --- files and folders as they are named on the command line


def lint_paths(paths: Iterable[Path], checks: Sequence[Check] = ()) -> tuple[Fault, ...]:
    """Faults of folders laid out like `prompts/` and of single files; without any, of the project's own prompts. A
    folder is laid over those, as a program's own is, unless it has all that the bot says (`app.toml`); what it or a
    script lacks is lent by them. Never raises: what cannot be read is a fault too."""
    faults: list[Fault] = []
    for path in tuple(paths) or (HOME,):
        faults += _lint_folder(path, checks) if path.is_dir() else _lint_file(path, checks)
    return in_order(faults)


def _lint_folder(folder: Path, checks: Sequence[Check]) -> Iterator[Fault]:
    if is_home(folder):
        sources, unread = read_folder(folder)
        faults = (*unread, *lint(sources, folder, checks))
        yield from faults
        yield from reviewed(sources, faults)
        return
    files = sorted((*folder.glob("*.toml"), *folder.glob("*.po")))
    if not files:
        words = "there is nothing to check in this folder; name a script, or a folder that has a folder 'scripts'."
        yield Fault("not-toml", words, str(folder))
    for file in files:
        yield from _lint_file(file, checks)


def read_folder(folder: Path) -> tuple[Sources, tuple[Fault, ...]]:
    """A folder of prompts as it is checked: by itself, or laid over ours."""
    return read_all(folder, lender=HOME) if stands_alone(folder) else read_over(folder, HOME)


def reviewed(sources: Sources, faults: Iterable[Fault], alone: Source | None = None) -> Iterator[Fault]:
    """What a reviewer says of a folder, or of one script. Only the command asks; the bot starts without it."""
    from prompts.review import review

    broken = {fault.file for fault in faults if fault.severity == "error"}
    yield from review(sources, broken, alone)


def is_home(folder: Path) -> bool:
    """Whether it is laid out like `prompts/`."""
    return any((folder / part).exists() for part in _PARTS)


def stands_alone(folder: Path) -> bool:
    """Whether it is a whole folder of prompts, with the bot's own words; others are laid over ours."""
    return (folder / "app.toml").exists()


_FILES = ("codebook.toml", "resources.toml", "app.toml", "phrases.toml", "thresholds.toml")
_PARTS = (*FOLDERS, *_FILES, "locales")


def _lint_file(file: Path, checks: Sequence[Check]) -> Iterator[Fault]:
    """A file in a folder of prompts is checked as part of it; any other as a script on its own."""
    if (home := home_of(file)) is not None:
        for fault in _lint_folder(home, checks):
            if Path(fault.file) == file or (file.parent.name == "scripts" and fault.file.endswith(f"/{file.stem}.po")):
                yield fault
        return
    try:
        if file.suffix == ".po":
            read_catalogue(file)
        else:
            source, sources = alone(file)
            faults = tuple(lone_faults(source, sources, checks))
            yield from faults
            yield from reviewed(sources, faults, source)
    except ScriptError as error:
        yield from error.faults


def home_of(file: Path) -> Path | None:
    """The folder of prompts that a file stands in; None for one that stands by itself."""
    if not file.is_file() or file.suffix not in (".toml", ".po"):
        return None
    if file.suffix == ".po":
        return file.parents[3] if len(file.parents) > 3 and file.parents[2].name == "locales" else None
    if file.name in _FILES:
        return file.parent
    return file.parent.parent if file.parent.name in FOLDERS else None


def alone(file: Path) -> tuple[Source, Sources]:
    """A script file from anywhere, among the project's own blocks and cards; its translations are not looked for."""
    source = read_script(file)
    sources, _ = read_all(HOME)
    return source, replace(sources, scripts={**sources.scripts, source.name: source}, catalogues=())


def lone_faults(source: Source, sources: Sources, checks: Sequence[Check]) -> Iterator[Fault]:
    """What is wrong with a script that stands by itself."""
    yield from wiring.names({source.name: source})  # it may well be a copy of one of ours, aliases and all
    yield from _script(source, sources, checks)


def lone_script(file: Path, checks: Sequence[Check] = ()) -> Script:
    """A script from a file, put together with the project's blocks and cards. Raises `ScriptError` with its errors."""
    source, sources = alone(file)
    errors = [fault for fault in _script(source, sources, checks) if fault.severity == "error"]
    if errors:
        raise ScriptError(in_order(errors))
    return resolve(source, sources.blocks, sources.cards, {}, sources.thresholds)
