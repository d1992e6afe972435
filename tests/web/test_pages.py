"""Every screen over the press: what it shows, in both languages, and what never gets out of it."""

import dataclasses
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from fastapi.testclient import TestClient

from core.document import Document
from search.engines import open_backend
from store import documents, joining, schema, stories, work
from store.schema import completeness
from web import told

NOW = datetime(2026, 3, 20, 15, tzinfo=UTC)
PATHS = (
    "/",
    "/search?q=extorsi%C3%B3n",
    "/trends",
    "/trends?q=extorsi%C3%B3n",
    "/trends?q=extorsi%C3%B3n&q=paro&q=ley&q=cupos&q=hotel&by=week&panel=1",
    "/terms",
    "/terms?q=extorsi%C3%B3n&from=1999-01-01",
    "/search?q=choferes&stories=1&subtype=cupos&topic=strike&topic=extortion",
    "/map",
    "/stories",
    "/sources",
    "/alerts",
    "/runs",
    "/help",
    "/login",
)
PHONE = "987654321"


class Page(HTMLParser):
    """The tags, attributes and words of a page, as a browser takes them in."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.words += data

    def named(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("language", "word"), [("es", "Lima"), ("en", "Lima")])
def test_every_page_answers_in_both_languages(client: TestClient, path: str, language: str, word: str) -> None:
    answer = client.get(f"{path}{'&' if '?' in path else '?'}lang={language}")
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.text
    page = Page(answer.text)
    assert (
        page.named("script") == []
        and page.named("style") == []
        and not any("onclick" in a or "style" in a for t, a in page.tags if t not in ("g", "path", "text", "svg"))
    )
    labelled = {attributes.get("for") for attributes in page.named("label")}
    for field in page.named("input") + page.named("select"):
        assert field.get("type") in ("hidden", "checkbox") or field.get("id") in labelled
    ids = [attributes["id"] for _, attributes in page.tags if attributes.get("id")]
    assert len(ids) == len(set(ids))


def test_the_browser_may_choose_the_language(client: TestClient) -> None:
    assert "Buscar" in client.get("/", headers={"accept-language": ""}).text
    assert '<html lang="en">' in client.get("/", headers={"accept-language": "en-GB,en;q=0.9"}).text


def test_search_shows_hits_with_marks_facets_and_time_in_lima(client: TestClient) -> None:
    text = client.get("/search?q=choferes&lang=es").text
    assert "<mark>Choferes</mark> de Trujillo denuncian extorsión" in text
    assert "2 documentos" in text and "2026-03-10 08:30" in text and "Historia de 2 documentos" in text
    assert 'href="/search?q=choferes&amp;lang=es&amp;topic=extortion"' in text
    assert "Drivers of Trujillo report extortion" in text


def test_a_hit_says_which_side_matched(client: TestClient) -> None:
    assert "coincide en la traducción" in client.get("/search?q=drivers&lang=es").text
    assert "<mark>Drivers</mark> of Trujillo" in client.get("/search?q=drivers").text
    assert "coincide en ambos" in client.get("/search?q=Trujillo&lang=es").text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("topic=strike", {"paro", "strike"}), ("q=extorsi%C3%B3n&from=2026-03-11&to=2026-03-13", {"cupos-2", "ley"}), ("sector=public_transport", {"cupos"}),
        ("place=la+libertad", {"cupos"}), ("source=gaceta", {"ley"}), ("language=en", {"strike"}), ("q=zzz", set()),
    ],
)  # fmt: skip
def test_filters_narrow(site: Any, query: str, expected: set[str]) -> None:
    answer = site.client().get(f"/search.json?{query}").json()
    paths = {id: path for path, id in site.ids.items()}
    assert {paths[document["id"]] for document in answer["documents"]} == expected
    assert answer["total"] == len(expected)


def test_facet_links_lead_to_as_many_documents_as_they_say(client: TestClient) -> None:
    text = client.get("/search?q=extorsi%C3%B3n").text
    links = re.findall(r'<a href="(/search\?[^"]+)">[^<]+</a> <span class="n">(\d+)</span>', text)
    assert len(links) >= 7
    for link, count in links:
        assert client.get(unescape(link).replace("/search?", "/search.json?")).json()["total"] == int(count), link


def test_paging(client: TestClient) -> None:
    first = client.get("/search?limit=3").text
    assert 'rel="next" href="/search?limit=3&amp;page=2"' in first and 'rel="prev"' not in first
    last = client.get("/search?limit=3&page=3").text
    assert 'rel="prev"' in last and 'rel="next"' not in last
    seen = [
        hit
        for page in (1, 2, 3)
        for hit in re.findall(r'<h3><a href="/documents/(\w+)"', client.get(f"/search?limit=3&page={page}").text)
    ]
    assert len(seen) == len(set(seen)) == 7


def test_a_query_that_does_not_parse_is_shown_with_its_place(client: TestClient) -> None:
    answer = client.get('/search?q=paro "abierto&lang=es')
    assert answer.status_code == 400
    assert "paro &#34;abierto\n     ^" in answer.text
    problem = client.get('/search.json?q=paro "abierto')
    assert problem.status_code == 400 and problem.headers["content-type"] == "application/problem+json"
    assert problem.json()["position"] == 5 and problem.json()["mend"]
    second = client.get("/trends.json?q=paro&q=(abierto").json()
    assert second["query"] == "(abierto"


@pytest.mark.parametrize(
    "path",
    [
        "/search?limit=0",
        "/search?limit=5000",
        "/search?topic=x",
        "/search?form=2020",
        "/trends.json?by=hour",
        "/search.json?limit=1001",
        "/trends.json",
    ],
)
def test_what_cannot_be_used_is_a_400(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/documents/none",
        "/documents/none.json",
        "/documents/none/why",
        "/stories/none",
        "/search.xml",
        "/nothing",
        "/trends.pdf",
        "/static/../app.py",
        "/static/none.css",
        "/documents/x.html",
    ],
)
def test_what_is_not_there_is_a_404(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_document_explains_its_tags(site: Any) -> None:
    text = site.client().get(f"/documents/{site.ids['cupos']}?lang=es").text
    assert '<span id="topics-0-0"></span><mark class="tag topics" title="extorsión">extorsión</mark>' in text
    assert '<span id="topics-0-1"></span><mark class="tag topics" title="extorsión">cobro de cupos</mark>' in text
    assert 'href="#topics-0-1">cobro de cupos</a>' in text and "UBIGEO 130101" in text and "víctima" in text
    assert "Drivers reported protection money" in text and "motor: prueba" in text
    assert f"/documents/{site.ids['cupos-2']}" in text and "Historia de 2 documentos" in text
    assert 'href="https://faro.example/cupos" rel="noopener noreferrer nofollow"' in text


def test_overlapping_spans_and_spans_beyond_the_text_are_printed_once(site: Any) -> None:
    page = Page(site.client().get(f"/documents/{site.ids['raro']}").text)
    assert '<script>alert("hola")</script> & compañía' in page.words


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/search?q=raro",
        "/documents/{raro}",
        "/documents/{raro}/why",
        "/documents/{ley}",
        "/stories",
        "/search.atom",
        "/search?q=%3Cscript%3Ealert(1)%3C/script%3E",
        "/trends?q=%3Cscript%3E+OR+raro",
        "/map?q=%3Cscript%3Ex",
    ],
)
def test_hostile_text_never_becomes_markup(site: Any, path: str) -> None:
    answer = site.client().get(path.format(**{k.replace("-", "_"): v for k, v in site.ids.items()}))
    assert answer.status_code == 200
    page = Page(answer.text)
    assert page.named("script") == [] and page.named("img") == []
    links = [attributes["href"] for _, attributes in page.tags if "href" in attributes]
    assert not [link for link in links if re.match(r"\s*(javascript|data|vbscript):", link, re.I)]


def test_what_happened_is_told(site: Any) -> None:
    text = site.client().get(f"/documents/{site.ids['cupos']}/why").text
    assert "url:https://faro.example/cupos" in text and "etiquetado" in text and PHONE not in text
    english = site.client().get(f"/documents/{site.ids['cupos']}/why?lang=en").text
    assert "tagged" in english and "etiquetado" not in english


def test_a_story_has_its_documents_and_outlets(site: Any) -> None:
    story = site.client().get(f"/documents/{site.ids['cupos']}.json").json()["story"]
    text = site.client().get(f"/stories/{story['id']}").text
    assert "faro, ribera" in text and text.count("<h3>") == 2
    data = site.client().get(f"/stories/{story['id']}.json").json()
    assert data["outlets"] == ["faro", "ribera"] and len(data["documents"]) == 2
    assert story["id"] in site.client().get("/stories").text


def test_a_story_of_many_documents_is_paged_and_its_data_are_whole(
    make_site: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    site = make_site()
    twins = [
        Document(id=f"t{n}", url=f"https://faro.example/gemela-{n}", title=f"Gemela {n}", source=f"s{n % 3}", fetched=NOW, published=NOW + timedelta(minutes=n))
        for n in range(5)
    ]  # fmt: skip
    with site.desk.store.write() as tx:
        documents.save_many(tx, twins, now=NOW)
        keyed = [(one, {"signature": {"keys": [77], "kind": "text"}}) for one in twins]
        joining.join_many(tx, keyed, NOW, similar=lambda a, b, rarity: 1.0)
        story = next(iter(stories.of(tx, [twins[0].id]).values()))
    assert story.size == 5
    monkeypatch.setattr(told, "MEMBERS", 2)
    client = site.client()
    pages = [client.get(f"/stories/{story.id}?lang=es&page={n}").text for n in (1, 2, 3)]
    printed = [re.findall(r"Gemela (\d)</a></h3>", text) for text in pages]
    assert printed == [["0", "1"], ["2", "3"], ["4"]]
    assert (
        "2 de 5" in pages[0] and "Página 1 de 3" in pages[0] and f"/stories/{story.id}?lang=es&amp;page=2" in pages[0]
    )
    assert all("s0, s1, s2" in text for text in pages), "the outlets are those of the whole story"
    assert client.get(f"/stories/{story.id}?page=4").status_code == 404
    for path in (f"/stories/{story.id}.json", f"/api/v1/stories/{story.id}"):
        data = client.get(path).json()
        assert [row["title"] for row in data["documents"]] == [f"Gemela {n}" for n in range(5)]
        assert data["outlets"] == ["s0", "s1", "s2"]
    assert len(client.get(f"/stories/{story.id}.jsonl").text.splitlines()) == 5
    one = client.get("/documents/t4?lang=es").text
    assert "2 de 4" in one and f"/stories/{story.id}" in one


@pytest.mark.parametrize(
    ("summary", "text", "times"),
    [
        ("Primera línea del copete. Segunda línea del copete.", "Primera línea del copete.\nSegunda línea del copete.\nEl cuerpo.", 1),
        ("Primera línea del copete.", "Primera línea del copete.\nEl cuerpo.", 1),
        ("Primera línea del copete.", "El cuerpo solo.", 1),
        ("Primera línea del copete.", "", 1),
        ("", "Primera línea del copete. Y el cuerpo.", 1),
    ],
)  # fmt: skip
def test_a_lead_is_printed_once(make_site: Callable[..., Any], summary: str, text: str, times: int) -> None:
    site = make_site(index=False)
    one = Document(id="lead", url="https://faro.example/copete", title="Titular", source="faro", fetched=NOW, summary=summary, text=text)  # fmt: skip
    with site.desk.store.write() as tx:
        documents.save_many(tx, [one], now=NOW)
    shown = site.client().get("/documents/lead?lang=es").text
    assert shown.count("Primera línea del copete") == times


def test_a_trend_is_a_chart_and_a_table_with_a_row_for_every_period(client: TestClient) -> None:
    text = client.get("/trends?q=extorsi%C3%B3n&q=paro&by=day&lang=es").text
    assert '<svg role="img"' in text and "Día (Lima)" in text
    rows = client.get("/trends.json?q=extorsi%C3%B3n&from=2026-03-09&to=2026-03-15").json()
    assert [row["start"] for row in rows["rows"]] == [f"2026-03-{day:02}" for day in range(9, 16)]
    assert [row["count"] for row in rows["rows"]] == [0, 1, 1, 0, 1, 1, 0]
    assert rows["undated"] == 1


def test_a_row_of_the_trend_links_to_its_documents(client: TestClient) -> None:
    text = client.get("/trends?q=extorsi%C3%B3n&by=month&lang=es").text
    link = re.search(r'<td class="day"><a href="(/search\?[^"]+)">2026-03-01</a>', text)
    assert link
    assert client.get(unescape(link[1]).replace("/search?", "/search.json?")).json()["total"] == 4


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "9998-12-31", "9999-12-31"])
@pytest.mark.parametrize(
    "path",
    [
        "/trends?q=paro&",
        "/trends.json?q=paro&by=month&",
        "/terms?",
        "/api/v1/spikes?q=paro&",
        "/api/v1/changes?q=paro&",
        "/search?",
        "/map?",
        "/export.csv?",
    ],
)
def test_no_day_of_the_calendar_breaks_a_page(client: TestClient, path: str, day: str) -> None:
    for days in (f"from={day}&to={day}", f"from={day}", f"to={day}"):
        assert client.get(path + days).status_code in (200, 400), days
    assert client.get(f"/trends?q=date:{day}").status_code == 200


def test_a_row_of_a_group_links_to_its_documents(client: TestClient) -> None:
    text = client.get("/trends?q=extorsi%C3%B3n&by=month&group=topic&lang=es").text
    links = re.findall(
        r'<a href="(/search\?[^"]+)">2026-03-01</a></td><td>extorsión</td><td>([^<]+)</td><td class="n">(\d+)', text
    )
    assert len(links) >= 1
    for link, _, count in links:
        assert client.get(unescape(link).replace("/search?", "/search.json?")).json()["total"] == int(count), link


def test_a_document_shows_what_is_like_it_beside_its_story(site: Any) -> None:
    text = site.client().get(f"/documents/{site.ids['cupos-2']}?lang=es").text
    near = text.partition("Documentos parecidos")[2]
    assert site.ids["cupos"] not in near, "it is of the same story"
    alone = site.client().get(f"/documents/{site.ids['paro']}?lang=es").text
    assert site.ids["paro"] not in alone.partition("Documentos parecidos")[2]


def test_filters_that_the_form_does_not_show_stay(client: TestClient) -> None:
    page = Page(client.get("/search?q=x&subtype=cupos&topic=strike&topic=extortion&place=Ica&place=Puno").text)
    hidden = {(field["name"], field["value"]) for field in page.named("input") if field.get("type") == "hidden"}
    assert {("subtype", "cupos"), ("topic", "extortion"), ("place", "Puno")} <= hidden and (
        "topic",
        "strike",
    ) not in hidden


def test_outages_are_shaded(client: TestClient) -> None:
    rows = client.get("/trends.json?q=extorsi%C3%B3n&from=2026-03-18&to=2026-03-22").json()["rows"]
    assert [row["outage"] for row in rows] == [False, False, True, True, True]


def test_months_of_which_much_is_missing_are_marked(make_site: Callable[..., Any]) -> None:
    site = make_site()
    with site.desk.store.write() as tx:
        for source, have in (("faro", 30), ("ribera", 90)):
            row = {
                "source": source,
                "month": "2026-03",
                "listed": 100,
                "have": have,
                "counted": datetime(2026, 4, 1, tzinfo=UTC),
            }
            tx.execute(completeness.insert().values(row))
    rows = site.client().get("/trends.json?q=extorsi%C3%B3n&by=month").json()["rows"]
    assert [row["completeness"] for row in rows] == [0.6]
    text = site.client().get("/trends?q=extorsi%C3%B3n&by=month&lang=es").text
    assert "se tiene menos del 80 %" in text and "se tiene 60%" in text
    assert "(120 de 200" in site.client().get("/map?lang=es").text, "what its counts rest on"
    one = site.client().get("/trends.json?q=extorsi%C3%B3n&by=month&source=ribera").json()["rows"]
    assert [row["completeness"] for row in one] == [0.9]


def test_the_map_counts_departments(client: TestClient) -> None:
    assert client.get("/map.json").json() == {"rows": [{"department": "La Libertad", "count": 1}]}
    text = client.get("/map?lang=es").text
    assert text.count('<a xlink:href="http://127.0.0.1:8642/search?lang=es&amp;q=department%3A%22') == 25
    assert client.get("/static/geo/LICENSE-boundaries.txt").status_code == 200


def test_sources_show_their_state(client: TestClient) -> None:
    text = client.get("/sources?lang=es").text
    assert "HTTP 403" in text and "verificada" in text and "2026-03-20 10:00" in text
    rows = {row["slug"]: row for row in client.get("/sources.json").json()["sources"]}
    assert rows["faro"]["items"] == 4 and rows["ribera"]["failures"] > 0 and "rpp" in rows


def test_runs_show_receipts(client: TestClient) -> None:
    text = client.get("/runs?lang=es").text
    assert "nuevos: 7" in text and "rastreo" in text and "120.0 s" in text and "enriquecimiento" in text


def test_an_alert_is_added_paused_and_resumed(writer: TestClient) -> None:
    page = writer.get("/alerts?q=paro").text
    token = page.partition('name="form_token" value="')[2].partition('"')[0]
    assert 'name="query" type="text" value="paro"' in page
    form = {
        "name": 'Cupos <b>"x"</b>',
        "query": 'extorsión "La Libertad"',
        "owner": "ana@example.org",
        "rhythm": "daily",
        "at": "06:30",
        "form_token": token,
    }
    assert writer.post("/alerts", data=form).status_code == 303
    alert = writer.get("/alerts.json").json()["alerts"][0]
    assert (alert["query"], alert["owner"], alert["rhythm"], alert["at"], alert["state"]) == (
        'extorsión "La Libertad"',
        "ana@example.org",
        "daily",
        "06:30",
        "active",
    )
    assert Page(writer.get("/alerts").text).named("b") == []
    for act, state in (("pause", "paused"), ("resume", "active")):
        assert writer.post(f"/alerts/{alert['id']}/{act}", data={"form_token": token}).status_code == 303
        assert writer.get("/alerts.json").json()["alerts"][0]["state"] == state
    assert writer.post("/alerts/none/pause", data={"form_token": token}).status_code == 404
    assert writer.post(f"/alerts/{alert['id']}/send", data={"form_token": token}).status_code == 404
    assert writer.post(f"/alerts/{alert['id']}/remove", data={"form_token": token}).status_code == 303
    assert writer.get("/alerts.json").json() == {"alerts": []}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("query", '"abierta'),
        ("query", "-paro"),
        ("owner", "ana"),
        ("at", "25:00"),
        ("name", ""),
        ("rhythm", "hourly"),
        ("owner", "a@b.org\r\nBcc: c@d.org"),
    ],
)
def test_a_form_with_a_mistake_is_shown_again_with_what_was_written(writer: TestClient, field: str, value: str) -> None:
    token = writer.get("/alerts").text.partition('name="form_token" value="')[2].partition('"')[0]
    form = {
        "name": "Cupos del valle",
        "query": "extorsión",
        "owner": "ana@example.org",
        "rhythm": "daily",
        "at": "06:30",
        "form_token": token,
    } | {field: value}
    answer = writer.post("/alerts", data=form)
    assert answer.status_code == 400 and 'role="alert"' in answer.text
    assert field == "name" or "Cupos del valle" in answer.text
    assert writer.get("/alerts.json").json() == {"alerts": []}


def test_phones_are_masked_everywhere(site: Any) -> None:
    client = site.client()
    id, story = site.ids["cupos"], client.get(f"/documents/{site.ids['cupos']}.json").json()["story"]["id"]
    paths = [
        "/",
        "/search?q=avisar",
        "/search.json",
        "/search.csv",
        "/search.jsonl",
        "/search.atom",
        f"/documents/{id}",
        f"/documents/{id}.json",
        f"/documents/{id}/why",
    ]
    paths += [f"/stories/{story}{form}" for form in ("", ".json", ".csv", ".jsonl", ".atom")] + [
        f"/api/v1/documents/{id}",
        f"/api/v1/stories/{story}",
        "/api/v1/search",
    ]
    for path in paths:
        answer = client.get(path)
        assert answer.status_code == 200 and PHONE not in answer.text, path
    assert "•••••••••" in client.get(f"/documents/{id}").text


def test_beyond_this_machine_there_are_no_whole_texts(make_site: Callable[..., Any]) -> None:
    site = make_site(token="una-clave", bind=("0.0.0.0", 8642))
    id, told = site.ids["cupos"], "para avisar"
    for address in ("203.0.113.9", "127.0.0.1"):
        client = site.client(address=address, authorization="Bearer una-clave")
        document = client.get(f"/documents/{id}.json").json()
        assert document["text"] is None and document["translation"]["text"] is None and document["summary"]
        assert all(row["text"] is None for row in client.get("/search.json").json()["documents"])
        for path in (f"/documents/{id}", "/search.csv", "/search.jsonl", f"/api/v1/documents/{id}"):
            assert told not in client.get(path).text, path


def test_feeds_never_carry_whole_texts(client: TestClient) -> None:
    assert "para avisar" in client.get("/search.jsonl?q=Trujillo").text
    assert "para avisar" not in client.get("/search.atom?q=Trujillo").text


def test_the_demo_says_so_on_every_page(make_site: Callable[..., Any]) -> None:
    client = make_site(demo=True, reason="unreachable").client()
    for path in (*PATHS, '/?q="x', "/nothing"):
        text = client.get(path).text
        assert "prensa ficticia" in text and "no se pudo alcanzar ninguna fuente" in text, path
    assert "No source could be reached" in client.get("/help?lang=en").text


def test_the_demo_shows_no_outlet_that_exists(make_site: Callable[..., Any]) -> None:
    rows = make_site(demo=True).client().get("/sources.json").json()["sources"]
    assert {row["slug"] for row in rows} == {"faro", "ribera", "gaceta", "herald"}


def test_without_an_index_pages_answer_with_a_notice(make_site: Callable[..., Any]) -> None:
    client = make_site(index=False).client()
    assert "0 de 7" in client.get("/").text
    for path in PATHS:
        assert client.get(path).status_code == 200


def test_counts_of_an_index_that_lacks_much_are_not_given_without_a_word(make_site: Callable[..., Any]) -> None:
    site = make_site()
    for path in ("/search?q=paro", "/trends?q=paro"):
        assert 'class="notice" role="status"' not in site.client().get(path).text, path
    backend = open_backend(site.desk.settings, write=True)
    backend.delete([site.ids["cupos"]])
    backend.flush()
    backend.close()
    for path in ("/search?q=paro", "/trends?q=paro"):
        assert "6 de 7" in site.client().get(path).text, path


def test_counts_of_documents_as_they_were_or_of_some_that_are_gone_say_so(make_site: Callable[..., Any]) -> None:
    site = make_site()
    paths = (
        "/search?q=paro&lang=en",
        "/trends?q=paro&lang=en",
        "/map?lang=en",
        "/terms?from=2026-03-14&to=2026-03-15&lang=en",
    )
    with site.desk.store.write() as tx:
        found = documents.many(tx, [site.ids["paro"], site.ids["cupos"]])
        work.add_many(tx, "index", [(one.id, one.version) for one in found], "tagged", NOW, again=True)
    for path in paths:
        assert "2 documents changed, or were tagged" in site.client().get(path).text, path
    with site.desk.store.write() as tx:
        tx.execute(schema.work.update().where(schema.work.c.kind == "index").values(state="done"))
        tx.execute(schema.documents.update().where(schema.documents.c.id == site.ids["ley"]).values(taken_down=NOW))
    for path in paths:
        assert "The index has 7 documents, the store 6" in site.client().get(path).text, path


def test_with_an_engine_that_is_down_pages_answer_and_data_is_a_503(make_site: Callable[..., Any]) -> None:
    site = make_site(index=False)
    site.desk.settings = dataclasses.replace(site.desk.settings, index="http://127.0.0.1:9/pututu")
    client = site.client()
    for path in PATHS:
        assert client.get(path).status_code == 200, path
    assert 'class="notice"' in client.get("/").text
    assert client.get(f"/documents/{site.ids['cupos']}").status_code == 200
    for path in ("/search.json?q=paro", "/trends.svg?q=paro", "/map.json", "/api/v1/search"):
        assert client.get(path).status_code == 503, path
    for path in ("/export.csv?q=paro", "/export.jsonl?q=paro"):
        assert client.get(path).status_code == 503, "never a table without rows"
    ready = client.get("/readyz")
    assert ready.status_code == 503 and ready.json()["store"] == "ok" and ready.json()["index"] != "ok"
    assert client.get("/healthz").status_code == 200 and "pututu_index_up 0" in client.get("/metrics").text
    assert client.get("/sources.json").json()["sources"][0]["items"] is None


def test_a_desk_is_switched_while_it_serves(make_site: Callable[..., Any], tmp_path: Any) -> None:
    first, other = (
        make_site(),
        make_site(
            home=tmp_path / "demo",
            store=f"sqlite:///{tmp_path / 'demo' / 'x.sqlite'}",
            index=str(tmp_path / "demo" / "i"),
            demo=True,
        ),
    )
    client = first.client()
    assert "prensa ficticia" not in client.get("/").text
    assert first.desk.switch(other.desk) is first.desk
    assert "prensa ficticia" in client.get("/").text
    first.desk.switch(first.desk)
    assert "prensa ficticia" not in client.get("/").text


def test_a_defect_of_ours_tells_nothing_of_our_insides(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from web import told

    def broken(*_: Any) -> None:
        raise RuntimeError("inside /secret/place")

    monkeypatch.setattr(told, "runs", broken)
    client = TestClient(
        site.app, base_url="http://127.0.0.1:8642", client=("127.0.0.1", 1), raise_server_exceptions=False
    )
    answer = client.get("/runs")
    assert answer.status_code == 500 and "secret" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_stories_are_merged_split_and_brought_back_on_the_page(writer) -> None:
    listed = writer.get("/search.json?q=*&limit=50").json()["documents"]
    one, other = [row for row in listed if row["story"] and row["story"]["size"] == 1][:2]
    story, gone = one["story"]["id"], other["story"]["id"]
    token = _decide_token(writer, story)
    assert writer.post(f"/stories/{story}/merge", data={"other": gone}).status_code == 403
    answer = writer.post(
        f"/stories/{story}/merge",
        data={"other": f"http://x/stories/{gone}?lang=en", "form_token": token},
        follow_redirects=True,
    )
    assert answer.status_code == 200 and other["id"] in answer.text
    assert writer.get(f"/stories/{gone}.json").json()["id"] == story
    answer = writer.post(
        f"/stories/{story}/split", data={"document": [other["id"]], "form_token": token}, follow_redirects=True
    )
    assert answer.status_code == 200
    nothing = writer.post(f"/stories/{story}/split", data={"form_token": token}, follow_redirects=True)
    assert nothing.status_code == 400 and 'role="alert"' in nothing.text
    number = answer.text.partition('name="decision" value="')[2].partition('"')[0]
    assert (
        writer.post(
            f"/stories/{story}/undo", data={"decision": number, "form_token": token}, follow_redirects=True
        ).status_code
        == 200
    )
    assert writer.get(f"/stories/{story}.json").json()["size"] == 2
    assert writer.get("/stories/nowhere/decide").status_code == 404


def _decide_token(client, story: str) -> str:
    page = client.get(f"/stories/{story}/decide")
    assert page.status_code == 200
    return page.text.partition('name="form_token" value="')[2].partition('"')[0]
