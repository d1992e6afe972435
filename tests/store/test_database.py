"""Opening the store, its transactions, its schema, and what it says when the disk, the file or the server fails."""

import dataclasses
import pickle
import subprocess
import sys
import threading
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from core.errors import StoreError
from core.settings import Settings
from store import documents, migrations, work
from store.columns import Json, When, storable
from store.database import Store, explain
from store.schema import metadata

from .conftest import DATABASES


def test_both_databases_are_tested():
    """Shows in the test report when the room's tests ran on SQLite only."""
    if len(DATABASES) < 2:
        pytest.skip("TEST_POSTGRESQL_URL is not set: the store was tested on SQLite only")


def test_the_migrations_make_the_schema_of_the_code(store):
    with store.write() as tx:
        assert compare_metadata(MigrationContext.configure(tx, opts={"compare_type": True}), metadata) == []
        assert migrations.revision(tx) == migrations.HEAD


INDEXES = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
    "postgresql": "SELECT indexname, replace(indexdef, ' made.', ' public.') FROM pg_indexes WHERE schemaname = '{}'",
}


def test_partial_indexes_are_the_same_in_both(bare_settings):
    """Alembic compares no conditions: the texts of the indexes must be equal too."""
    with Store.open(bare_settings) as migrated:
        chosen = INDEXES["sqlite" if migrated.file else "postgresql"]
        with migrated.read() as tx:
            ours = {name: " ".join(sql.split()) for name, sql in tx.exec_driver_sql(chosen.format("public"))}
    made = sa.create_engine("sqlite://" if migrated.file else driver(bare_settings.store))
    with made.connect() as plain:
        if not migrated.file:
            plain.execute(sa.text("CREATE SCHEMA made"))
            plain = plain.execution_options(schema_translate_map={None: "made"})
        metadata.create_all(plain)
        theirs = {name: " ".join(sql.split()) for name, sql in plain.exec_driver_sql(chosen.format("made"))}
    made.dispose()
    ours = {name: sql for name, sql in ours.items() if "alembic" not in name}
    assert ours == theirs


def driver(url):
    return url.replace("postgresql:", "postgresql+psycopg:")


def test_a_home_saved_at_the_first_schema_opens(bare_settings, make, now):
    engine = sa.create_engine(driver(bare_settings.store))
    with engine.connect() as tx, tx.begin():
        migrations._upgrade(tx, None, target="0001")
        tx.exec_driver_sql("INSERT INTO documents VALUES ('d1', 'https://a.example/1', NULL, 'a', 'news', NULL, '[]', NULL, NULL, NULL, NULL, "
                           "1, 'live', 1, 'headline', FALSE, NULL, 1, 1, NULL, NULL)")  # fmt: skip
        tx.exec_driver_sql("INSERT INTO versions VALUES ('d1', 1, 'publisher', 1, 'Uno', '', '')")
    engine.dispose()
    with Store.open(bare_settings) as store, store.read() as tx:
        assert documents.get(tx, "d1").title == "Uno"
        assert migrations.revision(tx) == migrations.HEAD


def test_a_newer_schema_is_refused(store, store_settings):
    with store.write() as tx:
        tx.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"newer release.*9999"):
        Store.open(store_settings)


def test_opening_at_the_head_does_not_load_alembic(store, store_settings):
    code = (
        "import sys; from pathlib import Path; from core.settings import Settings; from store.database import Store\n"
    )
    code += f"Store.open(Settings.load({{'PUTUTU_HOME': {str(store_settings.home)!r}, 'PUTUTU_STORE': {store_settings.store!r}}})).close()\n"
    code += "assert not any(name.split('.')[0] == 'alembic' for name in sys.modules), 'alembic was loaded'"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=migrations.FOLDER.parents[1])


