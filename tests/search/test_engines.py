"""What engines must survive: a poisoned writer, a second writer, another version, a kill in a rebuild, a server that is down."""

import json
import multiprocessing
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import tantivy

from core.errors import SettingError, StoreError, UnavailableError
from core.record import Record
from core.settings import Settings
from search import backend as port
from search import elastic, elastic_index, embedded_writer, lock
from search.backend import scan
from search.elastic import ElasticBackend
from search.embedded import EmbeddedBackend
from search.engines import open_backend, rebuild
from search.memory import MemoryBackend
from search.query import everything, parse

Make = Callable[..., Record]


def filled(settings: Settings, *records: Record) -> None:
    backend = open_backend(settings, write=True)
    assert backend.index(records) == {}
    backend.flush()
    backend.close()


def ids(settings: Settings) -> list[str]:
    backend = open_backend(settings)
    try:
        return sorted(scan(backend, everything()))
    finally:
        backend.close()


def test_what_is_not_flushed_is_not_promised_and_what_is_survives_reopening(
    index_settings: Settings, make: Make
) -> None:
    filled(index_settings, make("uno", id="aa"))
    filled(index_settings, make("dos", id="bb"), make("uno otra vez", id="aa"))
    assert ids(index_settings) == ["aa", "bb"]


def test_a_rebuild_serves_the_old_until_the_new_is_whole(index_settings: Settings, make: Make) -> None:
    filled(index_settings, make("vieja", id="aa"), make("sobra", id="zz"))
    reader = open_backend(index_settings)
    assert reader.count(everything()) == 2
    during: list[int] = []

    def records() -> Iterator[Record]:
        yield make("nueva", id="aa")
        during.append(reader.count(parse("vieja")))
        yield make("otra", id="bb")

    assert rebuild(index_settings, records()) == 2
    assert during == [1]
    assert sorted(scan(reader, everything())) == ["aa", "bb"] and reader.count(parse("nueva")) == 1
    reader.close()
    filled(index_settings, make("tras", id="cc"))
    assert ids(index_settings) == ["aa", "bb", "cc"]


def test_a_rebuild_that_dies_leaves_the_old_in_force(index_settings: Settings, make: Make) -> None:
    filled(index_settings, make("vieja", id="aa"))

    def records() -> Iterator[Record]:
        yield make("nueva", id="bb")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild(index_settings, records())
    assert ids(index_settings) == ["aa"]
    assert rebuild(index_settings, [make("nueva", id="cc")]) == 1
    assert ids(index_settings) == ["cc"]


