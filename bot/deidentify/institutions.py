"""Named centers, schools, clinics, agencies; towns and counties by the words beside them. National programs are"
" none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import regex

from bot.deidentify.cues import BINDING
from bot.deidentify.spans import Span
from bot.deidentify.words import Word

_HEADS = frozenset(
    """center centre school preschool elementary academy daycare clinic hospital agency services kindergarten
    montessori nursery
    childcare church house haus home ymca college university foundation ehs prek pediatrics library shelter
    institute coalition
    ministries primary headstart schoolhouse apartments district health pre-k pre-school associates partners temple
    mosque cdc
    playschool kinder kindercare club network collaborative""".split()
)
#: What stands before these words without making a name of them.
_GENERIC = frozenset(
    """elementary high middle public private family child early medical day care learning group foster nursing
    community local
    children children's kids nursery grade primary secondary church home mental health head start child's urgent
    behavioral old
    new next same other whole nice big small rural bilingual second first last safe full good open whole real broken
    every each
    any no another different their your our resource childcare preschool daycare school emergency regular special
    parent women's
    birth funeral boarding sunday summer charter magnet graduate law med state county city national federal senior
    youth teen
    back going go went whole field from after before between inside outside open half her his my the a this that crisis
    residential recovery treatment rehab homeless domestic violence development therapy speech dance music art play
    visiting
    in-home center-based home-based public-health early-childhood""".split()
)
_JOINTS = frozenset(["of", "the", "and", "&", "for", "de", "del", "la", "los", "las", "el", "y", "'s", "-", "st", "."])
_SPANISH_HEADS = frozenset(
    """guardería guarderia escuela escuelita jardín jardin kínder kinder colegio clínica clinica hospital centro
    preescolar primaria
    secundaria iglesia parroquia fundación fundacion instituto agencia estancia universidad albergue consultorio
    cendi biblioteca
    academia casa hogar preprimaria""".split()
)
_SPANISH_KINDS = frozenset(
    "de del niños ninos infantil infantiles comunitario comunitaria familiar salud desarrollo cuidado primaria"
    " pública publica llamada llamado la el los las se llama que comunidad aprendizaje temprano".split()
)
_STEPS = 6


def institutions(words: Sequence[Word]) -> Iterator[Span]:
    for place, word in enumerate(words):
        if word.low == "st" and place + 2 < len(words):
            yield from _saint(words, place)
        if word.low in _HEADS or (word.low == "start" and place and words[place - 1].low == "head"):
            yield from _named_before(words, place)
        if word.low in _SPANISH_HEADS:
            yield from _named_after(words, place)
        if word.low in {"at", "@"} or (word.low == "de" and place and words[place - 1].kind == "role"):
            yield from _small_at(words, place + 1)


def _saint(words: Sequence[Word], place: int) -> Iterator[Span]:
    """ "St. Brigid's", whatever it is: a church, a school, a hospital."""
    name = place + 2 if words[place + 1].low == "." else place + 1
    if name < len(words) and (
        words[name].capital
        or (
            name == place + 2
            and words[name].letters
            and words[name].kind not in BINDING
            and place > 0
            and not words[place - 1].capital
            and words[place - 1].kind != "mark"
        )
    ):
        last = name + 1 if name + 1 < len(words) and words[name + 1].low == "'s" else name
        yield Span(words[place].start, words[last].end, "ORG", "auto")


def _named_before(words: Sequence[Word], head: int) -> Iterator[Span]:
    program = words[head].low == "start"
    first = head - 1 if program else head
    found = _capitals_before(words, first) if words[head].capital else None
    if found is not None:
        last = head
        while last + 1 < len(words) and words[last + 1].shown and words[last + 1].low in _HEADS | _GENERIC:
            last += 1
        yield Span(words[found].start, words[last].end, "ORG", "auto")
    elif not words[head].capital:
        yield from _small_before(words, first, head)


def _capitals_before(words: Sequence[Word], head: int) -> int | None:
    """The first of the capital words that end in a head, None where nothing but general words stands there."""
    at = head
    while at > 0 and head - at < _STEPS and (_carries(words[at - 1]) or words[at - 1].low in _JOINTS):
        at -= 1
    while at < head and (
        words[at].low in _JOINTS
        or (words[at].opens and words[at].core and words[at + 1].low in _JOINTS)
        or (words[at].opens and words[at].kind in {"det", "in", "poss", "to", "and", "but"})
    ):
        at += 1
    own = [word for word in words[at:head] if word.low not in _GENERIC and word.low not in _JOINTS]
    return at if own else None


def _carries(word: Word) -> bool:
    return word.capital and word.kind not in {"title", "weekday", "pron"}


_EDGES = frozenset("at @ from to in with the called over for near a".split())


def _small_before(words: Sequence[Word], first: int, head: int) -> Iterator[Span]:
    """ "at little sprouts preschool": small letters, so that only a word before and a name that is none show it."""
    at = first
    while (
        at > 0
        and first - at < 4
        and words[at - 1].letters
        and words[at - 1].kind in {"", "org", "lil", "kid", "town", "feeling", "hidden"}
    ):
        at -= 1
    edge = words[at - 1] if at else None
    own = [word for word in words[at:first] if word.low not in _GENERIC and word.low not in _HEADS]
    if edge is None or not own or (edge.low not in _EDGES and edge.kind != "poss"):
        return
    odd = any(not word.safe or word.doubtful for word in own)
    if edge.low in {"at", "@", "from"} and (odd or len(own) > 1):
        yield Span(words[at].start, words[head].end, "ORG", "auto")
    elif odd or len(own) > 1:
        yield Span(words[at].start, words[head].end, "ORG", "ask")


def _named_after(words: Sequence[Word], head: int) -> Iterator[Span]:
    at = head + 1
    while at < len(words) and words[at].low in _SPANISH_KINDS and not words[at].capital and at - head < 5:
        at += 1
    if at >= len(words):
        return
    last = at
    if words[at].shown:
        while (
            last + 1 < len(words)
            and last - at < _STEPS
            and (words[last + 1].shown or words[last + 1].low in _JOINTS - {"."})
        ):
            last += 1
        while last > at and not words[last].shown:
            last -= 1
        first = head if words[head].capital else at
        yield Span(words[first].start, words[last].end, "ORG", "auto")
    elif words[at].unknown:
        yield Span(words[at].start, words[at].end, "ORG", "auto")
    else:
        yield from _small_after(words, at)


_NO_PLACE = frozenset(
    "time times off up down volume pace end ends level levels hours home school work night"
    " least all once first last same".split()
)


def _small_at(words: Sequence[Word], first: int) -> Iterator[Span]:
    """ "over at tall pines", "la directora de casita feliz": two or three small words where a place is due."""
    last = first
    while (
        last < len(words)
        and last - first < 3
        and words[last].letters
        and words[last].kind in {"", "lil"}
        and words[last].low not in _NO_PLACE
    ):
        last += 1
    ends = last == len(words) or (words[last].kind in BINDING and words[last].low not in _NO_PLACE)
    if last - first in {2, 3} and ends and not any(word.shown for word in words[first:last]):
        yield Span(words[first].start, words[last - 1].end, "ORG", "ask")


def _small_after(words: Sequence[Word], first: int) -> Iterator[Span]:
    """ "la guardería arco iris", "la escuela los pinos": at least two small words that are no verbs."""
    last = first
    while (
        last < len(words)
        and last - first < 4
        and words[last].letters
        and words[last].kind in {"", "object", "town", "lil", "feeling"}
    ):
        last += 1
    own = [
        word
        for word in words[first:last]
        if word.kind == "" and not word.low.endswith(("ó", "aba", "ía", "aron", "ieron"))
    ]
    if (
        len(own) == last - first - sum(word.kind == "object" for word in words[first:last])
        and len(own) + (words[first].kind == "object") > 1
    ):
        yield Span(words[first].start, words[last - 1].end, "ORG", "ask")


_CAPITALS = r"\p{Lu}[\p{L}'-]{1,24}(?: (?:(?:de|del|la|los|las|of|the) ){0,2}\p{Lu}[\p{L}'-]{1,24}){0,3}"
_STATE = (
    r"(?:A[LKZR]|C[AOT]|D[EC]|FL|GA|HI|I[DLNA]|K[SY]|LA|M[EDAINSOT]|N[EVHJMYCD]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[TA]"
    r"|W[AVIY]|Alabama|Alaska|Arizona|Arkansas"
    r"|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois|Indiana|Iowa|Kansas"
    r"|Kentucky|Louisiana|Maine|Maryland|Massachusetts"
    r"|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|New \p{Lu}\p{L}+|North \p{Lu}\p{L}+|Ohio"
    r"|Oklahoma|Oregon|Pennsylvania|Rhode Island"
    r"|South \p{Lu}\p{L}+|Tennessee|Texas|Utah|Vermont|Virginia|Washington|West Virginia|Wisconsin|Wyoming|Mexico"
    r"|México|Guatemala|Honduras)"
)
_TOWNS = regex.compile(
    rf"(?P<county>{_CAPITALS} (?:County|Parish|Township|Borough|Heights|Village)\b)"
    rf"|(?P<state>{_CAPITALS})(?=, {_STATE}(?![\p{{L}}]))"
    rf"|\b(?i:city|town|village|county|parish|ciudad|pueblo|condado|colonia|barrio|municipio|neighborhood|rancho"
    rf"|ejido) (?:(?:of|de|del) )?(?P<of>{_CAPITALS})"
    rf"|\b(?i:lives? in|lived in|living in|moved (?:to|from|here from)|from|drove (?:out |up |down |over )?to"
    rf"|drive (?:out )?to|driving to|out in|over in|back in|vive en|viven en|mudar\w* a|viene de|vienen de"
    rf"|llegaron de|vino de) (?P<cued>{_CAPITALS})"
)
_SMALL_COUNTY = regex.compile(
    r"(?<![\p{L}])(?P<name>\p{Ll}[\p{Ll}'-]{2,20}) county\b|\b(?:condado|colonia|barrio"
    r"|municipio) (?:de )?(?P<es>(?:(?:el|la|los|las) )?\p{Ll}{3,20})"
)
_NO_COUNTY = frozenset(
    "nos le les lo te me no ya the this that our my her his their another each every same next whole of de del donde"
    " que es la el y se está".split()
)


#: What every one of those patterns has in it.
_TOWN_SAID = regex.compile(
    r"County|Parish|Township|Borough|Heights|Village|\p{L}, \p{Lu}|\b(?i:city|town|village|county|parish|ciudad"
    r"|pueblo|condado|colonia|barrio"
    r"|municipio|neighborhood|rancho|ejido|liv(?:es?|ed|ing) in|moved|from|dr[oi]v\w+|(?:out|over|back) in"
    r"|viven? en|mudar|vien|lleg|vino) "
)


def towns(text: str, places: frozenset[str]) -> Iterator[Span]:
    """Towns, counties and neighborhoods that a word beside them gives away; `places` (states, countries) are none."""
    for found in _TOWNS.finditer(text) if _TOWN_SAID.search(text) else ():
        group = found.lastgroup or ""
        name = found[group].casefold()
        if name not in places and (group != "cued" or not places.intersection(name.split())):
            yield Span(found.start(group), found.end(group), "CITY", "auto")
    for found in (
        _SMALL_COUNTY.finditer(text)
        if "county" in text or "cond" in text or "colon" in text or "barr" in text or "munic" in text
        else ()
    ):
        group = found.lastgroup or ""
        if _NO_COUNTY.isdisjoint(found[group].split()[-1:]):
            start = found.start(group)
            yield Span(start, found.end(), "CITY", "auto" if group == "name" else "ask")
