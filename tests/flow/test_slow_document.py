"""A document on which the enrichment takes too long is parked with the reason; its batch goes on, and it can be searched."""

import dataclasses
from functools import partial
from typing import Any

import pytest

import pipeline
from core.document import Document, document_id
from core.settings import Settings
from enrich import pool
from enrich.reading import Reading
from enrich.steps import Chain, plain_steps
from enrich.turns import Plain
from store import work
from store.database import Store


def endless(reading: Reading) -> dict[str, Any]:
    while "sin fin" in reading.document.title:
        pass
    return {"roads": []}


def test_it_is_parked_and_the_rest_goes_on(store: Store, store_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    settings = dataclasses.replace(store_settings, translate="none")
    steps = tuple(dataclasses.replace(s, run=endless) if isinstance(s, Plain) and s.name == "roads" else s for s in plain_steps())  # fmt: skip
    monkeypatch.setattr(pool, "build", lambda settings: Chain(settings, steps))
    monkeypatch.setattr(pool, "enriched", partial(pool.enriched, seconds=4))
    titles = ["Paro de choferes en Comas", "Nota sin fin", "Huelga de maestros en Puno"]
    for _ in pipeline.take_in(store, [made(title) for title in titles]):
        pass

    assert pipeline.enrich(store, settings) == {"enriched": 2, "failed": 1}
    with store.read() as tx:
        counts = work.summary(tx)
        (parked,) = work.parked(tx)
    assert {state: number for state, number in counts["enrich"].items() if number} == {"done": 2, "parked": 1}
    assert parked.document == made(titles[1]).id and "took longer than 4 seconds" in parked.error
    assert counts["index"]["waiting"] == 3  # with the tags that were made before it

    assert pipeline.enrich(store, settings) == {"enriched": 0, "failed": 0}
    assert pipeline.retry(store, "enrich") == {"enrich": 1}


def made(title: str) -> Document:
    url = f"https://diario.example/{len(title)}"
    return Document(id=document_id(f"url:{url}"), url=url, title=title, source="diario", fetched=pipeline.utc_now(), aliases=(f"url:{url}",))  # fmt: skip
