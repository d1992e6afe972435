"""What a sentence-wise engine must keep, whatever the model says: names, words, numbers, paragraphs, every sentence."""

from collections.abc import Sequence

import pytest

from core.errors import UnavailableError
from enrich.engines.fidelity import Sentence
from enrich.engines.sentencewise import LONGEST, MOST_FAILED, WINDOW, Sentencewise, parts
from enrich.lexicon import load
from enrich.protecting import protector

protect = protector(load())


class Words:
    """A generator for tests: tokens are words, `answer` says what comes of a piece."""

    limit = 40

    def __init__(self, answer=str.upper) -> None:
        self.answer, self.batches, self.closed = answer, [], 0

    def encode(self, piece: str) -> list[str]:
        return piece.split()

    def generate(self, batch: Sequence[Sequence[str]], *, strict: bool) -> list[str]:
        self.batches.append([len(tokens) for tokens in batch])
        return [self.answer(" ".join(tokens)) for tokens in batch]

    def close(self) -> None:
        self.closed += 1


def translated(text: str, answer=str.upper) -> str:
    return Sentencewise("words", "1", Words(answer), protect).translate([text])[0]


def sentence(text: str) -> Sentence:
    return Sentence(text, tuple(protect(text)))


@pytest.mark.parametrize(
    ("spanish", "english"),
    [
        ("Murieron 12 choferes en Los Olivos.", "Twelve drivers died in Los Olivos."),
        ("Cobran 1.500 soles.", "They charge 1,500 soles."),
        ("Son 2 mil personas.", "They are 2,000 people."),
        ("Fue a las 15:00 horas.", "It was at 3 p.m."),
        ("La Ley 32108 rige.", "Law 32108 is in force."),
        ("El Ministerio del Interior habló.", "The Ministry of the Interior spoke."),
        ("El paro sigue en Áncash.", "The STRIKE goes on in Ancash."),
    ],
)
def test_what_a_translator_may_do(spanish: str, english: str) -> None:
    assert sentence(spanish).missing(english) == []
    assert sentence(spanish).is_kept(english)


@pytest.mark.parametrize(
    ("spanish", "english", "lacking"),
    [
        ("Murieron 14 choferes.", "Forty drivers died.", "14"),
        ("Cobran S/ 1.500 al mes.", "They charge S/ 150 a month.", "S/ 1.500"),
        ("La Ley 32108 rige.", "Law 32018 is in force.", "32108"),
        ("El DS 124-2025-PCM rige.", "The decree 124-2025 is in force.", "124-2025-PCM"),
        ("Fue en Los Olivos.", "It was in The Olives.", "Los Olivos"),
        ("Habló Juan Rosas Guerra.", "John Roses War spoke.", "Juan Rosas Guerra"),
        ("El paro sigue.", "Unemployment goes on.", "strike"),
        ("Del 3 al 13 de mayo.", "From 13 May.", "3"),
    ],
)
def test_what_a_translator_may_not(spanish: str, english: str, lacking: str) -> None:
    assert [one.english for one in sentence(spanish).missing(english)] == [lacking]


def test_circles_are_seen_and_repetitions_of_the_source_are_not() -> None:
    assert sentence("El gremio habló.").circles("the guild the guild the guild the guild spoke")
    assert sentence("El gremio habló.").circles("")
    assert sentence("El gremio habló.").circles("word " * 40)
    assert not sentence("El gremio habló.").circles("The guild spoke.")
    assert not sentence("No, no, no, no, no.").circles("No, no, no, no, no.")


def test_what_a_model_loses_is_put_back_where_it_stood() -> None:
    text = "El paro en Los Olivos dejó 14 heridos, dijo Juan Rosas Guerra; rige la Ley 32108 y cobran S/ 1.500."
    lossy = translated(text, lambda piece: "nothing of it")
    places = [lossy.find(part) for part in ("strike", "Los Olivos", "14", "Juan Rosas Guerra", "32108", "S/ 1.500")]
    assert -1 not in places
    assert places == sorted(places)


def test_a_model_that_keeps_everything_is_asked_once() -> None:
    generator = Words(lambda piece: piece)
    Sentencewise("words", "1", generator, protect).translate(["El paro en Los Olivos dejó 14 heridos."])
    assert len(generator.batches) == 1


def test_a_part_that_gets_no_answer_stays_in_spanish() -> None:
    assert translated("El gremio habló en Comas.", lambda piece: "") == "El gremio habló en Comas."
    assert translated("El gremio habló en Comas.", lambda piece: "very " * 90) == "El gremio habló en Comas."


def test_paragraphs_spaces_and_what_is_no_word_stay() -> None:
    text = "  Uno habla.\n\n\n\tDos habla. 🚍🚍\n12 34\n" + "x" * 5_000 + "\nTres habla.  "
    assert translated(text) == text.replace("Uno habla", "UNO HABLA").replace("Dos habla", "DOS HABLA").replace(
        "Tres habla", "TRES HABLA"
    )
    assert [translated(text) for text in ("", " \n ", "¿?")] == ["", " \n ", "¿?"]


def test_every_word_of_a_long_sentence_is_translated() -> None:
    words = [f"palabra{chr(97 + i % 26)}" for i in range(3_000)]
    text = ", ".join(words)
    english = translated(text, lambda piece: piece.upper())
    assert english.split() == text.upper().split()
    assert all(len(part.text) <= LONGEST for part in parts(text) if isinstance(part, Sentence))


def test_batches_are_sorted_by_length_and_bounded() -> None:
    generator = Words()
    texts = [" ".join(["palabra"] * (1 + i % 30)) for i in range(3_000)]
    english = Sentencewise("words", "1", generator).translate([f"{text} {i}" for i, text in enumerate(texts)])
    assert len(english) == 3_000
    assert all(max(batch) * len(batch) <= WINDOW for batch in generator.batches)
    assert all(batch == sorted(batch) for batch in generator.batches)
    assert len(generator.batches) < 10


def test_an_engine_that_fails_on_one_sentence_does_the_others() -> None:
    def answer(piece: str) -> str:
        if "veneno" in piece:
            raise RuntimeError("out of memory")
        return piece.upper()

    generator = Words(answer)
    texts = [f"La calle número {i} es larga." for i in range(40)] + ["El veneno mata."]
    english = Sentencewise("words", "1", generator).translate(texts)
    assert english == [text.upper() for text in texts[:-1]] + [texts[-1]]
    assert generator.closed, "it is loaded again after it failed"


def test_an_engine_that_fails_on_all_is_unavailable() -> None:
    def answer(piece: str) -> str:
        raise RuntimeError("the device is lost")

    generator = Words(answer)
    with pytest.raises(UnavailableError, match="the device is lost"):
        Sentencewise("words", "1", generator).translate([f"La calle número {i} es larga." for i in range(64)])
    assert len(generator.batches) < 64 / 2 + MOST_FAILED


@pytest.mark.parametrize(
    "text", ["a\ud800b \uffff \u0000 c.", "<s> </s> <pad> ▁ [x] {y}", "مرحبا señor 你好 привет.", "\u202eabc def"]
)
def test_odd_characters_are_safe(text: str) -> None:
    assert translated(text, lambda piece: piece)
