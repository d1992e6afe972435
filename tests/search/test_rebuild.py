"""An index built anew beside the one that serves, on both engines: swapped whole, caught up, compared, resumed, taken back."""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.errors import PututuError, StoreError, UnavailableError
from core.record import Record
from core.settings import Settings
from search import elastic, elastic_rebuild, embedded_generations, embedded_rebuild
from search import rebuild as rebuilding
from search.backend import Backend, scan
from search.elastic import ElasticBackend
from search.engines import beside, drop_kept, is_elastic, left_beside, open_backend
from search.leftovers import FOREIGN, KEPT, UNDER_WAY, UNFINISHED, USELESS
from search.query import everything, parse
from search.rebuild import Changed, Rebuilt, rebuild

Make = Callable[..., Record]
NOW = datetime(2026, 3, 10, 17, tzinfo=UTC)


@dataclass
class Rows:
    """A store of rows: what `everything` gives, what `changed` tells, and what is done while it is read."""

    records: list[Record]
    changes: list[Changed] = field(default_factory=list)
    meanwhile: Callable[[int], None] = lambda number: None
    pending: int = 0
    read: list[str] = field(default_factory=list)
    told: dict[str, str] = field(default_factory=dict)

    def everything(self, after: str) -> Iterator[Sequence[Record]]:
        for number, record in enumerate(sorted(self.records, key=lambda r: r.id)):
            if record.id > after:
                self.meanwhile(number)
                self.read.append(record.id)
                yield [record]

    def changed(self, since: datetime) -> Iterator[Changed]:
        while self.changes:
            yield self.changes.pop(0)

    def refused(self, errors: Mapping[str, str]) -> None:
        self.told |= errors

    def expected(self) -> tuple[int, int]:
        return len(self.records), self.pending


def anew(settings: Settings, rows: Rows, *, back: bool = False, now: datetime = NOW) -> Rebuilt:
    with closing(beside(settings, now, back=back)) as new:
        return rebuild(new, rows, lambda: now)


def filled(settings: Settings, *records: Record) -> None:
    with closing(open_backend(settings, write=True)) as backend:
        assert backend.index(records) == {}
        backend.flush()


def ids(settings: Settings) -> list[str]:
    with closing(open_backend(settings)) as backend:
        return sorted(scan(backend, everything()))


def there(settings: Settings) -> list[str]:
    """What lies beside one another: generations or indices."""
    if not is_elastic(settings):
        return sorted(path.name for path in Path(settings.index).iterdir() if path.name.isdecimal())
    with closing(ElasticBackend.open(settings)) as backend:
        return sorted(elastic_rebuild.ours(backend.client, backend.alias))


def some(make: Make, number: int, word: str = "nota") -> list[Record]:
    return [make(f"{word} {n}", id=f"{n:020x}") for n in range(number)]


def test_the_old_serves_until_the_new_is_whole_and_is_kept(index_settings: Settings, make: Make) -> None:
    filled(index_settings, make("vieja", id="aa"), make("sobra", id="zz"))
    during: list[int] = []
    with closing(open_backend(index_settings)) as reader:
        rows = Rows([make("nueva", id="aa"), make("otra", id="bb")])
        rows.meanwhile = lambda number: during.append(reader.count(parse("vieja")))
        done = anew(index_settings, rows)
        assert during == [1, 1] and done.documents == 2 and done.kept
        assert sorted(scan(reader, everything())) == ["aa", "bb"] and reader.count(parse("nueva")) == 1
        assert [trouble.mend for trouble in left_beside(index_settings)] == [KEPT]
    filled(index_settings, make("tras", id="cc"))
    assert ids(index_settings) == ["aa", "bb", "cc"]
    assert len(there(index_settings)) == 2
    assert len(drop_kept(index_settings)) == 1 and len(there(index_settings)) == 1
    assert drop_kept(index_settings) == [] and ids(index_settings) == ["aa", "bb", "cc"]


def test_the_one_that_was_kept_can_be_taken_back_with_what_changed_since(index_settings: Settings, make: Make) -> None:
    filled(index_settings, make("vieja", id="aa"), make("sobra", id="zz"))
    with pytest.raises(StoreError, match="No earlier index is kept"):
        anew(index_settings, Rows([]), back=True)
    anew(index_settings, Rows([make("nueva", id="aa"), make("sobra", id="zz")]))
    changed = [Changed([make("cambiada", id="aa"), make("más", id="bb")], frozenset({"zz"}))]
    rows = Rows([make("x", id="aa"), make("más", id="bb")], changed)
    done = anew(index_settings, rows, back=True)
    assert rows.read == [] and not done.resumed, "nothing is read anew but what changed"
    assert ids(index_settings) == ["aa", "bb"]
    with closing(open_backend(index_settings)) as backend:
        assert backend.count(parse("cambiada")) == 1
    assert len(there(index_settings)) == 2, "and the other is kept in its turn"


