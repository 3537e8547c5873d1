"""How wishes begin, in English and Spanish: plain words, in regular expressions. What follows a beginning is a time."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.when.wanted import Asked


def each(words: str) -> frozenset[str]:
    return frozenset(words.split())


@dataclass(frozen=True)
class Beginning:
    """`several`: it speaks of several times, so that days in a row are a rule, and one day alone is unclear.

    `unread`: the words after which something else than a time is a time that was not understood; where it is `loose`,
    only if that speaks of time at all: "visit at Maria's house" is no wish.
    """

    kind: Asked
    words: str
    several: bool = False
    unread: str = "(?!)"
    loose: bool = False


@dataclass(frozen=True)
class Wishes:
    """`whole`: those without a time. `away`: with groups `until` (the last day), `first`, `on` (one day), `back` (the
    day after the last one) and `unclear`, which nobody can tell.

    `before`: what may stand before a time that was not understood. `telling`: words of a sentence that is no wish.
    `timely`: words that are said of times, besides those that a time is made of.
    """

    whole: Mapping[Asked, str]
    beginnings: Sequence[Beginning]
    away: Sequence[str]
    before: str
    telling: frozenset[str]
    timely: frozenset[str]


_CHECK_INS = "(all (of )?)?(the |my )?(check ins|checkins|check in|reminders)"
_AWAY = (
    "(i am |i m |im |i ll be |i will be |ill be )?"
    "(away|on leave|on vacation|vacation|on holiday|on holidays|off work|off sick|off|on sick leave|out sick|"
    "out of office|out of the office|out|on pto)"
)
_DAY_END = "(at )?(the )?end of (the |my )?(day|work day|shift)|(at )?(the )?day s end|day end|eod"
_OFTEN = "the first|first|second|third|fourth|last|weekly|biweekly|fortnightly|monthly|twice|once"
_MY = "(my |the |a |i have a |i have my |i have |i ve got a )?"

ENGLISH_WISHES = Wishes(
    whole={
        "not-today": "(no )?(not|not for|skip) today",
        "pause-all": f"(pause|stop|turn off) {_CHECK_INS}|turn {_CHECK_INS} off|pause (all|everything)|"
        "(no|no more|stop sending me|stop sending|don t send me|dont send me) (check ins|checkins|reminders)|"
        "stop reminding me",
        "resume-all": f"(resume|restart|start|unpause|turn on) {_CHECK_INS}( again)?|turn {_CHECK_INS} (back )?on|"
        "(resume|unpause) (all|everything)|(i m|im|i am) back|"
        "(i m |im |i am )?back from (leave|vacation|holiday|holidays)",
        "list": f"(show |show me |list |see |what are |when are )?{_CHECK_INS}|quiet hours|never at night|"
        f"no {_CHECK_INS} at night|(don t|dont|do not) ask (me )?at night|"
        "when will you ask( me)?|what (have|did) i set",
        "day-end": f"(remind me |ask me |ask me again )?(later today|{_DAY_END})",
    },
    beginnings=(
        Beginning(
            "visit",
            f"{_MY}(next |home |first |last )?visit"
            "( (is|ends|finishes|will end|will be|is done|is over|will be done|will be over|done|over))?",
            unread="at|on|in|every|each",
            loose=True,
        ),
        Beginning("visit", "(i am|i m|im) visiting|i finish (my|the) visit"),
        Beginning(
            "visit",
            "(my |i have )?(home )?visits( (are|end|finish))?",
            several=True,
            unread=f"every|each|on|at|in|{_OFTEN}",
        ),
        Beginning(
            "supervision", f"{_MY}(next )?supervision( meeting)?( (is|will be))?", unread=f"at|on|every|each|{_OFTEN}"
        ),
        Beginning("remind", "(can you |could you |will you )?remind me( again)?( to reflect)?", unread="(?!to |of ).*"),
        Beginning("remind", "(ask me|check in with me)( again)?", unread="at|in|on", loose=True),
        Beginning("snooze", "snooze( for| until| till)?", unread=".*"),
        Beginning("snooze", "give me"),
        Beginning("day-end", f"({_DAY_END}|my (work )?day ends|my (work )?day is over)", unread="at|every|each"),
        Beginning("weekly", "weekly( check in| reflection| question)?", several=True, unread="on|at|every"),
    ),
    away=(
        f"{_AWAY} (until|till|til|through|thru) (?P<until>.+)",
        f"{_AWAY} (from )?(?P<first>.+?) (to|until|till|til|through|thru) (?P<until>.+)",
        f"{_AWAY} (?P<on>.+)",
        f"({_AWAY} )?(i am |i m |im |i ll be |i will be |until i am |until i m )?back( to work| at work)? (?P<back>.+)",
        "(i )?(won t|wont|will not) be back (until|till|before) (?P<back>.+)",
        "(i )?(won t|wont|will not) be (here|in|there|around) (until|till) (?P<unclear>.+)",
        f"(pause|stop) ({_CHECK_INS}|all|everything) (until|till) (?P<until>.+)",
        f"(pause|stop) ({_CHECK_INS}|all|everything) for (?P<unclear>.+)",
        "(i am |i m |im )?on (leave|vacation|holiday|holidays) (?P<unclear>.+)",
    ),
    before="at|on|in|every|each|until|till",
    telling=each(
        "was were is are be been felt feel feels i she he we they it had has have went made came did do does will "
        "would that about why how what who when where because but so not hard loud me us"
    ),
    timely=each("time later soon minute minutes hour hours week weeks month clock next midnight oclock"),
)

_RECORDATORIOS = "(todos )?(los |mis )?recordatorios"
_FUERA = (
    "(estoy |estare |voy a estar |me voy |salgo )?"
    "(fuera de la oficina|fuera|de vacaciones|vacaciones|de licencia|de permiso|de baja|ausente)"
)
_FIN_DEL_DIA = (
    "(al |a |el )?(final|fin) (del|de mi|de la|de el) (dia|jornada|turno)( laboral)?|"
    "(al terminar|cuando termine) (el|mi|la) (dia|jornada|turno)( laboral)?"
)
_A_MENUDO = "primer|segundo|tercer|ultimo|semanal|quincenal|mensual"
_MI = "(mi |la |una |tengo |tengo una |tengo la )?"
_PAUSAR = "(pausar|pausa|pause|parar|detener|deten|detenga|suspender|suspende|suspenda)"
_REANUDAR = "(reanudar|reanuda|reanude|retomar|activar|activa|active|reactivar)"

SPANISH_WISHES = Wishes(
    whole={
        "not-today": "hoy (mejor )?no|no hoy|(por )?hoy no",
        "pause-all": f"{_PAUSAR} ({_RECORDATORIOS}|todo)|no mas recordatorios|"
        "(ya )?no me (mandes|mande|envies|envie) (mas )?recordatorios|no quiero (mas )?recordatorios|"
        "deja de recordarme",
        "resume-all": f"{_REANUDAR} ({_RECORDATORIOS}|todo)|"
        f"volver a (empezar|comenzar|activar) (con )?{_RECORDATORIOS}|{_RECORDATORIOS} otra vez|"
        "ya (volvi|regrese|estoy de vuelta|estoy de regreso)",
        "list": f"(ver |mostrar |muestra |muestrame |muestreme |cuales son )?{_RECORDATORIOS}|"
        "horas de (calma|silencio)|(nunca|no me preguntes?|no preguntes?) de noche|"
        "cuando me (preguntas?|preguntara|preguntaras)|que programe",
        "day-end": f"((recuerdame|recuerdamelo|recuerdeme|recuerdemelo) )?(mas tarde hoy|hoy mas tarde|{_FIN_DEL_DIA})",
    },
    beginnings=(
        Beginning(
            "visit",
            f"{_MI}(proxima |primera |ultima )?visita( domiciliaria)?"
            "( (es|sera|termina|acaba|terminada|terminara|se acaba))?",
            unread="a la|a las|el|en|los|cada|todos los",
            loose=True,
        ),
        Beginning("visit", "(termino|acabo) (la|mi) visita"),
        Beginning(
            "visit",
            "(mis |las |tengo )?visitas( domiciliarias)?( (son|terminan|acaban))?",
            several=True,
            unread=f"los|cada|todos los|el|a las|en|{_A_MENUDO}",
        ),
        Beginning(
            "supervision",
            f"{_MI}(proxima )?supervision( (es|sera))?",
            unread=f"el|a la|a las|cada|los|todos los|{_A_MENUDO}",
        ),
        Beginning(
            "remind",
            "(me puedes recordar|me lo puedes recordar|puedes recordarme|me recuerdas|me lo recuerdas|"
            "recuerdame|recuerdamelo|recuerdeme|recuerdemelo|"
            "recordarme|recordarmelo)( de nuevo| otra vez)?( reflexionar)?",
            unread="(?!que |por que |a mi |de ).*",
        ),
        Beginning(
            "remind",
            "(avisame|aviseme|preguntame|pregunteme)( de nuevo| otra vez)?",
            unread="a la|a las|en|dentro de|el",
            loose=True,
        ),
        Beginning("snooze", "(posponer|pospon|posponga|posponlo|pospongalo)( por| hasta)?", unread=".*"),
        Beginning("snooze", "(dame|deme)"),
        Beginning(
            "day-end",
            f"({_FIN_DEL_DIA}|(mi dia|mi jornada) (termina|acaba)|termino (el|mi) dia)",
            unread="a la|a las|cada",
        ),
        Beginning(
            "weekly",
            "((reflexion |pregunta )?semanal|semanalmente)",
            several=True,
            unread="el|los|a las|cada",
        ),
    ),
    away=(
        f"{_FUERA} hasta (?P<until>.+)",
        f"{_FUERA} (del|desde el|desde|de|a partir del) (?P<first>.+?) (al|hasta el|hasta|a) (?P<until>.+)",
        f"{_FUERA} (?P<on>.+)",
        f"({_FUERA} (y )?)?(vuelvo|regreso|volvere|regresare|(estoy |estare )?de vuelta)"
        "( al trabajo| a trabajar)? (?P<back>.+)",
        "no (vuelvo|regreso) hasta (?P<back>.+)",
        "no (voy a estar|estare|estoy) hasta (?P<unclear>.+)",
        f"{_PAUSAR} ({_RECORDATORIOS}|todo) hasta (?P<until>.+)",
        f"{_PAUSAR} ({_RECORDATORIOS}|todo) (durante|por) (?P<unclear>.+)",
        "(estoy )?de (vacaciones|licencia|permiso|baja) (?P<unclear>.+)",
    ),
    before="a la|a las|el|en|los|todos los|cada|hasta|dentro de",
    telling=each(
        "fue era eran estuvo estaba es son me yo ella nosotros ellos senti tuve habia hubo hay nos muy no porque como "
        " quien cuando donde pero mal llore ibamos fui"
    ),
    timely=each("hora horas minuto minutos rato luego despues pronto semana semanas mes tarde mas medianoche"),
)

WISHES = (ENGLISH_WISHES, SPANISH_WISHES)


def follows(pattern: str, words: str) -> str | None:
    """What comes after the words of the pattern; None where they are not the first ones."""
    match = re.match(f"({pattern})(?= |$)", words)
    return None if match is None else words[match.end() :].strip()
