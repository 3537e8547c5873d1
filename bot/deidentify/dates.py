"""Days and months: "March 3", "3/4/24", "tuesday the 9th", "el 3 de marzo", "feb". Not weekdays, years, seasons"
" alone."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from bot.deidentify.numbers import ORDINAL, ORDINALS, VALUES, WORDS, compiled
from bot.deidentify.reading import FIGURE, Begins, Reading
from bot.deidentify.spans import Span

#: Months that are nothing else, and months that are also words or names: these need a number or a word before them.
_PLAIN = (
    "january|february|july|september|october|november|december|jan|feb|sept|nov|aug|enero|febrero|septiembre"
    "|setiembre|octubre"
    "|noviembre|diciembre|marzo|junio|agosto|apr"
)
_DOUBTFUL = "march|april|may|june|august|mar|jun|jul|sep|oct|dec|mayo|abril|julio|ene|abr|ago|dic"
_MONTH = rf"(?:{_PLAIN}|{_DOUBTFUL})\.?"
_DAY = rf"(?:\d{{1,2}}(?:st|nd|rd|th)?|{ORDINAL})"
_YEAR = (
    rf"(?:,? ?(?:of |de |del |del a[nñ]o )?(?:(?:19|20)\d\d|'\d\d|(?:twenty|two thousand|dos mil)(?: and)? {WORDS}))?"
)
_WEEKDAY = (
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?s?|lunes|martes|mi[eé]rcoles|jueves"
    r"|viernes|s[aá]bado|domingo"
)
_NO_MORE = r"(?![\p{L}\p{N}])"
_WITHIN = (
    r"(?:in|since|by|until|till|til|last|next|this|early|late|mid|through|before|after|from|during|between|around"
    r"|back in|month of"
    r"|en|desde|hasta|para|de|mes de|este|pasado|antes de|despu[eé]s de|a finales de|a principios de|entre)"
)
_DATES = compiled(
    r"(?<![\p{L}\p{N}])(?:"
    rf"(?P<named>(?:(?:{_WEEKDAY}),? )?(?:{_MONTH}[ -]?(?:the )?{_DAY}(?:(?: ?- ?| (?:to|and|or"
    rf"|through) ){_DAY})?{_YEAR}{_NO_MORE}"
    rf"|(?:the )?{_DAY}(?: of| de| day of|-|)[ ]?{_MONTH}{_YEAR}{_NO_MORE}"
    rf"|(?:{WORDS}|primero|\d{{1,2}}(?:ro|er|º|°)?)(?: y {WORDS})? de {_MONTH}{_YEAR}{_NO_MORE}))"
    rf"|(?P<weekday>(?:{_WEEKDAY}),? (?:the )?(?:\d{{1,2}}(?:st|nd|rd|th)|{ORDINAL}){_NO_MORE}|(?:lunes|martes"
    rf"|mi[eé]rcoles|jueves|viernes|s[aá]bado|domingo) \d{{1,2}}{_NO_MORE})"
    rf"|(?P<iso>(?:(?:{_WEEKDAY}),? )?(?:19|20)\d\d[-/.]\d{{1,2}}[-/.]\d{{1,2}}"
    rf"|(?:(?:{_WEEKDAY}),? )?\d{{1,2}}(?P<sep>[-/.])\d{{1,2}}(?P=sep)(?:(?:19|20)\d\d|\d\d)){_NO_MORE}"
    rf"|(?P<numeric>(?:(?:{_WEEKDAY}),? (?:the )?)?\d{{1,2}}[/-]\d{{1,2}})(?![\p{{L}}\p{{N}}/-])"
    rf"|(?P<year>{_MONTH},? (?:of |de |del )?(?:19|20)\d\d{_NO_MORE})"
    rf"|(?P<month>(?:{_PLAIN})(?:\b\.(?=\s\p{{Ll}}))?{_NO_MORE})"
    rf"|(?P<doubtful>{_DOUBTFUL}){_NO_MORE}"
    rf"|(?P<ordinal>(?:the )?\d{{1,2}}(?:st|nd|rd|th)){_NO_MORE}"
    rf"|(?P<dotted>\d{{2}}\.\d{{2}})(?![\p{{L}}\p{{N}}.])"
    rf"|(?P<dia>\d{{1,2}}){_NO_MORE}(?! (?:de\b|\p{{L}}{{2,12}}s\b))"
    r")"
)
_MONTHS = frozenset(f"{_PLAIN}|{_DOUBTFUL}".split("|"))
_WEEKDAYS = frozenset(
    "mon tue tues wed wednes thu thur thurs fri sat satur sun monday tuesday wednesday thursday friday saturday"
    " sunday lunes martes"
    " miércoles miercoles jueves viernes sábado sabado domingo".split()
)
#: Tried only where a month, a weekday or a number stands.
_BEGINS = Begins(_MONTHS | _WEEKDAYS | frozenset(VALUES) | frozenset(ORDINALS) | {FIGURE, "the"})
_BY_THE = regex.compile(r"\b(?:on|by|until|till|since|from|before|after|el|for)(?: the)? $")
_EL = regex.compile(r"\b(?:d[ií]a|el pasado|para el|desde el|hasta el) $")
_WITHIN_BEFORE = regex.compile(rf"\b{_WITHIN} (?:early |late |mid-?|the end of |finales de |principios de )?$")
_FRACTIONS = frozenset(
    [
        "1/2",
        "1/3",
        "2/3",
        "1/4",
        "3/4",
        "1/5",
        "2/5",
        "3/5",
        "4/5",
        "24/7",
        "1/1",
        "50/50",
        "9/10",
        "8/10",
        "7/10",
        "6/10",
        "5/10",
        "10/10",
        "4/10",
        "3/10",
        "2/10",
        "1/10",
    ]
)
_DATED = regex.compile(
    r"\b(?:on|since|by|until|till|from|dated|arrived|born|dob|d\.o\.b\.?|birthday|el|del|desde|fecha|before|after"
    r"|nacimiento|de) ?:?$"
)
_COUNTED = regex.compile(
    r" (?:of|times|kids|children|days|cup|hour|sessions|visits|stars|points|ratio|de los|de las|veces)\b"
)
_ORDINAL_OF = regex.compile(
    r"\s*(?:[.,;:!?)\n]|$)|\s(?:and|at|but|for|only|when|she|he|we|i|they|because|bc|with|so|y|a las|que|pero)\b"
)
#: After a month that is also a name or a word: what makes it one.
_NO_MONTH = regex.compile(
    r"'s\b|,? (?:said|says|told|and (?:her|his)|be|i|have|not|need|want|help|also|even|who|is|was|cried|asked"
    r"|looked|seemed|came)\b"
)


def dates(reading: Reading) -> Iterator[Span]:
    low, text = reading.low, reading.text
    for found in _BEGINS.found(_DATES, reading):
        kind = found.lastgroup or ""
        start, end = found.span(kind)
        before, after = low[max(0, start - 24) : start], low[end : end + 24]
        if _is_date(kind, found[kind], before, after, text[start:end]):
            yield Span(start, end, "DATE", "auto")


def _is_date(kind: str, words: str, before: str, after: str, written: str) -> bool:
    match kind:
        case "numeric":
            return _numeric(words, before, after)
        case "doubtful":
            return bool(_WITHIN_BEFORE.search(before)) and not _NO_MONTH.match(after)
        case "dotted":
            return bool(_DATED.search(before) and _numeric(words.replace(".", "/"), "on", after))
        case "ordinal":
            return bool(_BY_THE.search(before) and _ORDINAL_OF.match(after))
        case "dia":
            return bool(_EL.search(before))
        case "named":
            return not (
                words.startswith("may ") and regex.fullmatch(r"may (?:first|second)", words) and written[0] == "m"
            )
        case "month":
            return not (words == "jan" and bool(_NO_MONTH.match(after)))
    return True


def _numeric(words: str, before: str, after: str) -> bool:
    first, second = (int(part) for part in regex.split(r"[/-]", words.rpartition(" ")[2]))
    if not ((1 <= first <= 12 and 1 <= second <= 31) or (1 <= second <= 12 and 1 <= first <= 31)):
        return False
    if _DATED.search(before) or " " in words:
        return True
    return "/" in words and words not in _FRACTIONS and not _COUNTED.match(after)