def test_many_may_open_a_new_home_at_once(bare_settings):
    opened, errors = [], []

    def open_():
        try:
            opened.append(Store.open(bare_settings))
        except Exception as error:  # noqa: BLE001
            errors.append(error)

    threads = [threading.Thread(target=open_) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == [] and len({store.worker for store in opened}) == 6
    for store in opened:
        store.close()
    assert opened[0].file is None or list((bare_settings.home / "workers").iterdir()) == []


def test_a_transaction_is_all_or_nothing(store, make, now):
    with pytest.raises(ZeroDivisionError), store.write() as tx:
        documents.save(tx, make(), now=now)
        1 / 0
    with store.read() as tx:
        assert documents.count(tx) == 0


def test_a_reader_sees_one_moment_and_writes_nothing(store, make, now):
    with store.read() as tx:
        assert documents.count(tx) == 0
        with store.write() as other:
            documents.save(other, make(), now=now)
        assert documents.count(tx) == 0
    with pytest.raises(Exception, match=r"(?i)read.?only"), store.read() as tx:
        work.add_many(tx, "enrich", [("a", 1)], "x", now)
    with store.write() as tx:
        work.add_many(tx, "enrich", [("a", 1)], "x", now)
        assert documents.count(tx) == 1


def test_threads_may_write_at_once(store, make, now):
    def write(n):
        for k in range(5):
            with store.write() as tx:
                documents.save(tx, make(f"n{n}-{k}"), now=now)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with store.read() as tx:
        assert documents.count(tx) == 20


def test_a_store_belongs_to_its_process(store):
    with pytest.raises(TypeError, match="its process"):
        pickle.dumps(store)


def test_moments_are_exact_and_naive_ones_refused():
    column, dialect = When(), None
    moment = datetime(2025, 3, 1, 7, 30, 15, 999999, tzinfo=UTC)
    assert column.process_result_value(column.process_bind_param(moment, dialect), dialect) == moment
    before = datetime(1965, 3, 1, 0, 0, 0, 1, tzinfo=UTC)
    assert column.process_result_value(column.process_bind_param(before, dialect), dialect) == before
    with pytest.raises(ValueError, match="no time zone"):
        column.process_bind_param(datetime(2025, 1, 1), dialect)
    with pytest.raises(ValueError, match="no time zone"):
        Json().process_bind_param({"at": datetime(2025, 1, 1)}, dialect)


def test_text_is_kept_one_for_one():
    assert storable("ñandú\x00\udc00!") == "ñandú\ufffd\ufffd!"
    assert storable("🚌 paro") == "🚌 paro"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:///:memory:", "memory"),
        ("postgresql://nobody@127.0.0.1:1/none", "server does not answer"),
        ("postgresql+nodriver://x/y", "driver"),
    ],
)
def test_a_store_that_cannot_be_had_says_so(settings, url, said):
    with pytest.raises(StoreError, match=said) as error:
        Store.open(dataclasses.replace(settings, store=url))
    assert error.value.mend


def test_a_damaged_file_says_so(settings):
    settings.home.mkdir()
    (settings.home / "pututu.sqlite").write_bytes(b"no database at all " * 400)
    with pytest.raises(StoreError, match="damaged") as error:
        Store.open(settings)
    assert "restore" in error.value.mend


def test_a_home_that_is_a_file_says_so(settings, tmp_path):
    (tmp_path / "file").write_text("")
    home = tmp_path / "file" / "home"
    with pytest.raises(StoreError, match="cannot be made"):
        Store.open(dataclasses.replace(settings, home=home, store=f"sqlite:///{home}/x.sqlite"))


def test_a_locked_store_says_so():
    error = explain(Exception("database is locked"))
    assert "another process" in str(error) and error.mend


@pytest.fixture
def small_disk(tmp_path):
    """A disk of two megabytes; the test skips where none can be mounted."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small disk cannot be mounted here (needs root)")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_says_so_and_nothing_is_half_written(small_disk, make, now):
    settings = Settings.load({"PUTUTU_HOME": str(small_disk / "home")})
    store, kept = Store.open(settings), 0
    with pytest.raises(StoreError, match="full") as error:
        for n in range(400):
            with store.write() as tx:
                documents.save_many(
                    tx,
                    [make(f"n{n}-{k}", text=f"Texto {n} {k}. " * 90, completeness="full") for k in range(10)],
                    now=now,
                )
            kept += 10
    assert "room" in error.value.mend and kept > 0
    with store.read() as tx:
        assert documents.count(tx) == kept == work.waiting(tx, "enrich")
    store.close()
    with Store.open(settings) as again, again.read() as tx:
        assert documents.count(tx) == kept
        assert tx.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


def test_a_home_of_the_first_schema_knows_when_its_addresses_were_published(bare_settings):
    engine = sa.create_engine(driver(bare_settings.store))
    entry = '{"url":"https://a.example/2","published":"2025-03-01T10:00:00+00:00"}'
    with engine.connect() as tx, tx.begin():
        migrations._upgrade(tx, None, target="0001")
        tx.exec_driver_sql("INSERT INTO documents VALUES ('d1', 'https://a.example/1', NULL, 'a', 'news', NULL, '[]', NULL, 777, 'day', 'feed', "
                           "1, 'live', 1, 'headline', FALSE, NULL, 1, 1, NULL, NULL)")  # fmt: skip
        columns = "(id, url, alias, source, state, entry, arrival, discovered, document, not_before, changed)"
        for id, state, its, document in (
            (1, "extracted", "{}", "'d1'"),
            (2, "pending", entry, "NULL"),
            (3, "parked", "{}", "NULL"),
        ):
            tx.exec_driver_sql(
                f"INSERT INTO frontier {columns} VALUES ({id}, 'https://a.example/{id}', 'url:https://a.example/{id}', 'a', '{state}', '{its}', 'live', 1, {document}, 1, 1)"
            )
        tx.exec_driver_sql(
            "INSERT INTO source_states (slug, status, enabled, failures, interval, last_success) VALUES ('a', 'verified', TRUE, 0, 900, 5)"
        )
    engine.dispose()
    with Store.open(bare_settings) as store, store.read() as tx:
        dates = dict(tx.exec_driver_sql("SELECT id, published FROM frontier").all())
        state = tx.exec_driver_sql("SELECT proven, backfilled FROM source_states").one()
    assert dates == {1: 777, 2: 1740823200000000, 3: None}
    assert tuple(state) == (5, 5), "what is known to yield stays verified, and its past is not asked for by itself"
