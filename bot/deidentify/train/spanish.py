"""Spanish forms from dictionary words: the word list holds infinitives and singulars, people write the rest."""

from __future__ import annotations

from collections.abc import Iterator

from bot.deidentify.vocabulary import bare

_AR = (
    "o as a amos an aste aron aba abas abamos aban are aras ara aremos aran aria arias ariamos arian ando ado ada ados "
    "adas arla arlo arlos arlas arle arles arme arte arse arnos andola andolo andole andoles andome andose andonos"
).split()
_AR_FRONT = ["e", "es", "emos", "en"]
_ER = (
    "es e en iste io imos ieron ia ias iamos ian iendo ido ida idos idas iera ieran ieramos iendola iendolo iendole "
    "iendoles iendome iendose iendonos"
).split()
_BACK = ["o", "a", "as", "amos", "an"]
_ON = "a as an emos ia ias iamos ian la lo los las le les me te se nos".split()
_TO_IE = (
    "pensar cerrar empezar comenzar sentar despertar calentar negar apretar entender perder atender defender tender "
    "querer sentir mentir preferir sugerir divertir convertir herir referir advertir recomendar temblar"
).split()
_TO_UE = (
    "contar encontrar mostrar recordar acordar costar acostar probar sonar volar almorzar colgar rogar soltar jugar "
    "volver mover doler morder llover resolver devolver envolver poder dormir morir consolar"
).split()
_TO_I = "pedir seguir servir repetir vestir despedir conseguir medir elegir sentir mentir preferir sugerir".split()
IRREGULAR = """
soy eres es somos son era eras eramos eran fui fuiste fue fuimos fueron sere seras sera seremos seran seria serian sea seas seamos sean fuera
fueran siendo sido estoy estas esta estamos estan estuve estuviste estuvo estuvimos estuvieron este esten estemos estuviera estuvieran voy vas va
vamos van iba ibas ibamos iban vaya vayas vayamos vayan yendo ido he has ha hemos han habia habiamos habian hubo hubiera hubieran haya hayan
habra habria hay tengo tienes tiene tenemos tienen tuve tuviste tuvo tuvimos tuvieron tendre tendra tendremos tendran tendria tenga tengas tengamos
tengan tuviera hago haces hace hacemos hacen hice hiciste hizo hicimos hicieron hare hara haremos haran haria haga hagas hagamos hagan hiciera hecho
hecha hechos hechas haciendo digo dices dice decimos dicen dije dijiste dijo dijimos dijeron dire dira diran diria diga digas digamos digan dijera
dicho dicha diciendo diciendole decirle decirles decirme puedo puedes puede podemos pueden pude pudo pudimos pudieron podre podra podran podria
podrian podriamos pueda puedas puedan podamos pudiera pudieran pudiendo pongo pone ponen puse puso pusimos pusieron pondre pondra pondria ponga
pongan puesto puesta puestos puestas poniendo quiero quieres quiere quieren quise quiso quisimos quisieron querria querra quiera quieran quisiera
quisieramos queriendo se sabes sabe sabemos saben supe supo supimos supieron sabre sabra sabria sepa sepan sepamos supiera sabiendo vengo vienes
viene vienen vine vino vinimos vinieron vendra vendre vendria venga vengan viniera viniendo veo ves ve vemos ven vi viste vio vimos vieron vea vean
veamos viera viendo visto vista vistos veia veian veiamos verla verlo verlos doy das da damos dan di diste dio dimos dieron de den diera dando dado
traigo trae traen traje trajo trajimos trajeron traiga traigan trajera trayendo traido salgo salga salgan saldra saldria caigo cae caen cayo cayeron
cayendo caido caiga oigo oye oyen oyo oyeron oyendo oido oiga creo cree creen creia creyo creyeron creyendo creido lee leen leyo leyeron leyendo leido
rie rien rio rieron riendo reia reian sonrie sonrien sonrio sonrieron sonriendo sonreia traduzco traduje tradujo tradujimos conduje condujo produjo
produce conozco conozca conozcan parezca agradezco ofrezco reconozco merezco pertenezco crezca huyo huye incluye incluyo construye construyo abierto
abierta abiertos abiertas escrito escrita roto rota rotos rotas vuelto vuelta muerto muerta muerto cubierto descubierto resuelto resuelta siguio
sigo siga sigan eligio elijo elija exijo exige protejo protege juego conmigo contigo consigo
"""


def conjugated(verb: str) -> Iterator[str]:
    """The accentless forms of a regular verb, its spelling and vowel changes minded."""
    verb = bare(verb)
    stem, ending = verb[:-2], verb[-2:]
    yield verb
    yield from (verb + more for more in _ON)
    for root in _roots(verb, stem):
        if ending == "ar":
            yield from (root + end for end in _AR)
            yield from (_front(root) + end for end in _AR_FRONT)
        else:
            yield from (root + end for end in _ER)
            yield from (_back(root, ending) + end for end in _BACK)
            yield root + ("emos" if ending == "er" else "imos")


def _roots(verb: str, stem: str) -> Iterator[str]:
    yield stem
    for verbs, old, new in ((_TO_IE, "e", "ie"), (_TO_UE, "o", "ue"), (_TO_I, "e", "i")):
        if verb in verbs and old in stem:
            head, _, tail = stem.rpartition(old)
            yield head + new + tail
    if verb in ("dormir", "morir"):
        yield stem.replace("o", "u")
    if verb == "jugar":
        yield "jueg"


def _front(root: str) -> str:
    for last, new in (("c", "qu"), ("g", "gu"), ("z", "c")):
        if root.endswith(last):
            return root[: -len(last)] + new
    return root


def _back(root: str, ending: str) -> str:
    if root.endswith("c"):
        return root[:-1] + "zc"
    if root.endswith("gu"):
        return root[:-1]
    return root[:-1] + "j" if root.endswith("g") and ending in ("er", "ir") else root


def declined(word: str) -> Iterator[str]:
    """The accentless singular, plural, feminine and diminutive of a noun or an adjective."""
    word = bare(word)
    yield word
    if word[-1] in "aeiou":
        yield word + "s"
    elif word[-1] != "s":
        yield (word[:-1] + "c" if word[-1] == "z" else word) + "es"
    if word[-1] == "o":
        yield from (word[:-1] + end for end in ("a", "as", "ito", "ita", "itos", "itas", "amente"))
    elif word[-1] == "a":
        yield from (word[:-1] + end for end in ("ita", "itas"))
    elif word.endswith(("or", "on", "es")):
        yield from (word + "a", word + "as")


def spread(words: dict[str, int], verbs_from: int, nouns_from: int, all_from: int) -> set[str]:
    """Accentless forms of the dictionary's words; the three figures are the frequencies from which forms are made."""
    forms = set(IRREGULAR.split())
    for word, count in words.items():
        if count >= verbs_from and word[-2:] in ("ar", "er", "ir", "ír") and len(word) > 3:
            forms.update(conjugated(word))
        elif count >= nouns_from and len(word) > 2:
            forms.update(declined(word))
        elif count >= all_from:
            forms.add(bare(word))
    return forms
