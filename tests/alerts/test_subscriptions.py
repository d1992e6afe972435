"""Adding, finding, editing, pausing, removing; and the back-test before."""

from datetime import timedelta

import pytest

from alerts import subscriptions
from alerts.backtest import backtest
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
    assert (result.total, len(result.days), result.per_day, len(result.samples)) == (30, 30, 1.0, 10)
    assert result.days[-1] == (result.last, 1) and result.sources == [("diario", 30)]
    assert result.samples[0].id == given[0].id
    assert list(result.to_json()) == ["query", "from", "to", "total", "per_day", "days", "sources", "samples"]
    with pytest.raises(QueryError):
        backtest("-paro", backend, store, now)
