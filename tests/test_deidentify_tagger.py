"""The learned layer: names that no list knows and names that are words, and the data it stands on."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from itertools import islice, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.deidentify.tagger import FLOOR, Tagged, Tagger, tokens
from bot.deidentify.train.__main__ import MODEL, RECORD, SEED, fingerprint, trained
from bot.deidentify.train.origins import BESIDE, by_origin
from bot.deidentify.train.sentences import made
from bot.deidentify.vocabulary import Vocabulary, bare, folded

DATA = MODEL.parent
#: From here on the writer is asked, or the word is hidden.
ASKED = 0.3

#: Names that `origins.txt` does not hold; the test takes them out of every list, so that only the words around tell.
UNSEEN = {
    "mexican": "Anselmo Refugio Odilón Eustolia Ninfa Evaristo Hortencia Zenaida",
    "caribbean": "Yamaris Edelmira Jancarlos Wilnelia Anthuan Yohanka Deivi Yulissa",
    "indian": "Bhaskar Chandrika Devansh Ilamaran Kumaran Meenakshi Thangam Yogesh",
    "muslim": "Abrar Ghazala Husna Ikram Nusaybah Sufyan Tahmina Uzair",
    "vietnamese": "Khuê Nhàn Thoa Vượng Quyền Đông Sương Luyến",
    "chinese": "Zhaohui Yanping Xuefeng Wenjing Boyuan Ruilin Shuang Kexin",
    "korean": "Byungho Eunkyung Hyesoo Junghwa Misun Sangmin Woojin Yoonseo",
    "hmong": "Chimeng Ntxhi Paj Tsheej Yeej Zaj Nplooj Kub",
    "somali": "Cawaale Deqo Fowsiyo Geedi Hibo Qamar Suleekho Yurub",
    "west_african": "Abidemi Chukwudi Ekene Fiyinfoluwa Gbemisola Kayode Ndubuisi Yetunde",
    "east_african": "Bereket Dagmawit Fikirte Haregewoin Kibrom Lidiya Natnael Zenebech",
    "french_haitian": "Clotaire Dieunie Fednel Gertha Lunise Mirlène Rosemond Ysemène",
    "polish": "Bronisława Dobrosława Edyta Gniewko Ignacy Kornelia Mieczysław Zdzisława",
    "slavic": "Bohdana Hryhoriy Lesyk Myroslava Odarka Rostyslav Tymofiy Zhanna",
    "portuguese": "Abílio Custódia Deolinda Eunísio Jacira Onofre Valdirene Zulmira",
    "indigenous": "Ahiga Doba Hastiin Kaniehtiio Nayenezgani Onawa Sakari Wabun",
    "pacific": "Akenese Fa'amoe Kahiau Lupelele Ofeina Semisi'ana Tautala Uheina",
    "persian": "Ashkan Delaram Farzin Golshan Homayoun Kianoush Mahvash Zhaleh",
    "turkish": "Asuman Beyza Cihan Dilruba Gülistan Ilgaz Nurettin Şükran",
    "irish_welsh": "Blathnaid Cadfael Eithne Fiachra Gwenllian Lleucu Muireann Ruairi",
    "black_american": "Dontavious Jaquavis Ke'Asia LaQuinta Markeisha Quintavia Shaterica Tyquavion",
    "modern": "Brexleigh Daxtyn Ellisyn Hudsyn Jaylani Kynzleigh Maelynn Zaylan",
}
#: Lines that training does not have, with one name each.
FRESH = (
    "{} fell in the puddle and laughed about it.",
    "I stopped at the clinic because {} had her shots.",
    "Her aunt {} is raising three of them.",
    "We planned the whole thing with {} in mind.",
    "{}'s grandmother made soup for everyone.",
    "The night nurse told {} to wait outside.",
    "Nobody warned {} about the change.",
    "It took {} twenty minutes to say goodbye.",
    "My coworker {} drove me home.",
    "At noon {} finally put the spoon down.",
    "Mom laughed when {} dumped the beans.",
    "A new boy, {}, started on Monday.",
    "I keep hearing {} ask where her father went.",
    "Yesterday {} signed the papers alone.",
)
FRESH_SPANISH = (
    "{} se cayó en el patio y no lloró.",
    "Ayer {} firmó los papeles sola.",
    "Su tía {} cuida a los tres.",
    "La hermana de {} prefiere esperar afuera.",
    "Me despedí de {} en la banqueta.",
    "Nadie le avisó a {} del cambio.",
)


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary.load()


@pytest.fixture(scope="module")
def tagger(vocabulary: Vocabulary) -> Tagger:
    return Tagger.load(vocabulary)


def without(vocabulary: Vocabulary, names: set[str]) -> Vocabulary:
    """The vocabulary of somebody who has never heard these names."""
    heard = {field: getattr(vocabulary, field) - names for field in ("given", "surnames", "safe", "towns")}
    return replace(vocabulary, **heard)


def named(tagger: Tagger, text: str, at_least: float = ASKED) -> list[str]:
    found = tagger.tag(tokens(text))
    return [text[span.start : span.end] for span in found if span.label == "NAME" and span.probability >= at_least]


def found(tagger: Tagger, template: str, name: str, small: bool) -> bool:
    """Whether the name is covered, whatever the label: hidden is hidden."""
    text = template.format(name)
    text = bare(text.lower()) if small else text
    name = bare(name.lower()) if small else name
    start = text.index(name)
    spans = [span for span in tagger.tag(tokens(text)) if span.probability >= ASKED]
    return any(span.start <= start and start + len(name) <= span.end for span in spans)


@pytest.fixture(scope="module")
def recall(vocabulary: Vocabulary) -> dict[tuple[str, bool], float]:
    unheard = {
        form for names in UNSEEN.values() for name in names.split() for form in (folded(name), bare(folded(name)))
    }
    tagger = Tagger.of(MODEL.read_bytes(), without(vocabulary, unheard))
    return {
        (origin, small): sum(found(tagger, line, name, small) for name, line in dealt(names)) / len(list(dealt(names)))
        for origin, names in UNSEEN.items()
        for small in (False, True)
    }


def dealt(names: str) -> Iterator[tuple[str, str]]:
    """Every name in five of the lines, every line in turn."""
    lines = (FRESH + FRESH_SPANISH) * 2
    for turn, name in enumerate(names.split()):
        for step in range(5):
            yield name, lines[turn * 5 % 20 + step]


def test_the_names_of_this_test_are_not_among_those_of_training() -> None:
    trained_on = {folded(name) for kinds in by_origin().values() for names in kinds.values() for name in names}
    assert not {folded(name) for names in UNSEEN.values() for name in names.split()} & trained_on
    lines = {line for path in (BESIDE / "templates").glob("*.txt") for line in path.read_text("utf-8").splitlines()}
    assert not {line.replace("{}", "{n}") for line in FRESH + FRESH_SPANISH} & lines


@pytest.mark.parametrize("origin", UNSEEN)
def test_names_that_no_list_knows_are_found_whatever_their_origin(
    origin: str, recall: dict[tuple[str, bool], float]
) -> None:
    assert recall[origin, False] >= 0.9
    assert recall[origin, True] >= 0.85


def test_no_origin_is_far_behind_the_others(recall: dict[tuple[str, bool], float]) -> None:
    for small in (False, True):
        rates = [rate for (_, size), rate in recall.items() if size == small]
        assert max(rates) - min(rates) <= 0.2


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("hope cried", ["hope"]),
        ("rose rose and went to the window", ["rose"]),
        ("i saw hope and her mom today, there is hope", ["hope"]),
        ("Grace and I talked about grace.", ["Grace"]),
        ("will will not nap", ["will"]),
        ("su hermana esperanza perdió la esperanza", ["esperanza"]),
        ("doña luz apagó la luz", ["luz"]),
        ("baby angel slept, an angel for once", ["angel"]),
        ("saw maria and her lil one again", ["maria"]),
        ("[NAME-1] told Destiny it was her destiny.", ["Destiny"]),
    ],
)
def test_a_name_that_is_a_word_is_told_from_the_word(tagger: Tagger, text: str, names: list[str]) -> None:
    assert named(tagger, text, 0.5) == names


@pytest.mark.parametrize(
    "text",
    [
        "I felt so much grief and nobody to tell.",
        "i will try, it may help, i hope so",
        "Tuesday was calm and Thursday was not.",
        "Head Start and WIC both closed at noon.",
        "We used the Ages and Stages again.",
        "the family came from Guatemala last winter",
        "mantengo la esperanza con mucha paciencia",
        "La maestra y la directora no se hablan.",
        "she said the toddler room needs one more teacher",
        "[NAME-1] and [NAME-2] moved to [PLACE].",
    ],
)
def test_ordinary_sentences_are_left_alone(tagger: Tagger, text: str) -> None:
    assert [span for span in tagger.tag(tokens(text)) if span.probability >= 0.5] == []


@pytest.mark.parametrize(
    ("text", "label", "part"),
    [
        ("I observed at Copper Kettle Early Learning Center today.", "ORG", "Copper Kettle Early Learning Center"),
        ("her cousin works at tall reeds preschool", "ORG", "tall reeds preschool"),
        ("They moved to Brackenford last week.", "CITY", "Brackenford"),
        ("we drove out to marlow creek in the rain", "CITY", "marlow creek"),
        ("la maestra trabaja en la guardería Nube Azul", "ORG", "Nube Azul"),
        ("viven en Zarandillo desde mayo", "CITY", "Zarandillo"),
    ],
)
def test_places_of_care_and_towns_are_found(tagger: Tagger, text: str, label: str, part: str) -> None:
    spans = [span for span in tagger.tag(tokens(text)) if span.probability >= ASKED]
    start, end = text.index(part), text.index(part) + len(part)
    assert any(span.label == label and span.start <= start and end <= span.end for span in spans)


def test_a_possessive_mark_stays_outside_and_initials_are_whole(tagger: Tagger) -> None:
    assert named(tagger, "Siobhán's mom asked T.J. to wait.") == ["Siobhán", "T.J."]


def test_placeholders_addresses_and_handles_are_never_in_a_span(tagger: Tagger) -> None:
    text = "[NAME-1] and Maria wrote to maria@example.org and @maria_000, see https://example.org/maria"
    assert named(tagger, text) == ["Maria"]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_without_harm(text: str) -> None:
    words = tokens(text)
    assert "".join(word.text for word in words) == re.sub(r"\s+", "", text) or text.split() != [text]
    assert all(text[word.start : word.end] == word.text for word in words)
    spans: list[Tagged] = LOADED.tag(words)
    assert all(0 <= span.start < span.end <= len(text) and FLOOR <= span.probability <= 1 for span in spans)
    assert all(one.end <= other.start for one, other in pairwise(spans))


LOADED = Tagger.load(Vocabulary.load())


def test_a_long_odd_text_takes_no_long_time() -> None:
    for text in ("a.a" * 3000, "a-" * 9000, "@" * 9000, "[A" * 5000, "́" * 5000):
        assert len(tokens(text)) <= len(text)


def test_the_same_sentences_make_the_same_model_to_the_byte() -> None:
    first, second = (trained(made(60, 7)) for _ in range(2))
    assert first == second
    assert first != trained(made(60, 8))


def test_the_model_beside_the_lists_is_made_from_the_templates_as_they_are() -> None:
    recorded = dict(line.split() for line in RECORD.read_text("utf-8").splitlines() if not line.startswith("#"))
    assert sha256(MODEL.read_bytes()).hexdigest() == recorded["model"]
    assert fingerprint() == recorded["sentences"], "run: python -m bot.deidentify.train"


def test_made_up_sentences_know_where_their_names_are() -> None:
    for sentence in islice(made(60, SEED), 60):
        assert all(sentence.text[start:end].strip() for start, end, _ in sentence.spans)


def test_the_lists_are_apart_and_folded(vocabulary: Vocabulary) -> None:
    assert not vocabulary.given & vocabulary.safe
    assert not vocabulary.surnames & vocabulary.safe
    assert vocabulary.ambiguous <= vocabulary.safe
    for name in (*islice(sorted(vocabulary.given), 0, None, 37), *islice(sorted(vocabulary.ambiguous), 0, None, 5)):
        assert name == folded(name)


def test_words_are_safe_with_and_without_accents_and_names_are_not(vocabulary: Vocabulary) -> None:
    for word in ("table", "Crying", "dont", "lloró", "lloro", "niño", "sesión", "sesion", "pregunté", "hope"):
        assert vocabulary.is_safe(word), word
    for name in ("Maria", "María", "denise", "Nguyễn", "jaxon", "Peña"):
        assert not vocabulary.is_safe(name), name


def test_every_file_of_data_says_where_it_comes_from() -> None:
    told = (DATA / "README.md").read_text("utf-8")
    for path in DATA.iterdir():
        assert path.name == "README.md" or f"`{path.name}`" in told, path.name
    for source in ("SCOWL", "Kevin Atkinson", "pyspellchecker", "Faker", "names", "MIT"):
        assert source in told


def test_nothing_of_training_is_imported_to_run() -> None:
    code = (
        "import sys, json; from bot.deidentify.tagger import Tagger; from bot.deidentify.vocabulary import Vocabulary"
    )
    code += "; Tagger.load(Vocabulary.load()); print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=DATA.parents[2])
    assert not [name for name in json.loads(done.stdout) if name.startswith("bot.deidentify.train")]
