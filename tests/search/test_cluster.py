"""Real nodes that die: killed in mid-batch and started again, and one of three killed in mid-bulk. Nothing lost, nothing doubled."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import pipeline
from cli.doctor import examine
from core.document import Document, document_id
from core.errors import UnavailableError
from core.settings import Settings
from search import elastic_bulk
from search.backend import scan
from search.elastic import ElasticBackend
from search.engines import open_backend
from search.query import everything
from store import documents, work
from store.database import Store

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
NODE = Path(__file__).resolve().parents[3] / "shared" / "elasticsearch" / "node"
NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
DOCUMENTS = 3_000


@dataclass
class Cluster:
    """Nodes of this test's own."""

    folder: Path
    port: int
    size: int
    environment: dict[str, str]

    def run(self, *arguments: str) -> str:
        """The script that starts and kills them."""
        line = [str(NODE), *arguments, "--dir", str(self.folder)]
        done = subprocess.run(line, text=True, capture_output=True, timeout=300, env=self.environment, check=False)
        if done.returncode:
            pytest.fail(f"{arguments}: {done.stderr[-300:]}")
        return done.stdout

    def start(self) -> None:
        self.run("start", "--nodes", str(self.size), "--port", str(self.port), "--heap", "512m")

    def url(self) -> str:
        hosts = ",".join(f"127.0.0.1:{self.port + n}" for n in range(self.size))
        return f"http://{hosts}/pututu"


@pytest.fixture
def cluster_of(
    tmp_path: Path, nodes: Callable[[], tuple[int, dict[str, str]]], request: pytest.FixtureRequest
) -> Iterator[Callable[[int], Cluster]]:
    """Starts so many nodes; they are wiped with the test."""
    made: list[Cluster] = []

    def start(size: int) -> Cluster:
        port, java = nodes()
        made.append(Cluster(tmp_path / "nodes", port, size, os.environ | java))
        made[-1].start()
        return made[-1]

    yield start
    for cluster in made:
        cluster.run("wipe")


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    """A store with documents whose index work waits."""
    with Store.open(settings) as opened:
        urls = [f"https://valle.example/n{number}" for number in range(DOCUMENTS)]
        incoming = [
            Document(id=document_id(url), url=url, title=f"Paro {n}", text="Los choferes marchan. " * 40, source="valle", fetched=NOW, published=NOW, language="es")
            for n, url in enumerate(urls)
        ]  # fmt: skip
        list(pipeline.take_in(opened, incoming))
        with opened.write() as tx:
            work.add_many(tx, "index", [(document.id, 1) for document in incoming], "publisher", NOW)
        yield opened


def interrupted(monkeypatch: pytest.MonkeyPatch, at: int, do: Callable[[], Any]) -> None:
    """Call `do` before the n-th bulk request."""
    monkeypatch.setattr(elastic_bulk, "CHUNK", 50)
    monkeypatch.setattr(elastic_bulk, "RETRIES", 3)
    send, count = elastic_bulk._sent_chunk, [0]

    def counted(*arguments: Any) -> dict[str, str]:
        count[0] += 1
        if count[0] == at:
            do()
        return send(*arguments)

    monkeypatch.setattr(elastic_bulk, "_sent_chunk", counted)


def indexed_until_done(store: Store, settings: Settings, mend: Callable[[], Any]) -> int:
    """As the daemon does: again and again until nothing waits; how often the engine did not answer."""
    failures = 0
    while pipeline.waiting(store, "index"):
        try:
            pipeline.index(store, settings)
        except UnavailableError:
            failures += 1
            assert failures < 30
            mend()
    return failures


def is_whole(store: Store, settings: Settings) -> None:
    with closing(open_backend(settings)) as backend, store.read() as tx:
        assert sorted(scan(backend, everything())) == documents.ids(tx, limit=DOCUMENTS + 1)
        assert backend.count(everything()) == DOCUMENTS
        assert work.summary(tx)["index"] == {"waiting": 0, "leased": 0, "parked": 0, "done": DOCUMENTS}


def test_a_node_that_is_killed_and_started_again_in_mid_batch(
    cluster_of: Callable[[int], Cluster], store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = cluster_of(1)
    settings = replace(settings, index=cluster.url())
    interrupted(monkeypatch, 25, lambda: cluster.run("kill", "1"))
    down: list[str] = []

    def mend() -> None:
        if not down:
            down.extend(row["finding"] for row in examine(store, settings) if row["part"] == "index")
        cluster.start()

    assert indexed_until_done(store, settings, mend) >= 1
    assert any("does not answer" in finding for finding in down), "doctor says so while it is down"
    is_whole(store, settings)


def test_one_of_three_nodes_is_killed_in_mid_bulk(
    cluster_of: Callable[[int], Cluster], store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = cluster_of(3)
    settings = replace(settings, index=cluster.url())

    def kill_the_primary() -> None:
        with closing(ElasticBackend.open(settings)) as backend:
            shards = backend.client.cat.shards(index="pututu-v*", format="json").body
        holder = next(shard["node"] for shard in shards if shard["prirep"] == "p")
        cluster.run("kill", holder.removeprefix("n"))

    interrupted(monkeypatch, 25, kill_the_primary)
    indexed_until_done(store, settings, lambda: None)
    is_whole(store, settings)
    rows = [row for row in examine(store, settings) if row["part"] == "index"]
    assert rows[0]["state"] == "good"
    cluster.start()
    is_whole(store, settings)
