"""tantivy's traps, each with the test that springs it: DESIGN section 5 and reference/engines.md, B1."""

import json
import multiprocessing
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import tantivy

from core.errors import StoreError, UnavailableError
from core.record import Record
from core.settings import Settings
from search import counting, embedded_generations, embedded_writer, lock
from search.analysed import Analysed
from search.backend import DayCount, scan
from search.embedded import EmbeddedBackend
from search.embedded_generations import schema
from search.engines import open_backend
from search.fields import order_number, row
from search.memory import MemoryBackend
from search.query import everything, parse

Make = Callable[..., Record]


@pytest.fixture
def backend(tmp_path: Path) -> EmbeddedBackend:
    """An empty index; its folder goes with the test."""
    return EmbeddedBackend(tmp_path, write=True)


def filled(settings: Settings, *records: Record) -> None:
    backend = open_backend(settings, write=True)
    assert backend.index(records) == {}
    backend.flush()
    backend.close()


def test_a_commit_that_fails_is_replayed_by_a_new_writer(backend: EmbeddedBackend, make: Make) -> None:
    backend.index([make("antes", id="aa")])
    backend._writer._tantivy.add_document(tantivy.Document(day="not a number"))  # type: ignore[union-attr]
    backend.index([make("después", id="bb")])
    backend.flush()
    backend.index([make("luego", id="cc")])
    backend.flush()
    assert sorted(scan(backend, everything())) == ["aa", "bb", "cc"]
    backend.close()


