"""A canary under way is in no exit: no count, search, facet, figure, export, story, completeness, feed, page or answer names it."""

import dataclasses
import json
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

import pipeline
from alerts import backtest, subscriptions
from core.document import SYNTHETIC
from search.engines import open_backend
from search.query import everything, parse
from store import alerts as kept
from store import completeness, disk, documents, history, stories, work
from store.schema import documents as table
from web.app import create
from web.desk import Desk

from .conftest import NOW, arrive, article

SIGNS = (SYNTHETIC, "canary.invalid", "Canario sintético", "Seña")
ENDS = timedelta(seconds=40)


@dataclasses.dataclass
class Flight:
    """A store in which a canary is under way beside one real document, matched and indexed; and the page over it."""

    store: Any
    settings: Any
    id: str
    client: TestClient


@pytest.fixture
def flight(store, mailing) -> Iterator[Flight]:
    settings = dataclasses.replace(mailing, smtp="", canary="canario@example.org", translate="none")
    (real,) = arrive(store, [article(1, "Un paro de verdad", "El gremio anuncia un paro en Puerto Ficticio.")])
    subscriptions.add(store, NOW, name="todo", query="paro OR canario OR seña OR language:es", owner="ana@example.org")
    with store.write() as tx:
        work.add_many(tx, "enrich", [(real, 1)], "publisher", NOW)
    pipeline.fly_canary(store, settings, clock=lambda: NOW)
    pipeline.process(store, settings, clock=lambda: NOW + ENDS)
    with store.read() as tx:
        id = tx.execute(table.select().where(table.c.source == SYNTHETIC)).one().id
    client = TestClient(
        create(Desk(settings, store)), base_url="http://127.0.0.1:8642", client=("127.0.0.1", 5), follow_redirects=False
    )
    yield Flight(store, settings, id, client)


def silent(said: str) -> None:
    assert not [sign for sign in SIGNS if sign in said], said[:2_000]


PAGES = [
        "/", "/search?q=*", "/search.json?q=canario", "/search.json?q=*", "/search.csv?q=*", "/search.jsonl?q=*", "/search.atom?q=*",
        "/search.json?q=*&stories=1", "/export.csv?q=*", "/export.jsonl?q=*", "/stories", "/stories.json",
        "/trends?q=*", "/trends.json?q=*", "/trends.json?q=*&group=source", "/trends.csv?q=*&group=topic", "/trends.svg?q=*", "/terms", "/terms.json?q=*",
        "/map", "/map.json?q=*", "/sources", "/sources.json", "/sources.csv", "/alerts", "/alerts.json", "/api/v1/search?q=*", "/api/v1/trends?q=*",
        "/api/v1/spikes?q=*", "/api/v1/changes?q=*", "/api/v1/terms?q=*", "/api/v1/stories", "/api/v1/sources", "/api/v1/alerts", "/metrics", "/readyz",
        "/runs", "/runs.json",
    ]  # fmt: skip
PERMALINKS = ["/documents/{}", "/documents/{}.json", "/documents/{}/why", "/documents/{}/correct", "/api/v1/documents/{}", "/api/v1/documents/{}/similar"]  # fmt: skip


def test_no_page_and_no_answer_names_it(flight):
    for path in PAGES:
        answer = flight.client.get(path)
        assert answer.status_code in (200, 400), (path, answer.text)
        silent(answer.text)
    answer = flight.client.get(f"/search.json?q=source:{SYNTHETIC}").json()
    assert (answer["total"], answer["documents"], answer["facets"]["source"]) == (0, [], [])


def test_it_has_no_permalink(flight):
    for path in PERMALINKS:
        answer = flight.client.get(path.format(flight.id))
        assert answer.status_code == 404, path
        silent(answer.text)


def test_it_is_in_no_count_of_the_store(flight):
    with flight.store.read() as tx:
        assert documents.count(tx) == 1 and flight.id not in documents.ids(tx)
        assert flight.id not in stories.members(tx, "") and stories.count(tx) <= 1
        assert SYNTHETIC not in completeness.by_source(tx)
        assert [alert.name for alert in kept.listed(tx)] == ["todo"]
        assert [hit.document == flight.id for hit in kept.hits_of(tx, kept.listed(tx)[0].id)] == [False]
        assert disk.history(tx, flight.settings) is not None
        assert history.of(tx, "https://canary.invalid/none").first_seen is None
        assert not [found for found in stories.recent(tx, 10) if flight.id in stories.members(tx, found.id)]


def test_it_is_in_no_search_facet_figure_or_back_test(flight):
    pipeline.reindex(flight.store, flight.settings, clock=lambda: NOW + ENDS)
    with closing(open_backend(flight.settings)) as backend:
        assert backend.count(everything()) == 1 and backend.count(parse("canario")) == 0
        facets = backend.facets(everything(), ["source", "language", "kind"], None)
        assert dict(facets["source"]) == {"diario": 1} and sum(dict(facets["language"]).values()) == 1
        assert sum(row.count for row in backend.histogram(everything())) == 1
        tested = backtest.backtest("canario OR language:es", backend, flight.store, NOW + ENDS)
        assert tested.total == 1 and [row.document.source for row in tested.samples] == ["diario"]


def test_it_is_in_no_feed_of_an_alert(flight):
    from store import answers

    pipeline.deliver(flight.store, dataclasses.replace(flight.settings), clock=lambda: NOW + ENDS)
    with flight.store.write() as tx:
        keys = answers.made_keys(tx, kept.listed(tx)[0].id)
    for form in ("atom", "json"):
        answer = flight.client.get(f"/feeds/{keys.feed}.{form}")
        assert answer.status_code == 200
        silent(answer.text)


def test_the_command_line_and_an_export_do_not_name_it(flight, tmp_path, monkeypatch, capsys):
    from cli import main

    monkeypatch.setenv("PUTUTU_HOME", str(flight.settings.home))
    for arguments in (
        ("search", "*", "--json"), ("search", "*", "--count"), ("search", "*", "--facets", "source,language", "--json"), ("stories", "--json"),
        ("trends", "*", "--group", "source", "--json"), ("sources", "list", "--json"), ("export", "*", "--format", "jsonl", "--out", str(tmp_path / "out")),
        ("alerts", "list", "--json"), ("runs", "--json"),
    ):  # fmt: skip
        with pytest.raises(SystemExit) as left:
            main(arguments)
        told = capsys.readouterr()
        assert not left.value.code, told.err
        silent(told.out)
    silent("".join(path.read_text("utf-8", "replace") for path in (tmp_path / "out").iterdir() if path.is_file()))
    with pytest.raises(SystemExit) as left:
        main(("show", flight.id))
    assert left.value.code == 1
    silent(json.dumps(capsys.readouterr().out))
