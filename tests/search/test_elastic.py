"""Elasticsearch as its people expect it: the mapping, plain `match` queries, TLS and keys, and bulk writing that loses nothing."""

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.errors import QueryError, SettingError, StoreError, UnavailableError
from core.record import Record
from core.settings import Settings
from search import backend as port
from search import elastic, elastic_bulk, elastic_client, elastic_index, elastic_rebuild
from search.backend import scan
from search.elastic import ElasticBackend
from search.engines import open_backend
from search.query import everything, parse
from tests.search.proxy import Proxy, Running, certificates

Make = Callable[..., Record]
PLACES = [{"name": "Ica", "department": "Ica", "lat": -14.07, "lon": -75.73, "role": "event"}]


@pytest.fixture
def elastic_settings(
    request: pytest.FixtureRequest, tmp_path: Path, place_for: Callable[..., Settings]
) -> Iterator[Settings]:
    """Settings of an alias of this test's own; its indices go with it."""
    settings = place_for("elasticsearch", tmp_path, request)
    yield settings
    with closing(ElasticBackend.open(settings)) as backend:
        for name in backend.client.indices.get(index=f"{backend.alias}-v*").body:
            backend.client.indices.delete(index=name)


@pytest.fixture
def opened(elastic_settings: Settings) -> Iterator[ElasticBackend]:
    """The backend of that alias, to write."""
    with closing(ElasticBackend.open(elastic_settings, write=True)) as backend:
        yield backend


@pytest.fixture
def behind(elastic_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Proxy, ElasticBackend]]:
    """The same behind a proxy that can fail, with little patience."""
    monkeypatch.setattr(elastic_bulk, "FIRST_WAIT", 0.01)
    monkeypatch.setattr(elastic_client, "REQUEST", 1.0)
    node, _, alias = elastic_settings.index.rpartition("/")
    with Running(Proxy(node)) as proxy:
        settings = replace(elastic_settings, index=f"{proxy.url}/{alias}")
        with closing(ElasticBackend.open(settings, write=True)) as backend:
            yield proxy, backend


def put(backend: ElasticBackend, *records: Record) -> None:
    assert backend.index(records) == {}
    backend.flush()


def some(make: Make, number: int) -> list[Record]:
    return [make(f"nota {n}", id=f"{n:020x}", text="paro de choferes " * 20) for n in range(number)]


# what Kibana sees


def test_the_mapping_is_strict_with_keywords_dates_points_and_native_text(opened: ElasticBackend, make: Make) -> None:
    put(
        opened,
        make("Huelga en Ñaña", id="aa", places=PLACES, translation={"title": "Strike in Naña", "text": "Drivers"}),
    )
    name, about = next(iter(opened.client.indices.get(index=opened.alias).body.items()))
    properties = about["mappings"]["properties"]
    assert about["mappings"]["dynamic"] == "strict" and opened.alias in about["aliases"] and name != opened.alias
    types = {
        field: properties[field]["type"]
        for field in ("facet_topic", "place", "published", "fetched", "location", "day", "title")
    }
    assert types == {"facet_topic": "keyword", "place": "keyword", "published": "date", "fetched": "date", "location": "geo_point", "day": "long", "title": "text"}  # fmt: skip
    assert properties["title"]["analyzer"] == "spanish"
    kept = opened.client.get(index=opened.alias, id="aa")["_source"]
    assert kept["title"] == "Huelga en Ñaña" and kept["published"] == "2026-03-10T12:00:00-05:00"
    assert kept["translation_text"]["title"] == "Strike in Naña" and kept["location"] == [
        {"lat": -14.07, "lon": -75.73}
    ]
    assert not any(field.startswith(("original_", "translation_t")) and field != "translation_text" for field in kept)


def found(backend: ElasticBackend, **asked: Any) -> list[str]:
    return sorted(hit["_id"] for hit in backend.client.search(index=backend.alias, **asked)["hits"]["hits"])


