"""Text that is made, or happens, to be costly: every step stays linear, and a document that is too long ends alone.

Bounds are generous and in computing time: what is quadratic takes minutes at these sizes, what is linear about a second.
"""

import re
import signal
import time
from typing import Any

import pytest

from core.document import Document
from core.settings import Settings
from core.text import clean, sentences
from enrich.lexicon import Passage, load
from enrich.limit import TooLong, limited
from enrich.pool import Enriched, enriched
from enrich.reading import LONGEST_SENTENCE, Field, Reading
from enrich.steps import Chain
from enrich.turns import Plain

SIZE = 120_000
REPEATED = [
    "paro ", "extorsión ", "cupo pagar exige soles amenaza ", "paro,huelga;extorsión.", "en marcha ", "bloquean la vía ", "no habrá paro ",
    "🚨 paro ", "Привет мир 你好 سلام paro ñandú ", "\x00\x1bparo\x07 ", "e\u0301\u0301 ", "\n", "\t \n", ". ", "...", "sr. ", "1. ", "a.b.", '"', " - ",
    "S/ 1 ", "S/ 1 mil ", "1 soles ", "dos mil soles ", " 000", "000,", "1", "Ley 1 ", "Ley 32108 ", "32108, ", "DS 124-2025-PCM ", "PL 11735/2024-CR ",
    "ley del ", "decreto ley ", "21 de agosto paro ", "el lunes hay paro ", "dos heridos ", "matan a un ", "Juan Pérez ", "Aaa ", "Aaa de ", "ministro Aaa ",
    "Asociación de ", "Asociación Aaa, Bbb ", "SUTEP CGTP PNP ", "Comas Lima Trujillo ", "distritos de Comas, ", "Santa Rosa ", "Carretera Aaa - Bbb ",
    "Panamericana Sur km 3 ", "argentina perú ", "congreso aprueba ley ", "suspenden el ", "evalúa el el el ",
]  # fmt: skip


def a_document(text: str, title: str = "Nota", **values: Any) -> Document:
    from tests.enrich.conftest import a_document as make

    return make(title, clean(text), **values)


