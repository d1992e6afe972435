"""What the page shows of the watch: how each source does and what mends it, what a count rests on, and what is gone from its site."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert

from store import documents, frontier, sources
from store.schema import completeness, revisions
from store.sources import SourceState

NOW = datetime(2026, 4, 1, 15, tzinfo=UTC)


@pytest.fixture
def watched(make_site: Callable[..., object]):
    """A press of which one source drifts, and whose months were counted."""
    site = make_site()
    drift = {"author": {"have": 0, "of": 14, "usual": 0.93}}
    figures = {
        "pages": 90,
        "items_a_day": 12.5,
        "document": 1.0,
        "author": 0.4,
        "date": 1.0,
        "section": 0.25,
        "length": 1800,
    }
    with site.desk.store.write() as tx:
        state = SourceState(
            slug="faro",
            status="failing",
            reason="layout",
            drift=drift,
            figures=figures,
            last_poll=NOW,
            last_success=NOW,
        )
        sources.keep(tx, state, NOW)
        for source, have, surveyed in (("faro", 30, NOW), ("ribera", 90, None)):
            row = {
                "source": source,
                "month": "2026-03",
                "listed": 100,
                "have": have,
                "surveyed": surveyed,
                "counted": NOW,
            }
            tx.execute(insert(completeness).values(row))
    return site


@pytest.mark.parametrize(
    ("language", "fell", "mend", "held"),
    [("es", "documentos con autor: 0 de las últimas 14, de costumbre 93%", "pututu sources enable faro", "Se tiene"),
     ("en", "documents with an author: 0 of the latest 14, usually 93%", "pututu sources enable faro", "Held")],
)  # fmt: skip
def test_the_sources_page_tells_what_fell_and_what_mends_it(watched, language, fell, mend, held):
    text = watched.client().get(f"/sources?lang={language}").text
    assert fell in text and mend in text and held in text
    assert "30%" in text and "90%*" in text, "what is held of each, and of which only the feeds are known"


def test_the_same_as_data(watched):
    rows = {row["slug"]: row for row in watched.client().get("/sources.json").json()["sources"]}
    faro, ribera = rows["faro"], rows["ribera"]
    assert (faro["trouble"], faro["drift"]) == ("layout", [{"what": "author", "have": 0, "of": 14, "usual": 0.93}])
    assert (faro["share_author"], faro["text_length"], faro["seen_a_day"]) == (0.4, 1800, 12.5)
    assert (faro["listed"], faro["have"], faro["completeness"], faro["surveyed"]) == (100, 30, 0.3, True)
    assert (ribera["completeness"], ribera["surveyed"], ribera["trouble"]) == (0.9, False, "blocked") and ribera["mend"]
    header = watched.client().get("/sources.csv").text.splitlines()[0]
    assert header.endswith("listed,have,completeness,surveyed")
    assert watched.client().get("/api/v1/sources").status_code == 200


def test_a_count_says_what_it_rests_on(watched):
    client = watched.client()
    text = client.get("/search?q=extorsi%C3%B3n&lang=en").text
    assert (
        "rest on 60.0% of what 2 sources listed in that time (120 of 200 items). Of 1 of them only the feeds are known."
        in text
    )
    assert "descansan en el 30.0%" in client.get("/search?q=source%3Afaro&source=faro&lang=es").text
    assert "rest on" not in client.get("/search?q=extorsi%C3%B3n&lang=en&to=2026-01-31").text, (
        "nothing was counted then"
    )
    assert "rest on 60.0%" in client.get("/trends?q=extorsi%C3%B3n&by=month&lang=en").text


def test_a_document_that_is_gone_from_its_site_says_so(make_site):
    site = make_site()
    with site.desk.store.write() as tx:
        id = documents.ids(tx, limit=1)[0]
        url = documents.get(tx, id).url
        frontier.discover(tx, "faro", [{"url": url}], arrival="live", now=NOW)
        row = frontier.of_url(tx, url)
        tx.exec_driver_sql(f"UPDATE frontier SET state = 'extracted', document = '{id}' WHERE id = {row.id}")
        tx.execute(insert(revisions).values(address=row.id, source="faro", gone=NOW, checked=NOW, missing=2))
    text = site.client().get(f"/documents/{id}?lang=es").text
    assert "la página ya no está en su sitio" in text and "2026" in text
    assert "desaparecido" in site.client().get(f"/documents/{id}/why").text
