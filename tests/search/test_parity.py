"""The same answers from tantivy and from a real Elasticsearch as from the evaluator in memory, over real headlines.

A thousand generated queries on a sample in every run, ten thousand on all headlines in `make test-long`: ids in order,
totals, sides, counts, facets, histogram rows, stories. A difference is told by the smallest query that shows it.
"""

import gzip
import json
import os
import random
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from core.record import Record
from core.terms import exact_terms
from search.analysed import Analysed
from search.backend import Backend, Hits, scan
from search.engines import open_backend
from search.memory import MemoryBackend, matches
from search.nodes import Node, Word
from search.query import parse
from tests.search.generated import GENERATED, Generator, made, shuffled
from tests.search.shrinking import smallest

SAMPLE, SEED = 600, 20_201_222
QUERIES, QUERIES_LONG = 1_000, int(os.environ.get("PARITY_QUERIES", 10_000))  # of all kinds together, for each engine
PAGE = 1_000  # ids compared one by one; the totals, counts, facets and rows are of all
WALKED = 20  # every so many queries all ids are walked
COUNTED = ("topic", "source", "department", "language", "month", "person", "term")
HERE = Path(__file__).resolve().parents[3] / "shared" / "data"
HEADLINES = "headlines/headlines-2020-12_2021-06.jsonl.gz"
Question = Callable[[Backend, Node], Any]


def _hits(backend: Backend, node: Node) -> Any:
    return backend.search(node, limit=PAGE)


def _facets(backend: Backend, node: Node) -> Any:
    return backend.facets(node, COUNTED, 5)


def _all_facets(backend: Backend, node: Node) -> Any:
    return backend.facets(node, ("subtype", "sector", "kind", "place", "status", "year", "organisation"), None)


def _groups(backend: Backend, node: Node) -> Any:
    return [backend.histogram(node, group) for group in ("source", "place")]


def _rows(backend: Backend, node: Node) -> Any:
    return backend.histogram(node), backend.count(node)


def _stories(backend: Backend, node: Node) -> Any:
    return set(backend.stories(node)), set(backend.stories(node, "source"))


def _folded(backend: Backend, node: Node) -> Any:
    return backend.fold(node, limit=7, offset=3)


def _walked(backend: Backend, node: Node) -> Any:
    return list(backend.walk(node))


MORE: dict[str, tuple[Question, ...]] = {
    "boolean": (_rows,), "facet": (_facets, _groups, _all_facets, _rows, _stories, _folded),
}  # fmt: skip


class Pair:
    """The evaluator in memory and one engine, filled alike; `found` counts the queries that found something, by kind."""

    def __init__(self, records: Sequence[Record], engine: Backend) -> None:
        self.records, self.oracle, self.engine = records, MemoryBackend(records), engine
        self.found: dict[str, int] = {}
        assert engine.index(records) == {}
        engine.flush()

    def differs(self, question: Question) -> Callable[[Node], bool]:
        return lambda node: question(self.oracle, node) != question(self.engine, node)

    def compare(self, kind: str, number: int, seed: int) -> None:
        """Ask so many queries of a kind; fail with the smallest one that is answered differently."""
        generator = Generator(self.records, seed)
        for turn in range(number):
            node = parse(getattr(generator, kind)())
            self.found[kind] = self.found.get(kind, 0) + bool(self.oracle.count(node))
            for question in self.questions(kind, turn):
                differs = self.differs(question)
                if differs(node):
                    self.tell(smallest(node, differs), question)

    def questions(self, kind: str, turn: int) -> Iterator[Question]:
        """The hits of each; beside them the others of the kind in turn, and all ids now and then."""
        yield _hits
        if more := MORE.get(kind):
            yield more[turn % len(more)]
        if turn % WALKED == 0:
            yield _walked

    def tell(self, node: Node, question: Question) -> None:
        expected, given = question(self.oracle, node), question(self.engine, node)
        if isinstance(expected, Hits):
            lacking, surplus = set(expected.ids) - set(given.ids), set(given.ids) - set(expected.ids)
            titles = {r.id: r.document.title for r in self.records if r.id in lacking | surplus}
            told = f"lacking {lacking}, surplus {surplus} {titles}; {expected.total} and {given.total}"
        else:
            told = f"{expected!r:.2000}\n{given!r:.2000}"
        pytest.fail(f"{question.__name__} of {str(node)!r}: {told}", pytrace=False)


