"""What a reviewer would say of the words of one passage. Law: of each rule one fault a line, with what shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from prompts import reading
from prompts.review_gender import Gender
from prompts.review_passages import Line, Passage
from prompts.review_phrases import Phrases, Sentence, Sheet, plain_words, shipped
from prompts.script import ChoiceStep, MultiStep, ScaleStep, is_question

#: Ids by which an author says that an answer is for somebody who does not know.
OPEN_IDS = re.compile(r"(?:^|-)(?:not-sure|unsure|do-not-know|no-se)\b")
#: Numbers to call: with their groups, the short ones that answer everywhere, and after a word such as "call".
_NUMBER = re.compile(
    r"(?<![\w.])(?:\+?1[-. ])?\(?\d{3}\)?[-. ]\d{3}[-. ][\dA-Z]{4}\b|\b1?-?8\d\d-[A-Z\d]{3}-[A-Z\d]{4}\b"
    r"|(?<![\w.,-])(?:911|9-1-1|988|9-8-8|211|311|741741)(?![\w%-])"
    r"|(?i:\b(?:call|text|dial|phone|llame|marque|mande|envíe|llamar|marcar)\b(?:\W+\w+){0,4}?\W+)\d{3,}\b"
    r"|\b\d{3}-\d{4}\b|\b\d{10}\b|[\w.+-]+@[\w-]+\.\w{2,}"
)
_ADDRESS = re.compile(r"https?://\S+|\{[^{}]*\}")


#: What somebody else says, which asks the reader nothing.
_QUOTED = re.compile(r"[“«][^”»]*[”»]")


@dataclass(frozen=True, slots=True)
class Finding:
    """`line`: the name of a line of the passage. Not `sure`: a matter of judgement, said as a hint."""

    rule: str
    line: str
    found: str = ""
    sure: bool = True


@dataclass(frozen=True)
class Wording:
    """The rules for words, made ready once for all languages of a sheet."""

    sheet: Sheet

    def findings(self, passage: Passage) -> Iterator[Finding]:
        for line in passage.lines:
            yield from self._phrases(passage, line)
            yield from self._numbers(line)
            yield from self._untranslated(passage, line)
        yield from self._gendered(passage)
        for message in passage.messages:
            yield from self._asked(passage, message)
            yield from self._hard(passage, message)
        yield from self._replies(passage)
        if passage.original:
            yield from self._no_way_out(passage)

    # --- phrases of review.toml

    @cached_property
    def _by_language(self) -> Mapping[str, Phrases]:
        return {language: Phrases(self.sheet, language) for language in self.sheet.lists}

    def _phrases(self, passage: Passage, line: Line) -> Iterator[Finding]:
        phrases = self._by_language.get(passage.language)
        if phrases is None:
            return
        step = passage.step
        text = self._without_echo(passage, line) if line.kind == "reply" else line.text
        for one in phrases.found(text, line.kind, scale=isinstance(step, ScaleStep)):
            if one.rule == "missing-sensitive":
                if step is not None and is_question(step):
                    yield Finding(one.rule, line.name, one.words)
            elif not (line.kind == "reply" and _said_back(one.words, passage, line)):
                yield Finding(one.rule, line.name, one.words, one.sure)

    def _without_echo(self, passage: Passage, reply: Line) -> str:
        """A reply without its first sentence where that says the answer back: "You are leaving." to "I am leaving"."""
        label = set(plain_words(_label_of(passage, reply)))
        turned = self.sheet.words(passage.language, "turned")
        first, dot, rest = reply.text.partition(". ")
        words = [word for word in plain_words(first) if word not in turned]
        echo = bool(words) and 3 * sum(word in label for word in words) >= 2 * len(words)
        return (rest if dot else "") if echo else reply.text

    # --- numbers, and English in a translation

    def _numbers(self, line: Line) -> Iterator[Finding]:
        if found := _NUMBER.search(_ADDRESS.sub(" ", line.text)):
            yield Finding("written-number", line.name, found[0].strip())

    def _untranslated(self, passage: Passage, line: Line) -> Iterator[Finding]:
        if not line.english or passage.language not in self.sheet.lists:
            return
        words = plain_words(_ADDRESS.sub(" ", line.text))
        same = line.text.strip().casefold() == line.english.strip().casefold()
        alike = " ".join(words) in self.sheet.words(passage.language, "alike")
        if words and not alike and (same or self._is_english(words, passage.language)):
            yield Finding("untranslated", line.name, line.text[:60])

    @cached_property
    def _known(self) -> Mapping[str, frozenset[str]]:
        return {language: frozenset(lists.get("known", ())) for language, lists in self.sheet.lists.items()}

    def _is_english(self, words: list[str], language: str) -> bool:
        english, other = self._known["en"], self._known[language]
        return sum(word in english - other for word in words) > max(1, 2 * sum(word in other for word in words))

    # --- one question, short enough, for everybody

    def _asked(self, passage: Passage, message: tuple[Line, ...]) -> Iterator[Finding]:
        text = message[0]
        count = sum(_QUOTED.sub("", line.text).count("?") for line in message)
        orders = [part for part in self._sentences(passage, text) if text.kind == "ask" and self._tells(part, passage)]
        if count > 1:
            yield Finding("two-questions", text.name, f"{count} questions")
        elif count + len(orders) > 1 and count:
            yield Finding("two-questions", text.name, "a question and an order to tell something")
        words = len(count_words(text.text))
        if text.kind == "ask" and words > self.sheet.limits.question_words:
            yield Finding("long-question", text.name, str(words))

    def _tells(self, sentence: Sentence, passage: Passage) -> bool:
        """Whether it orders somebody to tell something; before a colon it only leads to what comes then."""
        telling = sentence.words[1] in self.sheet.words(passage.language, "telling")
        return telling and not sentence.asks and sentence.words[-1] != ":"

    def _sentences(self, passage: Passage, line: Line) -> Iterator[Sentence]:
        if phrases := self._by_language.get(passage.language):
            yield from phrases.sentences(line.text)

    def _replies(self, passage: Passage) -> Iterator[Finding]:
        for line in passage.lines:
            if line.kind != "reply":
                continue
            words = len(count_words(line.text))
            if words > self.sheet.limits.reply_words:
                yield Finding("long-reply", line.name, str(words))
            if "?" in _QUOTED.sub("", line.text):
                yield Finding("two-questions", line.name, "a question in a reply, and the next one")

    def _hard(self, passage: Passage, message: tuple[Line, ...]) -> Iterator[Finding]:
        limits = self.sheet.limits
        text = " ".join(line.text for line in message)
        grade = reading.grade(text, passage.language, limits.grade_words)
        if grade is not None and round(grade) > limits.grade:
            yield Finding("hard-to-read", message[0].name, f"{grade:.0f}", sure=False)

    # --- answers

    def _no_way_out(self, passage: Passage) -> Iterator[Finding]:
        """A choice of when to come back is no question about anything."""
        step = passage.step
        if not isinstance(step, ChoiceStep | MultiStep):
            return
        if any(OPEN_IDS.search(choice.id) or getattr(choice, "remind", None) for choice in step.choices):
            return
        labels = (line for line in passage.lines if line.kind == "label")
        said = [" ".join(part.words[1:-1]) for label in labels for part in self._sentences(passage, label)]
        if not any(self._is_open(label, passage.language) for label in said):
            yield Finding("missing-not-sure", "text")

    def _is_open(self, label: str, language: str) -> bool:
        """Whether it is an answer for somebody whom none of the others fits, or one that only says how to go on."""
        ways = (*self.sheet.words(language, "open"), *self.sheet.words(language, "going-on"))
        return label in self.sheet.words(language, "open-alone") or any(f" {way} " in f" {label} " for way in ways)

    # --- gender

    @cached_property
    def _genders(self) -> Mapping[str, Gender]:
        return {language: Gender(lists) for language, lists in self.sheet.lists.items() if "pairs" in lists}

    def _gendered(self, passage: Passage) -> Iterator[Finding]:
        if gender := self._genders.get(passage.language):
            asked = " ".join(line.text for line in passage.lines if line.kind == "ask")
            for line in passage.lines:
                if found := gender.found(line.text, bare=line.kind in ("label", "reply"), about=asked):
                    yield Finding("gendered", line.name, found)


@lru_cache(maxsize=1)
def shipped_wording() -> Wording:
    return Wording(shipped())


def count_words(text: str) -> list[str]:
    return [word for word in text.split() if any(char.isalnum() for char in word)]


def _label_of(passage: Passage, reply: Line) -> str:
    owner = reply.name.removesuffix(".reply")
    return next((line.text for line in passage.lines if line.name == f"{owner}.label"), "")


def _said_back(found: str, passage: Passage, reply: Line) -> bool:
    """Whether what stands out in a reply is a word of the answer itself."""
    words = plain_words(found)
    return bool(words) and words[-1] in plain_words(_label_of(passage, reply))
