"""Adding, finding, editing, pausing, removing; and the back-test before."""

from datetime import timedelta

import pytest

from alerts import subscriptions
from alerts.backtest import BUSY, backtest, compared
from core.errors import InputError, QueryError
from core.record import Record
from search.memory import MemoryBackend
from store import alerts as kept

from .conftest import arrive, article


def test_an_alert_is_found_by_id_and_by_name(store, alert):
    with store.read() as tx:
        assert kept.get(tx, alert.id) == kept.get(tx, "paros") == alert
        with pytest.raises(InputError, match="nada"):
            kept.get(tx, "nada")


def test_names_are_unique_for_an_owner_and_ambiguous_between_two(store, alert, now):
    with pytest.raises(InputError, match="already"):
        subscriptions.add(store, now, name="paros", query="huelga", owner="ana@example.org")
    other = subscriptions.add(store, now, name="paros", query="huelga", owner="bea@example.org")
    with store.read() as tx, pytest.raises(InputError, match=other.id):
        kept.get(tx, "paros")
    subscriptions.remove(store, other.id, now)
    with store.read() as tx:
        assert kept.get(tx, "paros").id == alert.id
    with pytest.raises(InputError):
        subscriptions.edit(
            store,
            subscriptions.add(store, now, name="dos", query="paro", owner="ana@example.org").id,
            now,
            name="paros",
        )


def test_what_is_refused_is_not_kept(store, alert, now):
    with pytest.raises(QueryError):
        subscriptions.edit(store, "paros", now, query="-paro")
    with pytest.raises(InputError):
        subscriptions.add(store, now, name="x\nBcc: y", query="paro", owner="ana@example.org")
    with store.read() as tx:
        assert kept.listed(tx) == [alert]


def test_every_change_grows_the_revision(store, alert, now):
    later = now + timedelta(hours=1)
    assert subscriptions.edit(store, "paros", later, query="huelga").revision == 2
    assert subscriptions.pause(store, "paros", later).revision == 3
    resumed = subscriptions.resume(store, "paros", later)
    assert (resumed.revision, resumed.state, resumed.changed, resumed.created) == (4, "active", later, now)
    with store.read() as tx:
        assert kept.revisions(tx) == {alert.id: 4}


def test_the_back_test_counts_days_sources_and_samples(store, now):
    given = [article(n, published=now - timedelta(days=n)) for n in range(35)]
    arrive(store, [*given, article(50, "Otra cosa"), article(51, published=None)])
    backend = MemoryBackend(
        [Record(document=one) for one in [*given, article(50, "Otra cosa"), article(51, published=None)]]
    )
    result = backtest("paro", backend, store, now)
    assert (result.total, result.undated, len(result.days), len(result.samples)) == (31, 1, 30, 10)
    assert result.days[-1] == (result.last, 1) and result.sources == [("diario", 31)] and not result.busy
    assert result.samples[0].id == given[0].id
    assert list(result.to_json()) == [
        "query",
        "from",
        "to",
        "total",
        "per_day",
        "busy",
        "undated",
        "days",
        "sources",
        "samples",
    ]
    with pytest.raises(QueryError):
        backtest("-paro", backend, store, now)


def test_what_an_edit_gains_and_loses(store, now):
    given = [article(1, "Paro de buses"), article(2, "Paro minero"), article(3, "Huelga de maestros"), article(4, "Otra cosa"), article(5, "Huelga vieja", published=now - timedelta(days=90))]  # fmt: skip
    arrive(store, given)
    change = compared("paro", "huelga OR minero", MemoryBackend([Record(document=one) for one in given]), store, now)
    assert (change.kept, change.gained, change.lost) == (1, 1, 1)
    assert [one.document.title for one in change.gained_samples] == ["Huelga de maestros"]
    assert [one["title"] for one in change.to_json()["lost_samples"]] == ["Paro de buses"]
    with pytest.raises(QueryError):
        compared("paro", "huelga AND (", MemoryBackend(), store, now)


def test_one_that_fires_often_says_so(store, now):
    backend = MemoryBackend([Record(document=article(n)) for n in range(30 * BUSY + 1)])
    assert backtest("paro", backend, store, now).busy and not backtest("buses", MemoryBackend(), store, now).busy


def test_kinds_and_what_they_are_asked(store, now):
    volume = subscriptions.add(
        store, now, name="alza", query="*", owner="ana@example.org", kind="volume", volume={"count": 9}
    )
    subscriptions.add(store, now, name="ops", owner="ana@example.org", kind="operator")
    assert volume.volume == {"count": 9, "ratio": 3.0, "sources": 2, "cooldown": 24}
    edited = subscriptions.edit(store, "alza", now, volume={"ratio": 4}, quiet="22:00-07:00")
    assert edited.volume == {"count": 9, "ratio": 4.0, "sources": 2, "cooldown": 24} and edited.kind == "volume"
    with store.read() as tx:
        assert kept.active(tx) == [] and len(kept.active(tx, ("volume", "operator"))) == len(kept.listed(tx)) == 2
        assert kept.revisions(tx) == {}
