"""Made-up reflections whose names, places of care and towns are known: what the model learns from.

Law: everything here comes from our own templates, lists and one seed; no line anybody wrote is among them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from bot.deidentify.train.origins import BESIDE, by_origin
from bot.deidentify.vocabulary import Vocabulary, bare, folded, listed

_GAP = re.compile(r"\{(\w+)\}|\[([^\]]+)\]")
LABELS = dict.fromkeys(("n", "n2", "g", "f", "s", "i", "is"), "NAME") | {"o": "ORG", "c": "CITY"}
#: What leaves no doubt that a name follows; elsewhere "the teacher" or "she" may stand in its place.
_NAMED_SURELY = re.compile(r"\{(title|f|s|i|is|g)\}|\b(named?|call|goes|aka|llam|dicen)|\[")


PARTICLES = ("de", "del", "de la", "de los", "van", "von", "al", "bin", "da", "dos", "del Mar", "de Jesús", "St.")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a made-up text, and what it is."""

    text: str
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A made-up text in pieces, the words whose place in lists is hidden, and where its names come from."""

    pieces: tuple[Piece, ...]
    hidden: tuple[str, ...] = ()
    origin: str = ""

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)

    @property
    def spans(self) -> list[tuple[int, int, str]]:
        found, place = [], 0
        for piece in self.pieces:
            if piece.label:
                found.append((place, place + len(piece.text), piece.label))
            place += len(piece.text)
        return found


@cache
def lines(name: str) -> tuple[str, ...]:
    text = (BESIDE / "templates" / f"{name}.txt").read_text(encoding="utf-8")
    return tuple(line for line in text.splitlines() if line and not line.startswith("#"))


@cache
def fillers(name: str) -> dict[str, tuple[str, ...]]:
    pairs = (line.partition(": ") for line in lines(name))
    return {gap: tuple(part.strip() for part in said.split("|")) for gap, _, said in pairs}


def _unnamed(template: str) -> str:
    """The same line about people and places that are not named."""
    return template.replace("{n}", "{np}").replace("{o}", "{npat}").replace("{c}", "{npin}")


@dataclass(frozen=True, slots=True)
class Maker:
    """Fills templates; every choice comes from one chance, so that one seed makes one text."""

    chance: random.Random
    names: dict[str, dict[str, list[str]]]
    ambiguous: tuple[str, ...]
    #: Ordinary words, Spanish and English, that may stand anywhere without being names.
    words: tuple[tuple[str, ...], tuple[str, ...]]
    authors: tuple[str, ...]

    def person(self, origin: str) -> str:
        """A given name: mostly of this origin, often a word as well, sometimes one that no list knows."""
        draw = self.chance.random()
        if draw < 0.17:
            return self.chance.choice(self.ambiguous).capitalize()
        if draw < 0.21:
            return self.chance.choice(self.names["nicknames"]["given"])
        if draw < 0.29:
            return self.coined(self.chance.choice(self.names[origin]["given"]))
        return self.chance.choice(self.names[origin]["given"])

    def coined(self, name: str) -> str:
        """A name nobody bears yet: the head of one, the tail of another."""
        other = self.chance.choice(self.names["modern"]["given"])
        cut = max(2, len(name) // 2)
        return name[:cut] + other[len(other) // 2 :].lower()

    def family(self, origin: str) -> str:
        held = self.names[origin]["family"] or self.names["anglo"]["family"]
        return self.chance.choice(held)

    def initials(self) -> str:
        letters = [self.chance.choice("ABCDEFGHJKLMNPRSTZ") for _ in range(self.chance.choice((1, 1, 1, 2)))]
        if len(letters) == 1:
            return letters[0]
        return self.chance.choice(("{}.{}.", "{}{}")).format(*letters)

    def whole(self, origin: str, given: str) -> str:
        given = given if self.chance.random() < 0.8 else f"{given} {self.person(origin)}"
        family = self.family(origin).replace("-", self.chance.choice("- "))
        if self.chance.random() < 0.07:
            family = f"{self.chance.choice(PARTICLES)} {family}"
        if self.chance.random() < 0.12:
            family = f"{family}{self.chance.choice((' ', '-'))}{self.family(origin)}"
        return f"{given} {family}"

    def care(self, spanish: bool) -> str:
        parts = fillers("orgs")
        pick = self.chance.choice
        draw = self.chance.random()
        if spanish and draw < 0.7:
            coined = f"{self.word(True).capitalize()} {self.word(True).capitalize()}"
            return f"{pick(parts['clase'])} {coined}" if draw < 0.1 else pick((coined, *parts["uno"]))
        if draw < 0.12:
            return pick(parts["alone"])
        if draw < 0.2:
            return f"{self.word(spanish).capitalize()} {self.word(spanish).capitalize()} {pick(parts['kind'])}"
        if draw < 0.27:
            return f"{pick(self.names['surnames']['given']).capitalize()} {pick(parts['kind'])}"
        if draw < 0.3:
            return f"St. {pick(self.names['anglo']['given'])}'s"
        if draw < 0.6:
            return f"{pick(parts['first'])} {pick(parts['second'])} {pick(parts['kind'])}"
        if draw < 0.9:
            return f"{pick(parts['first'])} {pick(parts['kind'])}"
        return f"{self.town()} {pick(parts['kind'])}"

    def word(self, spanish: bool) -> str:
        return self.chance.choice(self.words[spanish])

    def town(self) -> str:
        parts = fillers("orgs")
        pick = self.chance.choice
        draw = self.chance.random()
        if draw < 0.12:
            return pick(self.names["surnames"]["given"]).capitalize()
        if draw < 0.4:
            return pick(self.names["towns"]["given"]).capitalize()
        if draw < 0.7:
            return pick(parts["townone"]) + pick(parts["towntwo"])
        if draw < 0.88:
            return f"{pick(parts['townone'])} {pick(parts['towntwin'])}"
        return f"{pick(parts['townfirst'])} {pick(parts['townlast'])}"

    def filled(self, template: str, origin: str, cast: tuple[str, ...], spanish: bool) -> list[Piece]:
        pieces: list[Piece] = []
        place = 0
        if not _NAMED_SURELY.search(template) and self.chance.random() < 0.3:
            template = _unnamed(template)
        actors = list(cast)
        for gap in _GAP.finditer(template):
            if gap.start() > place:
                pieces.append(Piece(template[place : gap.start()]))
            pieces.append(self._gap(gap, origin, actors, spanish))
            place = gap.end()
        return [*pieces, Piece(template[place:])] if place < len(template) else pieces

    def _gap(self, gap: re.Match[str], origin: str, actors: list[str], spanish: bool) -> Piece:
        if gap[2]:
            return Piece(gap[2].capitalize(), "NAME")
        held = LABELS.get(gap[1])
        if gap[1] == "n" and actors:
            given = actors.pop(0)
            return Piece(self.whole(origin, given) if self.chance.random() < 0.06 else given, held)
        makers: dict[str, Callable[[], str]] = {
            "n": lambda: self.person(origin), "g": lambda: self.person(origin), "n2": lambda: self.person(origin),
            "f": lambda: self.whole(origin, self.person(origin)), "s": lambda: self.family(origin),
            "i": self.initials, "is": lambda: f"{self.initials()[0]}. {self.family(origin)}",
            "o": lambda: self.care(spanish), "c": self.town, "rand": lambda: self.word(spanish),
            "amb": lambda: self.chance.choice(self.ambiguous), "author": self.author,
            "state": lambda: self.chance.choice(fillers("orgs")["state"]),
        }  # fmt: skip
        if gap[1] in makers:
            return Piece(makers[gap[1]](), held)
        return Piece(self.chance.choice(fillers("fillers_es" if spanish else "fillers_en")[gap[1]]))

    def author(self) -> str:
        given = self.chance.choice(("", self.chance.choice(self.names["anglo"]["given"]) + " "))
        return given + self.chance.choice(self.authors).capitalize()


_SHORT_ENGLISH = {
    "with": "w", "because": "bc", "you": "u", "your": "ur", "people": "ppl", "about": "abt", "and": "n", "are": "r",
    "really": "rly", "though": "tho", "through": "thru", "to": "2", "at": "@", "for": "4", "little": "lil",
}  # fmt: skip
_SHORT_SPANISH = {
    "que": "q", "porque": "xq", "también": "tmb", "por": "x", "para": "pa", "con": "c", "bien": "bn", "nada": "nd",
    "estaba": "staba", "está": "sta", "después": "dsps",
}  # fmt: skip
STYLES = ("formal", "lower", "openings", "names", "dictated", "dictated-lower", "shouted")
_WEIGHTS = (34, 34, 7, 11, 5, 8, 1)


def styled(pieces: list[Piece], style: str, chance: random.Random, spanish: bool) -> tuple[Piece, ...]:
    """The same pieces as somebody writes them: carefully, on a telephone, or by voice."""
    telephone = style in ("lower", "openings", "names") and chance.random() < 0.6
    bareness = style != "formal" and chance.random() < 0.6
    short = _SHORT_SPANISH if spanish else _SHORT_ENGLISH
    out, opens = [], True
    for piece in pieces:
        text = piece.text
        if telephone and not piece.label:
            text = _slipped(_shortened(text, short, chance), chance)
        if style.startswith("dictated") and not piece.label:
            text = re.sub(r"[.,;:!?()\"“”¿¡]", "", text)
        if bareness and not piece.label:
            text = text.replace("'", "")
        if bareness:
            text = bare(text)
        text, opens = _cased(text, piece.label, style, opens)
        out.append(replace(piece, text=text))
    return tuple(piece for piece in out if piece.text)


def _shortened(text: str, short: dict[str, str], chance: random.Random) -> str:
    words = text.split(" ")
    return " ".join(short[word] if word in short and chance.random() < 0.25 else word for word in words)


def _slipped(text: str, chance: random.Random) -> str:
    """A few words misspelled, as thumbs do: two letters changed round, one left out, one doubled."""
    words = text.split(" ")
    for place, word in enumerate(words):
        if len(word) > 3 and word.isalpha() and chance.random() < 0.02:
            at = chance.randrange(1, len(word) - 1)
            cut = chance.choice((word[at + 1] + word[at], word[at + 1], word[at] * 2 + word[at + 1]))
            words[place] = word[:at] + cut + word[at + 2 :]
    return " ".join(words)


def _cased(text: str, label: str | None, style: str, opens: bool) -> tuple[str, bool]:
    """The piece in the style's letters, and whether the next piece opens a sentence."""
    after = bool(re.search(r"[.!?]\s*$", text)) or (opens and not any(map(str.isalpha, text)))
    if style == "shouted":
        return text.upper(), after
    if (
        style in ("lower", "dictated-lower")
        or (style == "openings" and label)
        or (style in ("names", "dictated") and not label)
    ):
        text = text.lower()
    elif style == "formal" and not label:
        text = re.sub(r"\bi\b", "I", text)
    if style in ("formal", "openings") and opens:
        text = re.sub(r"\w", lambda first: first[0].upper(), text, count=1)
    return text, after


