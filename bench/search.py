"""Search: documents a second in, size, and p50 and p95 of every kind of question, on tantivy, Elasticsearch and SQLite FTS5.

    python bench/search.py [--documents 1000000] [--headlines] [--elasticsearch http://127.0.0.1:9200] [--engines tantivy,sqlite]

Texts are invented: 300 words drawn by a long-tailed (Zipf) law from 50,000 made-up words, one year of 40 sources, the same
for every engine and run. `--headlines` takes the real ones beside the checkout instead. Only the engine's work is timed: the
documents are made before. SQLite FTS5 (no stemming, one table of texts) stands beside them as what one would do without an
engine. Prints a table with the ratio to tantivy and writes bench/search.json.
"""

import argparse
import gzip
import json
import random
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # this file's name would hide the room `search`

from core import garbage
from core.document import SECTORS, TOPICS, Document, StoryRef, document_id
from core.record import Record
from core.settings import Settings
from search.backend import Backend
from search.engines import open_backend
from search.query import parse
from search.spikes import spikes
from search.trends import trends

SEED, WORDS, LENGTH, TITLE, SOURCES = 7, 50_000, 300, 10, 40
START, DAYS = datetime(2025, 1, 1, 12, tzinfo=UTC), 365
CHUNK = 10_000
ROUNDS = 40
BANDS = (0.05, 0.25), (0.005, 0.05)  # share of the documents that frequent and middling words are in
FACETS = ("source", "topic", "sector", "department")
DEPARTMENTS = tuple(f"Departamento {n}" for n in range(1, 26))
DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "headlines" / "headlines-2020-12_2021-06.jsonl.gz"
TARGETS = {
    "documents/s in": (3_500, 1_500), "newest + 4 facets, p95 ms": (25, None), "trends of ten queries over the year, p50 ms": (200, None),
}  # fmt: skip


# what is searched


def vocabulary(chance: random.Random) -> list[str]:
    """Made-up words of two to five syllables, each once, the commonest first."""
    syllables = [c + v for c in "bcdfglmnprstvz" for v in "aeiou"]
    words: dict[str, None] = {}
    while len(words) < WORDS:
        words["".join(chance.choices(syllables, k=chance.choice((2, 3, 3, 4, 5))))] = None
    return list(words)


def synthetic(number: int) -> Iterator[Record]:
    """So many documents of LENGTH words, spread over a year, the same in every run."""
    chance = random.Random(SEED)
    words = vocabulary(chance)
    pool = chance.choices(words, [1 / (n + 1) for n in range(WORDS)], k=3_000_000)
    for n in range(number):
        at = chance.randrange(len(pool) - LENGTH)
        drawn, title_at = pool[at : at + LENGTH], chance.randrange(len(pool) - TITLE)
        when = START + timedelta(days=n % DAYS, seconds=chance.randrange(40_000))
        url = f"https://diario.example/{n}"
        document = Document(
            id=document_id(url), url=url, title=" ".join(pool[title_at : title_at + TITLE]).capitalize(), text=" ".join(drawn).capitalize() + ".",
            source=f"medio{min(int(chance.expovariate(0.12)), SOURCES - 1)}", fetched=when, published=when, language="es",
        )  # fmt: skip
        yield Record(document=document, tags=tags(chance), story=StoryRef(id=f"s{n // 3}", size=3, first=when))


def tags(chance: random.Random) -> dict[str, Any]:
    place = chance.choice(DEPARTMENTS)
    return {
        "topics": [{"name": chance.choice(TOPICS), "subtype": None}] if chance.random() < 0.3 else [],
        "sectors": [{"name": chance.choice(SECTORS), "role": "victim"}] if chance.random() < 0.3 else [],
        "places": [{"name": place, "department": place, "role": "event"}] if chance.random() < 0.6 else [],
        "entities": [{"name": f"Persona {chance.randrange(20_000)}", "type": "person"}] if chance.random() < 0.5 else [],
    }  # fmt: skip


