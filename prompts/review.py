"""Reads prompts as a careful reviewer would. Law: every word it looks for is in `review.toml`; silence is its aim.

What breaks a promise is an error, what a reviewer would refuse a warning, what is a matter of judgement a hint. A hint
is answered with a reason in the script (`because = { "hard-to-read" = "…" }`), and then not said any more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from prompts import review_steps, wiring
from prompts.library import Sources
from prompts.review_passages import Passage, Reader
from prompts.review_phrases import Rule, Severity, Sheet
from prompts.review_wording import Finding, Wording, shipped_wording
from prompts.source import Fault, ScriptHead, Source, Use

#: Rules that may be answered with a reason.
HINTS = frozenset({"hard-to-read", "double-barrelled", "clinical-words"})


def review(sources: Sources, broken: Collection[str] = (), alone: Source | None = None) -> Iterator[Fault]:
    """Of all that is a folder's own, or of one script `alone`. `broken`: files with errors, which are not walked."""
    wording = shipped_wording()
    reader = Reader(sources, wording.sheet)
    for part in reader.parts() if alone is None else (reader.part(alone),):
        answers = _Answers(part.source)
        for passage in part.passages:
            yield from _said_of(passage, sources, wording, answers)
        if source := part.source:
            yield from answers.idle(wording.sheet)
            whole = isinstance(source.head, ScriptHead) and wiring.can_be_placed(source, sources)
            if whole and source.file not in broken:
                yield from review_steps.over_budget(source, sources)


def _said_of(passage: Passage, sources: Sources, wording: Wording, answers: _Answers) -> Iterator[Fault]:
    told = passage.step is not None and review_steps.is_sensitive(passage.step, sources.cards)
    for finding in wording.findings(passage):
        if finding.rule == "missing-sensitive":
            if told or not passage.original:
                continue
            told = True
        rule = wording.sheet.rules[finding.rule]
        severity = rule.severity if finding.sure else "hint"
        if severity != "hint" or not answers.given(finding.rule, passage):
            yield _fault(finding, passage, rule, severity)


def _fault(finding: Finding, passage: Passage, rule: Rule, severity: Severity) -> Fault:
    file, line = passage.where(finding.line)
    words = rule.words.replace("{found}", finding.found)
    return Fault(finding.rule, words, file, line, passage.step.id if passage.step else "", severity)


class _Answers:
    """What the author of a script or block answers to hints, and which of it was needed."""

    def __init__(self, source: Source | None) -> None:
        self.source = source
        self.used: set[tuple[str, str]] = set()

    def given(self, rule: str, passage: Passage) -> bool:
        """By the step, or else by the head for all of it."""
        if self.source is None:
            return False
        step = passage.step
        owner = step.id if step is not None and rule in step.because else ""
        answered = bool(owner) or rule in self.source.head.because
        if answered:
            self.used.add((owner, rule))
        return answered

    def idle(self, sheet: Sheet) -> Iterator[Fault]:
        assert self.source is not None
        rule = sheet.rules["idle-reason"]
        for owner, name, at in self._reasons(self.source):
            if (owner, name) not in self.used:
                found = f"nothing here is a case of '{name}'" if name in HINTS else f"'{name}' is no hint"
                line = self.source.line_with(rf"\bbecause\b.*{name}|^\s*['\"]?{name}['\"]?\s*=", at)
                words = rule.words.replace("{found}", found)
                yield Fault("idle-reason", words, self.source.file, line, owner, rule.severity)

    def _reasons(self, source: Source) -> Iterator[tuple[str, str, int]]:
        """Whose each is (a step's, or the head's: ""), what it answers, and the line on which its owner begins."""
        yield from (("", name, 1) for name in source.head.because)
        for step, at in zip(source.steps, source.lines, strict=True):
            if not isinstance(step, Use):
                yield from ((step.id, name, at) for name in step.because)
