"""Trains the model of `data/tagger.crfsuite` from made-up sentences: `python -m bot.deidentify.train`."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

import pycrfsuite

from bot.deidentify.features import features, kind_of
from bot.deidentify.tokens import Token, tokens
from bot.deidentify.train.sentences import Sentence, made
from bot.deidentify.vocabulary import Vocabulary, folded

MODEL = Path(__file__).parent.parent / "data" / "tagger.crfsuite"
RECORD = MODEL.with_name("tagger.sha256")
COUNT, SEED = 14000, 20261129
#: How many ordinary words in a hundred stand as if no list knew them: misspellings, and words newer than the lists.
UNHEARD = 2
SETTINGS = {"c1": 0.5, "c2": 0.02, "max_iterations": 60, "feature.minfreq": 4, "feature.possible_transitions": False}


def labelled(sentence: Sentence, words: list[Token]) -> list[str]:
    """B-, I- and O labels; a word belongs to the span that it touches."""
    labels, before = [], None
    for word in words:
        span = next((span for span in sentence.spans if span[0] < word.end and word.start < span[1]), None)
        labels.append("O" if span is None else f"{'I' if span == before else 'B'}-{span[2]}")
        before = span
    return labels


def shown(sentence: Sentence, words: list[Token], vocabulary: Vocabulary, chance: random.Random) -> dict[str, str]:
    kinds = {word: "unknown" for word in sentence.hidden}
    for word in words:
        low = folded(word.text)
        if chance.random() * 100 < UNHEARD and kind_of(low, vocabulary).startswith("safe"):
            kinds.setdefault(low, "unknown")
    return kinds


def trained(sentences: Iterable[Sentence], seed: int = SEED) -> bytes:
    """The model these sentences make; the same sentences make the same bytes."""
    vocabulary, chance = Vocabulary.load(), random.Random(seed)
    trainer = pycrfsuite.Trainer(algorithm="lbfgs", params=SETTINGS, verbose=False)
    for sentence in sentences:
        words = tokens(sentence.text)
        trainer.append(
            features(words, vocabulary, shown(sentence, words, vocabulary, chance)), labelled(sentence, words)
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model"
        trainer.train(str(path))
        return path.read_bytes()


def fingerprint(count: int = 400) -> str:
    """What the first sentences and their features hash to: it changes with templates, lists, seed and features."""
    vocabulary, digest = Vocabulary.load(), sha256()
    for sentence in made(count, SEED):
        words = tokens(sentence.text)
        digest.update(repr((sentence.text, labelled(sentence, words), features(words, vocabulary))).encode())
    return digest.hexdigest()


def main() -> None:
    model = trained(made(COUNT, SEED))
    MODEL.write_bytes(model)
    record = f"model {sha256(model).hexdigest()}\nsentences {fingerprint()}\n"
    RECORD.write_text("# What the model is and what it was made from; a test compares.\n" + record, encoding="utf-8")
    print(f"{MODEL.name}: {len(model)} bytes\n{record}", end="")


if __name__ == "__main__":
    main()
