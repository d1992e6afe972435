"""Second looks as they are kept: handed out once, in order, given back by a kill; what is gone stays known."""

from datetime import timedelta

from store import documents, frontier, history, revisions

HOUR = timedelta(hours=1)


def known(store, make, now, *names, title="Titular"):
    """Addresses that gave documents, each to be looked at again in as many hours as its place."""
    with store.write() as tx:
        for place, name in enumerate(names, 1):
            url = f"https://elchasqui.example/{name}"
            frontier.discover(tx, "chasqui", [{"url": url, "title": title}], arrival="live", now=now)
            (row,) = frontier.claim(tx, None, store.worker, 1, now)
            frontier.fetched(tx, row, store.worker, f"x:{place}", now)
            revisions.watch(tx, row.id, "chasqui", now + place * HOUR, '"e"', "Mon")
            (row,) = frontier.to_extract(tx, None, store.worker, 1, now)
            one = documents.save(tx, make(name), now=now).document
            frontier.extracted(tx, row, store.worker, one.id, now)


def claim(store, now, limit=9):
    with store.write() as tx:
        return revisions.claim(tx, "chasqui", limit, now)


def test_checks_are_handed_out_once_in_order_and_come_back_after_a_kill(store, make, now):
    known(store, make, now, "a", "b", "c")
    assert claim(store, now) == []
    first, second = claim(store, now + 2 * HOUR)
    assert (first.url[-1], second.url[-1], first.etag, first.last_modified, first.archive) == (
        "a",
        "b",
        '"e"',
        "Mon",
        "x:1",
    )
    assert claim(store, now + 2 * HOUR) == []
    assert {one.url[-1] for one in claim(store, now + 3 * HOUR + revisions.HOLD / 2)} == {"a", "b", "c"}


def test_a_page_that_changed_waits_to_be_extracted_again_and_keeps_its_document(store, make, now):
    known(store, make, now, "a")
    (one,) = claim(store, now + HOUR)
    with store.write() as tx:
        revisions.checked(tx, one, now, now + 9 * HOUR, etag='"f"', digest="d")
        assert frontier.look_again(tx, one.address, "x:9", now) and not frontier.look_again(tx, one.address, "x:9", now)
        (row,) = frontier.to_extract(tx, None, store.worker, 9, now)
        assert (row.archive, row.document) == ("x:9", one.document)
        assert frontier.stays(tx, row, store.worker, "no article any more", now)
        kept = frontier.of_url(tx, one.url)
    assert (kept.state, kept.document, kept.error) == ("extracted", one.document, "no article any more")
    (again,) = claim(store, now + 9 * HOUR)
    assert (again.etag, again.last_modified, again.digest) == ('"f"', "Mon", "d")


def test_gone_needs_proof_is_shown_and_can_be_taken_back(store, make, now):
    known(store, make, now, "a")
    (one,) = claim(store, now + HOUR)
    with store.write() as tx:
        revisions.missing(tx, one, now, now + 6 * HOUR, gone=False)
        assert revisions.gone(tx, one.document) is None
    (one,) = claim(store, now + 6 * HOUR)
    with store.write() as tx:
        revisions.missing(tx, one, now + 6 * HOUR, None, gone=True)
        assert revisions.gone(tx, one.document) == now + 6 * HOUR
        assert history.of(tx, one.url).looks[0]["gone"] == now + 6 * HOUR
        revisions.postponed(tx, one, now, now + 7 * HOUR)
    (one,) = claim(store, now + 7 * HOUR)
    with store.write() as tx:
        revisions.checked(tx, one, now, now + 99 * HOUR)
        assert revisions.gone(tx, one.document) is None


def test_the_last_check_leaves_no_row(store, make, now):
    known(store, make, now, "a", "b")
    one, two = claim(store, now + 2 * HOUR)
    with store.write() as tx:
        revisions.checked(tx, one, now, None)
        revisions.postponed(tx, two, now, None)
        assert revisions.checked_since(tx, "chasqui", now - HOUR) == 0
    assert claim(store, now + 999 * HOUR) == []


def test_what_a_listing_says_anew_is_noticed_once(store, make, now):
    known(store, make, now, "a", "b")
    told = [{"url": "https://www.elchasqui.example/a?utm_source=x", "title": "Otro  titular"}, {"url": "https://elchasqui.example/b", "title": " Titular "},
            {"url": "https://elchasqui.example/nueva", "title": "Nueva"}]  # fmt: skip
    with store.write() as tx:
        assert revisions.noticed(tx, "chasqui", told, now) == 1
        assert revisions.noticed(tx, "chasqui", told, now) == 0
        assert revisions.noticed(tx, "quipu", told, now) == 0
    assert [one.url[-1] for one in claim(store, now)] == ["a"]