def _ended(line: str, chance: random.Random) -> str:
    return line if line[-1] in ".!?" else line + chance.choice((".", ".", ",", "", " -", "...", "!"))


def made(count: int, seed: int, keep: int = 1, withheld: frozenset[str] = frozenset()) -> Iterator[Sentence]:
    """`count` made-up texts; of the templates every `keep`-th, of the names none that is withheld."""
    names = {
        origin: {kind: [name for name in held if folded(name) not in withheld] for kind, held in kinds.items()}
        for origin, kinds in by_origin().items()
    }
    vocabulary = Vocabulary.load()
    names["towns"] = {"given": sorted(vocabulary.towns), "family": []}
    names["surnames"] = {"given": sorted(vocabulary.surnames), "family": []}
    authors = tuple(sorted(word for word, kind in vocabulary.classes.items() if kind == "author"))
    maker = Maker(random.Random(seed), names, tuple(sorted(vocabulary.ambiguous)), _words(vocabulary), authors)
    origins = [origin for origin in names if names[origin]["family"] or origin in ("modern", "nicknames")]
    for place in range(count):
        yield _one(maker, origins[place % len(origins)], keep)


def _words(vocabulary: Vocabulary) -> tuple[tuple[str, ...], tuple[str, ...]]:
    english, spanish = (
        tuple(sorted(word for word in listed(f"safe_{language}.txt") if word not in vocabulary.ambiguous))
        for language in ("english", "spanish")
    )
    return english, spanish


def _one(maker: Maker, origin: str, keep: int) -> Sentence:
    chance = maker.chance
    spanish = chance.random() < 0.32
    cast = tuple(maker.person(origin) for _ in range(3))
    pieces: list[Piece] = []
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 4))):
        kind = chance.choices(("names", "places", "clean", "words"), (50, 17, 36, 7))[0]
        here = spanish if chance.random() > 0.06 else not spanish
        template = chance.choice(lines(f"{kind}_{'es' if here else 'en'}")[::keep])
        actors = cast if chance.random() < 0.5 else cast[1:]
        pieces += [*maker.filled(_ended(template, chance), origin, actors, here), Piece(" ")]
    style = chance.choices(STYLES, _WEIGHTS)[0]
    done = styled(pieces[:-1], style, chance, spanish)
    hidden = tuple(
        word
        for piece in done
        if piece.label == "NAME"
        for word in (folded(part) for part in re.split(r"[\s]", piece.text))
        if word not in maker.ambiguous and chance.random() < (0.35 if style == "formal" else 0.45)
    )
    return Sentence(done, hidden, origin)