def test_a_poisoned_writer_of_tantivy_s_own_loses_documents_in_silence(tmp_path: Path, make: Make) -> None:
    """Why the replay: should this fail, tantivy was mended and the trap may be taken out of the code."""
    index = tantivy.Index(schema(), path=str(tmp_path))
    writer = index.writer(15_000_000, 1)
    writer.add_document(tantivy.Document(day="not a number"))
    with pytest.raises(ValueError):
        writer.commit()
    index.register_tokenizer("terms", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    writer.add_document(tantivy.Document.from_dict(row(Analysed.of(make("perdido"))) | {"order": 1}, schema()))
    writer.commit()
    index.reload()
    assert index.searcher().num_docs == 0


def test_a_document_that_cannot_be_made_is_named_and_the_others_are_taken(
    backend: EmbeddedBackend, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = embedded_writer.row
    monkeypatch.setattr(embedded_writer, "row", lambda view: good(view) | ({"day": "x"} if view.id == "bad" else {}))
    errors = backend.index([make("uno", id="aa"), make("dos", id="bad"), make("tres", id="cc")])
    backend.flush()
    assert list(errors) == ["bad"]
    assert sorted(scan(backend, everything())) == ["aa", "cc"]
    backend.close()


def test_a_writer_that_cannot_be_had_again_fails_clearly_until_it_can(
    backend: EmbeddedBackend, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend.index([make("uno", id="aa")])
    backend.flush()
    writer = backend._writer
    assert writer
    whole = writer._new

    def full() -> None:
        raise StoreError("The disk is full.", "Make room.")

    monkeypatch.setattr(writer, "_new", full)
    writer._tantivy.add_document(tantivy.Document(day="not a number"))
    backend.index([make("dos", id="bb")])
    for _ in range(2):
        with pytest.raises(StoreError):
            backend.flush()
            backend.index([make("tres", id="cc")])
    monkeypatch.setattr(writer, "_new", whole)
    backend.index([make("cuatro", id="dd")])
    backend.flush()
    assert set(scan(backend, everything())) >= {"aa", "bb", "dd"}, "what was pending is written with the rest"
    backend.close()


def test_a_row_holds_no_unknown_field_and_no_none_and_its_numbers_are_signed(tmp_path: Path, make: Make) -> None:
    bare = make("Sin fecha", published=None, section=None, places=[{"name": "Ica", "department": None, "role": None}])
    values = row(Analysed.of(bare)) | {"order": order_number(Analysed.of(bare))}
    assert None not in values.values() and not any(None in v for v in values.values() if isinstance(v, list))
    tantivy.Index(schema(), path=str(tmp_path))
    fields = {field["name"]: field["type"] for field in json.loads((tmp_path / "meta.json").read_text())["schema"]}
    full = make(
        "Lleno", summary="s", text="t", translation={"title": "x"}, story="s", topics=[{"name": "strike", "subtype": "stoppage"}],
        sectors=[{"name": "mining", "role": "actor"}], norms=[{"id": "Ley 1"}], roads=[{"name": "r"}], strike={"status": "ended", "guild": "g"},
        entities=[{"name": "a", "type": "person"}, {"name": "b", "type": "organisation"}], author=("a",), section="s",
        places=[{"name": "Ica", "department": "Ica", "province": "Ica", "district": "Ica", "role": "event"}],
    )  # fmt: skip
    known = {name for record in (bare, full) for name in row(Analysed.of(record))} | {"order"}
    assert known <= set(fields), "from_dict would drop what the schema lacks, in silence"
    assert "u64" not in fields.values() and fields["day"] == fields["order"] == "i64"


def test_tokenizers_are_registered_again_at_every_open(settings: Settings, make: Make) -> None:
    filled(settings, make("Gran paro agrario", id="aa"))
    again = open_backend(settings, write=True)
    assert again.count(parse('"paro agrario"')) == 1
    again.index([make("Otro paro agrario", id="bb")])
    again.flush()
    assert again.count(parse('"paro agrario"')) == 2
    again.close()


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
    (folder / (folder / "current").read_text() / "meta.json").write_text("{")
    with pytest.raises(StoreError, match="pututu reindex"):
        open_backend(settings)


def test_walking_is_paged_without_a_cap_and_without_doubles(
    backend: EmbeddedBackend, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.embedded.PAGE", 7)
    records = [
        make(f"nota {n}", id=f"{n:08x}{n:012x}" if n < 30 else f"ffffffff{n:012x}", story=f"s{n % 11}")
        for n in range(50)
    ]
    oracle = MemoryBackend(records)
    backend.index(records)
    backend.flush()
    walked = list(backend.walk(parse("nota")))
    assert walked[:15] == list(oracle.walk(parse("nota")))[:15]
    assert sorted(walked) == sorted(oracle.walk(parse("nota")))
    assert set(backend.stories(parse("nota"), "source")) == set(oracle.stories(parse("nota"), "source"))
    backend.close()


def test_the_embedded_index_keeps_no_text(backend: EmbeddedBackend, make: Make) -> None:
    backend.index([make("Hipopotámico")])
    backend.flush()
    stored = backend._generation.index.searcher()  # type: ignore[union-attr]
    assert list(stored.doc(stored.search(tantivy.Query.all_query(), 1).hits[0][1]).to_dict()) == ["id"]
    backend.close()


def test_what_its_own_parser_loses_in_silence_is_found(backend: EmbeddedBackend, make: Make) -> None:
    backend.index([make("La inflación sube", id="aa"), make("La inflación baja", id="bb")])
    backend.flush()
    index = backend._generation.index  # type: ignore[union-attr]
    asked = index.parse_query("original_title_exact:la AND NOT original_title_exact:baja")
    assert index.searcher().search(asked, 10).count == 0, "tantivy was mended: the trap may be taken out"
    assert list(scan(backend, parse("la AND NOT baja"))) == ["aa"]
    assert set(scan(backend, parse("inflac*"))) == {"aa", "bb"} == set(scan(backend, parse("inflacoin~1")))
    backend.close()


def test_its_slop_is_not_lucene_s_so_near_words_are_spelled_out(backend: EmbeddedBackend, make: Make) -> None:
    """`"envi envi"~5`: tantivy is content with one occurrence of a word that is asked for twice."""
    backend.index([make("Envían ayuda sola", id="aa"), make("Envían y no envían", id="bb")])
    backend.flush()
    term = Analysed.of(make("envían")).parts[0].joined[1]
    own = tantivy.Query.phrase_query(schema(), "original_title_es", [term, term], slop=5)
    assert backend._generation.index.searcher().search(own, 10).count == 2  # type: ignore[union-attr]
    assert list(scan(backend, parse('"envían envían"~5'))) == ["bb"]
    backend.close()


def test_a_pattern_that_is_too_much_for_it_is_an_error_of_ours(backend: EmbeddedBackend, make: Make) -> None:
    from core.errors import QueryError
    from search.nodes import Wildcard

    backend.index([make("uno")])
    backend.flush()
    with pytest.raises(QueryError, match="more than tantivy takes"):
        backend.count(Wildcard("", "*a?????????????a*"))
    backend.close()


def test_days_are_lima_s_though_it_knows_no_time_zone(backend: EmbeddedBackend, make: Make) -> None:
    midnight = datetime(2026, 3, 11, 5, tzinfo=UTC)
    backend.index([make("a", published=midnight - timedelta(seconds=1)), make("b", published=midnight)])
    backend.flush()
    assert backend.histogram(everything()) == [
        DayCount(None, date(2026, 3, 10), 1), DayCount(None, date(2026, 3, 11), 1)
    ]  # fmt: skip
    backend.close()


def test_documents_of_one_second_are_ordered_by_id(backend: EmbeddedBackend, make: Make) -> None:
    """It sorts dates at a precision of one second; the order of results is one number of ours."""
    when = datetime(2026, 3, 10, 12, tzinfo=UTC)
    records = [make(f"n{n}", id=f"{n:020x}", published=when + timedelta(microseconds=n)) for n in range(40)]
    backend.index(records[::-1])
    backend.flush()
    # ids differ in the bits the order number leaves out: what it cannot tell apart is not promised to be in order
    spread = [make(f"m{n}", id=f"{n * 7919:08x}{n:012x}", published=when) for n in range(1, 41)]
    backend.index(spread[::-1])
    backend.flush()
    found = [name for name in backend.search(everything(), limit=100).ids if name in {r.id for r in spread}]
    assert found == [r.id for r in sorted(spread, key=lambda r: r.id)]
    backend.close()


def test_stories_and_facets_are_counted_exactly_where_it_would_estimate(
    backend: EmbeddedBackend, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`cardinality` estimates and `terms` cuts: with more values than are listed, the counts are still the true ones."""
    for name in ("LISTED", "DEEP"):
        monkeypatch.setattr(counting, name, 7)
    monkeypatch.setattr(counting, "PAGE", 10)
    monkeypatch.setattr(counting, "CELLS", 9)
    records = [
        make(f"n{n}", id=f"{n:020x}", source=f"s{n % 37}", story=f"h{n % 91}", published=datetime(2026, 1, 1 + n % 5, 17, tzinfo=UTC),
             entities=[{"name": f"p{min(n % 50, 20 + n % 3)}", "type": "person"}])
        for n in range(400)
    ]  # fmt: skip
    oracle = MemoryBackend(records)
    for start in range(0, 400, 100):  # four segments, each with its own cut
        backend.index(records[start : start + 100])
        backend.flush()
    for size in (1, 3, 6, 7, 20, None):
        assert backend.facets(everything(), ["source", "person"], size) == oracle.facets(
            everything(), ["source", "person"], size
        )
    assert backend.histogram(everything(), "source") == oracle.histogram(everything(), "source")
    assert backend.fold(everything(), limit=5).total == 91 == oracle.fold(everything(), limit=5).total
    assert backend.tally(everything(), "source", size=5).items() <= oracle.tally(everything(), "source").items()
    backend.close()


def test_another_version_is_told_with_the_mend(settings: Settings, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(settings, make("uno", id="aa"))
    monkeypatch.setattr(embedded_generations, "VERSION", "2-abcdef012345")
    for write in (False, True):
        with pytest.raises(StoreError, match="pututu reindex"):
            open_backend(settings, write=write)


def test_an_index_of_the_first_release_is_known_by_its_version(settings: Settings, make: Make) -> None:
    """Its mark held the version alone."""
    filled(settings, make("uno", id="aa"))
    folder = Path(settings.index)
    mark = folder / (folder / "current").read_text() / "pututu.json"
    mark.write_text(json.dumps({"version": json.loads(mark.read_text())["version"]}))
    assert list(scan(open_backend(replace(settings)), everything())) == ["aa"]
