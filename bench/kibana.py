"""How near plain `match` queries, as typed in Kibana, come to the product's own answers: on the native field and on ours.

    python bench/kibana.py http://127.0.0.1:9200 [HEADLINES]

500 words as printed in the real headlines beside the checkout; for each the set of documents that the product finds in
titles, and the set that Elasticsearch finds by `match` on the native field (`title`) and on the product's stems
(`original_title_es`). Prints the share of equal sets and the mean Jaccard similarity, and writes bench/kibana.json.
"""

import gzip
import json
import random
import re
import sys
import time
from contextlib import closing
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core.document import Document, document_id
from core.record import Record
from core.settings import Settings
from core.text import clean
from search import elastic_rebuild
from search.backend import scan
from search.elastic import ElasticBackend
from search.nodes import Word

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "headlines" / "headlines-2020-12_2021-06.jsonl.gz"
WORDS, SEED = 500, 11
FIELDS = ("title", "original_title_es")


def records(number: int) -> list[Record]:
    chance = random.Random(SEED)
    with gzip.open(DATA, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in chance.sample(list(lines), number)]
    return [
        Record(document=Document(id=document_id(row["url"]), url=row["url"], title=clean(row["title"]), source=row["outlet"], fetched=datetime.fromisoformat(row["date"] + "T12:00:00+00:00"), language="es"))
        for row in rows
    ]  # fmt: skip


def main() -> None:
    address, number = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 20_000
    taken = records(number)
    chance = random.Random(SEED)
    words = [
        chance.choice(re.findall(r"\w{3,}", chance.choice(taken).document.title) or ["paro"]) for _ in range(WORDS)
    ]
    with TemporaryDirectory() as folder:
        settings = Settings.load(
            {"PUTUTU_HOME": folder, "PUTUTU_INDEX": f"{address.rstrip('/')}/kibana-{int(time.time())}"}
        )
        with closing(ElasticBackend.open(settings, write=True)) as backend:
            try:
                assert backend.index(taken) == {}
                backend.flush()
                compare(backend, words, number)
            finally:
                for name in elastic_rebuild.ours(backend.client, backend.alias):
                    backend.client.indices.delete(index=name)


def compare(backend: ElasticBackend, words: list[str], number: int) -> None:
    results, unlike = {}, {}
    for field in FIELDS:
        equal, jaccard, differ = 0, 0.0, []
        for word in words:
            ours = set(scan(backend, Word("title", word)))
            found = backend.client.search(
                index=backend.alias, query={"match": {field: word}}, size=10_000, source=False
            )
            theirs = {hit["_id"] for hit in found["hits"]["hits"]}
            equal += ours == theirs
            jaccard += len(ours & theirs) / max(1, len(ours | theirs))
            if ours != theirs:
                differ.append(word)
        results[field] = {"equal": equal / len(words), "jaccard": jaccard / len(words)}
        unlike[field] = differ
        print(f"{field:20} equal {equal / len(words):6.1%}   mean Jaccard {jaccard / len(words):.3f}")
    print("unlike on our field:", ", ".join(unlike[FIELDS[1]][:40]))
    file = Path(__file__).with_suffix(".json")
    file.write_text(json.dumps({"headlines": number, "words": len(words), **results}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
