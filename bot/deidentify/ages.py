"""How old somebody is: "14 months", "he is three", "(mom, 19)", "born at 29 weeks". Not how long something takes."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from bot.deidentify.numbers import NUMBER, VALUES, compiled
from bot.deidentify.reading import FIGURE, Begins, Reading, lowered
from bot.deidentify.spans import Span

_UNIT = (
    r"(?:years?|yrs?|months?|mos?|mths?|weeks?|wks?|days?"
    r"|a[nñ]os?|a[nñ]itos?|meses|mese?s?c?itos|mes|semanas?|semanitas?|d[ií]as?)"
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
_BEGINS = Begins(frozenset(VALUES) | {FIGURE, "año", "ano", "añito", "year"})
_AGES = compiled(
    r"(?<![\p{L}\p{N}.,/$€:#-])(?:"
    rf"(?P<early>{_NUM}{_EARLY}|\d\d ?\+ ?\d(?: ?(?:weeks?|wks?|semanas?))?|\d\dw(?:\d?d)?"
    rf"|(?<=born )(?:at )?\d\d (?:and|&) \d(?! \p{{L}})|\d;\d{{1,2}}(?: a[nñ]os)?)"
    rf"|(?P<old>(?:{_NUM}{_RANGE}{_HALF}|an?)[ -]{{0,2}}{_UNIT}{_HALF}{_MORE}[ -]{{0,2}}(?:olds?|of age|de edad"
    rf"|de nacid[oa]s?))"
    r"|(?P<short>\d{1,3}(?:\.\d)?[ -]?(?:y/?o|y\.o\.?|m/?o|w/?o|mos)s?)"
    r"|(?P<tight>\d{1,2}[ym])"
    rf"|(?P<half>(?:un |a |one )?(?:año|ano|añito|anito|year) (?:y|and)(?: a)? (?:medio|half|pico)(?: old)?)"
    rf"|(?P<unit>{_NUM}{_RANGE}{_HALF}[ -]?{_UNIT}{_HALF}{_MORE})"
    rf"|(?P<bare>\d{{1,2}}\.\d|{_NUM}{_HALF})"
    r")(?![\p{L}\p{N}])"
)
#: Who may be of an age; a name counts once it is hidden (`\ufffc`).
#: No letter before: a hidden name is no letter, so that no word boundary is before it.
_WORD = r"(?<![\p{L}\p{N}])"
_WHO = (
    r"(?:\ufffc|he|she|who|i|they|you|both|mamaw|memaw|papaw|nanay|tatay|lola|lolo|nana|kid|kiddo|child|baby"
    r"|toddler|infant|newborn|preemie|twins?|boys?|girls?"
    r"|sons?|daughters?|brothers?|sisters?"
    r"|cousins?|sibs?|siblings?|bros?|mom|mother|mama|dad|father|daddy|parent|grandma|grandpa|grandmother"
    r"|grandfather|aunt|uncle|niece|nephew|partner"
    r"|boyfriend|girlfriend|bf|gf|teacher|(?:old|young|big|little|small|least|last|other|oldest|youngest"
    r"|middle)(?:est|er)? one|mam[aá]|pap[aá]"
    r"|ni[nñ][oa]s?|beb[eé]s?|bebit[oa]|hij[oa]s?|herman(?:it)?[oa]s?|prim[oa]s?|sobrin[oa]s?|niet[oa]s?"
    r"|gemel[oa]s?|mellizos|abuel[oa]|chiquit[oa]|menor|mayor"
    r"|[eé]l|ella|nen[ea]|patojo|chamo|cipote|chavito|escuincle)"
)
_ABOUT = (
    r"(?:(?:only|barely|almost|nearly|just|like|now|going on|already|maybe|about|around|finally|officially|not even"
    r"|not yet|not quite|casi|apenas|ya|como"
    r"|los|solo|s[oó]lo|entonces|then|all of|unos|probably|turning|at) ){0,2}$"
)
#: After these a number is an age, whatever it counts in.
_IS = regex.compile(
    rf"(?:{_WORD}{_WHO}(?:'s|s)?,? (?:is|was|are|were|isn't|wasn't|will be|would be|es|era)|\b(?:turn(?:ed|ing|s)?"
    rf"|aged?|ages|hes|shes|he's|she's|who's|whos|they're|theyre|i'm|im|going on"
    r"|tien(?:e|en|es)|ten[ií]an?|tengo|cumpl(?:e|en|i[oó]|ir|ir[aá]|ieron|iendo)|edad(?: es)?|age (?:is|was|as"
    r"|of))|\b(?:will|would|gonna|going to|to|must|should|may|might) (?:be|turn)"
    rf"|\b(?:age|own|edad) as|\ufffc's|{_WORD}{_WHO}'s) {_ABOUT}"
)
_NO_PERSON = regex.compile(
    r"\b(?:it|that|this|there|here|which|what|time|ratio|score|count|number|answer|total|chapter|step|goal|class"
    r"|room|visits?|hours?|we|rule|part|level|tier|cases?"
    r"|week|day|hay|son|eran|fueron|epds|phq|gad|asq|dial|deca"
    r"|phq-9|gad-7|epds) ?(?:is|was|are|were|to|will be|would be|of|over) .{0,10}$"
)
_LASTS_BEFORE = regex.compile(
    r"\b(?:for|in|after|within|over|past|next|every|each|those|first|another|than|took|takes|take|waited|spent|hace"
    r"|durante|por|cada"
    r"|[uú]ltim[oa]s|pr[oó]xim[oa]s|primer[oa]s|otr[oa]s|tras|dentro de|desde|menos de|m[aá]s de|menores de"
    r"|mayores de|been|lasted|lleva[ns]?|llevo|llevamos|faltan?"
    r"|pasaron|quedan|before|until|since|only|last|licencia de|programa de|lista de|espera de|curso de|plazo de"
    r"|per[ií]odo de|experiencia de|trabajo de|visita de) ?(?:about |almost |nearly |only |just |at least |unos "
    r"|unas |casi |como )?$"
)
_LASTS_AFTER = regex.compile(
    r" ?(?:ago|later|now in|of\b|into|since|in a row|apart|from now|before|after|earlier|early|late|straight|long"
    r"|visits?|leave|wait|without|sin\b|clean|sober|together|program|plan|notice|hace"
    r"|despu[eé]s|antes|atr[aá]s|seguid|de (?:trabajo|espera|visita|estar|vivir|experiencia)|trying|working|away"
    r"|off|left|in (?:the|a|care|foster|our|this)|on (?:the|a)|at (?:the|this))"
)
_BORN = regex.compile(
    r"(?:\bborn|\bcame|\bdelivered|\barrived|\bnaci\w{1,6}|\bnacid[oa]s?)\b(?: \p{L}+){0,2}(?: at| with| a las"
    r"| a los| de| con|) ?$"
)
_OF_CHILD = regex.compile(rf"{_WORD}{_WHO}(?: \p{{L}}{{2,20}})? de (?:apenas |casi )?$")
_OF = compiled(r"(?:\b(?:de|con sus|con|a sus|with|at age|at) (?:apenas |casi |s[oó]lo |como |unos )?$)")
#: Beside whoever is of that age: "Rohan, 26 months", "(mom, 19)", "baby girl 8 mo".
_BESIDE = regex.compile(rf"(?:\(|{_WORD}{_WHO},? |\ufffc,? |\ufffc \(|/ ?|: ){_ABOUT}")
_YOUNG = regex.compile(r"\d.{0,2}m|month|mo\b|mes")
_CLOSE = compiled(
    rf"(?:\((?:[\p{{L}}\ufffc]{{1,20}},? ){{0,3}}|{_WORD}{_WHO},? |\ufffc,? |\ufffc \(|\bages?:? )(?:{_NUM}(?:mos?"
    rf"|m|yo|y)?,? ?(?:&|and|y|,)? ?){{0,3}}(?:now |going on |just )?$"
)
_END = regex.compile(
    r" ?(?:[,.;:!?)/\n–—&]|$| (?:and|but|so|now|today|who|when|with|y|pero|que|cuando|la|el|his|her|she|he|they"
    r"|kids?|girl|boy|mom|dad|en|con|no|ya|se|le|sin|por)\b)"
)
_AFTER_BARE = regex.compile(
    r"(?:\s*(?:[.,;:!?)\n\ufffc–—&]|$)|\s(?:and|but|so|now|today|this|next|last|in|on|or|almost|going|already|with"
    r"|when|who|because|bc|cuz|since|until|by|he|she|they|we|i|his|her"
    r"|mom|dad|the|years?|months?|tomorrow|soon|yesterday|lol|btw|ya|y|pero|que|cuando|en|el|la|su|hoy|ma[nñ]ana"
    r"|pronto|este|esta|porque|still|like|then|at|tho|though|not|can|i|no)\b)"
)
_MEASURE = regex.compile(
    r" ?(?:%|(?!(?:this|his|is|was|as|its|us|yes|los|las|sus|es|pues|mis|además)\b)\p{L}{2,14}s\b|of\b|am\b|pm\b"
    r"|feet|foot|lb|oz|percent|hour|min|thousand|hundred|más|mas|more|de\b"
    r"|to \d|-|:|\.\d|/|\p{L}+ (?:away|late|early)|time|veces)"
)
_TURNING = regex.compile(
    r"\b(?:turned|turning|turns|hes|shes|he's|she's|cumpli[oó]|cumple|tiene) (?:\p{L}{2,8} ){0,2}$"
)
_ONES = frozenset({"one", "un", "una", "1"})


def ages(reading: Reading) -> Iterator[Span]:
    low = reading.low
    for found in _BEGINS.found(_AGES, reading):
        kind = found.lastgroup or ""
        before, after = _before(reading, found.start()), low[found.end() : found.end() + 24]
        if _KINDS[kind](found[0], before, after):
            yield Span(found.start(), found.end(), "AGE", "auto")


#: A capital word where a name stands: what is not hidden yet may be one all the same.
_NAMED = regex.compile(
    r"(?<!\p{L})(?!(?:It|This|That|There|Here|What|Which|Time|Room|Level|Step|Part|Week|Day|Score|Ratio|Son"
    r"|Hay)\b)\p{Lu}\p{Ll}+(?:-\p{Lu}\p{Ll}+)?"
    r"(?=(?: is| was| turned| es| tiene)\b|'s $|(?: too)?, (?:\d{1,2},? (?:and )?){0,3}(?:going on )?$)"
)
_CALENDAR = regex.compile(r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|lunes|martes|jueves|viernes")


def _before(reading: Reading, at: int) -> str:
    """What stands before, in small letters, a name as if it were hidden."""
    written = reading.text[max(0, at - 48) : at]
    if "," not in written and " " not in written:
        return reading.low[max(0, at - 48) : at]
    before = lowered(_NAMED.sub("\ufffc", written))
    return before if not _CALENDAR.search(written.lower()[-14:]) else reading.low[max(0, at - 48) : at]


def _old(words: str, before: str, after: str) -> bool:
    """A group ("the four-year-olds") is no person."""
    return not (words.endswith("olds") and not before.endswith(("twin ", "both ")))


def _always(words: str, before: str, after: str) -> bool:
    return True


def _short(words: str, before: str, after: str) -> bool:
    return not words.endswith("s") or words.endswith("mos")


def _tight(words: str, before: str, after: str) -> bool:
    return bool(_IS.search(before) or _CLOSE.search(before) or regex.match(r" (?:old|boy|girl|baby|kid)", after))


def _unit(words: str, before: str, after: str) -> bool:
    """A span of time: an age where somebody is, has, turns it, or it stands beside them."""
    if _BORN.search(before) or "ñit" in words or "nit" in words or "mesec" in words or "mesit" in words:
        return True
    if _LASTS_AFTER.match(after) or (
        ("day" in words or "día" in words) and before.endswith(("\ufffc was ", "\ufffc were "))
    ):
        return False
    if _IS.search(before) and not _NO_PERSON.search(before):
        return True
    if _LASTS_BEFORE.search(before):
        return False
    if _OF.search(before):
        return (
            bool(_END.match(after))
            or " de " in f" {before[-14:]}"
            or regex.search(r"year.*month|a[nñ]o.*mes", words) is not None
        )
    beside = _BESIDE.search(before) or (_YOUNG.search(words) and regex.search(r"\p{L}, $", before))
    return bool((beside and _END.match(after)) or _CLOSE.search(before))


def _bare(words: str, before: str, after: str) -> bool:
    """A number alone: "is 3", "turned twenty", "(mom, 19)", "Mateo, 3, ran", "Ages 6, 4"."""
    if _MEASURE.match(after):
        return False
    if _CLOSE.search(before) and regex.match(r"\s*(?:[,.;!?)&\n]|$|\s(?:and|y|going|&)\b)", after):
        return _written(words, before)
    if _OF_CHILD.search(before) and _AFTER_BARE.match(after):
        return True
    if not _IS.search(before) or _NO_PERSON.search(before):
        return False
    if not (_AFTER_BARE.match(after) or _TURNING.search(before)):
        return False
    return words not in _ONES or bool(regex.match(r"\s*(?:[.,;!?)]|$|\s(?:now|today|and|but|in|on|next)\b)", after))


def _written(words: str, before: str) -> bool:
    """Beside a name only figures count, unless brackets say that it belongs to them; "(R, 2)" is one, "3, 5 Oak"
    none."""
    if not words[0].isdigit():
        return ("(" in before[-24:] and words not in _ONES) or bool(regex.search(r"\bages?:? ", before))
    return not words.isdigit() or int(words) < 110


_KINDS = {
    "early": _always, "old": _old, "short": _short, "tight": _tight, "half": _unit, "unit": _unit, "bare": _bare,
}  # fmt: skip
