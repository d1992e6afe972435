"""The data forms of the screens and the API: what they say, that they agree, and that they can be read back."""

import csv
import io
import json
from typing import Any
from xml.etree import ElementTree as xml

import pytest
from fastapi.testclient import TestClient

from core.record import LISTS
from web import formats

ATOM = "{http://www.w3.org/2005/Atom}"
KEYS = (
    "id", "url", "canonical_url", "source", "kind", "title", "summary", "text", "language", "author", "section", "published",
    "published_precision", "published_from", "fetched", "arrival", "version", "completeness", "paywalled", "archive", "translation",
    *LISTS, "casualties", "strike", "story", "steps", "event",
)  # fmt: skip


def test_the_forms_of_a_search_agree(client: TestClient) -> None:
    query = "?q=extorsi%C3%B3n&limit=3"
    answer = client.get(f"/search.json{query}").json()
    ids = [document["id"] for document in answer["documents"]]
    assert answer["total"] == 5 and len(ids) == 3
    lines = [json.loads(line) for line in client.get(f"/search.jsonl{query}").text.splitlines()]
    table = list(csv.DictReader(io.StringIO(client.get(f"/search.csv{query}").text.removeprefix("\ufeff"))))
    feed = xml.fromstring(client.get(f"/search.atom{query}").content)
    assert [row["id"] for row in lines] == [row["id"] for row in table] == ids
    assert [entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")] == [
        f"urn:pututu:document:{id}" for id in ids
    ]
    assert [document["id"] for document in client.get(f"/api/v1/search{query}").json()["documents"]] == ids


def test_a_document_has_every_key_in_order(site: Any) -> None:
    for path in (f"/documents/{site.ids['paro']}.json", f"/api/v1/documents/{site.ids['paro']}"):
        document = site.client().get(path).json()
        assert tuple(document) == KEYS
        assert document["published"] == "2026-03-12T08:30:00-05:00" and document["strike"]["status"] == "announced"
        assert document["topics"][0]["spans"] == [["title", 9, 21]]
        assert document["casualties"] is None and document["amounts"] == []


def test_hits_have_sides_and_highlights(client: TestClient) -> None:
    document = client.get("/search.json?q=drivers").json()["documents"][0]
    assert document["matched"] == "translation"
    start, end = document["highlights"]["translation.title"][0]
    assert document["translation"]["title"][start:end] == "Drivers"
    assert client.get("/search.json").json()["documents"][0]["matched"] is None


def test_one_document_for_each_story(client: TestClient) -> None:
    assert client.get("/search.json?q=choferes").json()["total"] == 2
    folded = client.get("/search.json?q=choferes&stories=1").json()
    assert folded["total"] == 1 and len(folded["documents"]) == 1
    assert folded["documents"][0]["outlets"] == ["faro", "ribera"]
    page = client.get("/search?q=choferes&stories=1&lang=es").text
    assert "1 historia" in page and "Lo cuentan faro, ribera" in page
    assert client.get("/search.json?q=choferes").json()["documents"][0]["outlets"] is None


def test_an_offer_leads_to_the_query_with_it_and_the_rest_stays(client: TestClient) -> None:
    page = client.get("/search?q=drivrs+-huelga&lang=en").text
    assert '<a href="/search?lang=en&amp;q=drivers+-huelga">Did you mean drivers?</a>' in page
    assert "Did you mean OR?" in client.get("/search?q=xyzzy+or+zzzz&lang=en").text


def test_everything_found_leaves_as_a_stream_without_a_cap(site: Any) -> None:
    client = site.client()
    lines = [json.loads(line) for line in client.get("/export.jsonl?q=extorsi%C3%B3n&limit=1").text.splitlines()]
    table = list(csv.DictReader(io.StringIO(client.get("/export.csv?q=extorsi%C3%B3n").text.removeprefix("\ufeff"))))
    assert [row["id"] for row in lines] == [row["id"] for row in table] and len(lines) == 5
    assert all(row["text"] is None for row in lines), (
        "not even on this machine: `pututu export --with-text` is for that"
    )
    assert "987654321" not in client.get("/export.csv").text
    answer = client.get("/export.csv?q=zzz")
    assert "attachment" in answer.headers["content-disposition"] and len(answer.text.splitlines()) == 1
    assert client.get("/export.xlsx").status_code == 404 and client.get("/export.csv?q=(").status_code == 400
    assert 'href="/export.csv?q=extorsi%C3%B3n"' in client.get("/search?q=extorsi%C3%B3n").text


def test_figures_are_data_too(site: Any) -> None:
    client = site.client()
    assert client.get("/trends.json?q=extorsi%C3%B3n&panel=1&from=2026-03-10&to=2026-03-14").json()["panel"] == [
        "faro",
        "gaceta",
        "ribera",
    ]
    assert client.get("/api/v1/spikes?q=extorsi%C3%B3n").json() == {"rows": []}
    assert client.get("/api/v1/changes?q=extorsi%C3%B3n&by=week").json() == {"rows": []}
    problem = client.get("/api/v1/terms?from=2026-03-12&to=2026-03-12&background=1")
    assert problem.status_code in (200, 400)
    assert client.get("/api/v1/terms?from=1999-01-01&to=1999-01-02").status_code == 400
    near = client.get(f"/api/v1/documents/{site.ids['cupos']}/similar?limit=3").json()["documents"]
    assert near[0]["id"] == site.ids["cupos-2"] and 0 < near[0]["similarity"] <= 1
    spec = client.get("/trends.vl.json?q=extorsi%C3%B3n").json()
    assert spec["$schema"].endswith("v6.json") and spec["datasets"]["rows_0"]


