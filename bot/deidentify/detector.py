"""The whole detector: every layer over one reading of a text, again until nothing more is certain."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.deidentify.addresses import addresses
from bot.deidentify.ages import ages
from bot.deidentify.clinical import clinical, spares
from bot.deidentify.cues import BINDING, STRONG, strength
from bot.deidentify.dates import dates
from bot.deidentify.doubt import Doubt, chosen, doubts
from bot.deidentify.figures import figures
from bot.deidentify.institutions import institutions, towns
from bot.deidentify.known import Known, met
from bot.deidentify.languages import foreign
from bot.deidentify.patterns import fixed
from bot.deidentify.people import people
from bot.deidentify.reading import Reading, read
from bot.deidentify.spans import Label, Span, Tier, disjoint
from bot.deidentify.tagger import Tagged, Tagger
from bot.deidentify.tokens import Token
from bot.deidentify.vocabulary import Vocabulary, bare, folded
from bot.deidentify.words import Word, words_of

#: The learned layer alone: from here on hidden; worth a question.
HIDES, ASKS = 0.6, 0.3
#: A reading of what one pass left may show more (a word that has become the first of its sentence). It never took
#: more than three passes; the bound is there so that no text can take more than linear time.
PASSES = 8


@dataclass(frozen=True, slots=True)
class Detector:
    """Loaded once, asked from any thread. It finds; `redact` replaces."""

    vocabulary: Vocabulary
    tagger: Tagger

    @classmethod
    def load(cls) -> Detector:
        """Reads the lists and the model beside this file."""
        vocabulary = Vocabulary.load()
        return cls(vocabulary, Tagger.load(vocabulary))

    def find(self, text: str, known: tuple[Known, ...] = ()) -> tuple[Span, ...]:
        """What may identify somebody, sorted and disjoint, in code points of `text` as it is given. Raises nothing.

        Whatever `redact` leaves of the certain spans holds no further certain ones.
        """
        certain: list[Span] = []
        asked: list[Span] = []
        for _ in range(PASSES):
            reading = read(text, [(span.start, span.end) for span in certain])
            once, doubtful = self._once(reading, known)
            more = [_given(span, reading) for span in once if span.tier == "auto"]
            if not more:
                asked = [_given(span, reading) for span in chosen(doubtful(_capitals(text, certain)), reading.text)]
                break
            certain = disjoint([*certain, *more])
        return tuple(disjoint([*certain, *asked]))

    def foreign(self, text: str) -> bool:
        """Whether a text is in neither English nor Spanish; short ones never are."""
        return foreign(text, self.vocabulary)

    def _once(
        self, reading: Reading, known: tuple[Known, ...]
    ) -> tuple[list[Span], Callable[[Container[str]], list[Doubt]]]:
        """What the rules find in one reading, and what else in it is doubtful, for whoever asks."""
        shaped = disjoint([*fixed(reading), *ages(reading), *dates(reading), *addresses(reading)])
        words = reading.tokens
        tagged, chances = self.tagger.read(words)
        seen = words_of(words, reading.text, self.vocabulary, shaped)
        named = [
            *people(seen, _chances(words, tagged), self.vocabulary),
            *institutions(seen),
            *towns(reading.text, self.vocabulary.places),
        ]
        diagnoses = clinical(reading.low)
        guessed = [span for span in (*named, *_learned(tagged, seen, self.vocabulary)) if not spares(diagnoses, span)]
        found = [
            _trimmed(span, reading.text)
            for span in disjoint([*shaped, *guessed, *_known(words, seen, known)])
            if any(letter.isalnum() for letter in reading.text[span.start : span.end])
        ]
        asked = [span for span in found if span.tier == "ask"]

        def doubtful(hidden: Container[str]) -> list[Doubt]:
            doubted = doubts(seen, chances, self.vocabulary, asked, hidden)
            return [*(one for one in doubted if not spares(diagnoses, one)), *figures(reading, seen)]

        return found, doubtful


def _capitals(text: str, certain: Sequence[Span]) -> frozenset[str]:
    """The words that are hidden and stood there with a capital."""
    words = [word for span in certain for word in text[span.start : span.end].split()]
    return frozenset(bare(folded(word)) for word in words if word[0].isupper())


def _chances(words: Sequence[Token], tagged: Sequence[Tagged]) -> Mapping[int, float]:
    """How likely each word is of a name of any sort, by its place."""
    chances: dict[int, float] = {}
    spans = iter(tagged)
    span = next(spans, None)
    for place, word in enumerate(words):
        while span and span.end <= word.start:
            span = next(spans, None)
        if span and span.start <= word.start:
            chances[place] = span.probability
    return chances


def _learned(tagged: Sequence[Tagged], seen: Sequence[Word], vocabulary: Vocabulary) -> Iterator[Span]:
    """Organisations and towns, whose words may be ordinary ones; single names are weighed with their cues."""
    starts = {word.start: place for place, word in enumerate(seen)}
    for span in tagged:
        if span.label == "NAME" or span.probability < ASKS:
            continue
        first = last = starts[span.start]
        while last + 1 < len(seen) and seen[last + 1].start < span.end:
            last += 1
        if seen[last].low in _INSTRUMENTS:
            continue
        if tier := _tier(seen[first : last + 1], span.probability, vocabulary):
            room = any(word.low in _ROOMS for word in seen[last : last + 2])
            owned = first > 0 and seen[first - 1].kind in {"det", "poss"} and not seen[first].capital and first == last
            yield Span(span.start, span.end, span.label, "ask" if room or owned else tier)


#: What ends the name of something that everybody uses, not of a place.
_INSTRUMENTS = frozenset(
    "index scale inventory questionnaire checklist screener assessment survey curriculum act visiting model".split()
)
_ROOMS = _INSTRUMENTS | {"room", "rooms", "classroom", "group", "class", "study"}


#: Kinds of words that a name of a place or of an organisation never consists of.
_NEVER_NAMED = BINDING - {"of", "and", "kin", "kid", "object", "det"} | frozenset(
    {"mind", "room", "feeling", "past", "present", "spoke", "program"}
)


_KNOWN = frozenset({"program", "weekday", "month", "author"})
_RELATED = frozenset({"kin", "kid"})


def _tier(words: Sequence[Word], chance: float, vocabulary: Vocabulary) -> Tier | None:
    """Ordinary small words have to be several, or the list of towns has to know them."""
    if any(word.kind in _KNOWN or (word.kind in _NEVER_NAMED and not word.shown) for word in words):
        return None
    if any(word.shown for word in words) and all(word.kind in _RELATED for word in words if word.shown):
        return None
    if any(word.shown or word.unknown or word.given for word in words):
        return "auto" if chance >= HIDES else "ask"
    if " ".join(word.low for word in words) in vocabulary.towns:
        return "auto" if chance >= HIDES else "ask"
    return "ask" if len(words) > 1 and chance >= HIDES else None


def _known(words: Sequence[Token], seen: Sequence[Word], known: tuple[Known, ...]) -> Iterator[Span]:
    for entry in met(words, known):
        word = seen[entry.first]
        single = entry.first == entry.last
        small = single and word.safe and not word.capital and strength(seen, entry.first) < STRONG
        label: Label = "NAME"
        yield Span(word.start, seen[entry.last].end, label, "auto" if entry.certain or not small else "ask")


def _trimmed(span: Span, text: str) -> Span:
    """Without spaces at its ends."""
    start, end = span.start, span.end
    while text[start].isspace():
        start += 1
    while text[end - 1].isspace():
        end -= 1
    return Span(start, end, span.label, span.tier)


def _given(span: Span, reading: Reading) -> Span:
    return Span(reading.place(span.start), reading.place(span.end), span.label, span.tier)
