"""Addresses, links, handles and numbers that their form gives away. Every pattern is bounded: linear on any text."""

from __future__ import annotations

from collections.abc import Iterator

import phonenumbers
import regex

from bot.deidentify.numbers import DIGIT, NUMBER, VALUES, compiled
from bot.deidentify.reading import FIGURE, Begins, Reading
from bot.deidentify.spans import Label, Span

_LOCAL = r"[\p{L}\p{N}._%+'-]"
_ENDINGS = "com|org|net|edu|gov|info|us|io|me|app|co|mx|es|ly|gl|be|health|care|school|example|test|tv|link|site|online"
_PART = r"[\p{L}\p{N}-]{1,63}+"
_SAID_WORD = r"[\p{L}\p{N}_-]{1,40}+"
_SAID_DOT = r"\ (?:dot|punto)\ "
_SAID_MARK = r"\ (?:dot|punto|underscore|gui[oó]n(?:\ bajo)?|dash)\ "
_TOP = r"(?:com|org|net|edu|gov|mx|es|us|info|io|care|health|example|test)\b"
_SLASH = r"(?:\ (?:slash|diagonal|barra)\ [\p{L}\p{N}-]{1,40}+)"
_W = r"(?:w\ w\ w|www|triple\ (?:w|u)|triple\ doble\ u|(?:doble\ u\ ){2}doble\ u)"
_MAIL = rf"""
    (?P<EMAIL>(?<!{_LOCAL}){_LOCAL}{{1,64}}+@{_PART}(?:\.{_PART}){{1,6}}+
    | (?<![\p{{L}}\p{{N}}])(?:{_SAID_WORD}{_SAID_MARK}){{0,4}}{_SAID_WORD}
      \ arroba\ {_SAID_WORD}(?:{_SAID_DOT}{_SAID_WORD}){{1,3}}
    | (?<![\p{{L}}\p{{N}}])(?:{_SAID_WORD}{_SAID_MARK}){{0,4}}[\p{{L}}\p{{N}}._-]{{1,64}}+
      \ at\ (?:{_SAID_WORD}\ ){{0,2}}{_SAID_WORD}{_SAID_DOT}{_TOP}
      (?:{_SAID_DOT}(?:mx|es|us))?
    | (?<!{_LOCAL}){_LOCAL}{{1,64}}+\ ?[\[(](?:@|at|arroba)[\])]\ ?{_PART}\ ?[\[(]?(?:\.|dot|punto)[\])]?\ ?{_TOP})
    """
_LINK = rf"""
    (?<![\p{{L}}\p{{N}}@.])(?P<URL>(?:(?:https?|ftp)://|www\.)[^\s<>"|\ufffc]{{1,2000}}+
    | (?:{_PART}\.){{1,4}}+(?:{_ENDINGS})\b(?!\.\p{{L}})(?:/[^\s<>"|\ufffc]{{0,2000}}+)?
    | {_W}{_SAID_DOT}(?:{_SAID_WORD}\ ){{0,4}}{_SAID_WORD}(?:{_SAID_DOT}{_SAID_WORD}){{1,2}}{_SLASH}{{0,3}}
    | {_PART}{_SAID_DOT}{_TOP}{_SLASH}?)
    """
_HANDLE = r"""
    (?P<USERNAME><[@!][^<>\s\ufffc]{1,80}> | (?<![\p{L}\p{N}@.])@[\p{L}\p{N}_][\p{L}\p{N}_.-]{0,60}+
    | (?<![\p{L}\p{N}/.])[ur]/[\p{L}\p{N}_-]{2,40}+
    | (?<![\p{L}\p{N}_.])(?=[\p{L}\p{N}.-]{0,40}_)[\p{L}\p{N}_][\p{L}\p{N}_.-]{2,60}+
    | (?<![\p{L}\p{N}_.])\p{L}{3,20}\.(?:\p{L}{1,20}\.?)?\d{1,6}(?![\p{L}\p{N}])
    | (?<![\p{L}\p{N}_.])\p{L}{2,20}\.\p{L}{1,20}\.\p{L}{2,20}(?![\p{L}\p{N}.])
    | \barroba\ \p{L}[\p{L}\p{N}_.-]{1,30}(?:\ (?:de|y|del)\ [\p{L}\p{N}]{2,20})?)
    """
