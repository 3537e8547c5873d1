"""Where somebody lives: street lines, lots and units, routes, post boxes, zip codes; English and Spanish."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from bot.deidentify.numbers import VALUES, WORDS, compiled
from bot.deidentify.reading import FIGURE, Begins, Reading
from bot.deidentify.spans import Span

_SURE = (
    r"(?:street|avenue|ave|road|rd|boulevard|blvd|lane|ln|court|ct|drive|dr|circle|cir|terrace|ter|trail|trl"
    r"|parkway|pkwy|highway|hwy|alley|crossing|plaza|loop)"
)
_LOOSE = r"(?:st|way|place|pl|square|sq|row|run|path|ridge|view|hill|heights|point|pike)"
_KIND = rf"(?:{_SURE}|{_LOOSE})"
_HOUSE = rf"(?:\d{{1,5}}\p{{L}}?(?:[-/]\d{{1,4}})?|{WORDS}(?:[ -](?:hundred|oh|thousand|{WORDS})){{0,3}})"
_SPANISH_HOUSE = (
    r"(?:(?:mil|cien|ciento|doscientos|trescientos|cuatrocientos|quinientos|seiscientos|setecientos"
    r"|ochocientos|novecientos) ?){1,2}"
)
_NAME = r"[\p{L}\d][\p{L}\p{M}\d'-]{0,24}\.?"
#: Of a street's name: a full stop only after what it shortens.
_PART = r"[\p{L}\d][\p{L}\p{M}\d'-]{0,24}+(?:(?<!\p{L}{4})\.)?"
_UNIT = (
    r"(?:unidad|espacio|apartment|apartamento|apto|apt|unit|suite|ste|lot|building|bldg|space|spc|trailer"
    r"|departamento|depto"
    r"|edificio|edif"
    r"|manzana|mz|lote|interior|int|casa n[uú]mero|n[uú]m|no|piso)\b\.? ?(?:#|n[uú]mero |number |no\.? )?(?<!(?:lot"
    r"|unit|space)\. )"
)
_UNIT_NUMBER = rf"(?:\d{{1,5}}-?\p{{L}}?|\p{{L}}-?\d{{1,4}}|\p{{L}}|{WORDS}(?: \p{{L}})?)(?![\p{{L}}\p{{N}}])"
_STREET_ES = (
    r"(?:calle|avenida|avda?\.?|av\.|carrera|calzada|camino|carretera|bulevar|boulevard|paseo|privada"
    r"|callej[oó]n|traves[ií]a|ronda|glorieta|pasaje|vereda|cerrada|andador|c/)"
)
_ADDRESS = compiled(
    r"(?<![\p{L}\p{N}$€.,/:-])(?:"
    rf"(?P<road>\d{{1,6}} (?:\p{{L}}{{2,10}} )?(?:hwy|highway|route|county road|fm|state road) \d{{1,4}})"
    rf"|(?P<street>{_HOUSE} (?P<named>(?:(?:north|south|east|west"
    rf"|[nsew])\.? )?(?:{_NAME} ){{1,4}}?){_KIND}\b\.?(?: (?:[nsew]"
    rf"|[ns][ew])\b\.?)?(?:,? {{0,1}}(?:{_UNIT}|\# ?){_UNIT_NUMBER})?)"
    rf"|(?P<spanish>{_STREET_ES} (?:(?:de|del|la|las|los|el) ){{0,3}}(?:{_NAME} ){{0,3}}?(?:{_NAME}),? (?:\#"
    rf"|n[uú]mero |n[uú]m\.? |no\.? )?(?:\d{{1,5}}\p{{L}}?|{_SPANISH_HOUSE}(?:{WORDS})?|{WORDS}(?: {WORDS}){{1,3}})"
    rf"(?![\p{{L}}\p{{N}}])(?:,? {_UNIT}{_UNIT_NUMBER}|, \d{{1,2}}\.?[ºª°](?: (?:izda|dcha|\p{{L}})\b\.?)?)?)"
    r"|(?P<corner>(?:la )?\d{1,3}(?:st|nd|rd|th)? (?:and|&|con) (?:la )?(?:\d{1,3}(?:st|nd|rd|th)\b"
    r"|(?<=la )\d{1,3}\b|(?<=con )\d{1,3}\b|\p{L}{3,20}(?: \p{L}{4,20})?))"
    rf"|(?P<rural>(?:rural route|rr|r\.r\.) ?\d{{1,3}},? box \d{{1,5}})"
    rf"|(?P<side>[ns]?[nsew]\.? \d{{1,3}}(?:(?:st|nd|rd|th)|(?= (?:st|ave?|street"
    rf"|avenue)\b))(?: {_KIND}\b\.?)?(?:,? (?:{_UNIT}|# ?){_UNIT_NUMBER})?)"
    rf"|(?P<house>\d{{2,5}} {_NAME},? (?:{_UNIT}){_UNIT_NUMBER})"
    rf"|(?P<said>(?:{_SPANISH_HOUSE}(?:{WORDS})?|{_HOUSE}) ?(?:de|en) la calle (?:(?:de|del|la|las|los"
    rf"|el) ){{0,2}}{_NAME})"
    rf"|(?P<route>(?:route|rte?|highway|hwy|interstate|county road|county rd|state road|cr|sr|carretera|autopista"
    rf"|exit)\.? ?\#?\d{{1,4}}\p{{L}}?(?![\p{{L}}\p{{N}}])|i-\d{{1,3}}(?!\d))"
    r"|(?P<box>(?:p\.? ?o\.? ?box|apartado(?: postal)?) \#?\d{1,6})"
    rf"|(?P<unit>(?:unidad|espacio|apartment|apartamento|apto|apt|unit|lote|lot|suite|trailer|departamento|depto"
    rf"|edificio"
    rf"|manzana|bldg)\b\.? (?<!(?:lot|unit|suite|trailer)\. )(?:\#|n[uú]mero |number )?{_UNIT_NUMBER})"
    r"|(?P<zip>\d{5}(?:-\d{4})?(?![\p{L}\p{N}%-]))"
    r")"
)
#: Tried only where a number or one of these stands.
_BEGINS = Begins(
    frozenset(VALUES)
    | {FIGURE}
    | frozenset(
        """calle avenida avda avd av carrera calzada camino carretera bulevar boulevard paseo privada callejón
        callejon cerrada andador travesía travesia ronda glorieta pasaje vereda c
        mil cien ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos
        novecientos route rt rte highway hwy interstate county state cr sr autopista exit i p po p.o p.o. apartado
        apt apartment unit lot suite trailer depto
        departamento apartamento apto edificio manzana lote bldg unidad espacio rr rural n s e w ne nw se sw
        la""".split()
    )
)
_NAMED_STREET = compiled(
    rf"(?:\b(?:on|off|at|near|by|to|from|of|in|down|along|and|@|over on|en|por|la|de|the|cerca de"
    rf"|live[sd]? on) )(?P<name>(?:{_PART} ){{1,3}}?(?:street|avenue|ave|road|rd|boulevard|blvd|lane|ln"
    rf"|st)(?: (?:{_SPANISH_HOUSE}(?:{WORDS})?|\d{{1,5}})(?: \p{{L}}{{3,10}} piso)?)?)(?![\p{{L}}\p{{N}}'])\.?",
    regex.IGNORECASE,
)
_CAPITAL_STREET = regex.compile(
    r"(?<![\p{L}\p{N}])(?P<name>(?:(?:N|S|E|W)\.? )?(?:\p{Lu}[\p{L}'-]{1,24} ){1,3}(?:Street|St|Avenue|Ave|Road"
    r"|Rd|Boulevard|Blvd|Lane|Ln|Court|Ct|Drive|Terrace|Trail|Parkway|Pkwy|Highway)\b\.?(?: \d{1,5}\b)?)"
)
_SPANISH_STREET = regex.compile(
    r"\b(?P<name>(?i:calle|avenida|av\.|avda\.|calzada|callejón|privada|paseo|camino|bulevar) (?:(?:de|del|la|las"
    r"|los|el) ){0,2}\p{Lu}[\p{L}'-]{1,24}(?: (?:(?:de|del|la|los) ){0,2}\p{Lu}[\p{L}'-]{1,24}){0,3})"
)
_LIVES = regex.compile(
    r"\b(?:live[sd]?|living|stay(?:s|ing|ed)?|moved|house|trailer|apartment|parked|place)(?: (?:over|out|up|down"
    r"|just|back|is|her|his|their|right)| with \p{L}+(?: \p{L}+)?){0,2}"
    r" (?:on|off)(?: of)? (?P<name>(?!(?:the|a|an|my|her|his|their|our|welfare|food|weekends?|campus|base|weekdays?"
    r"|and|it|that|this|one|top|us|me|him|them|to|hold|call|time|mondays?"
    r"|tuesdays?|wednesdays?|thursdays?|fridays?|saturdays?|sundays?|my|its|your|for|with|from|at"
    r"|in)\b)\p{L}[\p{L}'-]{2,20})(?! \p{L}+ (?:street|st|road|rd|avenue|ave|lane)\b)",
    regex.IGNORECASE,
)
_STREETS = regex.compile(rf"\b{_KIND}\b")
_CALLES = regex.compile(r"\b(?:calle|avenida|av|avda|calzada|callejón|privada|paseo|camino|bulevar)\b")
#: Between a number and "drive" or "way": an address has none of these.
_NO_STREET = frozenset(
    """min mins minute minutes hour hours hr hrs mile miles mi day days week weeks month months year years time times
    more kids children
    of the a an and to for in on at is was i we he she they my her his our your their this that these with from it
    but or so no not
    people visits steps step different ways other long short whole same new old one two three first second other
    another each every any
    some all most down across up out half side edge middle end very really single only feet foot blocks block yards de
    la el los las que y en por
    cada otra otro
    minutos horas dias años meses percent little quick easy hard big bumpy dirt back front way fun great better best
    dead best-case
    quiet busy narrow crowded main busiest own gravel country rural long-term straight walk block high""".split()
)
_MONEY = regex.compile(r"[$€£]$|\b(?:about|over|nearly|almost|than|of) $")
_COUNTED = regex.compile(
    r" (?:steps|people|kids|children|families|words|dollars|hours|miles|times|diapers|points|pesos|d[oó]lares"
    r"|pasos|familias|square|calories|minutes)\b"
)


def addresses(reading: Reading) -> Iterator[Span]:
    low = reading.low
    for found in _BEGINS.found(_ADDRESS, reading):
        kind = found.lastgroup or ""
        before, after = low[max(0, found.start() - 16) : found.start()], low[found.end() : found.end() + 16]
        if _is_address(kind, found, before, after):
            yield Span(found.start(kind), found.end(kind), "ADDRESS", "auto")
    for head, pattern, plain in (
        (_STREETS, _NAMED_STREET, _all_plain), (_STREETS, _CAPITAL_STREET, _all_plain), (_CALLES, _SPANISH_STREET,
        _all_plain),
    ):  # fmt: skip
        if head.search(low):
            for found in pattern.finditer(reading.text):
                if not plain(found["name"].lower()):
                    written = found["name"]
                    sure = pattern is not _NAMED_STREET or any(one.isdigit() or one.isupper() for one in written)
                    yield Span(found.start("name"), found.end("name"), "ADDRESS", "auto" if sure else "ask")
    yield from lived_on(reading)


def lived_on(reading: Reading) -> Iterator[Span]:
    """ "They stay over on Maple": a street that is not called one."""
    for found in _LIVES.finditer(reading.text) if " o" in reading.low else ():
        yield Span(found.start("name"), found.end("name"), "ADDRESS", "auto" if found["name"][0].isupper() else "ask")


def _all_plain(words: str) -> bool:
    """Whether it is no name of a street: "the same street", "10 min drive"."""
    return _NO_STREET.issuperset(words.split()[:-1])


def _is_address(kind: str, found: regex.Match[str], before: str, after: str) -> bool:
    words: str = found[kind]
    match kind:
        case "street":
            return _NO_STREET.isdisjoint(found["named"].split())
        case "unit":
            last = words.split()[-1]
            return any(letter.isdigit() for letter in last) or (len(last) == 1 and last not in "aiyoe") or len(last) > 2
        case "zip":
            return not _MONEY.search(before) and not _COUNTED.match(after)
        case "corner":
            return words.startswith("la ") or any(letter.isalpha() for letter in words.split(" ")[0])
    return True
