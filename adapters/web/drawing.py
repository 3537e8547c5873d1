"""Replies as HTML. Law: pure after the templates are loaded; every word of a person goes out escaped."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from babel.dates import format_date, format_time
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from adapters.web.chat_log import Kept
from adapters.web.finding import shown as attacked
from adapters.web.tour import SCRIPT, Tour, words_for
from bot.cards import NUMBER, blocks
from bot.conversation import Message, Option, Page, Program, Reply
from bot.finding import Finding
from prompts.library import Library
from prompts.script import SOURCE_LOCALE

TEMPLATES = Path(__file__).parent / "templates"

#: As a browser saves the copy for programs.
JSON_NAME = "afterword-copy.json"

#: Where pages lead, in this order: page name and its word.
PAGES = (
    ("talk", "web-talk"), ("home", "web-home"), ("checkins", "checkins-title"), ("data", "data-title"),
    ("consent", "web-consent"),
)  # fmt: skip

#: Ways out of a question that are always in sight, in this order; the others are one tap further.
NEAR = ("back", "skip", "pause", "safety")


@dataclass(frozen=True, slots=True)
class Choosable:
    """A person to change to. `address` is quoted for a URL."""

    address: str
    name: str
    about: str
    here: bool


@dataclass(frozen=True, slots=True)
class Beside:
    """What others see of a talk. `seen`: lines of the chat so far; `report`: the supervisor's page, where there is a
    supervisor; `skips`: time can be made to go by; `finds`: the person can be looked for in it, `sought`: they were;
    what came of it is `finding`; `toured`: the tour is over, which has those buttons until then."""

    now: datetime
    name: str
    kept: tuple[Kept, ...] = ()
    seen: int = 0
    report: Page | None = None
    report_locale: str = ""
    supervisor: str = ""
    skips: bool = False
    finds: bool = False
    sought: bool = False
    toured: bool = True
    finding: Finding | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """All that a page shows. `address` is quoted for a URL; `waits`: something is open after closing; `roster`: who can
    be picked where a form asks for people, by their ids."""

    address: str
    name: str
    reply: Reply
    beside: Beside
    tour: Tour
    people: tuple[Choosable, ...] = ()
    waits: bool = False
    roster: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Start:
    """A script to begin."""

    slug: str
    title: str
    summary: str
    minutes: int


class Drawing:
    def __init__(self, library: Library) -> None:
        self._library = library
        self._env = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.style = (TEMPLATES / "link.css").read_text(encoding="utf-8")
        digest = base64.b64encode(hashlib.sha256(self.style.encode()).digest()).decode()
        self.style_source = f"'sha256-{digest}'"
        self._env.filters["paragraphs"] = paragraphs
        self._env.filters["dialable"] = dialable

    def word(self, locale: str, name: str, **values: object) -> str:
        return self._library.word(locale, name, **values)

    def locale(self, accepted: str) -> str:
        """The first language of an Accept-Language header that is spoken here."""
        for part in accepted.lower().split(","):
            language = part.split(";")[0].strip().split("-")[0]
            if language in self._library.locales:
                return language
        return SOURCE_LOCALE

    def sentence(self, locale: str, words: str) -> str:
        return self._draw("sentence.html", locale, words=words)

    def chat(self, scene: Scene, token: str) -> str:
        """A whole page. `token` goes back with every event."""
        return self._draw("chat.html", scene.reply.locale, token=token, **self._parts(scene))

    def scene(self, scene: Scene) -> str:
        """What changes of it after an event."""
        return self._draw("scene.html", scene.reply.locale, **self._parts(scene))

    def beside(self, beside: Beside, locale: str) -> str:
        """The panes beside the talk."""
        return self._draw("beside.html", locale, beside=beside)

    # Pages of one-time links, which stand alone

    def link(self, locale: str) -> str:
        """What a good link shows before it is used."""
        return self._alone("link_waits.html", locale)

    def entrance(self, locale: str) -> str:
        """The same of one that lets a supervisor in."""
        return self._alone("link_enter.html", locale)

    def no_link(self, locale: str) -> str:
        return self._alone("link_gone.html", locale)

    def copy(self, page: Page, locale: str, json: str) -> str:
        """A person's own copy, to be read, with the one for programs in it."""
        encoded = base64.b64encode(json.encode()).decode()
        return self._alone("copy.html", locale, page=page, encoded=encoded, name=JSON_NAME)

    def shut(self, locale: str, what: str, home: str, *, proof: str = "", demo: str = "") -> str:
        """Where a supervisor sees nothing. `home`: where their page is; `proof`: with a way to sign out; `demo`: whose
        page one click opens."""
        return self._alone("supervise_shut.html", locale, what=what, home=home, proof=proof, demo=demo)

    def _alone(self, template: str, locale: str, **parts: object) -> str:
        return self._draw(template, locale, style=Markup(f"<style>{self.style}</style>"), **parts)

    def _draw(self, template: str, locale: str, **parts: object) -> str:
        def word(name: str, **values: object) -> str:
            return self.word(locale, name, **values)

        def day(at: datetime) -> str:
            return format_date(at.astimezone(), "full", locale)

        def moment(at: datetime) -> str:
            here = at.astimezone()
            return f"{format_date(here, 'medium', locale)}, {format_time(here, 'short', locale=locale)}"

        def theme(code: str) -> str:
            return self._library.theme(locale, code)

        words = {"w": word, "day": day, "moment": moment, "theme": theme, "attacked": attacked, "locale": locale}
        return self._env.get_template(template).render(**words, **parts)

    def _parts(self, scene: Scene) -> dict[str, object]:
        reply, message = scene.reply, scene.reply.message
        starts = self._starts(message.choices, reply.locale) if message and message.prompt == "start" else ()
        always = [Option(id=name, label=self.word(reply.locale, f"{name}-button")) for name in ("help", "safety")]
        near, far = ways(message, always)
        names = {option.id: option.label for option in scene.roster}
        page = reply.page.named(lambda user: names.get(user, user)) if reply.page else None
        return {
            "scene": scene,
            "beside": scene.beside,
            "tour": scene.tour,
            "tour_words": words_for(scene.tour.stop, reply),
            "tour_script": SCRIPT,
            "message": message,
            "page": page,
            "pages": PAGES,
            "blocks": tuple(blocks(reply.unsaid)),
            "near": near,
            "far": far,
            "first": next((start for start in starts if start.slug == Program().default_script), None),
            "all_of_them": [one for one in message.choices if one.id.startswith("page:")] if starts and message else [],
            "others": [start for start in starts if start.slug != Program().default_script],
            "page_starts": self._page_starts(reply.page, reply.locale),
        }

    def _starts(self, options: Sequence[Option], locale: str) -> tuple[Start, ...]:
        scripts = self._library.scripts
        return tuple(
            Start(option.id, label(option, script.say(locale, "title")), script.say(locale, "summary"), script.minutes)
            for option in options
            if (script := scripts.get(option.id)) is not None
        )

    def _page_starts(self, page: Page | None, locale: str) -> dict[str, Start]:
        options = [option for section in page.sections for option in section.scripts] if page else []
        return {start.slug: start for start in self._starts(options, locale)}


def label(option: Option, title: str) -> str:
    """As a script is called on its button: here its minutes have a line of their own."""
    return title if option.label.startswith(title) else option.label


def ways(message: Message | None, always: Sequence[Option]) -> tuple[tuple[Option, ...], tuple[Option, ...]]:
    """The ways out of a place: those in sight, and those behind one more tap where there are many. `always` is offered
    where the bot offers nothing itself. The language has its place at the top of every page."""
    found = {option.id: option for option in (message.controls if message else ()) if option.id != "language"}
    if len(found) <= len(NEAR):
        return tuple(found.values()) or tuple(always), ()
    near = tuple(found[name] for name in NEAR if name in found)
    return near, tuple(option for option in found.values() if option not in near)


def paragraphs(text: str) -> list[str]:
    return [part.strip() for part in text.split("\n\n") if part.strip()]


def dialable(text: str) -> Markup:
    """A line of the bot's own with its telephone numbers as links: a phone then calls with one tap."""
    return Markup(NUMBER.sub(lambda found: f'<a href="tel:{found[0]}">{found[0]}</a>', str(escape(text))))