_MAY_HOLD = regex.compile(
    r"[@_]|\p{L}\.\p{N}|\barroba\b|\bat \S+ dot\b|\(at\)|://|www|w w w|\.\p{L}\p{L}|\b(?:dot|punto) \p{L}"
    r"|(?<!\S)[ur]/"
)
#: The word that says that a handle comes; a plain word after it is one only where it cannot be a word.
_HANDLE_SAID = regex.compile(
    r"""\b(?:insta(?:gram)?|ig|snap(?:chat)?|tik\ ?tok|facebook|fb|messenger|discord|venmo|cash\ ?app|zelle|whatsapp
    |telegram|twitter
    |handle|user\ ?name|user|screen\ ?name|login|usuari[oa])(?:\ (?:account|acct|name|handle|cuenta|profile))?
    (?:\ (?:is|as|es|at|de))?(?:\ ?[:=])?
    \ (?P<USERNAME>(?=[\p{L}._-]{0,40}[\d_.])[\p{L}\p{N}][\p{L}\p{N}_.-]{2,40}[\p{L}\p{N}_])""",
    regex.VERBOSE,
)
_FORMS = regex.compile(rf"{_MAIL}|{_LINK}|{_HANDLE}", regex.VERBOSE)

#: Words after which a number identifies somebody; the first word of each decides where the pattern is tried.
_KEPT = """case file record chart mrn id i.d ssn ss soc social medicaid medicare medi-cal insurance policy member
    membership group claim account acct
    bank routing card plate plates license licence lic dl permit referral intake incident ticket client patient
    badge passcode pin passport visa alien
    vin serial student enrollment authorization auth voucher ebt wic docket cause invoice confirmation reference ref
    subscriber beneficiary
    report expediente caso folio placa placas chapa tablilla census
    matrícula matricula póliza poliza seguro curp rfc cuenta licencia
    registro pasaporte tarjeta afiliación
    afiliacion identificación identificacion clave cédula cedula dni nss historia número numero number num no nº n°
    #""".split()
