"""The same documents for the same query from memory, tantivy and a real Elasticsearch: generated queries over real headlines."""

import gzip
import json
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.document import SECTORS, TOPICS, document_id
from core.record import Record
from core.terms import exact_terms
from core.text import clean
from search.backend import Backend, scan
from search.engines import open_backend
from search.memory import MemoryBackend
from search.query import parse

SAMPLE, EACH, SEED = 1_500, 25, 20_201_222
PLACES = ("Áncash", "Ica", "La Libertad", "Lima", "Puno", "Ñuñoa Ficticia")
PEOPLE = ("Rosa Núñez Ficticia", "Juan Inventado", "Ana de la Cruz Irreal")
COUNTED = ("topic", "source", "department", "language", "month", "person")
Built = dict[str, Backend]


@pytest.fixture(scope="module")
def records(shared_data: Path) -> list[Record]:
    """A sample of the real headlines: with texts of several, translations, other languages, tags, stories, some undated."""
    chance = random.Random(SEED)
    with gzip.open(shared_data / "headlines" / "headlines-2020-12_2021-06.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = chance.sample([json.loads(line) for line in lines], SAMPLE)
    titles = [clean(row["title"]) for row in rows]
    return [one(row, titles, chance) for row in rows]


def one(row: dict[str, Any], titles: list[str], chance: random.Random) -> Record:
    from core.document import Document, StoryRef

    when = datetime.fromisoformat(row["date"]).replace(tzinfo=UTC) + timedelta(hours=chance.randrange(24))
    texts = ". ".join(chance.sample(titles, 3)) if chance.random() < 0.3 else ""
    other = {
        "language": chance.choice(["en", "es"]),
        "title": chance.choice(titles),
        "summary": "",
        "text": texts[::-1],
    }
    tags = {
        "topics": [{"name": chance.choice(TOPICS), "subtype": None}] if chance.random() < 0.4 else [],
        "sectors": [{"name": chance.choice(SECTORS), "role": "victim"}] if chance.random() < 0.3 else [],
        "places": [{"name": name, "department": name, "role": "event"} for name in chance.sample(PLACES, chance.randrange(3))],
        "entities": [{"name": chance.choice(PEOPLE), "type": "person"}] if chance.random() < 0.3 else [],
        "norms": [{"id": f"Ley {chance.randrange(32100, 32110)}"}] if chance.random() < 0.2 else [],
    }  # fmt: skip
    document = Document(
        id=document_id(row["url"]), url=row["url"], title=clean(row["title"]), source=row["outlet"], fetched=when + timedelta(hours=3),
        published=when if chance.random() < 0.95 else None, language=chance.choice(["es", "es", "en", None]),
        text=texts, summary=texts[: len(texts) // 3] if chance.random() < 0.5 else "",
    )  # fmt: skip
    story = StoryRef(id=f"s{chance.randrange(900)}", size=1, first=when) if chance.random() < 0.8 else None
    return Record(document=document, tags=tags, translation=other if chance.random() < 0.3 else None, story=story)


@pytest.fixture(scope="module")
def built(
    records: list[Record],
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
    place_for: Callable[..., Any],
) -> Iterator[Built]:
    """The three backends, filled alike."""
    folder = tmp_path_factory.mktemp("parity")
    backends: Built = {"memory": MemoryBackend(records)}
    for kind in ("tantivy", "elasticsearch"):
        backends[kind] = open_backend(place_for(kind, folder, request), write=True)
        assert backends[kind].index(records) == {}
        backends[kind].flush()
    yield backends
    for backend in backends.values():
        drop(backend)


def drop(backend: Backend) -> None:
    client = getattr(backend, "client", None)
    if client is not None:
        for name in client.indices.get(index=f"{backend.alias}-v*").body:  # type: ignore[attr-defined]
            client.indices.delete(index=name)
    backend.close()


class Generator:
    """Queries of each kind of FACES, section 3, made of words that occur, by a seeded chance."""

    def __init__(self, records: list[Record], seed: int) -> None:
        self.chance = random.Random(seed)
        self.lines = [record.document.title for record in records if len(exact_terms(record.document.title)) > 5]
        self.days = sorted(
            record.document.published.date().isoformat() for record in records if record.document.published
        )
        self.sources = sorted({record.document.source for record in records})

    def words(self, number: int) -> list[str]:
        """Words in a row of some headline, as printed."""
        words = "".join(char if char.isalnum() else " " for char in self.chance.choice(self.lines)).split()
        start = self.chance.randrange(max(1, len(words) - number + 1))
        return words[start : start + number]

    def word(self, least: int = 1) -> str:
        while True:
            for word in self.words(12):
                if len(word) >= least and word not in ("AND", "OR", "NOT") and self.chance.random() < 0.3:
                    return word

    def phrase(self) -> str:
        return '"' + " ".join(self.words(self.chance.choice([2, 2, 3]))) + '"'

    def near(self) -> str:
        words = self.words(5)
        chosen = self.chance.sample(words, min(len(words), self.chance.choice([2, 2, 3])))
        return f'"{" ".join(chosen)}"~{self.chance.randrange(1, 8)}'

    def prefix(self) -> str:
        word = self.word(4)
        return word[: self.chance.randrange(2, len(word))] + "*"

    def wildcard(self) -> str:
        word = list(self.word(5))
        for _ in range(self.chance.randrange(1, 3)):
            word[self.chance.randrange(len(word))] = self.chance.choice("*?")
        return "".join(word) if any(char.isalnum() for char in word) else "p?ro"

    def fuzzy(self) -> str:
        word = list(self.word(6))
        del word[self.chance.randrange(len(word))]
        return "".join(word) + self.chance.choice(["~1", "~2", "~"])

    def exact(self) -> str:
        return f"exact:{self.chance.choice([self.word(3), self.phrase()])}"

    def field(self) -> str:
        simple = self.chance.choice(["title", "text", "translation"])
        return self.chance.choice([
            f"{simple}:{self.word(3)}", f"{simple}:{self.phrase()}", f"{simple}:({self.word(3)} OR {self.prefix()})",
            f"source:{self.chance.choice(self.sources)} {self.word(2)}", f"topic:{self.chance.choice(TOPICS)}",
            f'place:"{self.chance.choice(PLACES)}" -topic:strike', "person:" + self.chance.choice(["nuñez", '"de la cruz"', "inventa*", "irral~1"]),
            f'norm:"ley n° {self.chance.randrange(32100, 32110)}"', f"sector:{self.chance.choice(SECTORS)}", "language:en", "role:victim", "story:s7*",
        ])  # fmt: skip

    def range(self) -> str:
        low, high = sorted(self.chance.sample(self.days, 2))
        asked = self.chance.choice(
            [f"[{low} TO {high}]", f"{{{low} TO {high}]", f">={high[:7]}", f"<{high}", low[:7], low, "[* TO 2021-02}"]
        )
        return f"date:{asked}" if self.chance.random() < 0.5 else f"seen:{asked} {self.word(2)}"

    def boolean(self) -> str:
        leaf = self.chance.choice
        kinds = [self.word, self.phrase, self.prefix, self.exact, self.field]
        a, b, c = (leaf(kinds)() for _ in range(3))
        shape = leaf(
            [
                "{a} OR {b}",
                "{a} OR {b} -{c}",
                "({a} OR {b}) {c}",
                "{a} -({b} OR {c})",
                "{a} AND NOT {b}",
                "{a} OR ({b} AND {c})",
                "* -{a}",
                "{a} (NOT {b} OR {c})",
            ]
        )
        return shape.format(a=f"({a})", b=f"({b})", c=f"({c})")

    def facet(self) -> str:
        return self.chance.choice([self.word, self.field, self.range, self.prefix])()


KINDS = ("word", "phrase", "near", "prefix", "wildcard", "fuzzy", "exact", "boolean", "field", "range", "facet")
with_hits: dict[str, int] = {}


@pytest.mark.parametrize("kind", KINDS)
def test_generated_queries_find_the_same(kind: str, records: list[Record], built: Built) -> None:
    generator = Generator(records, SEED + KINDS.index(kind))
    different = []
    for _ in range(EACH):
        text = getattr(generator, kind)()
        node = parse(text)
        answers = {name: list(scan(backend, node)) for name, backend in built.items()}
        with_hits[kind] = with_hits.get(kind, 0) + bool(answers["memory"])
        if len({tuple(answer) for answer in answers.values()}) > 1:
            different.append((text, {name: len(answer) for name, answer in answers.items()}))
        if kind in ("facet", "boolean", "near"):
            assert same(built, lambda backend, node=node: backend.search(node, limit=10)), text
        if kind == "facet":
            assert same(built, lambda backend, node=node: backend.facets(node, COUNTED, 5)), text
            assert same(built, lambda backend, node=node: backend.histogram(node, "place")), text
            assert same(built, lambda backend, node=node: backend.histogram(node)), text
            assert same(built, lambda backend, node=node: set(backend.stories(node, "source"))), text
            assert same(built, lambda backend, node=node: backend.count(node)), text
    assert different == []


def same(built: Built, question: Callable[[Backend], Any]) -> bool:
    answers = [question(backend) for backend in built.values()]
    return all(answer == answers[0] for answer in answers)


def test_most_of_the_queries_found_something() -> None:
    if len(with_hits) < len(KINDS):
        pytest.skip("the generated queries did not run here")
    assert sum(with_hits.values()) >= 250, with_hits