def test_no_more_than_one_old_index_is_kept(index_settings: Settings, make: Make) -> None:
    for number in range(4):
        anew(index_settings, Rows(some(make, number + 1)))
    assert len(there(index_settings)) == 2 and len(ids(index_settings)) == 4


def test_what_a_kill_after_the_swap_left_goes_with_the_next_rebuild(
    index_settings: Settings, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two old ones, since the swap was made and nothing cleared away: the older goes when the next rebuild begins."""
    anew(index_settings, Rows(some(make, 1)))
    anew(index_settings, Rows(some(make, 2)))
    with monkeypatch.context() as broken:
        for module, name in ((embedded_generations, "drop"), (elastic_rebuild, "_remove")):
            broken.setattr(module, name, lambda *given: None)
        anew(index_settings, Rows(some(make, 3)), now=NOW + timedelta(days=1))
    assert len(there(index_settings)) == 3 and len(ids(index_settings)) == 3

    def stop(number: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        anew(index_settings, Rows(some(make, 4), meanwhile=stop))
    assert len(there(index_settings)) == 3, "in force, kept, unfinished"
    assert anew(index_settings, Rows(some(make, 2)), back=True).documents == 2, "the last one that was in force"


def test_what_changes_meanwhile_is_taken_in(index_settings: Settings, make: Make) -> None:
    filled(index_settings, *some(make, 3))
    late = make("tardía", id="ff")
    changes = [Changed([make("cambiada", id=f"{0:020x}"), late], frozenset({f"{1:020x}"}))]
    gone = [record for record in some(make, 3) if record.id != f"{1:020x}"]
    rows = Rows([*gone, late], changes)
    whole, rows.records = list(rows.records), some(make, 3)
    rows.meanwhile = lambda number: setattr(rows, "records", whole) if number == 2 else None
    anew(index_settings, rows)
    assert ids(index_settings) == sorted(record.id for record in whole)
    with closing(open_backend(index_settings)) as backend:
        assert backend.count(parse("cambiada")) == 1


def test_an_interrupted_rebuild_is_resumed(
    index_settings: Settings, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuilding, "NOTED", 2)
    filled(index_settings, make("vieja", id="aa"))

    def stop(number: int) -> None:
        if number == 5:
            raise KeyboardInterrupt

    rows = Rows(some(make, 9), meanwhile=stop)
    with pytest.raises(KeyboardInterrupt):
        anew(index_settings, rows)
    assert ids(index_settings) == ["aa"], "the old one stays in force"
    assert len(there(index_settings)) == 2
    assert [trouble.mend for trouble in left_beside(index_settings)] == [UNFINISHED]
    again = Rows(some(make, 9))
    assert anew(index_settings, again).resumed
    assert again.read == [record.id for record in some(make, 9)][4:], "what was noted is not read again"
    assert len(ids(index_settings)) == 9 and len(there(index_settings)) == 2


def test_an_unfinished_rebuild_is_told_where_nothing_was_ever_in_force(index_settings: Settings, make: Make) -> None:
    def stop(number: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        anew(index_settings, Rows(some(make, 2), meanwhile=stop))
    assert [trouble.mend for trouble in left_beside(index_settings)] == [UNFINISHED]
    anew(index_settings, Rows(some(make, 2)))
    assert left_beside(index_settings) == [] and len(ids(index_settings)) == 2


def test_what_an_interrupted_rebuild_left_can_be_dropped(index_settings: Settings, make: Make) -> None:
    filled(index_settings, make("vieja", id="aa"))

    def stop(number: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        anew(index_settings, Rows(some(make, 2), meanwhile=stop))
    assert len(drop_kept(index_settings)) == 1
    assert ids(index_settings) == ["aa"]


def test_counts_that_do_not_agree_keep_the_old_one(index_settings: Settings, make: Make) -> None:
    filled(index_settings, make("vieja", id="aa"))

    class Short(Rows):
        def everything(self, after: str) -> Iterator[Sequence[Record]]:
            return iter([self.records[:2]])

    with pytest.raises(StoreError, match="has 2 of the store's 5 documents"):
        anew(index_settings, Short(some(make, 5)))
    assert ids(index_settings) == ["aa"] and len(there(index_settings)) == 1
    assert anew(index_settings, Short(some(make, 5), pending=3)).documents == 2, "what waits for its own work may lack"


def test_a_document_that_is_refused_is_told_and_the_rest_goes_in(
    index_settings: Settings, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("search.embedded_writer", "search.elastic_index"):
        good = __import__(module, fromlist=["row"]).row
        monkeypatch.setattr(
            f"{module}.row", lambda view, good=good: good(view) | ({"day": "ayer"} if view.id.endswith("3") else {})
        )
    rows = Rows(some(make, 5), pending=1)
    done = anew(index_settings, rows)
    assert done.refused == 1 and list(rows.told) == [f"{3:020x}"] and len(ids(index_settings)) == 4


def test_another_version_is_told_and_mended(
    index_settings: Settings, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(index_settings, make("uno", id="aa"))
    for module in (embedded_generations, embedded_rebuild, elastic_rebuild, elastic):
        monkeypatch.setattr(module, "VERSION", "9-abcdef012345")
    for write in (False, True):
        with pytest.raises(StoreError, match="pututu reindex"):
            backend = open_backend(index_settings, write=write)
            backend.index([make("dos")]) if write else backend.count(everything())
    assert anew(index_settings, Rows([make("uno", id="bb")])).documents == 1
    assert ids(index_settings) == ["bb"]
    monkeypatch.undo()
    with pytest.raises(StoreError, match="made by another version"):
        ids(index_settings)
    anew(index_settings, Rows([make("uno", id="aa")]), back=True)
    assert ids(index_settings) == ["aa"], "the earlier release takes back the index that it made"


def test_what_lies_beside_is_told_with_a_mend_that_works_whichever_version_made_it(
    index_settings: Settings, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(number: int) -> None:
        told.append([trouble.mend for trouble in left_beside(index_settings)])
        raise KeyboardInterrupt

    def interrupted(rows: Rows) -> None:
        with pytest.raises(KeyboardInterrupt):
            anew(index_settings, rows)

    told: list[list[str]] = []
    filled(index_settings, make("uno", id="aa"))
    interrupted(Rows(some(make, 2), meanwhile=stop))
    for module in (embedded_generations, embedded_rebuild, elastic_rebuild, elastic):
        monkeypatch.setattr(module, "VERSION", "9-abcdef012345")
    assert [trouble.mend for trouble in left_beside(index_settings)] == [USELESS], "the earlier release was killed"
    interrupted(Rows(some(make, 2), meanwhile=stop))
    assert told == [[UNDER_WAY], [UNDER_WAY]]
    assert [trouble.mend for trouble in left_beside(index_settings)] == [UNFINISHED], "beside one that cannot be opened"
    assert anew(index_settings, Rows(some(make, 2))).documents == 2
    assert [trouble.mend for trouble in left_beside(index_settings)] == [FOREIGN]
    with pytest.raises(StoreError, match="that is kept was made by another version"):
        anew(index_settings, Rows(some(make, 2)), back=True)
    monkeypatch.undo()
    assert [trouble.mend for trouble in left_beside(index_settings)] == [KEPT], "this release made it"
    assert anew(index_settings, Rows([make("uno", id="aa")]), back=True).documents == 1 and ids(index_settings) == [
        "aa"
    ]


def test_a_damaged_index_is_replaced(settings: Settings, make: Make) -> None:
    filled(settings, make("uno"))
    folder = Path(settings.index)
    (folder / (folder / "current").read_text() / "meta.json").write_text("{")
    assert anew(settings, Rows([make("uno", id="aa")])).documents == 1 and ids(settings) == ["aa"]
    (folder / (folder / "current").read_text() / "pututu.json").unlink()
    assert anew(settings, Rows([make("uno", id="bb")])).documents == 1 and ids(settings) == ["bb"]


def test_a_second_rebuild_is_told_of_the_first(index_settings: Settings, make: Make) -> None:
    with (
        closing(beside(index_settings, NOW)),
        pytest.raises(UnavailableError, match=f"built anew by process {os.getpid()}"),
    ):
        beside(index_settings, NOW)
    assert anew(index_settings, Rows(some(make, 2))).documents == 2


def test_index_work_goes_on_beside_a_rebuild_and_waits_for_the_swap(
    settings: Settings, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded_rebuild, "PATIENCE", 0.1)
    filled(settings, make("uno", id="aa"))
    with closing(beside(settings, NOW)) as new:
        filled(settings, make("dos", id="bb"))
        assert ids(settings) == ["aa", "bb"]
        with closing(open_backend(settings, write=True)) as busy:
            busy.index([make("tres", id="cc")])
            with pytest.raises(UnavailableError, match="is being written by"), new.alone():
                pass
        rows = Rows([make("uno", id="aa")], [Changed([make("dos", id="bb")])], pending=1)
        assert rebuild(new, rows, lambda: NOW).since is None, "nothing can have missed the new index"
    assert ids(settings) == ["aa", "bb"]


def test_other_tenants_are_never_touched(elasticsearch_url: str, settings: Settings, make: Make, place_for: Callable[..., Settings], request: pytest.FixtureRequest, tmp_path: Path) -> None:  # fmt: skip
    ours = place_for("elasticsearch", tmp_path, request)
    with closing(ElasticBackend.open(ours)) as backend:
        client, alias = backend.client, backend.alias
        theirs = [
            f"{alias}-v1-abc-1", f"{alias}-v2-v1-abc-1", f"{alias}-v1-abcdef012345-7", f"{alias}-viejo", f"{alias}2-v1-abc-1", f"{alias}-v1-abc-9"
        ]  # fmt: skip
        for number, name in enumerate(theirs):
            marks = {2: {"version": "1-abcdef012345", "alias": "another"}, 5: {"maker": "someone else"}}
            client.indices.create(index=name, mappings={"_meta": marks.get(number, {})})
        try:
            for number in range(3):
                anew(ours, Rows(some(make, number + 1)))
            drop_kept(ours)
            assert all(client.indices.exists(index=name) for name in theirs)
            assert len(there(ours)) == 1 and len(ids(ours)) == 3
        finally:
            for name in theirs:
                client.indices.delete(index=name, ignore_unavailable=True)
            for name in there(ours):
                client.indices.delete(index=name)


def test_an_index_that_has_the_alias_s_name_is_left_alone(elasticsearch_url: str, settings: Settings, make: Make, place_for: Callable[..., Settings], request: pytest.FixtureRequest, tmp_path: Path) -> None:  # fmt: skip
    taken = place_for("elasticsearch", tmp_path, request)
    with closing(ElasticBackend.open(taken)) as backend:
        backend.client.indices.create(index=backend.alias)
        try:
            with pytest.raises(StoreError, match="not an alias"):
                anew(taken, Rows(some(make, 1)))
            with pytest.raises(StoreError, match="not an alias"):
                filled(taken, *some(make, 1))
            assert backend.client.count(index=backend.alias)["count"] == 0
        finally:
            backend.client.indices.delete(index=backend.alias)


# kill -9


def _rebuild_slowly(settings: Settings, records: list[Record], started: multiprocessing.Event) -> None:  # type: ignore[valid-type]
    rebuilding.NOTED = 5

    def slowly(number: int) -> None:
        started.set()  # type: ignore[attr-defined]
        time.sleep(0.004)

    anew(settings, Rows(records, meanwhile=slowly))
    started.set()  # type: ignore[attr-defined]  # where the one before was killed with all read, there is nothing to read


def killed(settings: Settings, records: list[Record], after: float) -> None:
    context = multiprocessing.get_context("fork")
    started = context.Event()
    process = context.Process(target=_rebuild_slowly, args=(settings, records, started))
    process.start()
    assert started.wait(30)
    time.sleep(after)
    if process.pid and process.is_alive():
        os.kill(process.pid, signal.SIGKILL)
    process.join(10)


@pytest.mark.parametrize("times", [2, pytest.param(25, marks=pytest.mark.long)])
def test_killed_again_and_again_nothing_is_lost_and_nothing_piles_up(
    index_settings: Settings, make: Make, times: int
) -> None:
    filled(index_settings, make("vieja", id="aa"))
    records = some(make, 60)
    for turn in range(times):
        killed(index_settings, records, 0.02 + 0.31 * turn / times)
        assert len(there(index_settings)) <= 3, "in force, kept, under way"
        assert ids(index_settings) in (["aa"], [record.id for record in records])
    try:
        anew(index_settings, Rows(records))
    except PututuError as error:
        pytest.fail(f"after the kills: {error}")
    assert ids(index_settings) == [record.id for record in records] and len(there(index_settings)) <= 2


def test_the_kept_index_is_remembered_with_its_time(settings: Settings, make: Make) -> None:
    folder = Path(settings.index)
    filled(settings, make("uno"))
    anew(settings, Rows([make("uno")]))
    old = embedded_generations.kept(folder)
    assert old is not None and embedded_generations.meta(old)["left"] == NOW.isoformat()
    assert datetime.fromisoformat(embedded_generations.meta(old)["left"]) - NOW == timedelta()


def test_a_backend_that_was_open_changes_over(index_settings: Settings, make: Make) -> None:
    filled(index_settings, make("vieja", id="aa"))
    reader: Backend = open_backend(index_settings)
    assert reader.count(parse("vieja")) == 1
    for word in ("primera", "segunda"):
        anew(index_settings, Rows([make(word, id="aa")]))
        drop_kept(index_settings)
        assert reader.count(parse(word)) == 1
    reader.close()
