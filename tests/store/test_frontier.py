"""The frontier: an address once, live before backfill, results only under their own lease, nothing lost."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from store import documents, frontier, sources


def urls(*names):
    return [{"url": f"https://elchasqui.example/{name}", "title": name} for name in names]


def discover(store, entries, now, *, source="chasqui", arrival="live"):
    with store.write() as tx:
        return frontier.discover(tx, source, entries, arrival=arrival, now=now)


def claim(store, now, sources=None, limit=99, **kw):
    with store.write() as tx:
        return frontier.claim(tx, sources, store.worker, limit, now, **kw)


def names(rows):
    return [row.url.rsplit("/", 1)[1] for row in rows]


def test_an_alias_is_discovered_once_in_whatever_form(store, now, later):
    assert discover(store, urls("a", "b", "a"), now) == 2
    assert discover(store, [{"url": "http://www.elchasqui.example/a/?utm_source=x#top"}, *urls("c")], later(5)) == 1
    with store.read() as tx:
        row = frontier.of_url(tx, "https://elchasqui.example/a?fbclid=1")
        assert (row.state, row.discovered, row.entry["title"]) == ("pending", now, "a")
        assert frontier.of_url(tx, "https://elchasqui.example/zz") is None
        assert frontier.counts(tx) == {"pending": 3, "fetched": 0, "extracted": 0, "parked": 0, "gone": 0, "listed": 0}


def test_entries_may_be_dataclasses_with_moments(store, now):
    @dataclass(frozen=True)
    class Entry:
        url: str
        published: datetime

    discover(store, [Entry("https://elchasqui.example/a", now)], now)
    with store.read() as tx:
        assert frontier.of_url(tx, "https://elchasqui.example/a").entry["published"] == now.isoformat()


def test_what_is_no_address_is_parked_with_the_reason(store, now):
    assert discover(store, [{"url": "javascript:void(0)"}, *urls("a")], now) == 2
    with store.read() as tx:
        (row,) = frontier.parked(tx)
        assert "no http" in row.error
        assert row.url == "javascript:void(0)"
    assert names(claim(store, now)) == ["a"]
    with store.write() as tx:
        assert frontier.retry(tx, now) == 0, "it will never be an address"


def test_validators_and_addresses_are_written_together_or_not_at_all(store, now):
    with pytest.raises(RuntimeError), store.write() as tx:
        sources.save_validators(tx, "chasqui", "https://elchasqui.example/rss", '"v1"', None, None)
        frontier.discover(tx, "chasqui", urls("a"), arrival="live", now=now)
        raise RuntimeError("killed between the two")
    with store.read() as tx:
        assert sources.validators(tx, "chasqui", "https://elchasqui.example/rss") == sources.Validators()
        assert frontier.of_url(tx, "https://elchasqui.example/a") is None


def test_a_page_goes_from_pending_to_fetched_to_extracted(store, make, now, later):
    discover(store, urls("a"), now)
    (row,) = claim(store, now)
    assert claim(store, now) == []
    with store.write() as tx:
        assert frontier.fetched(tx, row, store.worker, "x.warc.gz:7", later(1))
    assert claim(store, now) == []
    with store.write() as tx:
        (page,) = frontier.to_extract(tx, ["chasqui"], store.worker, 9, later(2))
        assert (page.archive, page.fetched) == ("x.warc.gz:7", later(1))
        assert frontier.to_extract(tx, None, store.worker, 9, later(2)) == []
        assert frontier.extracted(tx, page, store.worker, "d1", later(3))
        kept = frontier.of_url(tx, row.url)
        assert (kept.state, kept.document, kept.lease_by) == ("extracted", "d1", None)


def test_live_addresses_come_before_a_backfills_and_the_oldest_first(store, now):
    discover(store, urls("old1", "old2"), now, arrival="backfill")
    discover(store, urls("new1", "new2"), now)
    assert names(claim(store, now, limit=3)) == ["new1", "new2", "old1"]


def test_each_source_has_its_own_limit(store, now):
    for source in ("chasqui", "quipu", "tambo"):
        discover(store, [{"url": f"https://{source}.example/{n}"} for n in range(5)], now, source=source)
    rows = claim(store, now, per_source=2)
    assert sorted(row.source for row in rows) == ["chasqui"] * 2 + ["quipu"] * 2 + ["tambo"] * 2
    rows = claim(store, now, ["quipu", "tambo"], per_source={"quipu": 1})
    assert sorted(row.source for row in rows) == ["quipu"] + ["tambo"] * 3
    assert claim(store, now, ["tambo"]) == []


def test_failures_wait_and_are_parked_after_eight_and_put_back(store, now):
    discover(store, urls("a"), now)
    moment = now
    for n in range(1, 9):
        (row,) = claim(store, moment, ignore_not_before=False)
        with store.write() as tx:
            assert frontier.failed(tx, row, store.worker, f"time-out {n}", moment)
            row = frontier.of_url(tx, row.url)
        assert claim(store, moment, ignore_not_before=False) == []
        moment = row.not_before
    assert (row.state, row.attempts, row.error) == ("parked", 8, "time-out 8")
    with store.write() as tx:
        assert frontier.retry(tx, moment) == 1
    assert names(claim(store, moment)) == ["a"]


def test_a_clock_that_is_set_back_holds_no_address_up(store, now, later):
    discover(store, urls("a"), later(600))
    (row,) = claim(store, later(600))
    with store.write() as tx:
        frontier.failed(tx, row, store.worker, "time-out", later(600))
        assert frontier.is_any_ready(tx, [row.source], now)
    assert names(claim(store, now, ignore_not_before=False)) == ["a"]


def test_a_stage_called_by_hand_ignores_when_it_should_be_tried_again(store, now, later):
    discover(store, urls("a", "b"), now)
    a, b = claim(store, now)
    with store.write() as tx:
        frontier.failed(tx, a, store.worker, "429", now, not_before=later(90))
        frontier.failed(tx, b, store.worker, "404", now, permanent=True)
        assert frontier.of_url(tx, a.url).not_before == later(90)
        assert frontier.of_url(tx, b.url).state == "parked"
    assert claim(store, later(89), ignore_not_before=False) == []
    assert names(claim(store, now)) == ["a"]


def test_a_parked_page_that_is_in_the_archive_goes_back_to_the_extractor(store, now):
    discover(store, urls("a"), now)
    (row,) = claim(store, now)
    with store.write() as tx:
        frontier.fetched(tx, row, store.worker, "x:1", now)
        (row,) = frontier.to_extract(tx, None, store.worker, 9, now)
        frontier.park(tx, row, store.worker, "a challenge page", now)
        assert frontier.counts(tx, "chasqui")["parked"] == 1
        assert frontier.retry(tx, now) == 1
        assert names(frontier.to_extract(tx, None, store.worker, 9, now)) == ["a"]


def test_a_result_is_written_only_under_its_own_lease(store, now, later):
    discover(store, urls("a"), now)
    (mine,) = claim(store, now, lease=timedelta(minutes=5))
    with store.write() as tx:
        (theirs,) = frontier.claim(tx, None, "another", 9, later(6))
        for write in (
            lambda: frontier.fetched(tx, mine, store.worker, "x:1", now), lambda: frontier.park(tx, mine, store.worker, "r", now),
            lambda: frontier.failed(tx, mine, store.worker, "r", now), lambda: frontier.extracted(tx, mine, store.worker, "d", now),
            lambda: frontier.gone(tx, mine, store.worker, "410", now), lambda: bool(frontier.release(tx, [mine], store.worker)),
        ):  # fmt: skip
            assert write() is False
        assert frontier.gone(tx, theirs, "another", "410", now)
        assert frontier.of_url(tx, mine.url).state == "gone"


def test_a_document_known_by_import_is_still_discovered_once(store, make, now):
    with store.write() as tx:
        documents.save(tx, make("a", arrival="import"), now=now)
    assert discover(store, urls("a"), now) == 1
    assert discover(store, urls("a"), now) == 0


def test_archived_pages_are_walked_for_a_new_extraction(store, now):
    discover(store, urls("a", "b", "c"), now)
    rows = claim(store, now)
    with store.write() as tx:
        for row in rows[:2]:
            frontier.fetched(tx, row, store.worker, f"x:{row.id}", now)
        first = frontier.fetched_rows(tx, ["chasqui"], 0, 1)
        second = frontier.fetched_rows(tx, None, first[0].id, 9)
        assert names(first + second) == ["a", "b"]
        frontier.extracted_again(tx, first[0], now, document="d9")
        frontier.extracted_again(tx, second[0], now, reason="no title")
        assert [frontier.of_url(tx, row.url).state for row in rows] == ["extracted", "parked", "pending"]


def test_an_address_too_long_for_an_index_is_parked_and_its_neighbours_are_not(store, now):
    """PostgreSQL's indexes hold less than 2,704 bytes: a hostile feed must not make the whole listing fail."""
    import random

    noise = random.Random(3)
    long = ["https://elchasqui.example/" + "".join(noise.choices("abcdefghij0123456789", k=9000)) for _ in range(2)]
    foreign = "https://elchasqui.example/" + "ñ" * 700
    for _ in range(2):
        with store.write() as tx:
            new = frontier.discover(
                tx,
                "chasqui",
                [{"url": u} for u in (*long, foreign, "https://elchasqui.example/1")],
                arrival="live",
                now=now,
            )
    assert new == 0
    with store.read() as tx:
        assert frontier.counts(tx) | {"parked": 3, "pending": 1} == frontier.counts(tx)
        assert all("longer than" in row.error for row in frontier.parked(tx))
        assert frontier.of_url(tx, long[0]).url == long[0]