@pytest.mark.parametrize("unit", REPEATED)
def test_a_text_that_repeats_itself_is_tagged_in_time(chain: Chain, unit: str) -> None:
    outcome = chain.run(a_document("Ley " + unit * (SIZE // len(unit)) + "x"), seconds=20)
    assert (outcome.errors, outcome.too_long) == ({}, False)


@pytest.mark.parametrize(
    "text",
    [
        "x" * 50_000,
        "paro" + "x" * 50_000 + " huelga",
        " " * 200_000 + "x",
        "?" * 200_000 + "x",
        "\n" * 100_000,
        " ".join(f"palabra{n}" for n in range(150_000)),
        " ".join(f"PL {n}/2024-CR y PL {n}/2024," for n in range(1, 30_000)),
    ],
    ids=["one token", "a word in a token", "spaces", "marks", "line ends", "2 MB of words", "bills"],
)
def test_a_text_without_measure_is_tagged_in_time(chain: Chain, text: str) -> None:
    outcome = chain.run(a_document(text, title=text[:100_000]), seconds=25)
    assert (outcome.errors, outcome.too_long) == ({}, False)


def test_a_repeated_word_asks_each_sentence_once(chain: Chain) -> None:
    class Counted(Field):
        asked = 0

        def nth(self, number: int) -> Passage:
            found = super().nth(number)
            Counted.asked += len(found.text)
            return found

    text = "paro de cupos " * 5_000
    hits = chain.lexicon.find(Counted("text", text))
    assert len(hits) == 5_000
    guards = {entry.company for entries in chain.lexicon.automaton.values() for entry in entries if "paro" in entry.words or "cupo" in entry.words}  # fmt: skip
    assert 0 < Counted.asked <= len(text) * (len(guards) + 1)


def test_long_sentences_are_read_in_pieces_that_cover_the_text() -> None:
    text = "uno dos, tres " * 400 + "x" * 2_000 + " fin. Otra."
    bounds = Field("text", text).bounds
    assert all(0 < end - start <= LONGEST_SENTENCE for start, end in bounds)
    assert "".join(text[start:end] for start, end in bounds).replace(" ", "") == text.replace(" ", "")
    assert Field("text", "Corta. Y otra.").bounds == sentences("Corta. Y otra.")


def test_words_of_one_short_sentence_still_guard_each_other() -> None:
    far = "el gremio " + "muy " * 100 + "acata un paro, causado por un infarto"
    assert not Reading(a_document(far), load()).found.get("topic.strike")
    assert Reading(a_document(far.partition(",")[0]), load()).found.get("topic.strike")


def endless(_: Reading) -> dict[str, object]:
    while True:
        pass


def in_one_regex(_: Reading) -> dict[str, object]:
    return {"roads": [re.match(r"(a+)+$", "a" * 60 + "b")]}


def works(_: Reading) -> dict[str, object]:
    return {"roads": []}


@pytest.mark.parametrize("slow", [endless, in_one_regex])
def test_a_step_without_end_is_ended_and_what_was_said_before_is_kept(settings: Settings, document: Any, slow: Any) -> None:  # fmt: skip
    chain = Chain(settings, (Plain("a", "1", works), Plain("b", "1", slow), Plain("c", "1", works, ("b",)), Plain("d", "1", works)))  # fmt: skip
    outcome = chain.run(document("x"), seconds=0.2)
    assert outcome.too_long and [a.step for a in outcome.annotations] == ["a"]
    assert outcome.errors == {"b": "took longer than 0.2 seconds", "c": "not begun", "d": "not begun"}
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)
    assert chain.run(document("y"), {a.step: a for a in outcome.annotations}, seconds=0.2).too_long


def computes(seconds: float) -> Any:
    def step(_: Reading) -> dict[str, object]:
        until = time.process_time() + seconds
        while time.process_time() < until:
            pass
        return {"roads": []}

    return step


def test_each_document_of_a_batch_has_time_of_its_own(settings: Settings, document: Any) -> None:
    chain = Chain(settings, tuple(Plain(name, "1", computes(0.06)) for name in "ab"))
    outcomes = chain.run_many([(document(f"Nota {n}"), {}) for n in range(8)], seconds=0.4)
    assert not any(outcome.too_long for outcome in outcomes), "0.96 s in all, 0.12 each"


def test_the_steps_of_a_document_share_its_time(settings: Settings, document: Any) -> None:
    chain = Chain(settings, tuple(Plain(name, "1", computes(0.15)) for name in "abcd"))
    outcomes = chain.run_many([(document(f"Nota {n}"), {}) for n in range(2)], seconds=0.3)
    assert all(outcome.too_long for outcome in outcomes)
    assert all({"a"} <= {one.step for one in outcome.annotations} < set("abcd") for outcome in outcomes)


def test_a_limit_leaves_no_trace_behind_it() -> None:
    before = signal.getsignal(signal.SIGVTALRM)
    with limited(0.5):
        assert signal.getitimer(signal.ITIMER_VIRTUAL)[0] > 0
    with pytest.raises(TooLong), limited(0.05):
        endless(None)  # type: ignore[arg-type]
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGVTALRM) == before


class Swallowing:
    """Its finaliser computes until it is interrupted; Python tells of what is raised there and goes on."""

    def __del__(self) -> None:
        endless(None)  # type: ignore[arg-type]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_limit_that_was_swallowed_by_a_finaliser_is_raised_again() -> None:
    with pytest.raises(TooLong), limited(0.1):
        Swallowing()
        endless(None)  # type: ignore[arg-type]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("parallel", [False, True])
def test_a_document_that_takes_too_long_ends_alone(settings: Settings, parallel: bool) -> None:
    titles = ["Paro en Comas", "Nota", "Huelga en Puno"]
    texts = ["", "Comas Lima Trujillo " * 500_000, ""]
    batch = [(a_document(text, title, id=title), {}) for title, text in zip(titles, texts, strict=True)]
    ((first, slow, last),) = enriched(settings, [batch], parallel=parallel, seconds=8)
    assert not first.errors and not last.errors and first.annotations and last.annotations
    assert slow.too_long and "took longer than 8 seconds" in slow.reason
    assert isinstance(slow, Enriched) and slow.document.id == "Nota"
