"""Search: documents a second in, and the time of each kind of question, on tantivy and (with an address) Elasticsearch.

    python bench/engines.py [DOCUMENTS] [http://127.0.0.1:9200]

Texts are invented: words drawn from a long-tailed (Zipf) vocabulary. Prints a table and writes bench/engines.json.
"""

import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.document import Document, document_id
from core.record import Record
from core.settings import Settings
from search.backend import Backend
from search.engines import open_backend
from search.query import parse

WORDS, LENGTH, ROUNDS = 50_000, 300, 30
QUESTIONS = {
    "word": "voc40", "two words": "voc40 voc300", "phrase": '"voc1 voc2"', "near": '"voc5 voc9"~5', "prefix": "voc12*",
    "boolean": "voc40 (voc50 OR voc60) -voc70",
}  # fmt: skip


def records(number: int) -> Iterator[Record]:
    chance = random.Random(7)
    vocabulary = [f"voc{n}" for n in range(WORDS)]
    weights = [1 / (n + 1) for n in range(WORDS)]
    pool = chance.choices(vocabulary, weights, k=2_000_000)
    for n in range(number):
        at = chance.randrange(len(pool) - LENGTH)
        words, when = pool[at : at + LENGTH], datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=n)
        url = f"https://diario.example/{n}"
        document = Document(
            id=document_id(url), url=url, title=" ".join(words[:10]), text=" ".join(words), source=f"medio{n % 20}", fetched=when,
            published=when, language="es",
        )  # fmt: skip
        yield Record(document=document)


def measure(backend: Backend, number: int) -> dict[str, float]:
    started = time.perf_counter()
    backend.index(records(number))
    backend.flush()
    rows = {"documents/s in": number / (time.perf_counter() - started)}
    asked = {name: (lambda q=query: backend.search(parse(q), limit=10)) for name, query in QUESTIONS.items()}
    asked["histogram of all"] = lambda: backend.histogram(parse("*"))
    asked["facets of all"] = lambda: backend.facets(parse("*"), ["source", "year"])
    for name, question in asked.items():
        times = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            question()
            times.append((time.perf_counter() - started) * 1000)
        times.sort()
        rows[f"{name}, p50 ms"], rows[f"{name}, p95 ms"] = times[ROUNDS // 2], times[int(ROUNDS * 0.95)]
    return rows


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        places = {"tantivy": str(Path(folder) / "index")}
        if len(sys.argv) > 2:
            places["Elasticsearch"] = f"{sys.argv[2]}/bench-{int(time.time())}"
        for name, place in places.items():
            backend = open_backend(Settings.load({"PUTUTU_HOME": folder, "PUTUTU_INDEX": place}), write=True)
            results[name] = measure(backend, number)
            backend.close()
    for row in next(iter(results.values())):
        print(f"{row:26}" + "".join(f"{result[row]:>14,.2f}" for result in results.values()))
    Path(__file__).with_suffix(".json").write_text(
        json.dumps({"documents": number, **results}, indent=1) + "\n", "utf-8"
    )


if __name__ == "__main__":
    main()
