"""Phrases and what they mean at one moment, for the tests of what people type about times."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.when import Asked, Wanted, When

ZONE = "America/New_York"
#: A Thursday.
NOW = datetime(2026, 11, 5, 15, 20, tzinfo=ZoneInfo(ZONE))
WORKDAYS = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"


def on(kind: Asked, start: str, rule: str = "") -> Wanted:
    return Wanted(kind, When(start=datetime.fromisoformat(start), rule=rule))


def soon(kind: Asked, minutes: int) -> Wanted:
    return Wanted(kind, When(at=NOW.astimezone(UTC) + timedelta(minutes=minutes)))


def gone(until: str, first: str | None = None) -> Wanted:
    return Wanted("away", until=date.fromisoformat(until), first=date.fromisoformat(first) if first else None)


#: What is meant, and ways of saying it.
SAID = (
    (
        on("visit", "2026-11-06 15:00"),
        "visit at 3pm; Visit at 3 pm.; VISIT AT 3P.M.; visit 3 p. m.; visit at 3; visit done at 3; my visit ends at 3; "
        "visit at 15:00; visit at 15.00; visit 15h00; visit at 15 h; visit at 3 o'clock; visit at 3 in the afternoon; "
        "visit tomorrow at 3; visit at 3pm tomorrow; visit tomorrow 3; visit tomorrow afternoon at 3; "
        "please visit at 3; "
        "visit on Friday at 3; visit at 3 on friday; visit fri 3pm; visit this friday at 3; visit at 3, please!; "
        "I have a visit at 3; visit is at 3; visit @3pm; visit on 6 November at 3; visit on November 6th at 3; "
        "visit Friday, 6 November, at 3; visit on the 6th at 3; visit on November 6, 2026 at 3; visit 2026-11-06 at 3; "
        "visita a las 3; Visita a las 3 de la tarde; visita a las tres; VISITA MAÑANA A LAS 3; visita mañana a las 15; "
        "visita manana a las 15:00; visita a las 15h; visita a las 15 horas; visita a las 3 p. m.; visita 3pm; "
        "mi visita termina a las 3; tengo visita a las 3; visita el viernes a las 3; visita a las 3 el viernes; "
        "visita mañana por la tarde a las 3; visita el 6 de noviembre a las 3; ¡visita a las 3, por favor!; "
        "visita el viernes 6 de noviembre de 2026 a las 3; visita el día 6 a las 3; visita a las 3 en punto",
    ),
    (
        on("visit", "2026-11-05 15:30"),
        "visit at 3:30; visit at 3.30; visit at 15:30; visit 15.30; visit at 15h30; visit at half past 3; "
        "visit at half past three; visit at three thirty; visit at 3 30; visit 330pm; visit today at 3:30; "
        "my visit ends at 3:30pm; visita a las 3 y media; visita a las tres y media de la tarde; visita a las 3:30; "
        "visita a las tres treinta; visita hoy a las 15:30; visita esta tarde a las tres y media; visita a las 3 y 30",
    ),
    (
        on("visit", "2026-11-05 15:45"),
        "visit at quarter to 4; visit at a quarter to four; visit at quarter of 4; visit at fifteen to four; "
        "visit at 3:45; visit at three forty-five; visita a las 4 menos cuarto; visita a un cuarto para las 4; "
        "visita cuarto para las cuatro; visita a las cuatro menos cuarto de la tarde; "
        "visita a las tres cuarenta y cinco",
    ),
    (
        on("visit", "2026-11-06 12:00"),
        "visit at noon; visit at midday; visit at 12; visit at 12pm; visit at 12 noon; visita a mediodía; "
        "visita al mediodia; visita a las 12; visita a las doce; visita a las 12 del día; visita a las 12 del mediodía",
    ),
    (
        on("visit", "2026-11-06 09:00"),
        "visit tomorrow at 9; visit tomorrow morning at nine; visit at 9; visita mañana a las 9; visita a las 9; "
        "visita mañana a las 9 de la mañana; visita mañana por la mañana a las nueve; visit a las 9; visita at 9am",
    ),
    (
        on("visit", "2026-11-10 14:00"),
        "visit on Tuesday at 2; visit Tuesday at 2pm; visit next Tuesday at 2; visit on the 10th at 2; "
        "visita el martes a las 2; visita el próximo martes a las dos; visita el martes que viene a las 2; "
        "visita el martes 10 a las 2; visita el 10 a las 2",
    ),
    (
        soon("visit", 20),
        "visit in 20 minutes; visit in twenty minutes; visit in 20 min; visit in 20m; visit in about 20 minutes; "
        "visit ends in 20 minutes; visita en 20 minutos; visita en veinte minutos; visita dentro de 20 minutos",
    ),
    (on("visit", "2026-11-08 10:00"), "visit in 3 days at 10; visit at 10 in three days; visita en tres días a las 10"),
    (
        on("visit", "2026-11-10 15:00", "FREQ=WEEKLY;BYDAY=TU"),
        "visits every Tuesday at 3pm; visit every Tuesday at 3pm; visits at 3 every tuesday; visits on Tuesdays at 3; "
        "visits each tuesday afternoon at 3; visits every week on Tuesday at 15:00; visits tuesdays 3; "
        "visitas los martes a las 15:00; visitas cada martes a las 3; visitas todos los martes a las 3 de la tarde; "
        "visita cada martes a las 3; mis visitas son los martes a las tres; visitas los martes por la tarde a las 3",
    ),
    (
        on("visit", "2026-11-12 10:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH"),
        "visits every other Thursday at 10; visits every two weeks on Thursday at 10; visits fortnightly on Thursday "
        "at 10; visitas cada dos jueves a las 10; visitas cada dos semanas los jueves a las 10; "
        "visitas cada quince días los jueves a las 10; visitas los jueves alternos a las 10",
    ),
    (
        on("visit", "2026-11-09 16:00", "FREQ=WEEKLY;BYDAY=MO,WE"),
        "visits Monday and Wednesday at 4pm; visits every Wednesday and Monday at 4; visits Mondays & Wednesdays at 4; "
        "visits mon and wed at 4pm; visitas lunes y miércoles a las 4; visitas los lunes y los miercoles a las 16:00; "
        "visitas cada lunes y miércoles a las 4 de la tarde",
    ),
    (
        on("visit", "2026-11-06 15:00", "FREQ=WEEKLY;BYDAY=MO,WE,FR"),
        "visits Monday, Wednesday and Friday at 3; visitas los lunes, miércoles y viernes a las 3",
    ),
    (
        on("visit", "2026-11-06 15:00", WORKDAYS),
        "visits Monday to Friday at 3; visits every weekday at 3; visitas de lunes a viernes a las 3; "
        "visitas entre semana a las 3",
    ),
    (
        soon("snooze", 20),
        "in 20 minutes; In twenty minutes.; 20 minutes; 20 min; snooze 20 minutes; snooze for 20 minutes; "
        "en 20 minutos; "
        "20 minutos; en veinte minutos; dentro de veinte minutos; posponer 20 minutos; 20 minutes from now",
    ),
    (
        soon("snooze", 30),
        "in half an hour; half an hour; in a half hour; en media hora; media hora; En media hora, por favor",
    ),
    (soon("snooze", 60), "in an hour; in one hour; in sixty minutes; en una hora; en 1 hora; en 1h; una hora"),
    (
        soon("snooze", 90),
        "in an hour and a half; in one and a half hours; in 1 hour 30 minutes; in 1h30; in ninety minutes; "
        "en hora y media; en una hora y media; en una hora y treinta minutos; en 1h30",
    ),
    (soon("snooze", 45), "in 45 minutes; in forty-five minutes; in three quarters of an hour; en tres cuartos de hora"),
    (soon("snooze", 15), "in a quarter of an hour; en quince minutos; en un cuarto de hora; en 15 min"),
    (soon("snooze", 30 * 24 * 60), "in 30 days; in 720 hours; en treinta días"),
    (
        on("snooze", "2026-11-06 09:00"),
        "tomorrow; Tomorrow!; tomorrow morning; remind me tomorrow; ask me tomorrow; snooze until tomorrow; "
        "tomorrow at 9; mañana; Manana; mañana por la mañana; recuérdamelo mañana; recuérdeme mañana por favor",
    ),
    (Wanted("list"), "quiet hours; never at night; no check-ins at night; don't ask me at night; when will you ask me"),
    (Wanted("list"), "horas de calma; horas de silencio; no me preguntes de noche; ¿Cuándo me pregunta?"),
    (Wanted("resume-all"), "I'm back; im back; I am back from leave; back from vacation; ya volví; Ya regresé"),
    (Wanted("not-today"), "not today; Not today, thanks; no, not today; hoy no; Hoy no, gracias; no hoy"),
    (
        on("remind", "2026-11-05 16:00"),
        "remind me at 4; can you remind me at 4pm; Please remind me at four; remind me today at 4; ask me again at 4; "
        "recuérdame a las 4; recuerdamelo a las cuatro; recuérdeme hoy a las 4 de la tarde; "
        "¿me puedes recordar a las 4?",
    ),
    (
        soon("remind", 120),
        "remind me in 2 hours; remind me in two hrs; recuérdamelo en dos horas; recuérdame en 2 horas",
    ),
    (
        on("remind", "2026-11-06 09:30"),
        "remind me tomorrow at 9:30; remind me at half past nine tomorrow; recuérdamelo mañana a las nueve y media",
    ),
    (
        Wanted("day-end"),
        "end of day; End of the day; at the end of my day; later today; "
        "remind me at day's end; remind me at the end of the day; "
        "al final del día; al final de mi dia; al terminar el día; más tarde hoy; recuérdamelo al final del día",
    ),
    (
        on("day-end", "2026-11-05 17:00", WORKDAYS),
        "end of day at 5pm; at the end of my day at 5; every workday at 5pm; every weekday at 5; weekdays at 17:00; "
        "end of day every weekday at 5; al final del día a las 5; cada día laborable a las 5 de la tarde; "
        "entre semana a las 17:00; todos los días laborables a las 5; mi día termina a las 5",
    ),
    (
        on("day-end", "2026-11-05 17:00", "FREQ=DAILY"),
        "every day at 5pm; end of day every day at 5; todos los días a las 5",
    ),
    (
        on("weekly", "2026-11-06 10:00", "FREQ=WEEKLY;BYDAY=FR"),
        "weekly on Friday at 10; weekly Fridays at 10am; every Friday at 10; every week on Friday at 10; "
        "Fridays at 10; "
        "weekly at 10 on friday; cada viernes a las 10; semanal los viernes a las 10; todos los viernes a las diez; "
        "semanal el viernes a las 10; los viernes a las 10 de la mañana",
    ),
    (
        on("supervision", "2026-11-12 10:00"),
        "supervision on Thursday at 10; supervision Thursday at ten; supervision is on thursday at 10am; "
        "supervisión el jueves a las 10; supervision el jueves a las diez de la mañana; "
        "mi supervisión es el jueves a las 10",
    ),
    (
        on("supervision", "2026-11-10 10:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"),
        "supervision every other Tuesday at 10; supervision every 2 weeks on Tuesday at 10; "
        "supervision on Tuesdays every two weeks at 10; supervisión cada dos martes a las 10; "
        "supervisión los martes cada dos semanas a las 10; supervisión cada 15 días el martes a las 10",
    ),
    (
        on("supervision", "2026-11-10 10:00", "FREQ=WEEKLY;BYDAY=TU"),
        "supervision every Tuesday at 10; supervisión cada martes a las 10; supervisión todos los martes a las 10",
    ),
    (
        on("supervision", "2026-12-12 10:00"),
        "supervision on 12 December at 10; supervision on December 12th at 10am; "
        "supervision on the 12th of December at 10; "
        "supervision Saturday 12 December at 10; supervisión el 12 de diciembre a las 10; "
        "supervisión el doce de diciembre a las diez; supervisión el sábado 12 de diciembre a las 10",
    ),
    (
        on("supervision", "2026-12-01 10:00", "FREQ=MONTHLY;BYDAY=1TU"),
        "supervision every first Tuesday at 10; supervision every 1st Tuesday of the month at 10; "
        "supervision on the first Tuesday of every month at 10; supervisión cada primer martes a las 10; "
        "supervisión el primer martes de cada mes a las 10",
    ),
    (
        on("supervision", "2026-11-10 10:00", "FREQ=MONTHLY;BYDAY=2TU"),
        "supervision every second Tuesday of the month at 10; supervisión cada segundo martes del mes a las 10",
    ),
    (
        on("supervision", "2026-11-27 10:00", "FREQ=MONTHLY;BYDAY=-1FR"),
        "supervision every last Friday at 10; supervisión el último viernes de cada mes a las 10",
    ),
    (
        Wanted("pause-all"),
        "pause check-ins; Pause all; stop check-ins; pause my check ins; pause everything; no more reminders; "
        "turn off reminders; pausar los recordatorios; pausar todo; parar los recordatorios; no más recordatorios",
    ),
    (
        Wanted("resume-all"),
        "resume check-ins; start check-ins again; start my reminders again; resume all; turn reminders back on; "
        "reanudar los recordatorios; reanudar todo; activar mis recordatorios; volver a empezar los recordatorios",
    ),
    (
        Wanted("list"),
        "check-ins; my check-ins; Reminders; my reminders; show my check-ins; recordatorios; mis recordatorios; "
        "ver mis recordatorios",
    ),
    (
        gone("2026-11-06"),
        "away until Friday; I'm away until Friday; out of office until Friday; on leave through friday; "
        "pause check-ins until Friday; de vacaciones hasta el viernes; Estoy fuera hasta el viernes; "
        "pausar los recordatorios hasta el viernes; away until tomorrow; back on Saturday",
    ),
    (gone("2026-12-12"), "on leave until 12 December; away until the 12th of December; fuera hasta el 12 de diciembre"),
    (gone("2026-11-09"), "on vacation until Monday; de vacaciones hasta el lunes; de licencia hasta el lunes"),
    (
        gone("2026-11-08"),
        "back on Monday; I'm back on Monday; away, back on Monday; I won't be back until Monday; vuelvo el lunes; "
        "regreso el lunes; de vuelta el lunes; no vuelvo hasta el lunes",
    ),
    (gone("2026-11-05"), "back tomorrow; away until today; vuelvo mañana"),
    (
        gone("2027-01-02", "2026-12-20"),
        "away from 20 December to 2 January; on vacation 20 December until 2 January; "
        "away from December 20 to January 2; "
        "de vacaciones del 20 de diciembre al 2 de enero; fuera desde el 20 de diciembre hasta el 2 de enero",
    ),
    (
        gone("2026-12-27", "2026-12-20"),
        "away from 20 to 27 December; away from December 20 to 27; away from the 20th to the 27th of December; "
        "de vacaciones del 20 al 27 de diciembre",
    ),
    (
        gone("2026-11-13", "2026-11-09"),
        "away from Monday to Friday; fuera del lunes al viernes; fuera de lunes a viernes",
    ),
    (
        gone("2026-11-06", "2026-11-06"),
        "away tomorrow; off on Friday; away on 6 November; fuera mañana; fuera el viernes",
    ),
    (gone("2026-11-10"), "away from 1 November to 10 November; fuera del 1 al 10 de noviembre"),
)  # fmt: skip

#: As a tired person types or dictates them, in one breath.
TIRED = (
    (on("visit", "2026-11-05 15:30"), "visit at three thirty; visita a las tres y media; visit ends 3:30"),
    (
        on("visit", "2026-11-05 16:00"),
        "visit done around four; visit 4 pm please; visit today at 4 pm; visit over at 4; "
        "visita hoy a las cuatro; termino la visita a las 4",
    ),
    (on("visit", "2026-11-06 14:00"), "visit is at two tomorrow"),
    (on("visit", "2026-11-06 15:00"), "im visiting at 3; visit at 3 oclock; visita termina como a las 3"),
    (on("visit", "2026-11-06 10:00"), "i have a visit at ten tomorrow morning; la visita es mañana a las diez"),
    (on("visit", "2026-11-10 09:30"), "next visit is tuesday at nine thirty"),
    (on("visit", "2026-11-10 14:30", "FREQ=WEEKLY;BYDAY=TU,TH"), "visits are every tuesday and thursday at two thirty"),
    (
        on("visit", "2026-11-06 10:00", "FREQ=WEEKLY;BYDAY=MO,WE,FR"),
        "visits every monday wednesday and friday at 10 am",
    ),
    (soon("visit", 20), "visit in like 20 min"),
    (soon("visit", 45), "visit ends in forty five minutes"),
    (on("visit", "2026-11-12 13:00"), "home visit thursday 1pm"),
    (on("visit", "2026-11-06 09:00"), "visit tmrw 9am"),
    (on("visit", "2026-11-06 15:15"), "my visit ends at quarter past three"),
    (on("remind", "2026-11-05 16:30"), "remind me at four thirty"),
    (soon("remind", 20), "remind me in twenty minutes please; recuérdame en veinte minutos por favor"),
    (soon("remind", 30), "can you remind me in half an hour"),
    (
        soon("remind", 60),
        "remind me again in an hour; remind me in an hour or so; ask me in an hour; me lo recuerdas en una hora",
    ),
    (on("snooze", "2026-11-06 09:00"), "remind me tomorrow morning; mañana por favor; pregúntame mañana"),
    (on("remind", "2026-11-09 09:00"), "remind me monday at 9; recuérdame el lunes a las 9"),
    (on("remind", "2026-11-05 20:00"), "remind me tonight at 8"),
    (soon("remind", 15), "ask me again in 15 min; avísame en 15 minutos"),
    (soon("snooze", 20), "in about twenty minutes; en unos veinte minutos; give me 20 minutes; dame 20 minutos"),
    (soon("snooze", 120), "in 2 hrs"),
    (soon("snooze", 30), "half hour; snooze 30 minutes; 30 min; en media horita"),
    (Wanted("not-today"), "not today please; no not today; hoy no gracias"),
    (
        Wanted("day-end"),
        "end of the day please; later today please; ask me again later today; end of my shift; eod; "
        "al final de mi turno",
    ),
    (
        on("day-end", "2026-11-05 17:30", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        "end of day at five thirty; al final del día a las cinco y media",
    ),
    (
        on("weekly", "2026-11-06 09:00", "FREQ=WEEKLY;BYDAY=FR"),
        "every friday morning at 9; cada viernes a las nueve de la mañana",
    ),
    (on("remind", "2026-11-06 16:00", "FREQ=WEEKLY;BYDAY=FR"), "check in with me every friday at 4"),
    (on("weekly", "2026-11-06 10:00", "FREQ=WEEKLY;BYDAY=FR"), "weekly fridays at ten am; cada viernes 10 am"),
    (on("supervision", "2026-11-12 10:00"), "supervision is thursday at ten; supervisión jueves diez de la mañana"),
    (
        on("supervision", "2026-11-11 13:30", "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE"),
        "supervision every other wednesday at 1 30 pm",
    ),
    (
        Wanted("pause-all"),
        "pause my check ins please; stop the reminders; ya no me mandes recordatorios; "
        "pausa los recordatorios por favor; stop reminding me; no quiero recordatorios; parar recordatorios",
    ),
    (Wanted("resume-all"), "start my reminders again"),
    (Wanted("list"), "what are my reminders; mis recordatorios por favor"),
    (gone("2026-11-09"), "im away until monday; estoy de vacaciones hasta el lunes; regreso el martes"),
    (gone("2026-11-06", "2026-11-06"), "im off tomorrow; estoy fuera mañana"),
    (gone("2026-11-08"), "back monday; back to work on monday"),
    (
        gone("2027-01-02", "2026-12-20"),
        "on vacation december twentieth to january second; vacaciones del veinte de diciembre al dos de enero",
    ),
    (gone("2026-11-12"), "out sick until thursday; on leave till the 12th"),
    (on("visit", "2026-11-10 14:00", "FREQ=WEEKLY;BYDAY=TU,TH"), "visitas martes y jueves a las dos"),
    (on("visit", "2026-11-05 16:15"), "visita a las 4 y cuarto de la tarde"),
    (on("visit", "2026-11-06 11:00"), "tengo visita a las 11"),
    (soon("visit", 30), "visita en media horita"),
    (soon("remind", 90), "recuérdame en una hora y media"),
    (on("remind", "2026-11-06 08:30"), "recordarme mañana a las ocho y media"),
    (on("weekly", "2026-11-06 16:00", "FREQ=WEEKLY;BYDAY=FR"), "todos los viernes a las 4"),
    (
        on("supervision", "2026-11-11 10:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE"),
        "supervisión los miércoles cada dos semanas a las 10",
    ),
    (on("supervision", "2026-11-12 10:30"), "la supervisión es el jueves a las diez y media"),
    (gone("2026-11-05"), "vuelvo mañana"),
    (gone("2026-12-12"), "de licencia hasta el doce de diciembre"),
    (on("visit", "2026-11-06 08:30"), "visit tomorrow at 8 30"),
    (on("visit", "2026-11-11 11:00"), "visit wed at 11"),
    (on("visit", "2026-11-05 15:55"), "visit ends at 5 to 4"),
    (soon("visit", 10), "visit done in ten minutes; la visita termina en 10 minutos"),
    (on("visit", "2026-11-09 09:00", "FREQ=WEEKLY;BYDAY=MO"), "visits on mondays at 9; visitas los lunes a las 9"),
    (
        on("visit", "2026-11-10 10:00", "FREQ=WEEKLY;BYDAY=TU,TH"),
        "visits tues and thurs 10am; tengo visitas los martes y los jueves a las 10",
    ),
    (on("visit", "2026-11-06 14:00", "FREQ=DAILY"), "visits every day at 2"),
    (on("visit", "2026-11-09 13:00", "FREQ=WEEKLY;BYDAY=MO"), "i have visits every monday at 1"),
    (on("visit", "2026-11-06 08:00"), "first visit tomorrow at 8am"),
    (on("visit", "2026-11-06 12:00"), "my next visit is on friday at noon"),
    (on("remind", "2026-11-06 08:00"), "remind me friday morning at 8; recuérdamelo el viernes en la mañana a las 8"),
    (on("remind", "2026-11-05 17:00"), "remind me at 5 today"),
    (on("remind", "2026-11-06 10:00"), "ask me tomorrow at 10"),
    (soon("snooze", 60), "an hour"),
    (on("supervision", "2026-11-06 10:00"), "supervision tomorrow 10; supervisión mañana a las 10"),
    (on("supervision", "2026-12-03 14:00"), "supervision on the 3rd at 2; supervisión el 3 a las 2"),
    (
        on("supervision", "2026-11-09 11:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO"),
        "supervision is every two weeks on monday at 11; supervisión cada quince días los lunes a las 11",
    ),
    (
        on("supervision", "2026-12-07 10:00", "FREQ=MONTHLY;BYDAY=1MO"),
        "supervision every month on the first monday at 10",
    ),
    (gone("2027-01-04"), "pause everything until january 4"),
    (gone("2026-11-13", "2026-11-09"), "i am on leave from monday to friday"),
    (gone("2026-11-14"), "back on the 15th; vuelvo el 15"),
    (
        gone("2027-01-03", "2026-12-23"),
        "out of office dec 23 to jan 3; de vacaciones del 23 de diciembre al 3 de enero",
    ),
    (on("visit", "2026-11-11 11:30"), "visita el miércoles once y media"),
    (on("remind", "2026-11-05 17:15"), "recuérdame a las cinco y cuarto"),
    (on("remind", "2026-11-06 12:00"), "recuérdame al mediodía"),
    (on("remind", "2026-11-05 18:00"), "recuérdame hoy a las 6"),
    (soon("snooze", 10), "en 10 min"),
    (gone("2026-11-15"), "vuelvo el lunes 16"),
    (on("day-end", "2026-11-05 18:00", "FREQ=DAILY"), "todos los días a las 6 de la tarde"),
    (on("weekly", "2026-11-06 12:00", "FREQ=WEEKLY;BYDAY=FR"), "los viernes al mediodía"),
)  # fmt: skip
