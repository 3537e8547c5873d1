"""The page on which a person gets a copy of all that is theirs. Pure; the copy itself is made elsewhere, once.

Law: a link or a code stands on a private surface alone, holds for a quarter of an hour, and is good for one copy.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta

from bot.case import Case
from bot.conversation import Form, Option, Page, Section
from bot.effects import Issue, Turn
from bot.forms import Values, shown

LIFETIME = timedelta(minutes=15)
#: Groups of a code that is read from one screen and typed at another: 60 bits, in letters that are not mistaken.
GROUPS, SIGNS = 3, 4


def copy(case: Case, given: Section | None = None) -> Page:
    """`given`: the link or the code that was just made."""
    forms = (_button(case, "copy-link"),) if case.facts.address else ()
    return Page(
        name="copy",
        title=case.word("copy-title"),
        resumes=case.conversation.session is not None,
        lines=(case.word("copy-intro"),),
        sections=(
            *([given] if given else []),
            Section(forms=(*forms, _button(case, "copy-code"))),
            Section(pages=(Option(id="data", label=case.word("data-title")),)),
        ),
    )


def _button(case: Case, name: str) -> Form:
    return Form(id=name, title="", submit=case.word(name))


def take_link(case: Case, _: Values) -> Turn:
    """An address that opens in a browser; the browser asks once more, and then the link is used up."""
    if not case.facts.address or not case.facts.secret:
        return shown(case, copy(case))
    token = case.facts.secret
    link = Option(id=f"{case.facts.address}/link/{token}", label=case.word("copy-open"))
    section = Section(title=case.word("copy-link-title"), lines=(case.word("copy-link-words"),), links=(link,))
    return shown(case, copy(case, section), effects=(Issue("copy", token, case.at + LIFETIME),))


def take_code(case: Case, _: Values) -> Turn:
    """A code for whoever runs Afterword, who makes no copy without it."""
    if not case.facts.secret:
        return shown(case, copy(case))
    code = as_code(case.facts.secret)
    section = Section(title=case.word("copy-code-title"), lines=(code, case.word("copy-code-words")))
    return shown(case, copy(case, section), effects=(Issue("copy-code", bare(code), case.at + LIFETIME),))


def as_code(secret: str) -> str:
    letters = base64.b32encode(hashlib.sha256(secret.encode()).digest()).decode()
    return "-".join(letters[n * SIGNS : (n + 1) * SIGNS] for n in range(GROUPS))


def bare(code: str) -> str:
    """The code, however it was typed."""
    return "".join(filter(str.isalnum, code)).upper()
