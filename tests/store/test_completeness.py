"""Completeness by source and month: what was listed, what we have, and which months were surveyed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from store import completeness, documents, frontier, past


def listed(store, now, *rows, source="chasqui", arrival="live", **more):
    entries = [{"url": f"https://elchasqui.example/{name}", "dated": when} for name, when in rows]
    with store.write() as tx:
        frontier.discover(tx, source, entries, arrival=arrival, now=now, **more)


def saved(store, make, now, path, **fields):
    with store.write() as tx:
        documents.save(tx, make(path, **fields), now=now)


def counted(store, now, months=None, source="chasqui"):
    with store.write() as tx:
        completeness.recount(tx, source, months, now)
        return {row.month: (row.listed, row.have) for row in completeness.rows(tx, [source])}


def march(day, hour=15):
    return datetime(2025, 3, day, hour, tzinfo=UTC).isoformat()


def test_what_is_listed_and_what_we_have_by_month_in_lima(store, make, now):
    midnight = datetime(2025, 4, 1, 3, tzinfo=UTC).isoformat()  # still March in Lima
    listed(
        store,
        now,
        ("a", march(1)),
        ("b", march(9)),
        ("c", midnight),
        ("d", datetime(2025, 4, 1, 6, tzinfo=UTC).isoformat()),
        ("e", None),
    )
    listed(store, now, ("z", march(2)), source="quipu")
    saved(store, make, now, "a")
    assert counted(store, now) == {"2025-03": (3, 1), "2025-04": (1, 0)}
    saved(store, make, now, "b")
    assert counted(store, now, ["2025-03"]) == {"2025-03": (3, 2), "2025-04": (1, 0)}, (
        "an import counts: it is known by its address"
    )


def test_two_addresses_of_one_document_are_one_item_and_a_takedown_is_not_held(store, make, now):
    listed(store, now, ("a", march(1)), ("a-again", march(1)), ("b", march(2)))
    alias = "url:https://elchasqui.example/a-again"
    saved(store, make, now, "a", aliases=("url:https://elchasqui.example/a", alias))
    saved(store, make, now, "b")
    assert counted(store, now) == {"2025-03": (2, 2)}
    with store.write() as tx:
        documents.takedown(tx, "https://elchasqui.example/b", "asked", now)
    assert counted(store, now) == {"2025-03": (2, 1)}


def test_a_page_s_own_date_moves_its_item_to_the_right_month(store, make, now):
    listed(store, now, ("a", datetime(2025, 5, 2, 15, tzinfo=UTC).isoformat()))  # lastmod of a page of March
    with store.write() as tx:
        (row,) = frontier.claim(tx, None, store.worker, 9, now)
        frontier.fetched(tx, row, store.worker, "x:1", now)
        (row,) = frontier.to_extract(tx, None, store.worker, 9, now)
        one = documents.save(tx, make("a"), now=now).document
        frontier.extracted(tx, row, store.worker, one.id, now, published=datetime(2025, 3, 9, 15, tzinfo=UTC))
    assert counted(store, now) == {"2025-03": (1, 1)}


def test_months_are_surveyed_only_whole_and_past(store, now):
    today = date(2025, 3, 10)
    with store.write() as tx:
        completeness.surveyed(tx, "chasqui", date(2024, 12, 15), today, now)
        rows = {row.month: row.surveyed for row in completeness.rows(tx)}
    assert rows == {"2025-01": now, "2025-02": now}, "neither the half of December nor the March that goes on"


def test_a_recount_keeps_that_a_month_was_surveyed(store, make, now):
    with store.write() as tx:
        completeness.surveyed(tx, "chasqui", date(2025, 1, 1), date(2025, 1, 31), now)
    listed(store, now, ("a", datetime(2025, 1, 9, 15, tzinfo=UTC).isoformat()), arrival="backfill", only_listed=True)
    assert counted(store, now) == {"2025-01": (1, 0)}
    with store.read() as tx:
        (row,) = completeness.rows(tx)
        assert row.surveyed == now
        whole = completeness.by_source(tx)["chasqui"]
    assert (whole.listed, whole.have, whole.share, whole.unsurveyed) == (1, 0, 0.0, ())


def test_rows_are_narrowed_and_taken_together(store, make, now):
    listed(store, now, ("a", march(1)), ("b", march(2)))
    listed(store, now, ("c", datetime(2025, 1, 2, 15, tzinfo=UTC).isoformat()), source="quipu")
    saved(store, make, now, "a")
    counted(store, now)
    counted(store, now, source="quipu")
    with store.read() as tx:
        assert [row.source for row in completeness.rows(tx, first="2025-02")] == ["chasqui"]
        assert [row.source for row in completeness.rows(tx, last="2025-02")] == ["quipu"]
        assert completeness.rows(tx, []) == []
        whole = completeness.together(completeness.rows(tx))
    assert (whole.listed, whole.have, whole.sources, whole.unsurveyed) == (
        3,
        1,
        ("chasqui", "quipu"),
        ("chasqui", "quipu"),
    )
    assert completeness.together([]).share is None


# what is only listed


def test_what_was_only_listed_is_asked_for_and_a_feed_that_shows_it_makes_it_news(store, now, later):
    listed(
        store, now, ("a", march(1)), ("b", march(2)), ("c", march(3)), ("d", None), arrival="backfill", only_listed=True
    )
    start, end = datetime(2025, 3, 1, tzinfo=UTC), datetime(2025, 4, 1, tzinfo=UTC)
    with store.write() as tx:
        assert frontier.claim(tx, None, store.worker, 9, now) == []
        assert past.counts(tx, "chasqui", start, end)["listed"] == 3
        assert past.ask_for(tx, "chasqui", start, end, now, limit=2, at=[now, later(60)]) == 2
        rows = frontier.claim(tx, None, store.worker, 9, now, ignore_not_before=True)
        assert [row.url[-1] for row in rows] == ["c"], "the newest first, and each at its time, whoever asks"
        assert rows[0].arrival == "backfill"
        assert [row.url[-1] for row in frontier.claim(tx, None, store.worker, 9, now, between=(start, end))] == ["b"]
        assert past.ask_for(tx, "chasqui", start, end, now, undated=True) == 2
    listed(store, now, ("e", march(4)), arrival="backfill", only_listed=True)
    listed(store, now, ("e", march(4)), revive=False)
    with store.read() as tx:
        assert frontier.of_url(tx, "https://elchasqui.example/e").state == "listed", (
            "a sitemap shows its past again and again"
        )
    listed(store, later(5), ("e", march(4)))
    with store.write() as tx:
        row = frontier.of_url(tx, "https://elchasqui.example/e")
    assert (row.state, row.arrival, row.discovered) == ("pending", "live", later(5))


def test_what_a_living_worker_holds_is_seen(store, now):
    listed(store, now, ("a", None), ("b", None))
    with store.write() as tx:
        assert not frontier.held(tx, ["chasqui"], store.worker, now)
        (row, _) = frontier.claim(tx, None, store.worker, 9, now)
        assert not frontier.held(tx, ["chasqui"], store.worker, now), "our own"
        assert frontier.held(tx, ["chasqui"], "somebody-else", now)
        assert not frontier.held(tx, ["quipu"], "somebody-else", now)
        assert replace(row, error=None) == row and not frontier.held(tx, ["chasqui"], "x", now + timedelta(days=9))


def test_whole_items_of_a_listing_arrive_with_it(store, now):
    listed(store, now, ("a", None), ("b", None))
    listed(store, now, ("c", march(1)), arrival="backfill", only_listed=True)
    with store.write() as tx:
        urls = [f"https://www.elchasqui.example/{name}?utm_source=x" for name in ("a", "c", "zz")]
        assert frontier.arrived(tx, "chasqui", urls, "x:1", now) == 2
        assert frontier.arrived(tx, "chasqui", urls, "x:2", now) == 0
        assert frontier.counts(tx)["fetched"] == 2