def test_another_version_is_told_with_the_mend(
    index_settings: Settings, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(index_settings, make("uno", id="aa"))
    for module in (embedded_writer, elastic_index, elastic):
        monkeypatch.setattr(module, "VERSION", "2-abcdef012345")
    for write in (False, True):
        with pytest.raises(StoreError, match="pututu reindex"):
            backend = open_backend(index_settings, write=write)
            backend.index([make("dos")]) if write else backend.count(everything())
    assert rebuild(index_settings, [make("uno", id="bb")]) == 1
    assert ids(index_settings) == ["bb"]


def test_reading_makes_no_folder_and_no_index(index_settings: Settings) -> None:
    assert ids(index_settings) == []
    assert not index_settings.home.exists()
    with pytest.raises(StoreError, match="opened for reading"):
        open_backend(index_settings).index([])


# tantivy


def test_a_commit_that_fails_is_replayed_by_a_new_writer(tmp_path: Path, make: Make) -> None:
    backend = EmbeddedBackend(tmp_path, write=True)
    backend.index([make("antes", id="aa")])
    backend._writer._tantivy.add_document(tantivy.Document(day="not a number"))  # type: ignore[union-attr]
    backend.index([make("después", id="bb")])
    backend.flush()
    backend.index([make("luego", id="cc")])
    backend.flush()
    assert sorted(scan(backend, everything())) == ["aa", "bb", "cc"]
    backend.close()


def test_a_document_that_cannot_be_made_is_named_and_the_others_are_taken(
    tmp_path: Path, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = embedded_writer.row
    monkeypatch.setattr(embedded_writer, "row", lambda view: good(view) | ({"day": "x"} if view.id == "bad" else {}))
    backend = EmbeddedBackend(tmp_path, write=True)
    errors = backend.index([make("uno", id="aa"), make("dos", id="bad"), make("tres", id="cc")])
    backend.flush()
    assert list(errors) == ["bad"]
    assert sorted(scan(backend, everything())) == ["aa", "cc"]
    backend.close()


def _hold(folder: str, ready: multiprocessing.Event, done: multiprocessing.Event) -> None:  # type: ignore[valid-type]
    held = lock.Lock(Path(folder) / "writer.lock", "The index")
    held.take()
    ready.set()  # type: ignore[attr-defined]
    done.wait(20)  # type: ignore[attr-defined]


def test_a_second_writer_waits_and_is_told_who_writes(
    tmp_path: Path, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = multiprocessing.get_context("fork")
    ready, done = context.Event(), context.Event()
    holder = context.Process(target=_hold, args=(str(tmp_path), ready, done))
    holder.start()
    assert ready.wait(10)
    take = lock.Lock.take
    monkeypatch.setattr(lock.Lock, "take", lambda self, patience=0.2: take(self, patience))
    second = EmbeddedBackend(tmp_path, write=True)
    with pytest.raises(UnavailableError, match=f"written by process {holder.pid}"):
        second.index([make("uno")])
    assert second.count(everything()) == 0, "readers are free"
    done.set()
    holder.join(10)
    assert second.index([make("uno")]) == {}
    second.flush()
    assert second.count(everything()) == 1
    second.close()


def test_a_reader_sees_what_another_process_flushed_at_once(tmp_path: Path, make: Make) -> None:
    reader, writer = EmbeddedBackend(tmp_path), EmbeddedBackend(tmp_path, write=True)
    for number in range(3):
        writer.index([make(f"nota {number}")])
        writer.flush()
        assert reader.count(parse("nota")) == number + 1
    writer.close()


def test_a_damaged_index_is_told_with_the_mend(settings: Settings, make: Make) -> None:
    filled(settings, make("uno"))
    folder = Path(settings.index)
    generation = folder / (folder / "current").read_text()
    (generation / "meta.json").write_text("{")
    with pytest.raises(StoreError, match="pututu reindex"):
        open_backend(settings)
    assert rebuild(settings, [make("uno", id="aa")]) == 1 and ids(settings) == ["aa"]


def test_walking_is_paged_without_a_cap_and_without_doubles(
    tmp_path: Path, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.embedded.PAGE", 7)
    monkeypatch.setattr("search.embedded.BUCKETS", 3)
    records = [
        make(f"nota {n}", id=f"{n:08x}{n:012x}" if n < 30 else f"ffffffff{n:012x}", story=f"s{n % 11}")
        for n in range(50)
    ]
    backend, oracle = EmbeddedBackend(tmp_path, write=True), MemoryBackend(records)
    backend.index(records)
    backend.flush()
    walked = list(backend.walk(parse("nota")))
    assert walked[:15] == list(oracle.walk(parse("nota")))[:15]
    assert sorted(walked) == sorted(oracle.walk(parse("nota")))
    assert set(backend.stories(parse("nota"), "source")) == set(oracle.stories(parse("nota"), "source"))
    backend.close()


def test_the_embedded_index_keeps_no_text(tmp_path: Path, make: Make) -> None:
    backend = EmbeddedBackend(tmp_path, write=True)
    backend.index([make("Hipopotámico")])
    backend.flush()
    stored = backend._generation.index.searcher()  # type: ignore[union-attr]
    assert list(stored.doc(stored.search(tantivy.Query.all_query(), 1).hits[0][1]).to_dict()) == ["id"]
    backend.close()


# Elasticsearch


def test_a_server_that_is_down_is_told_with_the_mend(settings: Settings, make: Make) -> None:
    down = replace(settings, index="http://127.0.0.1:9/pututu")
    backend = open_backend(down, write=True)
    for ask in (lambda: backend.count(everything()), lambda: backend.index([make("uno")]), backend.health):
        with pytest.raises(UnavailableError, match="does not answer"):
            ask()


@pytest.mark.parametrize(
    ("address", "says"), [("http://127.0.0.1:9/Mayúsculas", "alias"), ("https://127.0.0.1:9/x", "PUTUTU_INDEX")]
)
def test_an_address_that_cannot_be_used_names_the_setting(settings: Settings, address: str, says: str) -> None:
    with pytest.raises(SettingError, match=says):
        open_backend(replace(settings, index=address, index_ca=Path("/nowhere/ca.pem")))


def test_elasticsearch_errors_are_named_by_document_and_source_holds_no_terms(
    elasticsearch_url: str, settings: Settings, make: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    backend = open_backend(
        replace(settings, index=f"{elasticsearch_url}/{tmp_path.name.lower().replace('_', '-')}"), write=True
    )
    assert isinstance(backend, ElasticBackend)
    good = elastic_index.source
    monkeypatch.setattr(
        elastic_index, "source", lambda view: good(view) | ({"surprise": 1} if view.id == "bad" else {})
    )
    errors = backend.index([make("uno", id="aa"), make("dos", id="bad"), make("Choferes detenidos", id="cc")])
    backend.flush()
    assert list(errors) == ["bad"] and "surprise" in errors["bad"]
    assert sorted(scan(backend, everything())) == ["aa", "cc"]
    kept = backend.client.get(index=backend.alias, id="aa")["_source"]
    assert kept["title"] == "uno" and not any(name.startswith("original_") for name in kept)
    monkeypatch.setattr(elastic, "WINDOW", 1)
    monkeypatch.setattr(elastic, "PAGE", 1)
    assert backend.search(everything(), limit=2).ids == ("aa", "cc")
    assert backend.search(everything(), limit=1, offset=1).ids == ("cc",)
    typed = backend.client.search(index=backend.alias, q="original_title_es:Detenido")["hits"]["total"]["value"]
    assert typed == 1, "what is typed in Kibana is analysed nearly as we do"
    backend.client.indices.delete(index=next(iter(elastic_index.ours(backend.client, backend.alias))))
    backend.close()


def test_near_words_twice_are_spelled_out_for_elasticsearch() -> None:
    from search.elastic_query import query

    asked = json.dumps(query(parse('exact:"la la"~1')))
    assert '"gaps"' in asked and '"la _ la"' in asked
    assert port.CALENDAR == ("year", "month")
