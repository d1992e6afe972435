"""Near-duplicates: keys shared, exact check, and what must not be joined."""

import random

import pytest

from enrich.signatures import signature, similar

WORDS = [f"palabra{i}" for i in range(4000)]


def a_text(seed: int, words: int = 300) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=words))


def edited(text: str, share: float, seed: int = 1) -> str:
    chance = random.Random(seed)
    return " ".join("cambio" if chance.random() < share else word for word in text.split())


def share_a_key(a, b) -> bool:
    return bool(set(signature(a)["keys"]) & set(signature(b)["keys"]))


@pytest.mark.parametrize("share", [0.0, 0.02, 0.05])
def test_edited_copies_share_keys_and_are_similar(document, share: float) -> None:
    found = 0
    for seed in range(20):
        a, b = document("a", a_text(seed)), document("b", edited(a_text(seed), share))
        found += share_a_key(a, b) and similar(a, b) >= 0.5
    assert found == 20


def test_a_cut_copy_is_contained(document) -> None:
    text = a_text(5)
    a, b = document("a", text), document("b", " ".join(text.split()[:150]))
    assert share_a_key(a, b)
    assert similar(a, b) == 1.0


def test_other_texts_are_not_similar_and_seldom_share_a_key(document) -> None:
    documents = [document("a", a_text(seed)) for seed in range(30)]
    pairs = [(a, b) for i, a in enumerate(documents) for b in documents[:i]]
    assert not any(similar(a, b) for a, b in pairs)
    assert sum(share_a_key(a, b) for a, b in pairs) <= 2


def test_keys_fit_a_signed_column_and_do_not_change(document) -> None:
    made = signature(document("Choferes acatan paro en la avenida central de la ciudad"))
    assert made["kind"] == "headline"
    assert made["keys"] == signature(document("Choferes acatan paro en la avenida central de la ciudad"))["keys"]
    assert len(made["keys"]) == 16
    assert all(-(2**63) <= key < 2**63 for key in made["keys"])
    assert len(signature(document("a", a_text(1)))["keys"]) == 64


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
    assert similar(document(one), document(other)) >= 0.7
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
    assert similar(document(one), document(other)) == 0.0


def test_real_pairs(document, shared_data) -> None:
    import itertools

    pairs = joined = 0
    for line in (shared_data / "headlines/same_story_slug.tsv").read_text("utf-8").splitlines()[1:400]:
        titles = dict.fromkeys(line.split("\t")[4].split("||"))
        for a, b in itertools.combinations([document(title) for title in titles], 2):
            pairs += 1
            joined += similar(a, b) > 0 and share_a_key(a, b)
    assert joined / pairs >= 0.33
