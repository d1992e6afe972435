"""What no engine translated can be found, shows a line of its tags, and is translated by itself when an engine comes."""

import dataclasses
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

import catchup
import pipeline
import scheduler
from core.document import Document, document_id
from core.settings import Settings
from enrich.apertium import Apertium
from store import annotations, documents, work
from store.database import Store

NOW = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


class Loud:
    """A translator for tests."""

    name, version = "loud", "1"

    def translate(self, texts: Sequence[str]) -> list[str]:
        return [text.upper() for text in texts]

    def close(self) -> None:
        return


def made(title: str) -> Document:
    url = f"https://diario.example/{len(title)}"
    return Document(
        id=document_id(f"url:{url}"), url=url, title=title, source="diario", fetched=NOW, aliases=(f"url:{url}",)
    )


def engines(store: Store, ids: Sequence[str]) -> list[str | None]:
    with store.read() as tx:
        records = documents.records(tx, list(ids))
    found = {record.id: (record.translation or {}).get("engine") for record in records}
    return [found[one] for one in ids]


def test_an_engine_that_comes_later_translates_what_waits(
    store: Store, store_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = dataclasses.replace(store_settings, translate="relevant", translation="auto")
    monkeypatch.setattr(Apertium, "installed", staticmethod(lambda *_: False))
    given = [made("Choferes acatan paro en Trujillo"), made("Receta de arroz con pato para hoy mismo")]
    for _ in pipeline.take_in(store, given):
        pass
    assert pipeline.enrich(store, settings) == {"enriched": 2, "failed": 0}
    ids = [one.id for one in given]
    assert engines(store, ids) == ["tags", None]
    assert not catchup.engine_changed(settings)
    assert catchup.queue_untranslated(store, settings) == 0

    for place in ("enrich.translate.choose", "catchup.choose"):
        monkeypatch.setattr(place, lambda *_, **__: Loud())
    (job,) = (one for one in scheduler.JOBS if one.name == "translate")
    assert job.wanted(store, settings, NOW)
    assert job.work(store, settings) == {"translate": {"queued": 2}}
    assert not job.wanted(store, settings, NOW)
    assert pipeline.enrich(store, settings, by_hand=False) == {"enriched": 2, "failed": 0}
    assert engines(store, ids) == ["loud", None]
    with store.read() as tx:
        assert annotations.stale(tx, {}, 10) == []
        causes = {row["cause"] for row in work.of_document(tx, ids[0]) if row["kind"] == "match"}
    assert "translation" in causes, "alerts in English are asked again"


def test_an_engine_that_is_named_and_missing_stops_nothing(
    store: Store, store_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Apertium, "installed", staticmethod(lambda *_: False))
    settings = dataclasses.replace(store_settings, translate="relevant", translation="opus-mt")
    given = made("Choferes acatan paro en Trujillo")
    for _ in pipeline.take_in(store, [given]):
        pass
    assert pipeline.enrich(store, settings) == {"enriched": 1, "failed": 0}
    assert engines(store, [given.id]) == ["tags"]
