"""A small fictional press in a store and an index of its own, and a client on this machine's loopback."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from core.document import Annotation, Document, document_id
from core.settings import Settings
from core.urls import alias
from search.engines import open_backend
from search.query import everything
from store import annotations, documents, joining, runs, sources
from store.database import Store
from store.sources import SourceState
from web.app import create
from web.desk import Desk

NOW = datetime(2026, 3, 20, 15, 0, tzinfo=UTC)
BASE = "http://127.0.0.1:8642"
HOSTILE = '<script>alert("hola")</script> & compañía'


def _document(
    path: str, title: str, text: str = "", day: int | None = 10, source: str = "faro", **more: Any
) -> Document:
    url = f"https://{source}.example/{path}"
    published = None if day is None else datetime(2026, 3, day, 13, 30, tzinfo=UTC)
    values = {
        "summary": text[:60],
        "language": "es",
        "completeness": "full" if text else "headline",
        "fetched": NOW,
        "published_precision": "minute",
    } | more
    return Document(
        id=document_id(alias(url)), url=url, title=title, text=text, source=source, published=published, **values
    )


def _span(document: Document, name: str, word: str) -> list[Any]:
    start = getattr(document, name).index(word)
    return [name, start, start + len(word)]


def press() -> list[tuple[Document, Mapping[str, Mapping[str, Any]]]]:
    """Documents with the payload of each step. Two of them tell the same story; one is hostile, one undated."""
    told = "Los conductores de la empresa Los Alisos denunciaron el cobro de cupos en Trujillo. Llame al 987654321 para avisar."
    first = _document("cupos", "Choferes de Trujillo denuncian extorsión", told, 10)
    twin = _document("cupos-2", "Denuncian extorsión a choferes de Trujillo", told, 11, source="ribera")
    strike = _document(
        "paro",
        "Anuncian paro agrario en el valle",
        "El gremio anunció un paro agrario de 48 horas contra la norma.",
        12,
    )
    law = _document(
        "ley",
        "Congreso aprueba norma contra la extorsión",
        "La Ley 39999 fue aprobada ayer.",
        13,
        source="gaceta",
        kind="norm",
    )
    hostile = _document("raro", HOSTILE, "Texto <img src=x onerror=alert(1)> raro sobre extorsión.", 14)
    undated = _document(
        "sin-fecha", "Una nota de extorsión sin fecha", "Nadie sabe cuándo se escribió.", None, arrival="late"
    )
    english = _document(
        "strike", "Farmers call a strike", "Farmers of the valley call a strike.", 15, source="herald", language="en"
    )
    place = {
        "name": "Trujillo",
        "ubigeo": "130101",
        "department": "La Libertad",
        "province": "Trujillo",
        "district": None,
        "lat": -8.1,
        "lon": -79.0,
        "precision": "province",
        "role": "event",
        "spans": [_span(first, "title", "Trujillo")],
    }
    extortion = {
        "topics": [
            {
                "name": "extortion",
                "subtype": "cupo",
                "score": 0.9,
                "spans": [_span(first, "title", "extorsión"), _span(first, "text", "cobro de cupos")],
            }
        ],
        "step_version": "1",
    }
    translation = {
        "translation": {
            "language": "en",
            "title": "Drivers of Trujillo report extortion",
            "summary": None,
            "text": "Drivers reported protection money. Call 987654321.",
            "engine": "prueba",
        }
    }
    return [
        (first, {"topics": extortion, "sectors": {"sectors": [{"name": "public_transport", "role": "victim", "score": 0.8, "spans": [_span(first, "title", "Choferes")]}]}, "places": {"places": [place]}, "translate": translation}),
        (twin, {"topics": {"topics": [{"name": "extortion", "score": 0.9, "spans": [_span(twin, "title", "extorsión")]}]}}),
        (strike, {"topics": {"topics": [{"name": "strike", "score": 0.7, "spans": [_span(strike, "title", "paro agrario")]}]}, "strikes": {"strike": {"status": "announced", "guild": "Gremio del Valle", "start": "2026-03-20", "end": None}}}),
        (law, {"topics": {"topics": [{"name": "legislation", "score": 0.7, "spans": []}]}, "norms": {"norms": [{"id": "Ley 39999", "title": None, "url": "javascript:alert(1)", "spans": [_span(law, "text", "Ley 39999")]}]}}),
        (hostile, {"topics": {"topics": [{"name": "extortion", "score": 0.5, "spans": [["title", 0, 8], ["title", 4, 20]]}]}}),
        (undated, {"topics": {"topics": [{"name": "extortion", "score": 0.5, "spans": []}]}}),
        (english, {"topics": {"topics": [{"name": "strike", "score": 0.7, "spans": [_span(english, "title", "strike")]}]}}),
    ]  # fmt: skip


def fill(store: Store) -> dict[str, str]:
    """Save the press with its tags and stories; path -> id."""
    items = press()
    with store.write() as tx:
        documents.save_many(tx, [document for document, _ in items], now=NOW)
        notes = [
            Annotation(document=document.id, version=1, step=step, fingerprint="f", payload=payload)
            for document, steps in items
            for step, payload in steps.items()
        ]
        annotations.put_many(tx, notes, NOW)
        keyed = [
            (document, {"signature": {"keys": [n if n > 1 else 0], "kind": "text"}})
            for n, (document, _) in enumerate(items)
        ]
        joining.join_many(tx, keyed, NOW, similar=lambda a, b, _: float(a.text == b.text))
        sources.keep(
            tx, SourceState(slug="faro", status="verified", last_poll=NOW, last_success=NOW, last_item=NOW), NOW
        )
        down = {"failures": 2, "reason": "blocked", "error": "HTTP 403", "last_poll": NOW, "last_failure": NOW}
        sources.keep(tx, SourceState(slug="ribera", **down), NOW)
        run = runs.start(tx, "crawl", NOW - timedelta(minutes=2), {"sources": ["faro"]})
        runs.finish(tx, run, {"new": 7, "rejected": 0}, True, NOW)
    return {document.url.rpartition("/")[2]: document.id for document, _ in items}


@dataclasses.dataclass
class Site:
    """The application over the press: a desk, the ids by path, and clients."""

    desk: Desk
    ids: Mapping[str, str]
    app: Any

    def client(self, base: str = BASE, address: str = "127.0.0.1", **headers: str) -> TestClient:
        """A client at that address that asks for that host."""
        return TestClient(self.app, base_url=base, client=(address, 50000), headers=headers, follow_redirects=False)


def built(settings: Settings, *, index: bool = True, demo: bool = False, reason: str = "") -> Site:
    """A site over the press; `index=False` leaves the index out."""
    store = Store.open(settings)
    ids = fill(store)
    if index:
        backend = open_backend(settings, write=True)
        with store.read() as tx:
            assert backend.index(documents.records(tx, list(ids.values()))) == {}
        backend.flush()
        assert backend.count(everything()) == len(ids)
        backend.close()
    desk = Desk(settings, store, demo=demo, reason=reason)
    return Site(desk, ids, create(desk))


@pytest.fixture
def make_site(settings: Settings) -> Iterator[Callable[..., Site]]:
    """Makes a site with changed settings."""
    opened: list[Site] = []

    def make(*, index: bool = True, demo: bool = False, reason: str = "", **changes: Any) -> Site:
        opened.append(built(dataclasses.replace(settings, **changes), index=index, demo=demo, reason=reason))
        return opened[-1]

    yield make
    for site in opened:
        site.desk.store.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The press, indexed, on loopback: for tests that only read."""
    site = built(Settings.load({"PUTUTU_HOME": str(tmp_path_factory.mktemp("press"))}))
    yield site
    site.desk.store.close()


@pytest.fixture
def client(site: Site) -> TestClient:
    """A visitor on this machine who only reads."""
    return site.client()


@pytest.fixture
def writer(make_site: Callable[..., Site]) -> TestClient:
    """A visitor on this machine of a site of its own, which may be changed."""
    return make_site().client()
