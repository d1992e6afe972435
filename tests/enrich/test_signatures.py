"""Near-duplicates: keys shared, exact check, and what must not be joined."""

import random
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from enrich.signatures import COPY, signature, similar

WORDS = [f"palabra{i}" for i in range(4000)]


def a_text(seed: int, words: int = 300) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=words))


def edited(text: str, share: float, seed: int = 1) -> str:
    chance = random.Random(seed)
    return " ".join("cambio" if chance.random() < share else word for word in text.split())


def share_a_key(a, b) -> bool:
    one, other = signature(a), signature(b)
    return bool(set(one["keys"]) & set(other["keys"]) or set(one["terms"]) & set(other["terms"]))


@pytest.mark.parametrize("share", [0.0, 0.02, 0.05])
def test_edited_copies_share_keys_and_are_similar(document, share: float) -> None:
    found = 0
    for seed in range(20):
        a, b = document("a", a_text(seed)), document("b", edited(a_text(seed), share))
        found += share_a_key(a, b) and similar(a, b) >= COPY
    assert found == 20


def test_a_cut_copy_is_contained(document) -> None:
    text = a_text(5)
    a, b = document("a", text), document("b", " ".join(text.split()[:150]))
    assert share_a_key(a, b)
    assert similar(a, b) == COPY + 1.0


def test_other_texts_are_not_similar_and_seldom_share_a_key(document) -> None:
    documents = [document("a", a_text(seed)) for seed in range(30)]
    pairs = [(a, b) for i, a in enumerate(documents) for b in documents[:i]]
    assert all(similar(a, b) <= 0 for a, b in pairs)
    assert sum(share_a_key(a, b) for a, b in pairs) <= 2


def test_keys_fit_a_signed_column_and_do_not_change(document) -> None:
    made = signature(document("Choferes acatan paro en la avenida central de la ciudad"))
    assert made["kind"] == "headline"
    assert made["keys"] == signature(document("Choferes acatan paro en la avenida central de la ciudad"))["keys"]
    assert (len(made["keys"]), len(made["terms"])) == (1, 6)
    assert all(-(2**63) <= key < 2**63 for key in made["keys"] + made["terms"])
    assert len(signature(document("Paro", a_text(1)))["keys"]) == 65


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "Alcalde anuncia obras en la plaza principal de la ciudad | VIDEO",
            "VIDEO: Alcalde anuncia obras en la plaza principal de la ciudad",
        ),
        (
            "Gobierno descarta haber recibido propuesta de los gremios",
            "Gobierno descartó haber recibido propuesta de los gremios",
        ),
    ],
)
def test_headlines_reworded_a_little_are_similar(document, one: str, other: str) -> None:
    assert similar(document(one), document(other)) > 0
    assert share_a_key(document(one), document(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "Paro número 12 de choferes en la ciudad termina sin acuerdo",
            "Paro número 13 de choferes en la ciudad termina sin acuerdo",
        ),
        (
            "Vecinos denuncian extorsión en mercado de Piura este lunes",
            "Vecinos denuncian extorsión en mercado de Tacna este lunes",
        ),
        ("Caen cinco extorsionadores", "Caen cinco extorsionadores en Ate"),
        ("Congreso aprueba ley sobre motos", "Maestros inician huelga en todo el país"),
    ],
)
def test_other_news_in_like_words_is_not_joined(document, one: str, other: str) -> None:
    assert similar(document(one), document(other)) <= 0


def dated(document, title: str, day: int, source: str = "chasqui"):
    moment = datetime(2025, 3, day, 15, tzinfo=UTC)
    return replace(document(title), published=moment, source=source)


@pytest.mark.parametrize("title", ["Caen cinco extorsionadores", "Incendio en mercado", "Terremoto"])
def test_the_same_short_headline_is_the_same_news_for_a_day(document, title: str) -> None:
    a, b, c = (dated(document, title, day, source) for day, source in ((3, "chasqui"), (4, "tambo"), (6, "tambo")))
    assert similar(a, b) > 0 and share_a_key(a, b)
    assert similar(a, c) <= 0


@pytest.mark.parametrize(
    "title",
    ["Editorial", "Horóscopo de hoy", "Horóscopo de hoy lunes 3 de marzo", "Columna: Opinión", "Foto del día", "VIDEO"],
)
def test_rubrics_never_join(document, title: str) -> None:
    a, b = dated(document, title, 3), dated(document, title, 3, "tambo")
    assert similar(a, b) <= 0
    assert signature(a)["keys"] == [] == signature(a)["terms"]


def test_a_short_headline_that_an_outlet_prints_again_the_next_day_is_a_series(document) -> None:
    assert (
        similar(dated(document, "Por los caminos del cóndor", 3), dated(document, "Por los caminos del cóndor", 4)) <= 0
    )
    long = "Alcalde de Villa Lumbre anuncia la reapertura del puente colgante"
    assert similar(dated(document, long, 3), dated(document, long, 4)) > 0


def test_two_ways_of_writing_one_name_are_one(document) -> None:
    pairs = [
        ("Poder Judicial ordena captura de Rufino Quenta", "PJ ordena la captura de Rufino Quenta"),
        ("PNP detiene a banda Los Halcones de Ventura", "Policía Nacional del Perú detiene a Los Halcones de Ventura"),
        ("Murió la cantora Saturnina Pillco", "Fallece la cantora Saturnina Pillco"),
    ]
    for one, other in pairs:
        assert similar(document(one), replace(document(other), source="tambo")) > 0


def test_words_that_half_the_papers_write_about_tell_little(document) -> None:
    a = replace(document("Rufino Quenta habla en Villa Lumbre sobre el debate"), source="chasqui")
    b = replace(document("Villa Lumbre espera a Rufino Quenta"), source="tambo")
    assert similar(a, b) > similar(a, b, lambda key: 0.05)


def test_real_pairs(document, shared_data) -> None:
    import itertools

    pairs = joined = 0
    for line in (shared_data / "headlines/same_story_slug.tsv").read_text("utf-8").splitlines()[1:400]:
        titles = dict.fromkeys(line.split("\t")[4].split("||"))
        for a, b in itertools.combinations([document(title) for title in titles], 2):
            pairs += 1
            joined += similar(a, b) > 0 and share_a_key(a, b)
    assert joined / pairs >= 0.9
