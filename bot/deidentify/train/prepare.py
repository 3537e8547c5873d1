"""Makes the word and name lists of `data/` from the sources that `data/README.md` names, and from our own lists.

    python -m bot.deidentify.train.prepare SCOWL NAMES SPELLCHECKER FAKER

The four folders: /usr/share/dict/scowl of the Debian package `scowl`, and the packages `names`, `spellchecker` and
`faker`. Nothing of them is needed to train or to run.
"""

from __future__ import annotations

import gzip
import importlib
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from bot.deidentify.train.origins import BESIDE, ours, plain_words
from bot.deidentify.train.spanish import spread
from bot.deidentify.vocabulary import bare, folded

DATA = Path(__file__).parent.parent / "data"
#: SCOWL's steps of commonness: all of the first, of the second only what is also frequent in talk.
COMMON, UNCOMMON = (10, 20, 35), (40, 50, 55, 60)
FREQUENT_ENGLISH = 600
#: From here on verbs are conjugated, nouns declined, words taken as they stand.
FREQUENT_SPANISH = (4000, 500, 150)
#: So often in talk that nobody would ask whether it is a name.
EVERYDAY_ENGLISH, EVERYDAY_SPANISH = 3000, 1000
LISTS = ("words_of_ours", "words_not_names", "names_not_words", "names_that_are_words")
#: As many census names as cover nine in ten people.
SURNAMES = 9000
LOCALES = (
    "es_MX", "es_CO", "es_AR", "en_IN", "hi_IN", "vi_VN", "fr_FR", "pl_PL", "pt_BR",
    "tr_TR", "yo_NG", "ig_NG", "ha_NG", "en_PK", "en_IE", "ga_IE", "de_DE", "it_IT",
    "ro_RO", "id_ID", "tw_GH", "sw", "zu_ZA", "nl_NL", "sv_SE",
)  # fmt: skip


def scowl(folder: Path, steps: Iterable[int]) -> set[str]:
    found: set[str] = set()
    for step in steps:
        for kind in ("english-words", "american-words"):
            found |= set((folder / f"{kind}.{step}").read_text(encoding="latin-1").split())
    return {word for word in found if word.islower() and "'" not in word}


def frequencies(folder: Path, language: str) -> dict[str, int]:
    with gzip.open(folder / "resources" / f"{language}.json.gz") as file:
        counted: dict[str, int] = json.load(file)
    return counted


def census(folder: Path, name: str, most: int | None = None) -> list[str]:
    lines = (folder / name).read_text(encoding="ascii").splitlines()[:most]
    return [line.split()[0].lower() for line in lines]


def fakers(folder: Path, *fields: str) -> Iterator[str]:
    """Single-word Latin names of faker's locales."""
    sys.path.insert(0, str(folder.parent))
    for locale in LOCALES:
        provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
        for field in fields:
            held = getattr(provider, field, ())
            names = held if isinstance(held, (tuple, list, dict)) else ()
            yield from (folded(name) for name in names if " " not in name and len(name) > 2 and bare(name).isascii())


def words(folders: list[Path]) -> tuple[set[str], set[str]]:
    """Ordinary English and Spanish words, before names are taken out."""
    scowl_at, _, speller, _ = folders
    talk = frequencies(speller, "en")
    english = scowl(scowl_at, COMMON)
    english |= {word for word in scowl(scowl_at, UNCOMMON) if talk.get(word, 0) >= FREQUENT_ENGLISH}
    listed = {folded(word): count for word, count in frequencies(speller, "es").items() if word.isalpha()}
    return english, spread(listed, *FREQUENT_SPANISH)


def everyday(speller: Path) -> set[str]:
    """The words that are said often enough to be no question by themselves."""
    english, spanish = frequencies(speller, "en"), frequencies(speller, "es")
    often = {word for word, count in english.items() if count >= EVERYDAY_ENGLISH}
    return often | {bare(folded(word)) for word, count in spanish.items() if count >= EVERYDAY_SPANISH}


def write(name: str, remark: str, entries: Iterable[str]) -> None:
    lines = sorted({entry for entry in entries if entry})
    (DATA / name).write_text(f"# {remark}\n" + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"{name}: {len(lines)}")


def main(folders: list[Path]) -> None:
    english, spanish = words(folders)
    beside = {name: plain_words(BESIDE / f"{name}.txt") for name in LISTS}
    plain, never = beside["words_of_ours"], beside["words_not_names"]
    plain |= {bare(word) for word in plain}
    only_names = beside["names_not_words"] - plain
    ordinary = (english | spanish | plain | never) - only_names
    doubtful, ours_given, ours_family = beside["names_that_are_words"], ours("given"), ours("family")
    ambiguous = (doubtful & ordinary) - never
    foreign = {*census(folders[1], "dist.female.first"), *census(folders[1], "dist.male.first")}
    foreign |= set(fakers(folders[3], "first_names", "first_names_male", "first_names_female"))
    given = {name for name in doubtful | ours_given | foreign if len(name) > 1} - ordinary
    given |= {name for name in map(bare, given)} - ordinary
    families = {*census(folders[1], "dist.all.last", SURNAMES), *fakers(folders[3], "last_names"), *ours_family}
    surnames = (families | set(map(bare, families))) - ordinary
    common_families = {*ours_family, *census(folders[1], "dist.all.last", 1500)} & ordinary
    likely = given | {bare(name) for name in ours_family} | ours_family
    write("given.txt", "Given names and nicknames that are no ordinary words.", given)
    write("surnames.txt", "Surnames that are no ordinary words.", surnames)
    write("ambiguous.txt", "Given names and nicknames that are also ordinary words.", ambiguous)
    write(
        "ambiguous_surnames.txt", "Surnames that are also ordinary words.", common_families - ambiguous - plain - never
    )
    write("safe_english.txt", "Ordinary English words.", (english & ordinary) - (likely - ordinary))
    write("safe_spanish.txt", "Ordinary Spanish words, without accents.", (spanish & ordinary) - given - english)
    write("safe_ours.txt", "Words of the field and of telephones.", plain | never)
    write("core.txt", "What is said every day, English and Spanish, without accents.", everyday(folders[2]) & ordinary)


if __name__ == "__main__":
    main([Path(folder) for folder in sys.argv[1:5]])