def test_the_feed_is_atom(site: Any) -> None:
    answer = site.client().get("/search.atom?q=extorsi%C3%B3n")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = xml.fromstring(answer.content)
    assert feed.findtext(f"{ATOM}updated") == "2026-03-20T10:00:00-05:00"
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert links == {
        "self": "http://127.0.0.1:8642/search.atom?q=extorsi%C3%B3n",
        "alternate": "http://127.0.0.1:8642/search?q=extorsi%C3%B3n",
    }
    entries = {entry.findtext(f"{ATOM}title"): entry for entry in feed.iter(f"{ATOM}entry")}
    assert '<script>alert("hola")</script> & compañía' in entries
    entry = entries["Choferes de Trujillo denuncian extorsión"]
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "faro"
    assert entry.find(f"{ATOM}link").get("href") == f"http://127.0.0.1:8642/documents/{site.ids['cupos']}"
    undated = entries["Una nota de extorsión sin fecha"]
    assert undated.find(f"{ATOM}published") is None


def test_what_xml_cannot_hold_is_left_out_of_feeds() -> None:
    element = formats._under(None, "title", "a\x00b\x0bc\ufffed é 🚌")
    assert xml.fromstring(xml.tostring(element)).text == "abcd é 🚌"


@pytest.mark.parametrize("text", ["=1+1", "+51", "-2", "@cmd", "\tx"])
def test_a_cell_is_never_a_formula(text: str) -> None:
    body = formats.as_csv(
        [{"a": text, "b": -2, "c": None, "d": True, "e": 'x,"y"'}], ("a", "b", "c", "d", "e"), "t"
    ).body
    row = list(csv.reader(io.StringIO(bytes(body).decode("utf-8-sig"))))[1]
    assert row == [f"'{text}", "-2", "", "true", 'x,"y"']


@pytest.mark.parametrize(("path", "kind", "start"), [
    ("/trends.svg?q=paro", "image/svg+xml", b"<svg"), ("/trends.png?q=paro", "image/png", b"\x89PNG"), ("/terms.csv?from=2026-03-15&to=2026-03-20", "text/csv", b"\xef\xbb\xbfquery,term,kind,count"), ("/map.svg", "image/svg+xml", b"<svg"),
    ("/map.png", "image/png", b"\x89PNG"), ("/trends.csv?q=paro", "text/csv", b"\xef\xbb\xbfquery,group,start,count,total,share,outage"),
    ("/map.csv", "text/csv", b"\xef\xbb\xbfdepartment,count"), ("/sources.csv", "text/csv", b"\xef\xbb\xbfslug"), ("/runs.csv", "text/csv", b"\xef\xbb\xbfid"),
    ("/alerts.csv", "text/csv", b"\xef\xbb\xbfid"), ("/sources.jsonl", "application/jsonl", b"{"), ("/stories.json", "application/json", b"{"),
])  # fmt: skip
def test_each_form_has_its_kind(client: TestClient, path: str, kind: str, start: bytes) -> None:
    answer = client.get(path)
    assert answer.status_code == 200 and answer.headers["content-type"].startswith(kind)
    assert answer.content.startswith(start)


def test_the_api_answers_as_the_pages_data(site: Any) -> None:
    client = site.client()
    query = "?q=extorsi%C3%B3n&topic=extortion"
    for name in (f"search{query}", f"search{query}&stories=1", f"trends{query}&by=week&group=topic&share=1", "stories", "sources", "alerts", "runs"):  # fmt: skip
        plain = name.replace("?", ".json?") if "?" in name else f"{name}.json"
        assert client.get(f"/api/v1/{name}").json() == client.get(f"/{plain}").json(), name


def test_the_api_describes_itself_without_pages_that_load_scripts(client: TestClient) -> None:
    described = client.get("/api/v1/openapi.json").json()
    assert {path.removeprefix("/api/v1") for path in described["paths"]} == {
        "/search", "/trends", "/spikes", "/changes", "/terms", "/documents/{id}", "/documents/{id}/similar", "/stories", "/stories/{id}",
        "/sources", "/alerts", "/alerts/templates", "/alerts/test", "/alerts/{id}", "/alerts/{id}/pause", "/alerts/{id}/resume", "/owners/{address}", "/runs",
    }  # fmt: skip
    names = {parameter["name"] for parameter in described["paths"]["/api/v1/search"]["get"]["parameters"]}
    assert {
        "q",
        "from",
        "to",
        "topic",
        "sector",
        "place",
        "source",
        "language",
        "sort",
        "limit",
        "page",
        "lang",
    } <= names
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize(("path", "status"), [
    ("/api/v1/search?q=(", 400), ("/api/v1/search?limit=0", 400), ("/api/v1/search?limit=x", 400), ("/api/v1/search?sort=x", 400), ("/api/v1/search?qq=x", 400),
    ("/api/v1/documents/none", 404), ("/api/v1/stories/none", 404), ("/api/v1/none", 404), ("/api/v1/trends", 400), ("/api/v1/search?topic=x", 400),
])  # fmt: skip
def test_problems_of_the_api_are_problem_documents(client: TestClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status and answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status and answer.json()["detail"]


def test_metrics_are_readable(client: TestClient) -> None:
    lines = client.get("/metrics").text.splitlines()
    values = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    assert (
        values["pututu_documents"] == "7"
        and values["pututu_index_documents"] == "7"
        and values["pututu_index_up"] == "1"
    )
    assert values['pututu_work{kind="enrich",state="waiting"}'] == "7"
    assert all(float(value) >= 0 for value in values.values())
    assert sum(line.startswith("# TYPE") for line in lines) >= 7


def test_readiness(client: TestClient) -> None:
    assert client.get("/readyz").json() == {"ready": True, "store": "ok", "index": "ok"}