_BETWEEN = (
    r"(?:[ :#=.,-]{1,3}(?:is|was|number|numbers|num|no|es|era|n[uú]mero|de|del|the|id|on|it|says|said|like|ends?"
    r"|ending|in|with|terminad[oa]|en|card"
    r"|security|social|plate|file|account|cl[ií]nica|of|for|her|his|que)\b){0,4}"
)
_CODE = r"(?=[\p{L}/#.-]{0,8}\d)[\p{L}\d](?:[\p{L}\d]|[-/#.:](?=[\p{L}\d])){1,40}+"
_LETTER = r"(?:\p{Ll}(?: as in \p{L}{2,12})?|ele|erre|ese|te|equis|zeta|jota|ka|eme|ene|pe|cu|efe|ge|hache|doble u)"
_CUE = rf"(?<![\p{{L}}\p{{N}}])(?:{'|'.join(map(regex.escape, sorted(_KEPT, key=len, reverse=True)))})"
_NUMBERS = compiled(
    rf"{_CUE}{_BETWEEN}[ :#=.,-]{{1,3}}"
    rf"(?P<spoken>(?:(?:{DIGIT}|{_LETTER}|dash|guion|double {DIGIT}) ){{2,20}}(?:{DIGIT}"
    rf"|{_LETTER})(?![\p{{L}}\p{{N}}]))"
    rf"|{_CUE}{_BETWEEN}[ :#=.,-]{{0,3}}#?(?P<cued>\d{{3}} \d{{2}} \d{{4}}(?!\d)"
    rf"|(?:\p{{L}}{{1,4}} (?=\d{{3}}))?{_CODE}(?: "
    rf"(?=\d{{3}}){_CODE}){{0,3}})"
    r"|(?:ends?|ending|last|[uú]ltimos|terminad[oa]|termina)(?: in| with| en| son| is| are| four| 4"
    r"| cuatro){1,3} (?P<tail>\d{3,4})(?!\d)"
    r"|ext(?:ension|ensi[oó]n)?\.? (?P<extension>\d[\d-]{2,7}\d)"
    r"|(?P<alien>a[- ]?\d{3}[- ]?\d{3}[- ]?\d{2,3})(?![\p{L}\p{N}])"
    r"|(?<![\p{L}\p{N}.,/$€£-])(?P<dashed>\d{1,4}-\d{5,9})(?![\p{L}\p{N}-])"
    r"|(?<![\p{L}\p{N}.-])(?P<ssn>[\dx]{3}-[\dx]{2}-\d{4}|\d{3} \d{2} \d{4})(?![\p{N}-])"
    r"|(?<![\p{L}\p{N}.])(?P<ip>\d{1,3}(?:\.\d{1,3}){3})(?![\p{N}.])"
    r"|(?<![\p{L}\p{N}])#(?P<hash>\d{3,12})(?!\p{N})"
    r"|(?<![\p{L}\p{N}.,/:$€£-])(?P<long>\d{6,20})(?![\p{L}\p{N}/%])"
)
_BEGINS_NUMBER = Begins(
    frozenset(word.partition("-")[0] for word in _KEPT)
    | {
        FIGURE,
        "xxx",
        "ext",
        "extension",
        "extensión",
        "a",
        "end",
        "ends",
        "ending",
        "last",
        "últimos",
        "terminado",
        "terminada",
        "termina",
    }
)
_MIXED = regex.compile(
    r"(?<![\p{L}\p{N}])\p{Lu}{1,3} ?\d{3,6}-\d{1,4}(?![\p{L}\p{N}-])|"
    r"(?<![\p{L}\p{N}@_.])(?=[\p{Lu}#-]{0,12}\d)(?=[\d#-]{0,12}\p{Lu})[\p{Lu}\d](?:[\p{Lu}\d]"
    r"|[-#/](?=[\p{Lu}\d])){4,24}+(?![\p{L}\p{N}_])"
    r"|(?<![\p{L}\p{N}@_.])(?=\p{Ll}{1,4}-?\d{3}|\d{1,3}[- ]?\p{Ll}{2,3}-?\d{2,4}"
    r"|\d{3}-?\p{Ll}{3})(?:\p{Ll}{1,4}-?\d{3,8}|\d{1,3}-?\p{Ll}{2,3}-?\d{2,4})(?![\p{L}\p{N}_])"
)
#: What looks mixed and is a name of something known: an illness, an instrument, a form, a room's age range.
_NO_CODE = regex.compile(
    r"(?:covid|asq|dc|dsm|icd|phq|gad|ace|mchat|m-chat|epds|deca|iep|ifsp|hb|ab|sb|pl|cfr|w|h|b|k|t|v|i|us|hwy|sr"
    r"|mp|ps|a)[-: ]?\d{1,3}\p{L}?|\d+(?:am|pm|min|mins|hrs?|k|lbs?|oz|cm|mm|kg|ml|mg|st|nd|rd|th|yo|mo|s|x)"
)
#: With a space inside, only after the word: "plate on the truck is 7BR 219".
_PLATE = regex.compile(
    r"\b(?i:plates?|tags?|placas?|license|licencia|tablilla"
    r"|matr[ií]cula)\b[^.!?\n]{0,40}?\b(?P<plate>(?=[\p{Lu}\d ]{0,4}\d)[\p{Lu}\d]{2,4}[ -][\p{Lu}\d]{2,4})\b"
)
_PHONE = regex.compile(
    r"(?<![\p{L}\p{N}$€£#.,/-])(?:\+|\(|\+\()?\d(?:[ ().\-/·]{0,3}\d){6,14}(?![\p{L}\p{N}]|[-/]\d)(?:\ ?(?:x"
    r"|ext\.?|extension|extensi[oó]n)\ ?\d{1,6})?"
)
_PHONE_SAID = regex.compile(
    r"\b(?:call|text|texted|cell|phone|tel|tel[eé]fono|number|n[uú]mero|celular|cel|whatsapp|fax|ll[aá]m\w{1,6}"
    r"|al|at|from|desde|reach)\b[\p{L} :.#']{0,24}$"
)
_SAID = rf"(?:(?:double|triple|doble) )?(?:{NUMBER}|oh|o)"
_SPOKEN_PHONE = compiled(
    rf"(?<![\p{{L}}\p{{N}}])(?:(?:area code|lada) )?(?P<said>{_SAID}(?:[ ,.-]{{1,2}}(?:and )?(?:{_SAID}|hundred"
    rf"|thousand)){{3,15}})(?![\p{{L}}\p{{N}}])"
)
_BEGINS_SPOKEN = Begins(
    frozenset(VALUES) - {"a", "an", "un", "una"} | {"oh", "double", "triple", "doble", "area", "lada"}
)
_TIMES = {"double": 2, "doble": 2, "triple": 3}


