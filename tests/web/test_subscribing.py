"""Subscribing from the page and by program: tested before saved, confirmed where it fires often, wrong things told with the mend."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from alerts import backtest
from core.document import Document, document_id
from core.record import Record
from core.urls import alias
from search.engines import open_backend
from store import documents

FORM = {"name": "Cupos", "query": "extorsión", "owner": "ana@example.org", "rhythm": "weekly", "day": "friday", "at": "06:30", "quiet": "22:00-07:00"}  # fmt: skip


def token(client: TestClient, path: str = "/alerts") -> str:
    return str(client.get(path).text.partition('name="form_token" value="')[2].partition('"')[0])


@pytest.fixture
def recent(make_site: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """A site whose press is within the span of the back-test, however long ago that was written."""
    client: TestClient = make_site().client()
    monkeypatch.setattr(backtest.compared, "__kwdefaults__", {"days": 4_000})
    monkeypatch.setattr(backtest.backtest, "__kwdefaults__", {"days": 4_000, "samples": 10, "anchored": True})
    return client


def test_a_test_shows_what_would_have_come_and_saves_nothing(recent: TestClient) -> None:
    page = recent.post("/alerts", data=FORM | {"act": "test", "form_token": token(recent), "lang": "en"})
    assert page.status_code == 200
    assert "Tested on the last 30 days" in page.text and "Choferes de Trujillo denuncian extorsión" in page.text
    assert (
        '<script>alert("hola")' not in page.text and 'value="save"' in page.text and 'value="22:00-07:00"' in page.text
    )
    assert recent.get("/alerts.json").json() == {"alerts": []}
    assert recent.post("/alerts", data=FORM | {"act": "save", "form_token": token(recent)}).status_code == 303
    kept = recent.get("/api/v1/alerts").json()["alerts"][0]
    assert (kept["day"], kept["quiet"], kept["kind"], kept["volume"]) == ("friday", "22:00-07:00", "documents", None)


def test_an_edit_shows_what_is_gained_and_lost(recent: TestClient) -> None:
    recent.post("/alerts", data=FORM | {"form_token": token(recent)})
    id = recent.get("/alerts.json").json()["alerts"][0]["id"]
    page = recent.get(f"/alerts/{id}/edit").text
    assert 'value="extorsión"' in page and 'value="friday" selected' in page
    changed = FORM | {"query": "paro", "form_token": token(recent, f"/alerts/{id}/edit"), "act": "test", "lang": "en"}
    page = recent.post(f"/alerts/{id}/edit", data=changed).text
    assert "1 documents are gained" in page and "5 documents are lost" in page and "Anuncian paro agrario" in page
    assert recent.get("/alerts.json").json()["alerts"][0]["query"] == "extorsión"
    assert recent.post(f"/alerts/{id}/edit", data=changed | {"act": "save", "quiet": ""}).status_code == 303
    assert recent.get(f"/api/v1/alerts/{id}").json()["query"] == "paro"
    assert recent.get(f"/api/v1/alerts/{id}").json()["quiet"] is None
    assert recent.get("/alerts/none/edit").status_code == 404


def test_an_edit_keeps_a_channel_that_the_page_does_not_show(recent: TestClient) -> None:
    with_hook = {name: FORM[name] for name in ("name", "query", "owner")} | {
        "channels": ["https://8.8.8.8/only-its-owner-knows"],
        "every": True,
    }
    made = recent.post("/api/v1/alerts", json=with_hook)
    assert made.status_code == 201 and made.json()["every"] is True and made.json()["channels"] == ["https://8.8.8.8/…"]
    path = f"/alerts/{made.json()['id']}/edit"
    page = recent.get(path).text
    assert (
        "only-its-owner-knows" not in page and "https://8.8.8.8/…" in page and 'name="every" value="1" checked' in page
    )
    changed = FORM | {"channels": "https://8.8.8.8/…\nfeed:", "form_token": token(recent, path), "act": "save"}
    assert recent.post(path, data=changed).status_code == 303
    row = recent.get(f"/api/v1/alerts/{made.json()['id']}").json()
    assert row["channels"] == ["https://8.8.8.8/…", "feed:"] and row["every"] is False


def test_one_that_fires_often_is_confirmed_first(recent: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backtest, "BUSY", 0)
    given = {name: FORM[name] for name in ("name", "query", "owner")}
    answer = recent.post("/alerts", data=given | {"form_token": token(recent)})
    assert answer.status_code == 409 and 'name="confirmed" value="1"' in answer.text
    answer = recent.post("/api/v1/alerts", json=given)
    assert answer.status_code == 409 and "confirm: true" in answer.json()["mend"]
    assert recent.get("/alerts.json").json() == {"alerts": []}
    confirmed = given | {"form_token": token(recent), "confirmed": "1"}
    assert recent.post("/alerts", data=confirmed).status_code == 303
    assert recent.post("/api/v1/alerts", json=given | {"name": "otra", "confirm": True}).status_code == 201
    id = recent.get("/alerts.json").json()["alerts"][0]["id"]
    assert (
        recent.patch(f"/api/v1/alerts/{id}", json={"name": "nueva"}).status_code == 200
    )  # not asked again what it asked
    assert recent.patch(f"/api/v1/alerts/{id}", json={"query": "paro"}).status_code == 409


def test_without_an_index_it_is_said_and_saved(make_site: Callable[..., Any]) -> None:
    client = make_site(index=False).client()
    page = client.post("/alerts", data=FORM | {"act": "test", "form_token": token(client), "lang": "en"})
    assert page.status_code == 200
    assert client.post("/api/v1/alerts", json={"name": "a", "query": "paro", "owner": "a@b.org"}).status_code == 201


def test_the_way_of_an_alert_by_program(recent: TestClient) -> None:
    made = recent.post(
        "/api/v1/alerts",
        json={"template": "bill", "value": "pl 11735/2024", "owner": "ana@example.org", "language": "en"},
    )
    assert made.status_code == 201
    row = made.json()
    assert (
        row["name"] == "Bill 11735/2024-CR"
        and row["query"] == 'norm:"PL 11735/2024-CR" OR norm:"PL 11735/2024"'
        and row["rhythm"] == "daily"
    )
    path = f"/api/v1/alerts/{row['id']}"
    assert recent.patch(path, json={"quiet": "23:00-06:00", "at": "08:15"}).json()["quiet"] == "23:00-06:00"
    assert recent.post(f"{path}/pause").json()["state"] == "paused"
    assert recent.post(f"{path}/resume").json()["state"] == "active"
    assert recent.delete(path).json()["state"] == "removed"
    assert (
        recent.get(path).status_code
        == recent.delete(path).status_code
        == recent.post(f"{path}/pause").status_code
        == 404
    )
    assert {one["template"] for one in recent.get("/api/v1/alerts/templates?lang=en").json()["templates"]} >= {
        "bill",
        "blocked-roads",
        "bus-strikes",
        "freight-extortion",
    }


def test_a_back_test_by_program(recent: TestClient) -> None:
    row = recent.post("/api/v1/alerts/test", json={"query": "extorsión", "before": "paro"}).json()
    assert (
        row["total"] == 5
        and row["undated"] == 1
        and {one["source"] for one in row["sources"]} == {"faro", "ribera", "gaceta"}
    )
    assert (row["change"]["gained"], row["change"]["lost"], row["change"]["kept"]) == (5, 1, 0)
    assert all("987654321" not in one["title"] for one in row["samples"])


@pytest.fixture
def surged(make_site: Callable[..., Any]) -> TestClient:
    """A site with thirty quiet days and one with a surge of three outlets."""
    site = make_site()
    now = datetime.now(UTC)

    def item(number: int, title: str, days: int, source: str) -> Document:
        url = f"https://{source}.example/x{number}"
        return Document(
            id=document_id(alias(url)), url=url, title=title, source=source, fetched=now, language="es", published=now - timedelta(days=days),
            published_precision="minute", published_from="metadata",
        )  # fmt: skip

    given = [item(100 * day + n, f"Nota {n} del dia", day, "faro") for day in range(40) for n in range(6)]
    given += [item(9_000 + n, f"Bloqueo en la ruta {n}, llame al 987654321", 10, ("faro", "ribera", "gaceta")[n % 3]) for n in range(12)]  # fmt: skip
    with site.desk.store.write() as tx:
        documents.save_many(tx, given, now=now)
    backend = open_backend(site.desk.settings, write=True)
    backend.index([Record(document=document) for document in given])
    backend.flush()
    backend.close()
    client: TestClient = site.client()
    return client


def test_a_volume_is_tested_on_the_page_with_its_evidence(surged: TestClient) -> None:
    form = FORM | {"kind": "volume", "query": "bloqueo", "lang": "en"}
    page = surged.post("/alerts", data=form | {"act": "test", "form_token": token(surged)}).text
    assert "would have been told in the last 30 days: 1" in page and "12 documents" in page
    assert page.count("Bloqueo en la ruta") == 3 and "987654321" not in page
    assert surged.post("/alerts", data=form | {"form_token": token(surged)}).status_code == 303
    id = surged.get("/alerts.json").json()["alerts"][0]["id"]
    changed = form | {"count": "13", "act": "test", "form_token": token(surged, f"/alerts/{id}/edit")}
    page = surged.post(f"/alerts/{id}/edit", data=changed).text
    assert "in the last 30 days: 0" in page and re.search(r"Days lost: \d{4}-", page)
    page = surged.post(f"/alerts/{id}/edit", data=changed | {"lang": "es"}).text
    assert "Veces que habría avisado" in page and "Días que se pierden" in page


def test_a_volume_is_back_tested_by_program(surged: TestClient) -> None:
    asked = {"query": "bloqueo", "kind": "volume", "before": "nada"}
    row = surged.post("/api/v1/alerts/test", json=asked).json()
    assert (row["kind"], row["fired"], row["change"]["kept"], len(row["change"]["gained"])) == ("volume", 1, 0, 1)
    assert len(row["surges"][0]["evidence"]) == 3 and row["volume"]["cooldown"] == 24
    row = surged.post("/api/v1/alerts/test", json=asked | {"volume": {"count": 13}, "before": None}).json()
    assert (row["fired"], row["change"]) == (0, None)
    for wrong in ({"kind": "operator"}, {"volume": {"count": 1}}, {"kind": "documents", "volume": {"count": 9}}):
        assert surged.post("/api/v1/alerts/test", json=asked | wrong).status_code == 400


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"query": "paro AND (x"}, "never closed"), ({"query": "NOT paro"}, "only excludes"), ({"query": "*"}, "must occur"),
        ({"query": "paro date:2026"}, "as it arrives"), ({"name": "a\nb"}, "line break"), ({"channels": []}, "no channel"),
        ({"channels": ["fax:1"]}, "channel"), ({"at": "25:00"}, "no hour"), ({"day": "lunes"}, "The day"), ({"language": "qu"}, "The language"),
        ({"rhythm": "hourly"}, "The rhythm"), ({"quiet": "22-7"}, "quiet hours"), ({"quiet": "07:00-07:00"}, "begin where they end"),
        ({"kind": "volume", "volume": {"count": 1}}, "count"), ({"volume": {"count": 9}}, "kind volume"), ({"kind": "operator"}, "no query"),
        ({"template": "nada"}, "no template"), ({"value": "x"}, "template"), ({"owner": None}, "no owner"), ({"name": None}, "no name"),
        ({"template": "bill", "query": None, "name": None}, "needs a bill"), ({"shout": 1}, "Extra inputs"), ({"kind": "canary"}, "The kind"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_the_mend(writer: TestClient, given: dict[str, Any], told: str) -> None:
    fields = {"name": "n", "query": "paro", "owner": "ana@example.org"} | given
    answer = writer.post("/api/v1/alerts", json={name: value for name, value in fields.items() if value is not None})
    problem = answer.json()
    assert answer.status_code == 400 and told in problem["detail"] and problem["mend"], problem
    if told == "never closed":
        assert problem["position"] == 9 and problem["caret"].endswith("         ^")
    assert writer.get("/api/v1/alerts").json() == {"alerts": []}


def test_a_template_fills_the_form(client: TestClient) -> None:
    page = client.get("/alerts?template=bill&value=11735/2024-CR&lang=en").text
    assert "norm:&#34;PL 11735/2024-CR&#34;" in page and 'value="Bill 11735/2024-CR"' in page
    for path in ("/alerts?template=bill", "/alerts?template=bill&value=x", "/alerts?template=nada"):
        answer = client.get(path)
        assert answer.status_code == 400 and 'role="alert"' in answer.text


def test_a_foreign_page_cannot_subscribe_by_program(writer: TestClient) -> None:
    given = {"name": "n", "query": "paro", "owner": "ana@example.org"}
    assert writer.post("/api/v1/alerts", json=given, headers={"origin": "https://evil.example"}).status_code == 403
    assert writer.post("/api/v1/alerts", json=given, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert writer.get("/api/v1/alerts").json() == {"alerts": []}


def test_all_alerts_of_an_owner_change_at_once(writer: TestClient) -> None:
    for name in ("uno", "dos"):
        writer.post("/api/v1/alerts", json={"name": name, "query": "paro", "owner": "ana@example.org"})
    rows = writer.patch("/api/v1/owners/ana@example.org", json={"quiet": "22:00-07:00", "language": "en"}).json()[
        "alerts"
    ]
    assert [(row["name"], row["quiet"], row["language"]) for row in rows] == [("uno", "22:00-07:00", "en"), ("dos", "22:00-07:00", "en")]  # fmt: skip
    assert all(row["next"] for row in rows)
    assert writer.patch("/api/v1/owners/nadie@example.org", json={"quiet": ""}).status_code == 400
    assert writer.patch("/api/v1/owners/ana@example.org", json={"query": "x"}).status_code == 400
    page = writer.get("/alerts?lang=en").text
    assert "All alerts of one owner" in page and "<option>ana@example.org</option>" in page
    form = {"owner": "ana@example.org", "channels": "feed:", "loud": "1", "form_token": token(writer)}
    assert writer.post("/alerts/owner", data=form).status_code == 303
    rows = writer.get("/api/v1/alerts").json()["alerts"]
    assert [(row["quiet"], row["channels"], row["language"]) for row in rows] == [(None, ["feed:"], "en")] * 2
    answer = writer.post("/alerts/owner", data=form | {"channels": "feed: https://8.8.8.8:0/", "lang": "es"})
    assert answer.status_code == 400 and "puerto 0" in answer.text
    assert writer.post("/alerts/owner", data=form | {"form_token": "x"}).status_code == 403
