"""How times are said in English. What means two things to two people ("next Friday" said on a Monday, "half three",
"midnight", "biweekly", "3/4") is left out or marked."""

from __future__ import annotations

from bot.when.language import Language, Table, numbered

_SMALL = numbered(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90}
_UNITS = {word: number for word, number in _SMALL.items() if number < 10}
_NUMBERS = _SMALL | _TENS | {f"{ten} {one}": _TENS[ten] + _UNITS[one] for ten in _TENS for one in _UNITS}
_ORDINALS = numbered(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth"
)
_DAYS = (
    _ORDINALS
    | {f"twenty {word}": 20 + number for word, number in _ORDINALS.items() if number < 10}
    | {"thirtieth": 30, "thirty first": 31}
)
_MINUTES = {word: number for word, number in _NUMBERS.items() if number < 60}
_PLURALS: Table = numbered("mondays tuesdays wednesdays thursdays fridays saturdays sundays", first=0)
_WEEKDAYS: Table = {plural.removesuffix("s"): day for plural, day in _PLURALS.items()} | {
    "mon": 0, "tue": 1, "tues": 1, "wed": 2, "weds": 2, "thu": 3, "thur": 3, "thurs": 3, "fri": 4, "sat": 5, "sun": 6,
}  # fmt: skip
_MONTHS: Table = numbered(
    "january february march april may june july august september october november december"
) | {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "sept": 9, "oct": 10, "nov": 11,
    "dec": 12,
}  # fmt: skip
_MINUTE_UNITS: Table = dict.fromkeys(("minute", "minutes", "min", "mins"), 1)
_HOUR_UNITS: Table = dict.fromkeys(("hour", "hours", "hr", "hrs"), 60)
_DAY_UNITS: Table = {"day": 1, "days": 1, "week": 7, "weeks": 7}

_PARTS = {"morning": range(1, 12), "afternoon": range(12, 19), "evening": range(16, 24), "night": range(18, 24)}
_PERIODS = {f"in the {part}": hours for part, hours in _PARTS.items() if part != "night"} | {
    "am": range(12), "pm": range(12, 24), "at night": _PARTS["night"],
}  # fmt: skip

TABLES = {
    "hour": {word: number for word, number in _NUMBERS.items() if number < 24},
    "minute": {word: number for word, number in _MINUTES.items() if number > 9}
    | {f"oh {word}": number for word, number in _UNITS.items()},
    "more": _MINUTES | {"half": 30, "quarter": 15, "a quarter": 15},
    "less": _MINUTES | {"quarter": 15, "a quarter": 15},
    "named": {"noon": 12, "midday": 12, "12 noon": 12, "twelve noon": 12},
    "mark": {"h": 0}, "this": {"this": 0}, "tonight": {"tonight": 18}, "next": {"next": 1},
    "weekday": _WEEKDAYS, "weekdays": _WEEKDAYS, "plurals": _PLURALS, "month": _MONTHS, "day": _DAYS,
    "ahead": {"today": 0, "tomorrow": 1, "tmrw": 1, "tomorow": 1, "the day after tomorrow": 2, "day after tomorrow": 2},
    "count": _NUMBERS, "interval": _NUMBERS | {"other": 2}, "other": {"other": 2},
    "fortnight": {"fortnight": 2, "fortnightly": 2},
    "daily": dict.fromkeys(("every day", "each day", "daily"), 1),
    "workdays": dict.fromkeys(("every workday", "every working day", "every work day", "every weekday",
                               "on weekdays", "on workdays", "weekdays", "workdays"), 1),
    "minutes": _MINUTE_UNITS, "hours": _HOUR_UNITS, "unit": _DAY_UNITS, "short": {"h": 60, "m": 1},
    "amount": {
        "half an hour": 30, "half a hour": 30, "a half hour": 30, "half hour": 30, "an hour": 60, "a hour": 60,
        "a quarter of an hour": 15, "quarter of an hour": 15, "three quarters of an hour": 45,
    },
    "plus": {"and a half": 30, "and a quarter": 15},
    "oneday": {"a day": 1, "a week": 7},
    "edge": {"first": 1, "1st": 1, "last": -1},
    "nth": {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "last": -1},
}  # fmt: skip

_AT = "(at|around|about|at around|at about)"

ENGLISH = Language(
    tables=TABLES,
    parts=_PARTS,
    periods=_PERIODS,
    joined="and every|and on|and",
    clocks=(
        f"({_AT} )?<stamp>( <mark>)?( <period>)?",
        f"({_AT} )?<hour>( <minute>)?( (o clock|oclock))? <period>",
        f"{_AT} <hour>( <minute>)?( (o clock|oclock))?",
        "<hour> (o clock|oclock)",
        f"({_AT} )?<hour> <mark>",
        f"({_AT} )?<more> (past|after) <hour>( <period>)?",
        f"({_AT} )?<less> (to|till|til|of|before) <hour>( <period>)?",
        f"({_AT} )?<named>",
    ),
    bare=("<hour>( <minute>)?",),
    days=(
        "<ahead>( <part>)?",
        "<this> <part>",
        "<tonight>",
        "(on |this )?<weekday>( <part>)?",
        "(on )?<next> <weekday>( <part>)?",
        "(on )?(<weekday> )?(the )?<day>( of)? <month>( ,)?( <year>)?",
        "(on )?(<weekday> )?<month> (the )?<day>( ,)?( <year>)?",
        "(on )?(<weekday> )?the <day>",
        "(on )?<iso>",
        "in <count> <unit>",
        "in <oneday>",
    ),
    rules=(
        "(every|each) <weekdays>( <part>)?",
        "(on |every )?<plurals>( <part>)?",
        "(every|each) <other> <weekday>( <part>)?",
        "(every|each) <interval> (week|weeks) (on )?<weekdays>",
        "(weekly|every week|each week) (on )?<weekdays>",
        "(on )?<weekdays> (weekly|every week|each week)",
        "(every )?<fortnight> (on )?<weekdays>",
        "(on )?<weekdays> every <interval> (week|weeks)",
        "(on )?<plurals> every <interval> (week|weeks)",
        "(every|each) <edge> <weekday>( (of|in) the month)?",
        "(every|each) <nth> <weekday> (of|in) the month",
        "(on )?(the )?<nth> <weekday> (of|in) (every|each) month",
        "(monthly|every month|each month) on the <nth> <weekday>",
        "<workdays>",
        "every <weekday> (to|through|till) <weekday2>",
        "<daily>",
    ),
    listed=("(on )?<weekdays>", "(from )?<weekday> (to|through|till) <weekday2>"),
    spans=(
        "<count> <minutes>",
        "<count> <hours>(( and)? <count2> <minutes>)?",
        "<count> <plus> <hours>",
        "<count> <hours> <plus>",
        "<amount>( and <count2> <minutes>)?",
        "<amount> <plus>",
        "<count> <unit>",
        "<oneday>",
    ),
    short_spans=("<count> <short>", "<length>"),
    within=("in (about |around |like )?<span>( or so)?", "<span> from now"),
)