def test_plain_queries_of_others_find_documents(opened: ElasticBackend, make: Make) -> None:
    put(
        opened, make("Choferes detenidos en huelgas", id="aa", places=PLACES, translation={"title": "Drivers striking"}),
        make("Paró el tren para siempre", id="bb"), make("El paro de hoy", id="cc"),
    )  # fmt: skip
    assert found(opened, query={"match": {"title": "chofer detenida"}}) == ["aa"], "the native field"
    assert found(opened, query={"match": {"translation_text.title": "driver"}}) == ["aa"]
    assert found(opened, q="original_title_es:Detenido") == ["aa"], "the product's field"
    assert found(opened, query={"match": {"original_title_es": "PARO"}}) == ["cc"], "the lists of words hold there too"
    assert found(opened, query={"match_phrase": {"original_title_es": "los choferes detenido"}}) == []
    assert found(opened, query={"match_phrase": {"original_title_es": "chofer detenido"}}) == ["aa"]
    near = {"geo_distance": {"distance": "50km", "location": {"lat": -14.0, "lon": -75.7}}}
    assert found(opened, query=near) == ["aa"]
    assert found(opened, query={"range": {"published": {"gte": "2026-03-10", "lt": "2026-03-11"}}}) == [
        "aa",
        "bb",
        "cc",
    ]
    months = opened.client.search(index=opened.alias, size=0, aggs={"m": {"date_histogram": {"field": "published", "calendar_interval": "month", "time_zone": "America/Lima"}}})  # fmt: skip
    assert [bucket["doc_count"] for bucket in months["aggregations"]["m"]["buckets"]] == [3]


