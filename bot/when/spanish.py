"""How times are said in Spanish, in Spain and in the Americas. What means two things to two people ("en quince días",
"la medianoche", "las 12 de la mañana", "cada segundo martes", "mar") is left out or marked."""

from __future__ import annotations

from bot.when.language import Language, Table, numbered

_SMALL = numbered(
    "uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis diecisiete "
    "dieciocho diecinueve veinte veintiuno veintidos veintitres veinticuatro veinticinco veintiseis veintisiete "
    "veintiocho veintinueve treinta"
)
_TENS = {"treinta": 30, "cuarenta": 40, "cincuenta": 50}
_UNITS = {word: number for word, number in _SMALL.items() if number < 10}
_NUMBERS = (
    _SMALL
    | _TENS
    | {f"{ten} y {one}": _TENS[ten] + _UNITS[one] for ten in _TENS for one in _UNITS}
    | {"un": 1, "una": 1, "veintiun": 21, "veintiuna": 21, "sesenta": 60, "noventa": 90}
)
_MINUTES = {word: number for word, number in _NUMBERS.items() if number < 60}
_WEEKDAYS: Table = numbered("lunes martes miercoles jueves viernes sabado domingo", first=0) | {
    "lun": 0, "mie": 2, "jue": 3, "vie": 4, "sab": 5, "dom": 6,
}  # fmt: skip
_MONTHS: Table = numbered(
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
) | {
    "ene": 1, "feb": 2, "mar": 3, "abr": 4, "may": 5, "jun": 6, "jul": 7, "ago": 8, "sep": 9, "sept": 9, "set": 9,
    "setiembre": 9, "oct": 10, "nov": 11, "dic": 12,
}  # fmt: skip
_MINUTE_UNITS: Table = dict.fromkeys(("minuto", "minutos", "min", "mins"), 1)
_HOUR_UNITS: Table = dict.fromkeys(("hora", "horas", "hr", "hrs"), 60)
_DAY_UNITS: Table = {"dia": 1, "dias": 1, "semana": 7, "semanas": 7}
_QUARTER = {"cuarto": 15, "un cuarto": 15}

_PARTS = {
    "manana": range(1, 12), "tarde": range(12, 21), "noche": range(18, 24), "madrugada": range(1, 7),
}  # fmt: skip
_PERIODS = {f"{of} la {part}": hours for of in ("de", "por", "en") for part, hours in _PARTS.items()} | {
    "am": range(12), "pm": range(12, 24), "del mediodia": range(12, 16), "del dia": range(12, 13),
}  # fmt: skip
_NTH: Table = {
    "primer": 1, "1er": 1, "segundo": 2, "2o": 2, "2do": 2, "tercer": 3, "3er": 3, "cuarto": 4, "4o": 4, "4to": 4,
    "ultimo": -1,
}  # fmt: skip
_EVERY_WORKDAY = [
    f"{every} {kind}"
    for every, kinds in (
        ("cada dia", ("laborable", "laboral", "habil", "de trabajo")),
        ("todos los dias", ("laborables", "laborales", "habiles", "de trabajo")),
        ("los dias", ("laborables", "laborales", "habiles", "de trabajo", "de semana")),
    )
    for kind in kinds
]

