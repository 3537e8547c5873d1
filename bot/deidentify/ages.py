"""How old somebody is: "14 months", "he is three", "(mom, 19)", "born at 29 weeks". Not how long something takes."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from bot.deidentify.numbers import NUMBER, VALUES
from bot.deidentify.reading import FIGURE, Begins, Reading
from bot.deidentify.spans import Span

_UNIT = (
    r"(?:years?|yrs?|months?|mos?|mths?|weeks?|wks?|days?"
    r"|a[nñ]os?|a[nñ]itos?|meses|mes[ec]s?itos|mes|semanas?|semanitas?|d[ií]as?)"
)
_NUM = rf"(?:{NUMBER}|un|una)"
_HALF = r"(?:[ -](?:and|y)[ -](?:a[ -])?(?:half|medio|media)|[ -]1/2|½)?"
_MORE = rf"(?:,?[ -](?:and |y )?{_NUM}[ -]?{_UNIT})?"
_RANGE = rf"(?:(?: ?- ?| (?:or|to|o|a|y|and) ){_NUM})?"
_EARLY = (
    r"(?:[ -]?(?:weeks?|wks?)[ -]?(?:gestation\w{0,2}|ga\b|pregnant|preg\b|along|preemie|premature)"
    r"|[ -]?weekers?| semanas de (?:gestaci[oó]n|embarazo))"
)
#: Tried only where a number stands.
_BEGINS = Begins(frozenset(VALUES) | {FIGURE, "año", "ano", "year"})
_AGES = regex.compile(
    r"(?<![\p{L}\p{N}.,/$€:#-])(?:"
    rf"(?P<early>{_NUM}{_EARLY}|\d\d ?\+ ?\d(?: ?(?:weeks?|wks?))?)"
    rf"|(?P<old>(?:{_NUM}{_RANGE}{_HALF}|an?)[ -]{{0,2}}{_UNIT}{_HALF}{_MORE}[ -]{{0,2}}(?:olds?|of age|de edad"
    rf"|de nacid[oa]s?))"
    r"|(?P<short>\d{1,3}(?:\.\d)?[ -]?(?:y/?o|y\.o\.?|m/?o|w/?o|mos)s?)"
    r"|(?P<tight>\d{1,2}[ym])"
    rf"|(?P<half>(?:un |a |one )?(?:año|ano|year) (?:y|and)(?: a)? (?:medio|half)(?: old)?)"
    rf"|(?P<unit>{_NUM}{_RANGE}{_HALF}[ -]?{_UNIT}{_HALF}{_MORE})"
    rf"|(?P<bare>{_NUM}{_HALF})"
    r")(?![\p{L}\p{N}])"
)
_LASTS_BEFORE = regex.compile(
    r"(?:\b(?:for|in|after|within|over|past|last|next|every|each|these|those|first|another|about|than|took|takes|take"
    r"|waited|spent|hace|durante|por|en|menores de|mayores de|cada|[uú]ltim[oa]s|pr[oó]xim[oa]s|primer[oa]s"
    r"|otr[oa]s|tras|dentro de|desde hace"
    r"|despu[eé]s de|menos de|m[aá]s de|it'?s been|been|lasted|there|it|that|this|of|all|two or|los|las|the|lleva"
    r"|llevo|llevan"
    r"|llevamos|faltan|falta|hacen?|pasaron|quedan)) ?(?:about |almost |nearly |only |just |at least |unos |unas "
    r"|casi |como )?$"
)
_LASTS_AFTER = regex.compile(
    r" ?(?:ago|later|now in|of\b|into|since|in a row|apart|from now|before|after|earlier|early|late|straight|long"
    r"|visits?|leave|wait"
    r"|without|sin\b|clean|sober|together|program|plan|notice|hace|despu[eé]s|antes|atr[aá]s|seguid|de (?:trabajo"
    r"|espera|visita|estar|vivir)"
    r"|trying|working|away|off|left|in (?:the|a|care|foster|our|this)|on (?:the|a)|at (?:the|this))"
)
_IS = (
    r"(?:is|was|turned|turning|turns|turn|are|were|be|aged?|hes|shes|theyre|he's|she's|they're|who's|whos|baby's"
    r"|babys|i'm|im"
    r"|tiene|tienen|ten[ií]a|tengo|cumpli[oó]|cumple|cumplen|cumplir|cumplirá|cumpli[oó] los|edad|de solo"
    r"|de apenas|now|only|barely|almost|nearly|just|like|about|casi|apenas|already|ya)"
)
_BEING = regex.compile(
    rf"\b{_IS} (?:(?:only|barely|almost|nearly|just|like|about|now|going on|already|maybe|around|casi|apenas|ya"
    rf"|como|los|solo|s[oó]lo) ){{0,2}}$"
)
_THING_IS = regex.compile(
    r"\b(?:it|that|this|there|here|which|what|time|visit|wait|drive|session|meeting|it's|its|score|count|total"
    r"|ratio|hora|son|las|eso|esto) (?:is|was|turned|are|were|be)\b.{0,12}$"
)
_BORN = regex.compile(
    r"(?:\bborn|\bcame|\bdelivered|\barrived|\bnaci\w{1,6}|\bnacid[oa]s?)\b.{0,14}(?: at| with| a las| a los| de"
    r"| con|) ?$"
)
_BESIDE = regex.compile(
    r"(?:[,(/:–—] ?| at | age[ds]? |\baged? |\bde | edad de | de la edad de |'s |baby |bebé de | years, "
    r"| años, )(?:only |just |almost |about |now |ya |apenas |casi |solo )?$"
)
_END = regex.compile(
    r" ?(?:[,.;:!?)/\n–—&]|$| (?:and|but|so|now|today|who|when|with|y|pero|que|cuando|la|el|his|her|she|he|they"
    r"|kids?|girl|boy|mom|dad|en|con|no|ya|se|le|sin|por)\b)| (?:year|month|a[nñ]o)"
)
_AFTER_BARE = regex.compile(
    r"(?:\s*(?:[.,;:!?)\n\ufffc–—&]|$)|\s(?:and|but|so|now|today|this|next|last|in|on|or|almost|going|already"
    r"|with|when|who|because|bc|cuz|since|until|by"
    r"|he|she|they|we|i|his|her|mom|dad|the|years?|months?|tomorrow|soon|yesterday|lol|ya|y|pero|que|cuando|en|el"
    r"|la|su|hoy|ma[nñ]ana|pronto|este|esta|porque|still|like|then|at|tho|though|not)\b)"
)
_BARE_AGE = regex.compile(
    r"(?:\b(?:he|she|who|they|kid|baby|twins?|boy|girl|mom|dad|son|daughter|brother|sister|child|toddler"
    r"|[\p{L}]{2,20}|\ufffc) (?:is|was|are|were|isn't|wasn't)"
    r"|\b(?:will|would|gonna|going to|to|must|should|may|might) (?:be|turn)|\b(?:turned|turning|turns|aged?|hes"
    r"|shes|he's|she's|they're|who's|im|i'm|tiene|tienen|ten[ií]a|ten[ií]an|tengo|cumple|cumpli[oó]|cumplen"
    r"|cumplir[aá]?|edad(?: es)?))"
    r" (?:(?:only|barely|almost|nearly|just|like|now|going on|already|maybe|about|around|finally|officially|casi"
    r"|apenas|ya|como|los|solo|s[oó]lo|de|a|at|not even|not yet|not quite) ){0,2}$"
)
_NO_PERSON = regex.compile(
    r"\b(?:it|that|this|there|here|which|what|time|ratio|score|count|number|answer|total|chapter|step|goal|class"
    r"|room|visits?|hours?|they|we|you|rule|one|part|level|tier|score|case|cases|week|day|son|eran|fueron"
    r"|hay) (?:is|was|are|were|will be|would be)\b.{0,14}$"
)
_TURNING = regex.compile(
    r"\b(?:turned|turning|turns|hes|shes|he's|she's|cumpli[oó]|cumple|tiene) (?:\p{L}{2,8} ){0,2}$"
)
_MEASURE = regex.compile(
    r" ?(?:%|[\p{L}]{2,14}s\b|of\b|am\b|pm\b|feet|foot|lb|oz|percent|hour|min|thousand|hundred|más|mas|more|de\b"
    r"|to \d|-|:|\.\d|\p{L}+ (?:away|late|early)|time|veces)"
)
_WORDS_AS_AGE = frozenset(
    "one two three four five six seven eight nine ten uno dos tres cuatro cinco seis siete ocho nueve diez un una"
    " a zero cero".split()
)
_GROUPS = regex.compile(
    r"(?:\b(?:the|our|my|all|with|for|of|a|some|most|many|los|las|these|those|young|in|and"
    r"|to) ?)$"
)


def ages(reading: Reading) -> Iterator[Span]:
    low = reading.low
    for found in _BEGINS.found(_AGES, reading):
        kind = found.lastgroup or ""
        before, after = low[max(0, found.start() - 48) : found.start()], low[found.end() : found.end() + 24]
        if _KINDS[kind](found[0], before, after):
            yield Span(found.start(), found.end(), "AGE", "auto")


def _old(words: str, before: str, after: str) -> bool:
    """A group ("the four-year-olds") is no person."""
    return not (words.endswith("olds") and not before.endswith(("twin ", "both ")))


def _always(words: str, before: str, after: str) -> bool:
    return True


def _short(words: str, before: str, after: str) -> bool:
    return not words.endswith("s") or words.endswith("mos")


def _tight(words: str, before: str, after: str) -> bool:
    return bool(
        _BEING.search(before) or before.endswith(("(", ", ")) or regex.match(r" (?:old|boy|girl|baby|kid)", after)
    )


_CHILD_OF = regex.compile(
    r"\b(?:bebe|bebé|beba|niñ[oa]|nin[oa]|nen[ea]|hij[oa]|herman(?:it)?[oa]|gemel[oa]s|mellizos|sobrin[oa]"
    r"|niet[oa]|prim[oa]|chiquit[oa]|varón|nena"
    r"|baby|son|daughter|boy|girl|toddler|infant|twins)(?: \p{L}{2,20})? de (?:apenas |casi |s[oó]lo |como |unos )?$"
)


def _unit(words: str, before: str, after: str) -> bool:
    if _BORN.search(before) or _CHILD_OF.search(before):
        return True
    if _LASTS_AFTER.match(after) or _THING_IS.search(before):
        return False
    if _BEING.search(before):
        return True
    if _LASTS_BEFORE.search(before):
        return False
    return bool(_BESIDE.search(before) and _END.match(after))


_INSTRUMENT = regex.compile(r"\b(?:epds|phq|gad|asq|score|dial|deca|mchat|phq-9|gad-7)\b.{0,6} (?:was|is|of) $")


def _bare(words: str, before: str, after: str) -> bool:
    if _INSTRUMENT.search(before):
        return False
    if _enclosed(words, before, after) or (_CHILD_OF.search(before) and _AFTER_BARE.match(after)):
        return True
    if _NO_PERSON.search(before) or not _BARE_AGE.search(before):
        return False
    if not _AFTER_BARE.match(after) and not (_TURNING.search(before) and not _MEASURE.match(after)):
        return False
    return words not in {"one", "un", "una"} or bool(
        regex.match(r"\s*(?:[.,;!?)]|$|\s(?:now|today|and|but|in|on|next)\b)", after)
    )


_ENCLOSED_BEFORE = regex.compile(r"(?:\(|\p{L},? |\ufffc,? ?|& |and |y )$")
_PERSON_COMMA = regex.compile(
    r"\((?:[\p{L}\ufffc]{1,20},? ){0,3}(?:\d{1,2} ?(?:&|and|y|,) ?)?$|\b(?:mom|dad|mother|father|sisters?"
    r"|brothers?|sons?|daughters?|cousins?|kids?|boys?|girls?|twins|siblings|grandma|aunt|bros|mam[aá]|pap[aá]"
    r"|hij[oa]s?|ni[nñ][oa]s?|primos|hermanos|hermanas),? (?:\d{1,2} ?(?:&|and|y|,) ?)?$"
)


def _enclosed(words: str, before: str, after: str) -> bool:
    """(3), (mom, 19), (bros, 2 & 4), "Mateo, 3, ran"."""
    if words in _WORDS_AS_AGE and "(" not in before[-24:]:
        return False
    if not words.isdigit() or int(words) > 99:
        return bool("(" in before[-20:] and _PERSON_COMMA.search(before) and after[:1] == ")")
    if _PERSON_COMMA.search(before) and regex.match(r" ?(?:\)|&|and|y |,|\.|$)", after):
        return True
    return bool(regex.search(r"[\p{L}\ufffc], $", before) and regex.match(r",(?! ?\d)", after) and int(words) < 60)


_KINDS = {"early": _always, "old": _old, "short": _short, "tight": _tight, "half": _unit, "unit": _unit, "bare": _bare}