def headlines() -> Iterator[Record]:
    """The real headlines. Ends with what is missing where they are not beside the checkout."""
    if not DATA.exists():
        raise SystemExit(f"{DATA} is not there: --headlines needs the real headlines beside the checkout.")
    with gzip.open(DATA, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            when = datetime.fromisoformat(row["date"]).replace(hour=17, tzinfo=UTC)
            yield Record(
                document=Document(
                    id=document_id(row["url"]),
                    url=row["url"],
                    title=row["title"],
                    source=row["outlet"],
                    fetched=when,
                    published=when,
                    language="es",
                )
            )


class Asked:
    """Questions made of the documents, of frequent and middling words, the same for every engine."""

    def __init__(self, sample: Sequence[Record], first: date, last: date) -> None:
        chance = random.Random(SEED)
        texts = [(r.document.text or r.document.title).lower().replace(".", "").split() for r in sample]
        counts: Counter[str] = Counter(word for text in texts for word in set(text) if word.isalpha() and len(word) > 3)
        share = {word: count / len(texts) for word, count in sorted(counts.items())}
        frequent, middling = ([word for word, part in share.items() if low <= part < high] for low, high in BANDS)
        self.first, self.last = first, last
        self.words = [chance.choice(frequent) for _ in range(ROUNDS)]
        self.phrases = [_phrase(chance, texts) for _ in range(ROUNDS)]
        self.prefixes = [chance.choice(middling)[:5] for _ in range(ROUNDS)]
        self.booleans = [(chance.choice(frequent), *chance.sample(middling, 3)) for _ in range(ROUNDS)]
        self.trends = [chance.sample(middling, 10) for _ in range(ROUNDS)]


def _phrase(chance: random.Random, texts: Sequence[list[str]]) -> tuple[str, str]:
    while True:
        text = chance.choice(texts)
        if len(text) > 2:
            at = chance.randrange(len(text) - 1)
            if text[at].isalpha() and text[at + 1].isalpha():
                return text[at], text[at + 1]


# who answers


class Engine(Protocol):
    """What is measured: taking documents in, its size, and the questions by name, each for the n-th round."""

    def take(self, records: Sequence[Record]) -> None:
        """Index; what was taken can be found when it returns."""

    def size(self) -> int:
        """Bytes on disk."""

    def questions(self, asked: Asked) -> dict[str, Callable[[int], Any]]:
        """The questions by name."""


class Ours:
    """A backend of the product, asked as the product asks it."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend

    def take(self, records: Sequence[Record]) -> None:
        errors = self.backend.index(records)
        assert not errors, errors
        self.backend.flush()

    def size(self) -> int:
        return int(self.backend.health()["bytes"] or 0)

    def questions(self, asked: Asked) -> dict[str, Callable[[int], Any]]:
        b = self.backend

        def newest(query: str) -> Any:
            return b.search(parse(query), limit=10)

        def with_facets(query: str) -> Any:
            return newest(query), b.facets(parse(query), FACETS)

        def series(words: Sequence[str]) -> Any:
            return trends(b, [(word, parse(word)) for word in words], by="day", start=asked.first, end=asked.last)

        return {
            "phrase": lambda n: newest('"{} {}"'.format(*asked.phrases[n])),
            "boolean": lambda n: newest("{} AND ({} OR {}) NOT {}".format(*asked.booleans[n])),
            "prefix": lambda n: newest(asked.prefixes[n] + "*"),
            "newest + 4 facets": lambda n: with_facets(asked.words[n]),
            "histogram of all": lambda n: b.histogram(parse("*")),
            "spikes": lambda n: spikes(b, parse(asked.words[n])),
            "trends of ten queries over the year": lambda n: series(asked.trends[n]),
        }  # fmt: skip


class Fts5:
    """SQLite: FTS5 beside a table of facts; what one would build without an engine. No stems, no exact counts of stories."""

    def __init__(self, file: Path) -> None:
        self.file, self.db = file, sqlite3.connect(file)
        self.db.executescript(
            "PRAGMA journal_mode=wal; PRAGMA synchronous=normal;"
            "CREATE VIRTUAL TABLE texts USING fts5(title, text, tokenize='unicode61 remove_diacritics 2');"
            "CREATE TABLE facts(rowid INTEGER PRIMARY KEY, day INTEGER, published INTEGER, source, topic, sector, department);"
            "CREATE INDEX by_day ON facts(day); CREATE INDEX by_time ON facts(published);"
        )

    def take(self, records: Sequence[Record]) -> None:
        with self.db:
            for r in records:
                d, t = r.document, r.tags
                cursor = self.db.execute("INSERT INTO texts(title, text) VALUES (?, ?)", (d.title, d.text))
                when = int(d.published.timestamp()) if d.published else None
                names = [next((item[key] for item in t.get(of, ())), None) for of, key in (("topics", "name"), ("sectors", "name"), ("places", "department"))]  # fmt: skip
                self.db.execute("INSERT INTO facts VALUES (?, ?, ?, ?, ?, ?, ?)", (cursor.lastrowid, when and when // 86_400, when, d.source, *names))  # fmt: skip

    def size(self) -> int:
        self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return self.file.stat().st_size

    def questions(self, asked: Asked) -> dict[str, Callable[[int], Any]]:
        def rows(sql: str, *values: Any) -> list[Any]:
            return self.db.execute(sql, values).fetchall()

        match = "FROM texts CROSS JOIN facts ON facts.rowid = texts.rowid WHERE texts MATCH ?"

        def newest(query: str) -> Any:
            return rows("SELECT count(*) FROM texts WHERE texts MATCH ?", query), rows(f"SELECT texts.rowid {match} ORDER BY published DESC LIMIT 10", query)  # fmt: skip

        def with_facets(query: str) -> Any:
            return newest(query), [rows(f"SELECT {name}, count(*) {match} GROUP BY 1 ORDER BY 2 DESC LIMIT 10", query) for name in FACETS]  # fmt: skip

        def series(words: Sequence[str]) -> Any:
            return [rows(f"SELECT day, count(*) {match} GROUP BY 1", word) for word in words]

        return {
            "phrase": lambda n: newest('"{} {}"'.format(*asked.phrases[n])),
            "boolean": lambda n: newest("{} AND ({} OR {}) NOT {}".format(*asked.booleans[n])),
            "prefix": lambda n: newest(asked.prefixes[n] + "*"),
            "newest + 4 facets": lambda n: with_facets(asked.words[n]),
            "histogram of all": lambda n: rows("SELECT day, count(*) FROM facts GROUP BY day"),
            "trends of ten queries over the year": lambda n: series(asked.trends[n]),
        }  # fmt: skip


# measuring


def measure(engine: Engine, source: Iterator[Record], rounds: int) -> dict[str, float]:
    """The rows of one engine; `source` is the documents, the first CHUNK of which the questions are made of."""
    taken, seconds, busy, sample = 0, 0.0, 0.0, []
    first = last = None
    while chunk := list(islice(source, CHUNK)):
        days = [r.document.published.date() for r in chunk if r.document.published]
        first, last = min([first or days[0], *days]), max([last or days[0], *days])
        sample = sample or chunk
        started, working = time.perf_counter(), time.process_time()
        engine.take(chunk)
        seconds, busy = seconds + time.perf_counter() - started, busy + time.process_time() - working
        taken += len(chunk)
    assert first and last, "there are no documents"
    rows = {
        "documents": taken, "documents/s in": taken / seconds, "processor ms a document, here": busy / taken * 1000,
        "bytes a document": engine.size() / taken,
    }  # fmt: skip
    for name, question in engine.questions(Asked(sample, first, last)).items():
        times = []
        for n in range(rounds):
            started = time.perf_counter()
            question(n)
            times.append((time.perf_counter() - started) * 1000)
        times.sort()
        rows[f"{name}, p50 ms"], rows[f"{name}, p95 ms"] = times[len(times) // 2], times[int(len(times) * 0.95)]
    return rows


def table(results: dict[str, dict[str, float]]) -> Iterator[str]:
    """Lines: each engine's figure and its ratio to the first engine's, and the target where there is one."""
    names = list(results)
    yield f"{'':44}" + "".join(f"{name:>24}" for name in names)
    for row in dict.fromkeys(row for result in results.values() for row in result):
        base = results[names[0]].get(row)
        cells = []
        for name in names:
            value = results[name].get(row)
            ratio = f" ({value / base:.2f}x)" if value is not None and base and name != names[0] else ""
            cells.append(f"{'-' if value is None else f'{value:,.1f}{ratio}':>24}")
        target = TARGETS.get(row)
        yield f"{row:44}" + "".join(cells) + (f"   target {' / '.join(str(t) for t in target if t)}" if target else "")


def engine_of(name: str, folder: Path, address: str) -> Engine:
    if name == "sqlite":
        return Fts5(folder / "texts.sqlite")
    settings = Settings.load({"PUTUTU_HOME": str(folder)})
    if name == "elasticsearch":
        settings = replace(settings, index=f"{address.rstrip('/')}/bench-{int(time.time())}")
    return Ours(open_backend(settings, write=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=20_000, help="how many invented documents (default 20,000)")
    parser.add_argument("--headlines", action="store_true", help="the real headlines instead")
    parser.add_argument(
        "--elasticsearch", default="", metavar="URL", help="a node; without it Elasticsearch is left out"
    )
    parser.add_argument("--engines", default="tantivy,elasticsearch,sqlite", help="which, and in which order")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"questions of each kind, {ROUNDS} at most")
    options = parser.parse_args()
    garbage.seldom()  # as the command line does
    results: dict[str, dict[str, float]] = {}
    for name in options.engines.split(","):
        if name == "elasticsearch" and not options.elasticsearch:
            print("Elasticsearch is left out: no address was given.")
            continue
        with tempfile.TemporaryDirectory() as folder:
            engine = engine_of(name, Path(folder), options.elasticsearch)
            try:
                source = headlines() if options.headlines else synthetic(options.documents)
                results[name] = measure(engine, source, min(options.rounds, ROUNDS))
            finally:
                if isinstance(engine, Ours):
                    _drop(engine.backend)
    print("\n".join(table(results)))
    kind = "headlines" if options.headlines else f"{options.documents} documents of {LENGTH} words"
    file = Path(__file__).with_suffix(".json")
    kept = json.loads(file.read_text("utf-8")) if file.exists() else {}
    file.write_text(json.dumps(kept | {kind: results}, indent=1) + "\n", "utf-8")


def _drop(backend: Backend) -> None:
    """Close it; the indices of the benchmark's own alias are removed."""
    client = getattr(backend, "client", None)
    if client is not None:
        from search import elastic_rebuild

        for name in elastic_rebuild.ours(client, backend.alias):  # type: ignore[attr-defined]
            client.indices.delete(index=name)
    backend.close()


if __name__ == "__main__":
    main()