TABLES: dict[str, Table] = {
    "hour": {word: number for word, number in _NUMBERS.items() if number < 24 and word != "un"},
    "minute": {word: number for word, number in _MINUTES.items() if number > 9},
    "more": _MINUTES | _QUARTER | {"media": 30},
    "less": _MINUTES | _QUARTER,
    "named": {"mediodia": 12, "medio dia": 12},
    "mark": dict.fromkeys(("h", "hs", "hrs", "horas"), 0), "this": {"esta": 0},
    "next": dict.fromkeys(("proximo", "que viene"), 1),
    "weekday": _WEEKDAYS, "weekdays": _WEEKDAYS | {"sabados": 5, "domingos": 6},
    "month": _MONTHS, "day": {word: number for word, number in _NUMBERS.items() if number < 32} | {"primero": 1},
    "ahead": {"hoy": 0, "manana": 1, "pasado manana": 2},
    "count": _NUMBERS, "interval": _NUMBERS,
    "fortnight": dict.fromkeys(("quince dias", "15 dias"), 2), "alternate": {"alternos": 2},
    "daily": dict.fromkeys(("todos los dias", "cada dia", "a diario", "diariamente", "diario"), 1),
    "workdays": dict.fromkeys((*_EVERY_WORKDAY, "entre semana"), 1),
    "minutes": _MINUTE_UNITS, "hours": _HOUR_UNITS, "unit": _DAY_UNITS, "short": {"h": 60, "m": 1},
    "amount": {
        "media hora": 30, "media horita": 30, "hora y media": 90, "un cuarto de hora": 15, "cuarto de hora": 15,
        "tres cuartos de hora": 45, "una hora": 60,
    },
    "plus": {"y media": 30, "y cuarto": 15, "y un cuarto": 15},
    "nth": _NTH, "edge": {word: number for word, number in _NTH.items() if number in (1, -1)},
}  # fmt: skip

_A = "(a|como a|a eso de|sobre|tipo)"

SPANISH = Language(
    tables=TABLES,
    parts=_PARTS,
    periods=_PERIODS,
    joined="y los|y el|y cada|y",
    clocks=(
        f"({_A} )?((la|las) )?<stamp>( <mark>)?( <period>)?",
        f"({_A} )?(la|las) <hour>( y <more>| con <more2>| <minute>)?( en punto)?( <mark>)?( <period>)?",
        f"({_A} )?(la|las) <hour> menos <less>( <period>)?",
        f"({_A} )?(las )?<less> (para|pa) (la|las) <hour>( <period>)?",
        "<hour>( y <more>| <minute>)?( en punto)? <period>",
        "<hour> <mark>",
        "<hour> en punto",
        "(al |a )?<named>",
    ),
    bare=("<hour>( y <more>| <minute>)?",),
    days=(
        "<ahead>( (por|en|a) la <part>)?",
        "<this> <part>",
        "(el |este )?<weekday>( (por|en|a) la <part>)?",
        "(el )?<next> <weekday>( (por|en|a) la <part>)?",
        "(el )?<weekday> <next>( (por|en|a) la <part>)?",
        "(el )?(<weekday> )?(dia )?<day>( de)? <month>( (de|del) <year>)?",
        "(el )?(<weekday> )?(dia )?<day>( de)? <month> <year>",
        "el (dia )?<day>",
        "(el )?<weekday> <day>",
        "(el )?<iso>",
        "(en|dentro de) <count> <unit>",
    ),
    rules=(
        "(los|todos los|cada) <weekdays>( (por|en|a) la <part>)?",
        "cada <interval> <weekday>",
        "(los )?<weekdays> <alternate>",
        "cada <interval> (semana|semanas) (el |los |en )?<weekdays>",
        "cada <fortnight> (el |los |en )?<weekdays>",
        "(cada semana|semanalmente|semanal) (el |los )?<weekdays>",
        "(el |los )?<weekdays> (cada semana|de cada semana)",
        "(el |los )?<weekdays> cada <interval> (semana|semanas)",
        "(el |los )?<weekdays> cada <fortnight>",
        "cada <edge> <weekday>( (de|del) mes)?",
        "cada <nth> <weekday> (de|del) mes",
        "(el )?<nth> <weekday> de cada mes",
        "cada mes el <nth> <weekday>",
        "<workdays>",
        "todos los dias de <weekday> a <weekday2>",
        "<daily>",
    ),
    listed=("(el |los )?<weekdays>", "(de |del )?<weekday> a <weekday2>"),
    spans=(
        "<count> <minutes>",
        "<count> <hours>(( y)? <count2> <minutes>)?",
        "<count> <hours> y <count2>",
        "<count> <hours> <plus>",
        "<amount>( y <count2> <minutes>)?",
        "<count> <unit>",
    ),
    short_spans=("<count> <short>", "<length>"),
    within=("(como )?(en|dentro de) (unos |unas |como )?<span>( mas o menos)?",),
    unclear_days=frozenset({8, 15}),  # one week and two, to most people
)