def headlines(folder: Path, number: int | None) -> list[Record]:
    """Records of a sample of the real headlines, or of all; of invented ones where the folder is missing."""
    chance = random.Random(SEED)
    if not folder.is_dir():
        return made(shuffled(chance, number or 20_000), chance)
    with gzip.open(folder / HEADLINES, "rt", encoding="utf-8") as lines:
        texts = list(lines)
    return made([json.loads(line) for line in (chance.sample(texts, number) if number else texts)], chance)


@pytest.fixture(scope="module")
def pair_of(
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
    place_for: Callable[..., Any],
    drop_index: Callable[[Backend], None],
) -> Iterator[Callable[[str, int | None], Pair]]:
    """A pair by the engine's name and the size of the sample, made at first use."""
    opened: list[Backend] = []
    sample = cache(lambda number: headlines(HERE, number))

    @cache
    def pair(engine: str, number: int | None) -> Pair:
        backend = open_backend(place_for(engine, tmp_path_factory.mktemp(engine), request), write=True)
        opened.append(backend)
        return Pair(sample(number), backend)

    yield pair
    for backend in opened:
        drop_index(backend)


ENGINES = ("tantivy", "elasticsearch")


@pytest.mark.parametrize("kind", GENERATED)
@pytest.mark.parametrize("engine", ENGINES)
def test_generated_queries_find_the_same(engine: str, kind: str, pair_of: Callable[..., Pair]) -> None:
    each = -(-QUERIES // len(GENERATED))
    pair = pair_of(engine, SAMPLE)
    pair.compare(kind, each, SEED + GENERATED.index(kind))
    assert pair.found[kind] > each * 0.6, "too few of the queries found anything to compare"


def test_the_oracle_of_sets_is_the_evaluator_of_the_alert_matcher() -> None:
    records = headlines(HERE, 150)
    views = [Analysed.of(record) for record in records]
    oracle = MemoryBackend(records)
    for kind in GENERATED:
        generator = Generator(records, SEED + 50 + GENERATED.index(kind))
        for _ in range(40):
            node = parse(getattr(generator, kind)())
            assert set(scan(oracle, node)) == {view.id for view in views if matches(node, view)}, str(node)


@pytest.mark.long
@pytest.mark.timeout(7_200)
@pytest.mark.parametrize("kind", GENERATED)
@pytest.mark.parametrize("engine", ENGINES)
def test_generated_queries_find_the_same_in_all_headlines(engine: str, kind: str, pair_of: Callable[..., Pair]) -> None:
    each = -(-QUERIES_LONG // len(GENERATED))
    pair_of(engine, None).compare(kind, each, SEED + 100 + GENERATED.index(kind))


def typos(records: Sequence[Record], number: int) -> Iterator[str]:
    """Words of the documents with a letter too few, too many, exchanged, or two swapped."""
    chance = random.Random(SEED)
    for _ in range(number):
        word = chance.choice([form for form in exact_terms(chance.choice(records).document.title) if form] or ["paro"])
        place = chance.randrange(len(word))
        yield chance.choice(
            [word[:place] + word[place + 1 :], word[:place] + chance.choice("aeñkx") + word[place:],
             word[:place] + chance.choice("aeñkx") + word[place + 1 :], word[:place] + word[place : place + 2][::-1] + word[place + 2 :]]
        )  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
def test_words_like_a_mistyped_one_are_the_same(engine: str, pair_of: Callable[..., Pair]) -> None:
    pair = pair_of(engine, SAMPLE)
    different = [word for word in typos(pair.records, 60) if pair.oracle.similar(word) != pair.engine.similar(word)]
    assert different == []


def test_a_difference_is_told_by_the_smallest_query_that_shows_it(make: Callable[..., Record]) -> None:
    class Deaf(MemoryBackend):
        """Finds nothing for a query with the words `paro agrario` in a row."""

        def search(self, node: Node, **options: Any) -> Hits:
            return Hits(0, ()) if "paro agrario" in str(node) else super().search(node, **options)

    records = [make("Gran paro agrario en Ñaña"), make("Otra cosa")]
    oracle, deaf = MemoryBackend(records), Deaf(records)
    node = parse(
        '(title:"gran paro agrario en"~3 OR huelga) AND NOT (marcha -otra) AND (date:[2020 TO 2030] OR source:x)'
    )
    found = smallest(node, lambda n: oracle.search(n).ids != deaf.search(n).ids)
    assert found == parse('"paro agrario"')
    assert smallest(parse("* -(paro OR huelga)"), lambda n: "-" in str(n) or "NOT" in str(n)) == parse("* -paro")
    assert smallest(Word("title", "paro", True), lambda n: True) == Word("", "paro")