def fixed(reading: Reading) -> Iterator[Span]:
    """Addresses of mail, links, handles; record numbers and the like; telephone numbers."""
    taken: list[Span] = [*_forms(reading), *_numbers(reading)]
    yield from taken
    yield from _phones(reading)


def _forms(reading: Reading) -> Iterator[Span]:
    for found in _FORMS.finditer(reading.low) if _MAY_HOLD.search(reading.low) else ():
        end = found.end()
        if found.lastgroup == "URL" or found.lastgroup == "USERNAME":
            while end > found.start() and reading.low[end - 1] in ".,;:!?)'\"]}-":
                end -= 1
        if end - found.start() > 1:
            yield Span(found.start(), end, _label(found.lastgroup), "auto")
    for found in _HANDLE_SAID.finditer(reading.low):
        yield Span(found.start("USERNAME"), found.end("USERNAME"), "USERNAME", "auto")


def _label(group: str | None) -> Label:
    return "EMAIL" if group == "EMAIL" else "URL" if group == "URL" else "USERNAME"


#: So many figures alone are a telephone number.
_PHONE_DIGITS = 10


def _numbers(reading: Reading) -> Iterator[Span]:
    for found in _BEGINS_NUMBER.found(_NUMBERS, reading):
        group = found.lastgroup or ""
        words = found[group]
        digits = sum(letter.isdigit() for letter in words)
        if group == "cued" and not _identifies(words, digits, reading.low[found.start() : found.start(group)]):
            continue
        if group == "long" and digits == _PHONE_DIGITS:
            continue
        if group == "spoken" and not _dictated(words):
            continue
        yield Span(found.start(group), found.end(group), "ID", "auto")
    for found in _PLATE.finditer(reading.text):
        yield Span(found.start("plate"), found.end("plate"), "ID", "auto")
    for found in _MIXED.finditer(reading.text):
        digits = sum(letter.isdigit() for letter in found[0])
        if digits >= 2 and not _NO_CODE.fullmatch(found[0].lower()):
            yield Span(found.start(), found.end(), "ID", "auto")


def _identifies(words: str, digits: int, cue: str) -> bool:
    """Enough figures for what was said before: "id 42" says little, "no 3" nothing."""
    if _NO_CODE.fullmatch(words):
        return False
    return digits >= (
        4
        if regex.match(r"(?:no|n|group|report|reference|client|number|student|card|cause)\b", cue) and "#" not in cue
        else 3
    )


def _dictated(words: str) -> bool:
    """Letters and digits said one by one, not a row of small words."""
    said = words.split()
    return (
        sum(len(word) > 1 or word.isdigit() for word in said) >= 2
        and sum(word in {"a", "i", "y", "o"} for word in said) < 3
    )


def _phones(reading: Reading) -> Iterator[Span]:
    for found in _PHONE.finditer(reading.low):
        if _may_ring(found[0], reading.low[max(0, found.start() - 40) : found.start()]):
            yield Span(found.start(), found.end(), "PHONE", "auto")
    for found in _BEGINS_SPOKEN.found(_SPOKEN_PHONE, reading):
        if _digits_said(found["said"]) >= 7:
            yield Span(found.start(), found.end(), "PHONE", "auto")


def _digits_said(words: str) -> int:
    """How many digits a number has that is said in ones, tens or figures."""
    total, times = 0, 1
    for word in regex.split(r"[ ,.-]+", words):
        if word in _TIMES:
            times = _TIMES[word]
            continue
        total += times * (
            len(word) if word.isdigit() else 2 if VALUES.get(word, 0) > 9 else 0 if word in {"and", "y"} else 1
        )
        times = 1
    return total


def _may_ring(written: str, before: str) -> bool:
    digits = sum(letter.isdigit() for letter in written)
    if digits == 7:
        return bool(regex.fullmatch(r"\d{3}[ .-]\d{4}", written) or _PHONE_SAID.search(before))
    try:
        number = phonenumbers.parse(written, "US")
    except phonenumbers.NumberParseException:
        return False
    if phonenumbers.is_possible_number(number) or regex.fullmatch(r"\d{3} \d{3} \d{3}", written):
        return True
    return bool(_PHONE_SAID.search(before))
