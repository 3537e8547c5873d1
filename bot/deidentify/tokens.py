"""A text as words and marks that know where they stood. Law: no character but white space is outside a token."""

from __future__ import annotations

from typing import NamedTuple

import regex

#: Bounded everywhere, so that no text, however odd, takes more than linear time.
_TOKEN = regex.compile(
    r"""
      \[\p{Lu}[\p{Lu}\x20]{0,30}(?:-\p{Nd}{1,4})?\]                       # [NAME-1]
    | <[@\#!][^<>\s]{1,80}>                                               # <@U012AB>
    | (?:https?://|www\.)\S+
    | [\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,8}                     # an address, or a handle
    | @[\w.-]{1,64}
    | ['’]s(?!\p{L})                                                      # possessive marks stand alone
    | \p{L}\p{M}*(?:\.\p{L}\p{M}*){1,5}(?![\p{L}\p{M}])\.?                # T.J.
    | \p{L}[\p{M}\p{Nd}_]*(?:\p{L}[\p{M}\p{Nd}_]*|['’ʼʻ`-](?!s(?!\p{L}))(?=\p{L}))*
    | \p{Nd}+(?:[.,:/]\p{Nd}+)*
    | ([.!?\-])\1*
    | \S
    """,
    regex.VERBOSE,
)


class Token(NamedTuple):
    """A word, a number, a mark, or one of our placeholders; offsets in code points, end exclusive."""

    start: int
    end: int
    text: str


def tokens(text: str) -> list[Token]:
    return [Token(found.start(), found.end(), found[0]) for found in _TOKEN.finditer(text)]
