"""An attack on what was published: who named what? Law: every world that is shown was put through the real rule, and
counts only where it gives the same bytes. Pure.

The attacker has the page, the names of everybody who can be counted, and the rule. It is settled what somebody did
where only one kind of world gives that page.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import product

from bot.events import Frozen
from bot.snapshot import Snapshot

#: What is published where each of these has named so much.
Publish = Callable[[Sequence[Collection[str]]], Snapshot]
#: How many people may have named a theme, by theme.
Counts = Mapping[str, Sequence[int]]


class World(Frozen):
    """Who may have taken part, and with which themes; everybody else took no part. `digest`: SHA-256 of its page."""

    people: tuple[tuple[str, tuple[str, ...]], ...]
    digest: str

    def named(self, code: str) -> tuple[str, ...]:
        """Who named it; without a theme: who took part."""
        return tuple(name for name, codes in self.people if not code or code in codes)

    def called(self, names: Mapping[str, str]) -> World:
        return self.model_copy(update={"people": tuple((names.get(who, who), codes) for who, codes in self.people)})


class Question(Frozen):
    """Did they name this theme, or, without one, take part at all? A world of each answer, where there is one."""

    code: str = ""
    yes: World | None
    no: World | None

    @property
    def open(self) -> bool:
        return self.yes is not None and self.no is not None

    def called(self, names: Mapping[str, str]) -> Question:
        worlds = {said: world.called(names) for said in ("yes", "no") if (world := getattr(self, said))}
        return self.model_copy(update=worlds)


class Finding(Frozen):
    """What came of looking for a person. `digest`: of what was really published."""

    person: str
    enough: bool
    digest: str
    questions: tuple[Question, ...]

    @property
    def found(self) -> tuple[Question, ...]:
        return tuple(one for one in self.questions if not one.open)

    def called(self, names: Mapping[str, str]) -> Finding:
        """With names of people in place of their ids."""
        questions = tuple(one.called(names) for one in self.questions)
        return self.model_copy(update={"person": names.get(self.person, self.person), "questions": questions})


def look_for(person: str, roster: Sequence[str], page: Snapshot, publish: Publish) -> Finding:
    others = [name for name in roster if name != person]
    codes = [theme.code for theme in page.themes]
    worlds = list(_possible(len(roster), page, publish))

    def ask(code: str) -> Question:
        yes, no = (_world(person, others, page, publish, worlds, code, said) for said in (True, False))
        return Question(code=code, yes=yes, no=no)

    return Finding(person=person, enough=page.enough, digest=page.digest, questions=tuple(map(ask, ("", *codes))))


def _possible(roster: int, page: Snapshot, publish: Publish) -> Iterator[tuple[int, Counts]]:
    """Every number of people that may have taken part, with how many may have named each theme then."""
    codes = [theme.code for theme in page.themes]
    for count in range(roster + 1):
        fits: dict[str, list[int]] = {code: [] for code in codes}
        for persons in range(count + 1):
            shown = publish([codes if number < persons else () for number in range(count)])
            for code in codes:
                if shown.band(code) == page.band(code):
                    fits[code].append(persons)
        if all(fits.values()):
            yield count, fits


def _world(
    person: str,
    others: Sequence[str],
    page: Snapshot,
    publish: Publish,
    worlds: Sequence[tuple[int, Counts]],
    code: str,
    said: bool,
) -> World | None:
    """The first world of that answer that gives the page."""
    ways = (True,) if said else (True, False) if code else (False,)
    for (count, fits), within in product(worlds, ways):
        there = ([person] if within else []) + list(others)
        if count < within or count > len(there):
            continue
        names = there[:count]
        made = _named(names, fits, person if within else "", code, said)
        if made is None:
            continue
        given = publish([made[name] for name in names])
        if given.written() == page.written():
            people = tuple((name, tuple(sorted(made[name]))) for name in names)
            return World(people=people, digest=given.digest)
    return None


def _named(names: Sequence[str], fits: Counts, person: str, code: str, said: bool) -> dict[str, set[str]] | None:
    """Who named what: the fewest that the page allows. The person names others last."""
    made: dict[str, set[str]] = {name: set() for name in names}
    last = [name for name in names if name != person] + ([person] if person else [])
    for theme, numbers in fits.items():
        asked = theme == code
        first = [person, *last[:-1]] if asked and said else last
        most = len(names) - (asked and not said and bool(person))
        persons = next((one for one in numbers if (asked and said) <= one <= most), None)
        if persons is None:
            return None
        for name in first[:persons]:
            made[name].add(theme)
    return made
