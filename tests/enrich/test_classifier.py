"""The second opinion: a linear classifier over the words of a text, beside the word lists."""

from math import isclose, log, sqrt

import pytest

from core.document import SECTORS, TOPICS
from enrich.classifier import FEW, Classifier, Kind, load, stem, sure
from enrich.reading import Reading
from enrich.strike_status import STATUSES
from tests.enrich.conftest import a_document

SMALL = Classifier(
    {"topic.strike": -1.0, "sector.mining": 0.5},
    {
        "huelga": (2.0, {"topic.strike": 3.0}),
        "minero": (1.0, {"sector.mining": 2.0, "topic.strike": -1.0}),
    },
)


def test_stems_are_the_first_letters_and_the_length_of_numbers() -> None:
    assert [stem(word) for word in ("extorsionadores", "extorsion", "5000", "7", "s")] == [
        "extors",
        "extors",
        "0000",
        "0",
        "s",
    ]


def test_a_text_is_weighed_by_tf_idf_of_unit_length() -> None:
    said = SMALL.weigh(["huelga", "huelga", "minero", "nunca"])
    strike, mine = 2.0 * (1 + log(2)), 1.0
    length = sqrt(strike**2 + mine**2)
    assert isclose(said.odds["topic.strike"], -1 + (3 * strike - mine) / length)
    assert isclose(said.odds["sector.mining"], 0.5 + 2 * mine / length)
    assert isclose(said.trust, 2 / (2 + FEW))
    assert said.telling("topic.strike") == ["huelga"]
    assert said.telling("sector.mining") == ["minero"]


def test_a_text_without_known_words_has_the_bias() -> None:
    assert SMALL.weigh([]).odds == SMALL.bias
    assert SMALL.weigh(["zzz"]).odds == SMALL.bias


def test_long_words_are_weighed_and_not_kept() -> None:
    ours = Classifier({"topic.strike": 0.0}, {"huelga": (1.0, {"topic.strike": 2.0})})
    assert ours.weigh(["huelga" + "s" * 1000]).odds["topic.strike"] == 2.0
    assert all(len(word) < 100 for word in ours._number)


def test_probabilities_bear_any_odds() -> None:
    assert sure(0) == 0.5
    assert sure(-10_000) < 1e-9 < 1 - 1e-9 < sure(10_000)


@pytest.mark.parametrize(
    ("kind", "tags"),
    [
        ("subject", [f"topic.{name}" for name in TOPICS] + [f"sector.{name}" for name in SECTORS]),
        ("status", [f"status.{name}" for name in STATUSES]),
    ],
)
def test_the_weights_have_every_tag(kind: Kind, tags: list[str]) -> None:
    ours = load(kind)
    assert sorted(ours.bias) == sorted(tags)
    assert ours.weights.shape == (len(ours.signs), len(tags))
    assert ours.weights.any(axis=0).all() and ours.weights.any(axis=1).all()


@pytest.mark.parametrize(
    ("title", "text", "topic"),
    [
        (
            "Salones de belleza bajan la cortina en el cono norte",
            "La carta llegó con dos balas: quien quiera seguir atendiendo, escribe una voz en el audio, debe dejar trescientos cada lunes"
            " a un muchacho en moto. Ya son nueve peluqueras que prefirieron cerrar, y la policía les pide que denuncien.",
            "extortion",
        ),
        (
            "Nadie entra a la planta de Ilabaya",
            "Unos trescientos pobladores con banderas y ollas permanecen en el desvío y no dejan pasar los volquetes. Los dirigentes dicen"
            " que se irán cuando la empresa firme lo que ofreció sobre el agua y los puestos de trabajo.",
            "strike",
        ),
    ],
)
def test_what_no_list_names_is_told_by_the_company_of_words(tag, title: str, text: str, topic: str) -> None:
    found = {one["name"]: one for one in tag(title, text)["topics"]}
    assert topic in found
    assert found[topic]["spans"], "every topic shows the words that made it"


def test_what_words_alone_tell_shows_those_words(chain) -> None:
    reading = Reading(a_document("", "Unas millas más allá pagan mil cada lunes y 5000 de golpe."), chain.lexicon)
    text = reading.document.text
    marked = [text[start:end] for _, start, end in reading.telling("topic.extortion")]
    assert marked
    assert "millas" not in marked, "a stem of three letters is a word"


def test_of_a_headline_the_lists_know_more(tag) -> None:
    assert [topic["name"] for topic in tag("Choferes acatan paro")["topics"]] == ["strike"]
    assert tag("Comerciantes celebran el aniversario de su mercado")["topics"] == []
