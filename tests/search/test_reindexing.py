"""Index work and rebuilds over a real store: what Elasticsearch refuses is parked, what it cannot take waits, nothing is lost."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import pipeline
from cli import root
from cli.doctor import examine
from core.document import Document, document_id
from core.errors import UnavailableError
from core.settings import Settings
from core.time import lima_day
from search import elastic_bulk, elastic_index
from search.backend import scan
from search.elastic import ElasticBackend
from search.elastic_rebuild import ElasticBeside, ours
from search.engines import is_elastic, open_backend
from search.query import everything, parse
from store import documents, work
from store.database import Store
from tests.search.proxy import Proxy, Running

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)


def clock() -> datetime:
    return NOW


def document(number: int, word: str = "Paro", **changed: Any) -> Document:
    url = f"https://valle.example/n{number}"
    return Document(
        **{"id": document_id(url), "url": url, "title": f"{word} número {number}", "source": "valle", "fetched": NOW, "published": NOW, "language": "es",
           "text": "Los choferes del valle ficticio marchan."} | changed
    )  # fmt: skip


def made(kind: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[tuple[Store, Settings]]:
    """A store with an index of this kind; an alias goes with the test."""
    settings = replace(request.getfixturevalue("place_for")(kind, folder, request), translate="none")
    with Store.open(settings) as store:
        yield store, settings
    if is_elastic(settings):
        with closing(ElasticBackend.open(settings)) as backend:
            for name in backend.client.indices.get(index=f"{backend.alias}-v*").body:
                backend.client.indices.delete(index=name)


@pytest.fixture(params=["tantivy", "elasticsearch"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Store, Settings]]:
    """Each of the two."""
    yield from made(request.param, tmp_path, request)


@pytest.fixture
def elastic_home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Store, Settings]]:
    """The one of Elasticsearch."""
    yield from made("elasticsearch", tmp_path, request)


def take_in(store: Store, settings: Settings, *incoming: Document) -> None:
    list(pipeline.take_in(store, incoming, clock=clock))
    pipeline.enrich(store, settings, clock=clock)


def found(settings: Settings, query: str = "*") -> list[str]:
    with closing(open_backend(settings)) as backend:
        return sorted(scan(backend, parse(query)))


def stored(store: Store) -> list[str]:
    with store.read() as tx:
        return documents.ids(tx)


def test_a_rebuild_has_what_came_changed_and_went_meanwhile(home: tuple[Store, Settings]) -> None:
    store, settings = home
    take_in(store, settings, *(document(n) for n in range(5)))
    pipeline.index(store, settings, clock=clock)
    done: list[int] = []

    def meanwhile(number: int) -> None:
        """While the new index is filled, others go on: each writes to the old one."""
        if done:
            return
        done.append(number)
        take_in(store, settings, document(9, "Nueva"), document(1, "Cambiada"))
        pipeline.index(store, settings, clock=clock)
        pipeline.take_down(store, settings, document(2).url, "la familia lo pidió", clock=clock)

    receipt = pipeline.reindex(store, settings, advance=meanwhile, clock=clock)
    assert done and receipt["rebuilt"] == 5 and receipt["refused"] == 0
    assert found(settings) == stored(store) and len(found(settings, "nueva OR cambiada")) == 2
    with store.read() as tx:
        assert work.waiting(tx, "index") == 0
    back = pipeline.reindex(store, settings, back=True, clock=clock)
    assert back["rebuilt"] == 5 and found(settings) == stored(store), "a takedown reaches the index that was kept too"


def test_who_writes_to_the_old_one_at_the_moment_of_the_swap_is_followed_up(
    elastic_home: tuple[Store, Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, settings = elastic_home
    take_in(store, settings, *(document(n) for n in range(3)))
    pipeline.index(store, settings, clock=clock)
    swap = ElasticBeside.put_in_force

    def late(self: ElasticBeside) -> str | None:
        take_in(store, settings, document(7, "Tardía"))
        pipeline.index(store, settings, clock=clock)
        with store.write() as tx:
            held = work.claim(tx, "index", store.worker, 5, NOW)
        assert held == []
        return swap(self)

    monkeypatch.setattr(ElasticBeside, "put_in_force", late)
    pipeline.reindex(store, settings, clock=clock)
    assert found(settings) == stored(store) and len(found(settings, "tardia")) == 1


def test_work_that_is_leased_at_the_swap_is_done_again(elastic_home: tuple[Store, Settings]) -> None:
    store, settings = elastic_home
    take_in(store, settings, *(document(n) for n in range(3)))
    with store.write() as tx:
        held = work.claim(tx, "index", store.worker, 5, NOW)
    assert len(held) == 3
    receipt = pipeline.reindex(store, settings, clock=clock)
    assert receipt["indexed"] == 3
    with store.write() as tx:
        assert work.done_many(tx, held, store.worker, NOW) == [], (
            "what its holder wrote into the old index does not count"
        )


def spoiled(monkeypatch: pytest.MonkeyPatch, id: str) -> None:
    """One document that Elasticsearch refuses."""
    good = elastic_index.source
    monkeypatch.setattr(elastic_bulk, "source", lambda view: good(view) | ({"sorpresa": 1} if view.id == id else {}))


def test_what_elasticsearch_refuses_is_parked_with_its_reason_and_the_rest_goes_in(
    elastic_home: tuple[Store, Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, settings = elastic_home
    take_in(store, settings, *(document(n) for n in range(6)))
    bad = stored(store)[2]
    spoiled(monkeypatch, bad)
    assert pipeline.index(store, settings, clock=clock) == {"indexed": 5, "failed": 1}
    with store.read() as tx:
        parked = work.parked(tx)
    assert [(one.document, one.kind) for one in parked] == [(bad, "index")]
    assert "strict_dynamic_mapping_exception" in parked[0].error and "sorpresa" in parked[0].error
    assert found(settings) == [id for id in stored(store) if id != bad]
    rows = [row for row in examine(store, settings) if row["state"] == "bad"]
    assert any("sorpresa" in row["finding"] for row in rows)
    receipt = pipeline.reindex(store, settings, clock=clock)
    assert receipt["rebuilt"] == 5 and receipt["refused"] == 1 and receipt["failed"] == 1, "a rebuild parks it likewise"
    monkeypatch.undo()
    assert pipeline.retry(store, "index", clock=clock)["index"] >= 1
    pipeline.index(store, settings, clock=clock)
    assert found(settings) == stored(store)


def test_an_index_that_is_read_only_keeps_the_work_waiting_and_doctor_says_so(
    elastic_home: tuple[Store, Settings],
) -> None:
    store, settings = elastic_home
    take_in(store, settings, document(1))
    pipeline.index(store, settings, clock=clock)
    take_in(store, settings, document(2), document(3))
    with closing(ElasticBackend.open(settings)) as backend:
        backend.client.indices.put_settings(index=backend.alias, settings={"index.blocks.read_only_allow_delete": True})
        for _ in range(10):  # more often than a piece of work may fail
            with pytest.raises(UnavailableError, match="read-only"):
                pipeline.index(store, settings, clock=clock)
        with store.read() as tx:
            assert work.summary(tx)["index"] | {"done": 0} == {"waiting": 2, "leased": 0, "parked": 0, "done": 0}
        assert pipeline.index(store, settings, by_hand=False, clock=clock) == {"indexed": 0, "failed": 0}, (
            "the daemon waits a minute"
        )
        told = [row for row in examine(store, settings) if row["part"] == "index"]
        assert any(row["state"] == "bad" and "read-only" in row["finding"] for row in told)
        assert any("2 documents wait" in row["finding"] for row in told)
        backend.client.indices.put_settings(index=backend.alias, settings={"index.blocks.read_only_allow_delete": None})
    later = NOW + timedelta(minutes=2)
    assert pipeline.index(store, settings, by_hand=False, clock=lambda: later) == {"indexed": 2, "failed": 0}
    assert found(settings) == stored(store)


def test_a_server_that_fails_in_mid_batch_loses_and_doubles_nothing(
    elastic_home: tuple[Store, Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, settings = elastic_home
    monkeypatch.setattr(elastic_bulk, "CHUNK", 5)
    monkeypatch.setattr(elastic_bulk, "FIRST_WAIT", 0.01)
    monkeypatch.setattr(elastic_bulk, "RETRIES", 1)
    take_in(store, settings, *(document(n) for n in range(40)))
    node, _, alias = settings.index.rpartition("/")
    with Running(Proxy(node)) as proxy:
        through = replace(settings, index=f"{proxy.url}/{alias}")

        def fail_at_the_fourth(proxy: Proxy, path: str) -> None:
            if "_bulk" in path and proxy.requests("_bulk") == 4:
                proxy.faults[:] = ["lost"] * 9  # each is done by the node, and none is answered

        proxy.before = fail_at_the_fourth
        with pytest.raises(UnavailableError):
            pipeline.index(store, through, clock=clock)
        with store.read() as tx:
            assert work.summary(tx)["index"]["waiting"] == 40, "what was not answered is not called done"
        proxy.faults.clear()
        proxy.before = lambda proxy, path: None
        assert pipeline.index(store, through, clock=clock)["indexed"] == 40
    assert found(settings) == stored(store)


def test_doctor_compares_the_counts(home: tuple[Store, Settings]) -> None:
    store, settings = home
    take_in(store, settings, *(document(n) for n in range(4)))
    pipeline.index(store, settings, clock=clock)
    assert not [row for row in examine(store, settings) if row["part"] == "index" and row["state"] == "bad"]
    with closing(open_backend(settings, write=True)) as backend:
        backend.delete(stored(store)[:2])
        backend.flush()
    told = [row for row in examine(store, settings) if row["part"] == "index" and row["state"] == "bad"]
    assert len(told) == 1 and "2 documents, the store 4" in told[0]["finding"] and "reindex" in told[0]["mend"]


def test_the_command_builds_keeps_takes_back_and_drops(
    home: tuple[Store, Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, settings = home
    take_in(store, settings, *(document(n) for n in range(4)))
    pipeline.index(store, settings, clock=clock)
    for name, value in {"HOME": str(settings.home), "INDEX": settings.index, "TRANSLATE": "none"}.items():
        monkeypatch.setenv(f"PUTUTU_{name}", value)

    def command(*arguments: str) -> dict[str, Any]:
        done = CliRunner().invoke(root, ["reindex", *arguments, "--json"])
        assert done.exit_code == 0, done.output
        return dict(json.loads(done.stdout))

    first = command()
    assert (first["rebuilt"], first["resumed"]) == (4, False) and first["kept"]
    assert command("--back")["kept"] != first["kept"]
    assert len(command("--drop-old")["dropped"]) == 1
    assert command("--drop-old") == {"dropped": []}
    assert CliRunner().invoke(root, ["reindex", "--drop-old", "--back"]).exit_code == 2
    failed = CliRunner().invoke(root, ["reindex", "--back"])
    assert failed.exit_code == 1 and "No earlier index is kept" in str(failed.exception)
    assert found(settings) == stored(store)
    if is_elastic(settings):
        with closing(ElasticBackend.open(settings)) as backend:
            assert len(ours(backend.client, backend.alias)) == 1


def test_the_day_of_a_document_is_lima_s_on_both(home: tuple[Store, Settings]) -> None:
    store, settings = home
    late = datetime(2026, 11, 21, 4, 59, tzinfo=UTC)
    take_in(store, settings, document(1, published=late))
    pipeline.index(store, settings, clock=clock)
    with closing(open_backend(settings)) as backend:
        assert [row.day for row in backend.histogram(everything())] == [lima_day(late)]


def test_the_page_tells_what_is_wrong_with_the_index(elastic_home: tuple[Store, Settings]) -> None:
    from fastapi.testclient import TestClient

    from web.app import create
    from web.desk import Desk

    def visitor(settings: Settings) -> TestClient:
        address = ("127.0.0.1", 50_000)
        return TestClient(create(Desk(settings, store)), base_url="http://127.0.0.1:8642", client=address)

    store, settings = elastic_home
    take_in(store, settings, document(1))
    pipeline.index(store, settings, clock=clock)
    with closing(ElasticBackend.open(settings)) as backend:
        client = visitor(settings)
        assert "read-only" not in client.get("/runs?lang=en").text
        backend.client.indices.put_settings(index=backend.alias, settings={"index.blocks.write": True})
        page = client.get("/runs?lang=en").text
        assert "The index: the index is read-only (index.blocks.write)" in page
        assert client.get("/search?q=paro&lang=en").status_code == 200, "it is read all the same"
        backend.client.indices.put_settings(index=backend.alias, settings={"index.blocks.write": None})
    down = visitor(replace(settings, index="http://127.0.0.1:9/x"))
    for path in ("/runs?lang=en", "/search?q=paro&lang=en"):
        page = down.get(path).text
        assert "does not answer" in page and "check PUTUTU_INDEX" in page, path
    assert down.get("/search.json?q=paro").status_code == 503
