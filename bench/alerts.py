"""Matching on arrival: 1,000 and 10,000 alerts asked of each new document on one core, and the alternative beside it.

The alternative is what one does without a matcher: index each new batch in Elasticsearch, then run every alert's query
over it. Both are asked the same queries of the same documents and must find the same pairs. Queries are of the shapes that
people subscribe to (telling words, a phrase, a tag with a word, a prefix, an exclusion), their words from the documents
themselves. Two loads: `selective`, whose telling words stand in one document of 1,000 at most, and `busy`, in one of 100.

    python bench/alerts.py [--documents N] [--alerts N,N] [--elasticsearch URL] [--seed N] [--json bench/alerts.json]
"""

import argparse
import gzip
import json
import random
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from alerts.matcher import Matcher, frequencies
from alerts.verdict import Seen
from core.record import Record
from core.settings import Settings
from core.terms import fold_word, stem
from search.analysed import Analysed
from search.elastic_query import query as compiled
from search.engines import open_backend
from search.nodes import Node
from search.query import parse
from store.alerts import Alert
from tests.search.generated import PLACES, made, shuffled

HERE = Path(__file__).resolve().parents[2]
HEADLINES = HERE / "shared" / "data" / "headlines" / "headlines-2020-12_2021-06.jsonl.gz"
NOW = datetime(2026, 11, 25, tzinfo=UTC)
SENTENCES = 20  # headlines that make one text of about 250 words
BATCH = 200  # documents, as the matching stage takes them
LOADS = {"selective": 0.001, "busy": 0.01}  # share of the documents that a telling word may stand in
ASKED_AT_ONCE = 200  # queries in one request to Elasticsearch


