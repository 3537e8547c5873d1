"""What a person may say at any moment, in English or Spanish. Law: only a whole message is a command, never a part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.conversation import Option, Purpose
from bot.events import CommandName
from bot.typed import plain
from prompts.library import Library

_PHRASES: Mapping[CommandName, str] = {
    "reflect": "reflect, start, begin, reflection, new reflection, reflexionar, reflexion, empezar, comenzar, iniciar",
    "help": "help, ayuda, what can i say, que puedo decir",
    "back": "back, go back, previous, undo, atras, volver, regresar, anterior",
    "skip": "skip, pass, next question, saltar, omitir, pasar, siguiente pregunta",
    "pause": "pause, wait, later, not now, continue later, pausa, pausar, esperar, luego, despues, ahora no, "
    "mas tarde, continuar despues, continuar mas tarde, seguir mas tarde",
    "resume": "resume, continue, go on, carry on, continuar, seguir, sigamos, reanudar",
    "stop": "stop, quit, cancel, end, exit, parar, para, terminar, cancelar, salir, alto",
    "restart": "start over, restart, begin again, empezar de nuevo, comenzar de nuevo, volver a empezar, reiniciar",
    "language": "language, idioma, lengua",
    "delete": "delete, delete this, delete this reflection, delete reflection, delete it, "
    "borrar, borrar esta reflexion, borrar reflexion, borrarla, eliminar, eliminar esta reflexion",
    "safety": "safety, something about safety is on my mind, seguridad, me preocupa la seguridad de alguien",
    "breathe": "breathe, breath, respirar, respiro",
}
_LANGUAGES: Mapping[str, str] = {
    "en": "english, in english, ingles, en ingles, language en, language english, idioma ingles",
    "es": "spanish, in spanish, espanol, en espanol, language es, language spanish, idioma espanol",
}
_PAGES: Mapping[str, str] = {
    "home": "home, inicio",
    "data": "my data, mis datos",
    "scripts": "menu, scripts, reflections, all reflections, reflexiones, todas las reflexiones",
    "names": "names, my names, never store, nombres, mis nombres, no guardar nunca",
    "consent": "consent, my consent, withdraw, withdraw consent, withdraw my consent, take back my consent, "
    "consentimiento, mi consentimiento, permisos, mis permisos, retirar, retirar consentimiento, "
    "retirar mi consentimiento, retiro mi consentimiento",
    "receipt": "my receipt, consent receipt, my consent receipt, mi constancia, constancia de consentimiento",
    "shared": "what i shared, take it back, lo que comparti, retirarlo",
    "report": "themes, group themes, themes of the group, temas, temas del grupo",
    "themes": "my themes, my themes by month, mis temas, mis temas por mes",
}
#: What takes one thing back at once; the page of consent shows how things stand after it.
_WITHDRAWS: Mapping[Purpose, str] = {
    "counting": "stop counting, stop counting my themes, do not count my themes, deja de contar, deje de contar, "
    "dejar de contar, deja de contar mis temas, deje de contar mis temas, no contar mis temas, no cuente mis temas, "
    "no cuenten mis temas, no me cuenten, no me cuente, ya no quiero que cuenten mis temas, dont count my themes, "
    "do not count me, dont count me",
    "excerpts": "stop excerpts, no excerpts, stop passages, no passages, deja de compartir fragmentos, "
    "deje de compartir fragmentos, no compartir fragmentos, sin fragmentos",
    "words": "keep nothing from now on, stop keeping my words, no guardar nada desde ahora, "
    "no guarde nada desde ahora, deje de guardar mis palabras",
}


#: Phrases that are as likely an answer of one word ("What would you like to leave here?" "Breathe."), and after which
#: the same question stands again.
MAY_BE_WORDS = frozenset({
    "wait", "later", "not now", "esperar", "luego", "despues", "ahora no", "mas tarde",
    "breathe", "breath", "respirar", "respiro", "withdraw", "retirar", "themes", "temas",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """A command that was understood: its name and argument, or the page that was asked for, and what is taken back
    before it opens."""

    name: CommandName | None = None
    argument: str = ""
    page: str = ""
    withdraws: Purpose | None = None


def _table() -> dict[str, Said]:
    said = {phrase: Said(name) for name, phrases in _PHRASES.items() for phrase in phrases.split(", ")}
    said |= {
        phrase: Said("language", locale) for locale, phrases in _LANGUAGES.items() for phrase in phrases.split(", ")
    }
    said |= {
        phrase: Said(page="consent", withdraws=purpose)
        for purpose, phrases in _WITHDRAWS.items()
        for phrase in phrases.split(", ")
    }
    return said | {phrase: Said(page=page) for page, phrases in _PAGES.items() for phrase in phrases.split(", ")}


_SAID = _table()
_STARTS = tuple(f"{phrase} " for phrase in _PHRASES["reflect"].split(", "))


#: "reflect" and up to so many words that name nothing, in the chat: a script by a name that it has not.
_FEW_WORDS = 3


def understand(library: Library, text: str, *, chat: bool = False) -> Said | None:
    """The command that a whole message is, or None. `chat`: nobody writes a reflection there, so a wrong name after
    "reflect" is taken for one."""
    words = plain(text.removeprefix("/"))
    if words in _SAID:
        return _SAID[words]
    for start in _STARTS:
        if words.startswith(start) and len(words) < 80:
            slug = script_named(library, words.removeprefix(start))
            unknown = words if chat and len(words.split()) <= _FEW_WORDS + 1 else ""
            return Said("reflect", slug or unknown) if slug or unknown else None
    return None


def script_named(library: Library, words: str) -> str:
    """The slug of the script of that name, title or alias in any language, or an empty string."""
    wanted = plain(words).replace("-", " ")
    for slug, script in library.scripts.items():
        names = {slug, *script.aliases, *(script.say(locale, "title") for locale in library.locales)}
        if wanted in {plain(name).replace("-", " ") for name in names}:
            return slug
    return ""


def pick(options: Sequence[Option], text: str) -> str | None:
    """The option that somebody typed: by number, by id, by label, or by the one label that begins so."""
    words = plain(text)
    if not words:
        return None
    if words.isascii() and words.isdecimal() and len(words) < 4:
        return options[int(words) - 1].id if 0 < int(words) <= len(options) else None
    for option in options:
        if words in (plain(option.label), plain(option.id), option.id):
            return option.id
    begun = [option.id for option in options if len(words) > 2 and plain(option.label).startswith(words)]
    return begun[0] if len(begun) == 1 else None


_AND = frozenset({"and", "y", "e", "or", "o", "u"})


def pick_several(options: Sequence[Option], text: str) -> tuple[str, ...] | None:
    """The options in a list such as "1, 3" or "worry and sadness", the longest label first; None when any part of it
    is not understood."""
    words = plain(text).split()[:100]
    picked: list[str] = []
    while words:
        taken = next((size for size in range(len(words), 0, -1) if pick(options, " ".join(words[:size]))), 0)
        one = pick(options, " ".join(words[:taken]))
        if one is None and words[0] not in _AND:
            return None
        picked += [one] if one else []
        words = words[taken or 1 :]
    return tuple(dict.fromkeys(picked)) or None


_NUMBERS: Mapping[str, int] = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "uno": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5,
}  # fmt: skip


def rating(text: str) -> int | None:
    """A number from 1 to 5, in digits or words."""
    words = plain(text)
    value = int(words) if words.isascii() and words.isdecimal() and len(words) == 1 else _NUMBERS.get(words, 0)
    return value if 1 <= value <= 5 else None
