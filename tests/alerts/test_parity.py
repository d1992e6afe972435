"""What an alert tells is what a search finds: the matcher and each engine give the same sets for generated questions."""

import random
from collections.abc import Iterator

import pytest

from alerts.matcher import Matcher, frequencies
from alerts.rules import checked_query
from core.errors import QueryError
from search.analysed import Analysed
from search.backend import Backend, scan
from search.query import parse
from store.alerts import Alert
from tests.search.conftest import elasticsearch_url, shared_backend  # noqa: F401
from tests.search.generated import GENERATED, Generator, made, shuffled

from .conftest import NOW

RECORDS, QUERIES, SEED = 300, 60, 20_261_125
KINDS = [kind for kind in GENERATED if kind != "range"]


def asked(generator: Generator, kind: str, number: int) -> Iterator[Alert]:
    """Alerts with generated questions; what an alert may not ask (days, mere exclusions) is passed over."""
    made_so_far = 0
    while made_so_far < number:
        query = getattr(generator, kind)()
        try:
            checked_query(query)
        except QueryError:
            continue
        yield Alert(
            id=f"{kind}{made_so_far:04}", name="n", query=query, owner="a@example.org", created=NOW, changed=NOW
        )
        made_so_far += 1


@pytest.mark.parametrize("sampled", [False, True], ids=["unsampled", "sampled"])
def test_alerts_tell_what_search_finds(shared_backend: Backend, sampled: bool) -> None:  # noqa: F811
    chance = random.Random(SEED + sampled)
    records = made(shuffled(chance, RECORDS), chance)
    assert shared_backend.index(records) == {}
    shared_backend.flush()
    alerts = [
        alert
        for place, kind in enumerate(KINDS)
        for alert in asked(Generator(records, SEED + 10 * sampled + place), kind, QUERIES)
    ]
    views = [Analysed.of(record) for record in records]
    matcher = Matcher(alerts, frequencies(views[:100]) if sampled else None)
    assert not matcher.broken
    told: dict[str, set[str]] = {alert.id: set() for alert in alerts}
    for view in views:
        for found in matcher.match(view):
            told[found.alert.id].add(view.id)
    ours = {record.id for record in records}
    wrong = [
        (alert.query, sorted(told[alert.id] ^ found)[:3])
        for alert in alerts
        if told[alert.id] != (found := ours & set(scan(shared_backend, parse(alert.query))))
    ]
    assert wrong == []
    assert sum(map(bool, told.values())) > 0.6 * len(alerts), "too few of the questions found anything to compare"