def documents(number: int, chance: random.Random) -> list[Record]:
    """Records with a text of news length each, made of real headlines where these are at hand, else of invented ones."""
    if HEADLINES.is_file():
        with gzip.open(HEADLINES, "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
    else:
        rows = shuffled(chance, 20_000)
    titles = [row["title"] for row in rows]
    records = made(chance.sample(rows, number), chance)
    return [
        replace(
            record,
            document=replace(record.document, text=". ".join(chance.sample(titles, SENTENCES))),
            translation=None,
        )
        for record in records
    ]


class Subscribers:
    """Queries as people subscribe to them."""

    def __init__(self, views: Sequence[Analysed], chance: random.Random, load: str) -> None:
        self.chance = chance
        self.titles = [view.record.document.title for view in views]
        held = Counter(stem for view in views for stem in {stem for part in view.parts for stem in part.stems})
        forms = {form for title in self.titles for form in self._words(title) if len(form) > 4}
        words = {form: held[stem(form, "es")] for form in forms}
        most = max(2, len(views) * LOADS[load])
        self.telling = sorted(form for form, count in words.items() if 0 < count <= most)
        self.known = frozenset(self.telling)
        self.common = sorted(form for form, count in words.items() if count > most)

    def _words(self, title: str) -> list[str]:
        return "".join(c if c.isalpha() else " " for c in fold_word(title)).split()

    def _phrase(self) -> str:
        """Two or three words in a row of a title, one of them a telling one."""
        while True:
            words = self._words(self.chance.choice(self.titles))
            places = [place for place, word in enumerate(words) if word in self.known]
            if len(words) > 1 and places:
                length = min(len(words), self.chance.choice([2, 3]))
                start = max(0, min(self.chance.choice(places) - self.chance.randrange(length), len(words) - length))
                return '"' + " ".join(words[start : start + length]) + '"'

    def query(self) -> str:
        """One query that can be subscribed to."""
        chance = self.chance
        rare, other, common = chance.choice(self.telling), chance.choice(self.telling), chance.choice(self.common)
        return chance.choice([
            f"{rare} {common}", f"{rare} OR {other}", f"{common} ({rare} OR {other})", self._phrase(), f"{self._phrase()} {common}",
            f"topic:{chance.choice(['strike', 'extortion', 'legislation'])} {rare}", f"{rare} -{common}", f"{rare[:5]}* {common}",
            f"title:{rare}", f'"{rare} {common}"~5', f"topic:strike place:\"{chance.choice(PLACES)}\" {common}", f"exact:{rare} OR {self._phrase()}",
        ])  # fmt: skip


def subscribed(number: int, people: Subscribers) -> list[Alert]:
    """So many alerts with different queries."""
    queries: dict[str, None] = {}
    while len(queries) < number:
        queries[people.query()] = None
    return [
        Alert(id=f"{n:05}", name="n", query=query, owner="a@example.org", created=NOW, changed=NOW)
        for n, query in enumerate(queries)
    ]  # fmt: skip


def by_matcher(alerts: Sequence[Alert], records: Sequence[Record]) -> tuple[dict[str, Any], set[tuple[str, str]]]:
    """The matcher, analysis included, in batches as the stage does it; on this one core."""
    began = time.process_time()
    sample = frequencies([Analysed.of(record) for record in records[:BATCH]])
    matcher = Matcher(alerts, sample)
    built = time.process_time() - began
    assert not matcher.broken
    pairs: set[tuple[str, str]] = set()
    began = time.process_time()
    for record in records:
        pairs |= {(found.alert.id, record.id) for found in matcher.match(Analysed.of(record))}
    spent = time.process_time() - began
    began = time.process_time()
    seen = [Seen(Analysed.of(record)) for record in records]
    analysis = time.process_time() - began
    asked = sum(len(matcher.candidates(one.view)) for one in seen[:BATCH])
    figures = {
        "documents_per_second": round(len(records) / spent), "build_seconds": round(built, 2), "seconds": round(spent, 2),
        "share_of_analysis": round(analysis / spent, 2), "asked_per_document": round(asked / min(BATCH, len(records)), 1),
    }  # fmt: skip
    return figures, pairs


def by_elasticsearch(
    alerts: Sequence[Alert], records: Sequence[Record], url: str, batch: int
) -> tuple[dict[str, Any], set[tuple[str, str]]]:
    """Each batch into an index of its own, then every alert's query over it. The node may use every core it has."""
    settings = Settings.load({"PUTUTU_HOME": "/tmp", "PUTUTU_INDEX": f"{url}/bench-{uuid.uuid4().hex[:12]}"})
    backend: Any = open_backend(settings, write=True)
    nodes = [parse(alert.query) for alert in alerts]
    pairs: set[tuple[str, str]] = set()
    cpu = _cpu(backend.client)
    began = time.perf_counter()
    try:
        for start in range(0, len(records), batch):
            some = records[start : start + batch]
            assert not backend.index(some)
            backend.flush()
            for first, found in _asked(backend, nodes, batch):
                pairs |= {(alerts[first].id, name) for name in found}
            backend.delete([record.id for record in some])
            backend.flush()
    finally:
        spent, used = time.perf_counter() - began, _cpu(backend.client) - cpu
        for name in backend.client.indices.get(index=f"{backend.alias}-v*").body:
            backend.client.indices.delete(index=name)
        backend.close()
    figures = {
        "batch": batch, "documents": len(records), "documents_per_second": round(len(records) / spent, 1), "seconds": round(spent, 2),
        "node_cpu_seconds": round(used, 2), "documents_per_cpu_second": round(len(records) / used, 1) if used else None,
    }  # fmt: skip
    return figures, pairs


def _asked(backend: Any, nodes: Sequence[Node], batch: int) -> Iterator[tuple[int, list[str]]]:
    """Every query over what is indexed, many in a request: its number and the ids."""
    for start in range(0, len(nodes), ASKED_AT_ONCE):
        searches: list[dict[str, Any]] = []
        for node in nodes[start : start + ASKED_AT_ONCE]:
            searches += [{"index": backend.alias}, {"query": {"constant_score": {"filter": compiled(node)}}, "size": batch, "_source": False, "track_total_hits": False}]  # fmt: skip
        for place, answer in enumerate(backend.client.msearch(searches=searches)["responses"]):
            yield start + place, [hit["_id"] for hit in answer["hits"]["hits"]]


def _cpu(client: Any) -> float:
    """Seconds of processor that the nodes have used."""
    told = client.nodes.stats(metric="process")["nodes"].values()
    return sum(node["process"]["cpu"]["total_in_millis"] for node in told) / 1000


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--documents", type=int, default=4_000)
    options.add_argument("--alerts", default="1000,10000")
    options.add_argument("--elasticsearch", default="", metavar="URL")
    options.add_argument("--elasticsearch-documents", type=int, default=1_000)
    options.add_argument("--seed", type=int, default=20_261_125)
    options.add_argument("--json", type=Path)
    given = options.parse_args()
    chance = random.Random(given.seed)
    records = documents(given.documents, chance)
    views = [Analysed.of(record) for record in records]
    words = round(sum(len(record.document.text.split()) for record in records) / len(records))
    report = {"documents": len(records), "words_per_document": words, "real_headlines": HEADLINES.is_file()}
    print(f"{len(records)} documents of {words} words")
    runs = []
    for load in LOADS:
        people = Subscribers(views, chance, load)
        for number in map(int, given.alerts.split(",")):
            alerts = subscribed(number, people)
            runs.append({"load": load, "alerts": number} | measured(alerts, records, given))
    if given.json:
        given.json.write_text(json.dumps(report | {"runs": runs}, indent=1) + "\n", "utf-8")


def measured(alerts: Sequence[Alert], records: Sequence[Record], given: argparse.Namespace) -> dict[str, Any]:
    """Both ways, printed."""
    figures, pairs = by_matcher(alerts, records)
    hits = round(len(pairs) / len(records), 1)
    print(f"{len(alerts)} alerts, {hits} hits a document")
    print(
        f"  matcher        {figures['documents_per_second']:>7} documents/s, {figures['asked_per_document']} asked a document, built in {figures['build_seconds']} s"
    )
    some = records[: given.elasticsearch_documents]
    ids = {record.id for record in some}
    others = []
    for batch in sorted({min(size, len(some)) for size in (BATCH, 1_000)}) if given.elasticsearch else ():
        other, theirs = by_elasticsearch(alerts, some, given.elasticsearch, batch)
        other["same_pairs"] = theirs == {pair for pair in pairs if pair[1] in ids}
        others.append(other)
        print(
            f"  elasticsearch  {other['documents_per_second']:>7} documents/s in batches of {batch} ({other['documents_per_cpu_second']} a second of its processors); same pairs: {other['same_pairs']}"
        )
    return {"hits_per_document": hits, "matcher": figures, "elasticsearch": others}


if __name__ == "__main__":
    main()