def test_a_field_that_is_not_in_the_mapping_is_refused_by_document(
    opened: ElasticBackend, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = elastic_index.source
    monkeypatch.setattr(elastic_bulk, "source", lambda view: good(view) | ({"surprise": 1} if view.id == "bad" else {}))
    errors = opened.index([make("uno", id="aa"), make("dos", id="bad"), make("tres", id="cc")])
    opened.flush()
    assert (
        list(errors) == ["bad"] and "strict_dynamic_mapping_exception" in errors["bad"] and "surprise" in errors["bad"]
    )
    assert sorted(scan(opened, everything())) == ["aa", "cc"]
    monkeypatch.setattr(elastic_bulk, "source", lambda view: good(view) | {"day": "ayer"})
    assert "ayer" in opened.index([make("uno", id="aa")])["aa"], "the cause is told, not only that it failed"


def test_pages_beyond_the_window_of_one_request(
    opened: ElasticBackend, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(opened, make("uno", id="aa"), make("dos", id="cc"))
    monkeypatch.setattr(elastic, "WINDOW", 1)
    monkeypatch.setattr(elastic, "PAGE", 1)
    assert opened.search(everything(), limit=2).ids == ("aa", "cc")
    assert opened.search(everything(), limit=1, offset=1).ids == ("cc",)
    assert opened.fold(everything(), limit=2).ids == ("aa", "cc")
    assert opened.sides(parse("uno OR dos"), ["aa", "cc"]) == {"aa": "original", "cc": "original"}


def test_near_words_twice_are_spelled_out() -> None:
    from search.elastic_query import query

    asked = json.dumps(query(parse('exact:"la la"~1')))
    assert '"gaps"' in asked and '"la _ la"' in asked
    assert port.CALENDAR == ("year", "month")


# who may come in


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """An authority, a certificate for localhost and its key."""
    return certificates(tmp_path_factory.mktemp("tls"))


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.mark.parametrize("way", ["password", "key"])
def test_tls_with_the_authority_s_file_and_a_password_or_a_key(
    elastic_settings: Settings, tls: tuple[Path, Path, Path], make: Make, way: str
) -> None:
    node, _, alias = elastic_settings.index.rpartition("/")
    wanted = basic("ana", "clave:con@signos/ñ") if way == "password" else "ApiKey a2V5OnNlY3JldA=="
    with Running(Proxy(node, authorization=wanted), tls[1], tls[2]) as proxy:
        host = proxy.url.removeprefix("https://")
        login = "ana:clave%3Acon%40signos%2F%C3%B1@" if way == "password" else ""
        settings = replace(
            elastic_settings, index=f"https://{login}{host}/{alias}", index_ca=tls[0],
            index_api_key="a2V5OnNlY3JldA==" if way == "key" else "",
        )  # fmt: skip
        with closing(open_backend(settings, write=True)) as backend:
            assert backend.index([make("uno", id="aa")]) == {}
            backend.flush()
            assert list(scan(backend, everything())) == ["aa"] and backend.health()["documents"] == 1
        wrong = replace(settings, index=f"https://ana:falsa@{host}/{alias}", index_api_key="")
        with closing(open_backend(wrong)) as backend, pytest.raises(SettingError, match="401") as caught:
            backend.count(everything())
        assert "PUTUTU_INDEX" in caught.value.mend and "falsa" not in str(caught.value)
        with (
            closing(open_backend(replace(settings, index_ca=None))) as backend,
            pytest.raises(SettingError, match="PUTUTU_INDEX_CA"),
        ):
            backend.count(everything())


@pytest.mark.parametrize(
    ("address", "says"),
    [("http://127.0.0.1:9/Mayúsculas", "alias"), ("https://127.0.0.1:9/x", "PUTUTU_INDEX_CA: there is no file")],
)
def test_an_address_that_cannot_be_used_names_the_setting(settings: Settings, address: str, says: str) -> None:
    with pytest.raises(SettingError, match=says):
        open_backend(replace(settings, index=address, index_ca=Path("/nowhere/ca.pem")))


def test_a_file_that_is_no_certificate_names_the_setting(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    with pytest.raises(SettingError, match=r"PUTUTU_INDEX_CA: .* holds no certificate"):
        open_backend(replace(settings, index="https://localhost:9/x", index_ca=tmp_path / "ca.pem"))


def test_several_nodes_may_be_named_and_one_may_be_down(elastic_settings: Settings, make: Make) -> None:
    node, _, alias = elastic_settings.index.rpartition("/")
    two = replace(elastic_settings, index=f"http://127.0.0.1:9,{node.removeprefix('http://')}/{alias}")
    with closing(open_backend(two, write=True)) as backend:
        for number in range(4):
            assert backend.index([make(f"nota {number}")]) == {}
        backend.flush()
        assert [backend.count(everything()) for _ in range(4)] == [4] * 4


def test_what_answers_but_is_no_elasticsearch_is_told(settings: Settings) -> None:
    import http.server
    import threading

    class Other(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        do_HEAD = do_POST = do_GET

        def log_message(self, *arguments: Any) -> None:
            """Quiet."""

    server = http.server.HTTPServer(("127.0.0.1", 0), Other)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        backend = open_backend(replace(settings, index=f"http://127.0.0.1:{server.server_address[1]}/x"))
        with pytest.raises(SettingError, match="no Elasticsearch"):
            backend.count(everything())
    finally:
        server.shutdown()
        server.server_close()


# when it fails


def test_a_server_that_is_down_is_told_with_the_mend(settings: Settings, make: Make) -> None:
    down = replace(settings, index="http://127.0.0.1:9/pututu")
    backend = open_backend(down, write=True)
    for ask in (lambda: backend.count(everything()), lambda: backend.index([make("uno")]), backend.health):
        with pytest.raises(UnavailableError, match="does not answer"):
            ask()


def test_bulk_is_cut_by_number_and_by_bytes(
    behind: tuple[Proxy, ElasticBackend], make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, backend = behind
    monkeypatch.setattr(elastic_bulk, "CHUNK", 10)
    put(backend, *some(make, 35))
    assert proxy.requests("_bulk") == 4
    proxy.seen.clear()
    proxy.bodies.clear()
    monkeypatch.setattr(elastic_bulk, "CHUNK_BYTES", 12_000)
    put(backend, *some(make, 35))
    assert proxy.requests("_bulk") > 4 and max(map(len, proxy.bodies)) <= 12_000
    assert backend.count(everything()) == 35


@pytest.mark.parametrize(
    "faults", [["429"], ["429", "503", "502", "429"], ["429", "slow"], ["reset"], ["lost"], ["lost", "429", "reset"]]
)
def test_a_busy_or_broken_server_is_waited_for_and_nothing_is_doubled(
    behind: tuple[Proxy, ElasticBackend], make: Make, faults: list[Any]
) -> None:
    proxy, backend = behind
    put(backend, make("primero", id="ff"))
    proxy.faults[:] = faults
    put(backend, *some(make, 30))
    assert proxy.faults == []
    assert sorted(scan(backend, everything())) == sorted([*(record.id for record in some(make, 30)), "ff"])


@pytest.mark.parametrize(
    ("fault", "error", "says"),
    [("429", UnavailableError, "too busy"), ("503", UnavailableError, "503"), ("reset", UnavailableError, "does not answer"),
     ("slow", UnavailableError, "does not answer"), ("403", SettingError, "403")],
)  # fmt: skip
def test_one_that_stays_so_is_an_error_of_the_whole_and_all_of_it_can_be_sent_again(
    behind: tuple[Proxy, ElasticBackend],
    make: Make,
    monkeypatch: pytest.MonkeyPatch,
    fault: Any,
    error: type,
    says: str,
) -> None:
    proxy, backend = behind
    monkeypatch.setattr(elastic_bulk, "RETRIES", 2)
    put(backend, make("primero", id="ff"))
    proxy.faults[:] = [fault] * 50
    with pytest.raises(error, match=says) as caught:
        backend.index(some(make, 5))
    assert caught.value.mend  # type: ignore[attr-defined]
    proxy.faults.clear()
    put(backend, *some(make, 5))
    assert backend.count(everything()) == 6


def test_a_read_only_index_is_an_error_of_the_whole_and_told(opened: ElasticBackend, make: Make) -> None:
    put(opened, make("uno", id="aa"))
    for block in ("write", "read_only_allow_delete"):
        opened.client.indices.put_settings(index=opened.alias, settings={f"index.blocks.{block}": True})
        with pytest.raises(UnavailableError, match="read-only") as caught:
            opened.index([make("dos", id="bb")])
        assert "block" in caught.value.mend
        assert opened.count(everything()) == 1, "it still answers"
        assert [trouble.state for trouble in opened.troubles()] == ["bad"] and block in opened.troubles()[0].finding
        opened.client.indices.put_settings(index=opened.alias, settings={f"index.blocks.{block}": None})
    put(opened, make("dos", id="bb"))
    assert opened.count(everything()) == 2 and opened.troubles() == []


def test_an_index_that_went_away_is_told_and_nothing_is_made_in_its_place(opened: ElasticBackend, make: Make) -> None:
    put(opened, make("uno", id="aa"))
    for name in elastic_rebuild.ours(opened.client, opened.alias):
        opened.client.indices.delete(index=name)
    with pytest.raises(StoreError, match="not in Elasticsearch"):
        opened.index([make("dos", id="bb")])
    with pytest.raises(StoreError, match="not in Elasticsearch"):
        opened.count(everything())
    assert not opened.client.indices.exists(index=opened.alias), "an index without our mapping would be worse than none"


def test_a_view_that_was_given_up_between_two_pages_is_told(
    opened: ElasticBackend, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(opened, *some(make, 3))
    monkeypatch.setattr(elastic, "PAGE", 1)
    views: list[str] = []
    really = opened.client.open_point_in_time

    def noting(**asked: Any) -> Any:
        answer = really(**asked)
        views.append(answer["id"])
        return answer

    monkeypatch.setattr(opened.client, "open_point_in_time", noting)
    walking = opened.walk(everything())
    next(walking)
    opened.client.close_point_in_time(id=views[0])
    with pytest.raises(UnavailableError, match="no longer keeps the view"):
        list(walking)


def test_a_closed_index_is_told_with_the_mend(opened: ElasticBackend, make: Make) -> None:
    put(opened, make("uno"))
    opened.client.indices.close(index=next(iter(elastic_rebuild.ours(opened.client, opened.alias))))
    with pytest.raises(UnavailableError, match="is closed") as caught:
        opened.count(everything())
    assert "_open" in caught.value.mend


def test_a_slow_server_is_told_by_doctor(
    behind: tuple[Proxy, ElasticBackend], make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, backend = behind
    put(backend, make("uno"))
    monkeypatch.setattr(elastic, "SLOW", 0.0)
    assert any("slowly" in trouble.finding for trouble in backend.troubles())


def test_a_key_that_may_not_ask_the_cluster_still_gives_a_health(
    behind: tuple[Proxy, ElasticBackend], make: Make
) -> None:
    proxy, backend = behind
    put(backend, make("uno"))
    proxy.on, proxy.faults = "_stats", ["403"] * 9
    assert backend.health() | {"bytes": None} == backend.health() and backend.health()["documents"] == 1
    proxy.on, proxy.faults = "_cluster/health", ["403"] * 9
    assert backend.troubles() == []


def test_what_it_calls_too_much_is_an_error_of_the_query() -> None:
    for reason in ("too_many_nested_clauses", "failed to create query: Determinizing automaton with 17 states"):
        assert isinstance(elastic_client.told(400, reason), QueryError)
