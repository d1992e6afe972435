"""Signed links, feeds and ledgers as pages: GET only asks, POST acts once, nobody needs the token, nothing leaks."""

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as xml

import feedparser
import pytest

from alerts import subscriptions
from alerts.links import LIFETIME, Signer
from alerts.matching import match
from alerts.outbox import deliver
from store import alerts as kept
from store import answers, channels, deliveries, documents, work

TOKEN = "un-secreto-de-prueba"
LATER = datetime.now(UTC)
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def told(make_site: Callable[..., Any]) -> Any:
    """A site with an alert that a feed tells, its signer, and a visitor from elsewhere who knows no token."""
    site = make_site(token=TOKEN, public_url="http://pututu.example")
    store = site.desk.store
    alert = subscriptions.add(
        store, LATER, name="<b>cupos</b>", query="topic:extortion", owner="ana@example.org", channels=["feed:"]
    )
    with store.write() as tx:
        work.add_many(
            tx,
            "match",
            [(one.id, one.version) for one in documents.many(tx, list(site.ids.values()))],
            "publisher",
            LATER,
        )
        keys = answers.made_keys(tx, alert.id)
    match(store, site.desk.settings, LATER)
    deliver(store, site.desk.settings, LATER)
    far = site.client(base="http://pututu.example", address="203.0.113.9", accept="text/html")
    return dataclasses.make_dataclass("Told", ["site", "alert", "keys", "sign", "far"])(
        site, alert, keys, Signer(keys.links, alert.id, "http://pututu.example", LATER), far
    )


def state(told: Any) -> str:
    with told.site.desk.store.read() as tx:
        return kept.get(tx, told.alert.id).state


def test_opening_asks_and_pressing_acts(told: Any) -> None:
    url = told.sign.url("pause")
    asked = told.far.get(url)
    assert asked.status_code == 200 and "¿Pausar esta alerta?" in asked.text and 'method="post"' in asked.text
    assert told.far.head(url).status_code == 200 and state(told) == "active"
    assert "&lt;b&gt;cupos" in asked.text and "<b>cupos" not in asked.text
    done = told.far.post(url)
    assert done.status_code == 200 and "Hecho." in done.text and state(told) == "paused"
    again = told.far.post(url)
    assert again.status_code == 200 and "Ya estaba hecho." in again.text


def test_a_mail_program_unsubscribes_with_one_click(told: Any) -> None:
    from alerts.links import digest

    url = told.sign.url("unsubscribe", digest("feed:"))
    sent = told.far.post(
        url, content="List-Unsubscribe=One-Click", headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert sent.status_code == 200 and state(told) == "removed"
    assert told.far.post(url).status_code == 200


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("word", ["x", "a.b", "cGF1c2U.AAAA", "..%2f..%2fetc", "%F0%9F%98%80"])
def test_a_forged_link_is_refused_with_a_page(told: Any, method: str, word: str) -> None:
    answer = getattr(told.far, method)(f"/l/{word}")
    assert answer.status_code in (403, 404) and state(told) == "active"
    assert answer.status_code == 404 or "no se hizo nada" in answer.text


def test_an_altered_one_an_expired_one_and_a_replayed_one(told: Any) -> None:
    good = told.sign.url("pause")
    assert told.far.post(good[:-1] + ("A" if good[-1] != "A" else "B")).status_code == 403
    old = dataclasses.replace(told.sign, began=LATER - LIFETIME - timedelta(days=1))
    assert (told.far.get(old.url("pause")).status_code, told.far.post(old.url("pause")).status_code) == (410, 410)
    assert "venció" in told.far.get(old.url("pause")).text and state(told) == "active"
    told.far.post(good)
    subscriptions.resume(told.site.desk.store, told.alert.id, LATER)
    replayed = told.far.post(good)
    assert replayed.status_code == 409 and "ya se usó" in replayed.text and state(told) == "active"


def test_another_site_cannot_press_for_the_reader(told: Any) -> None:
    url = told.sign.url("pause")
    assert told.far.post(url, headers={"origin": "https://evil.example"}).status_code == 403
    assert told.far.post(url, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert state(told) == "active"


def test_muting_names_what_it_mutes_and_options_offer_all(told: Any) -> None:
    asked = told.far.get(told.sign.url("source", "faro"))
    assert "¿Silenciar este medio en esta alerta?" in asked.text
    place = told.far.get(told.sign.url("place", "130101"))
    assert "Trujillo" in place.text
    options = told.far.get(told.sign.url("options", told.site.ids["cupos"]))
    assert options.text.count('action="/l/') == 5 and "Silenciar la noticia" in options.text
    english = told.far.get(told.sign.url("pause") + "?lang=en")
    assert "Pause this alert?" in english.text


def test_the_links_and_feeds_are_all_that_a_stranger_gets(told: Any) -> None:
    for path in (
        "/alerts",
        f"/alerts/{told.alert.id}/deliveries",
        "/alerts.json",
        f"/alerts/{told.alert.id}/deliveries.json",
    ):
        assert told.far.get(path).status_code in (303, 401)


# ---- Feeds ----


def test_the_feed_in_both_forms(told: Any) -> None:
    answer = told.far.get(f"/feeds/{told.keys.feed}.atom")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("application/atom+xml")
    assert answer.headers["x-robots-tag"] == "noindex"
    read = feedparser.parse(answer.content)
    assert (not read.bozo and read.feed.title == "Pututu: <b>cupos</b>") or "cupos" in read.feed.title
    titles = [entry.title for entry in xml_entries(answer.content)]
    assert "Choferes de Trujillo denuncian extorsión" in titles and len(titles) == len(set(titles)) == 3
    data = told.far.get(f"/feeds/{told.keys.feed}.json")
    assert data.headers["content-type"].startswith("application/feed+json")
    said = data.json()
    assert said["version"] == "https://jsonfeed.org/version/1.1" and None not in said.values()
    assert sorted(item["title"] for item in said["items"]) == sorted(titles)
    assert all(item["url"].startswith("http://pututu.example/documents/") for item in said["items"])
    assert "987654321" not in data.text and "987654321" not in answer.text
    assert any("Coincide: topic:extortion" in item["content_text"] for item in said["items"])
    assert any("También lo cuenta:" in item["content_text"] for item in said["items"])  # the twin, in its story's item


def xml_entries(body: bytes) -> list[Any]:
    found = []
    for entry in xml.fromstring(body).findall(f"{ATOM}entry"):
        found.append(
            dataclasses.make_dataclass("Entry", ["id", "title"])(
                entry.findtext(f"{ATOM}id"), entry.findtext(f"{ATOM}title")
            )
        )
    return found


def test_a_feed_is_revoked_and_renewed(told: Any) -> None:
    old = f"/feeds/{told.keys.feed}"
    with told.site.desk.store.write() as tx:
        assert answers.renew_feed(tx, told.alert.id, revoke=True).feed is None
    assert told.far.get(old + ".atom").status_code == 404 and told.far.get("/feeds/None.json").status_code == 404
    with told.site.desk.store.write() as tx:
        fresh = answers.renew_feed(tx, told.alert.id).feed
    assert fresh and told.far.get(old + ".json").status_code == 404
    assert told.far.get(f"/feeds/{fresh}.json").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/feeds/x.atom",
        "/feeds/.json",
        "/feeds/{}.csv",
        "/feeds/{}.atom?page=0",
        "/feeds/{}.json?page=x",
        "/feeds/{}.atom?page=99999999",
    ],
)
def test_no_such_feed(told: Any, path: str) -> None:
    assert told.far.get(path.format(told.keys.feed)).status_code in (400, 404)


def test_a_removed_alert_has_no_feed(told: Any) -> None:
    subscriptions.remove(told.site.desk.store, told.alert.id, LATER)
    assert told.far.get(f"/feeds/{told.keys.feed}.atom").status_code == 404


def test_a_long_feed_is_paged_and_complete(told: Any) -> None:
    from store.alerts import Hit

    with told.site.desk.store.read() as tx:
        (one, *_) = kept.hits_of(tx, told.alert.id)
    found = [
        Hit(alert=told.alert.id, document=f"d{n}", version=1, cause="publisher", arrival="import" if n >= 250 else "live", counted=n >= 250, matched=LATER,
            snapshot={**one.snapshot, "headline": f"Titular {n}"})
        for n in range(260)
    ]  # fmt: skip
    with told.site.desk.store.write() as tx:
        kept.add_hits(tx, found)
    seen: list[str] = []
    url: str | None = f"/feeds/{told.keys.feed}.json"
    while url:
        page = told.far.get(url).json()
        assert "10 documentos" in page["description"]
        seen += [item["title"] for item in page["items"]]
        url = page.get("next_url")
    assert sorted(seen) == sorted({*seen}) and {f"Titular {n}" for n in range(250)} <= set(seen) and len(seen) == 253
    first = xml.fromstring(told.far.get(f"/feeds/{told.keys.feed}.atom").content)
    assert [link.get("href") for link in first.findall(f"{ATOM}link") if link.get("rel") == "next"] == [f"http://pututu.example/feeds/{told.keys.feed}.atom?page=2"]  # fmt: skip


# ---- Ledgers ----


def test_a_delivery_is_opened_as_a_ledger(told: Any) -> None:
    near = told.site.client()
    page = near.get(f"/alerts/{told.alert.id}/deliveries")
    assert page.status_code == 200 and f"/feeds/{told.keys.feed}.atom" in page.text
    (row,) = near.get(f"/alerts/{told.alert.id}/deliveries.json").json()["deliveries"]
    assert row["state"] == "sent" and row["entries"] == 3 and row["documents"] == 4
    one = near.get(f"/alerts/{told.alert.id}/deliveries/{row['id']}")
    assert "Choferes de Trujillo denuncian extorsión" in one.text and "revisados" in one.text and "<img" not in one.text
    data = near.get(f"/alerts/{told.alert.id}/deliveries/{row['id']}.json").json()
    assert (data["receipt"]["matched"] == 5 and data["not_listed"] == {}) or data["receipt"]["matched"] == 4
    for path in (f"/alerts/{told.alert.id}/deliveries/nope", "/alerts/nope/deliveries", f"/alerts/{told.alert.id}/deliveries/{row['id']}.csv", "/alerts/cupos/deliveries"):  # fmt: skip
        assert near.get(path).status_code == 404


def test_parked_messages_and_paused_channels_stand_on_the_page_of_alerts(told: Any) -> None:
    store = told.site.desk.store
    with store.write() as tx:
        alert = kept.get(tx, told.alert.id)
        deliveries.add_notice(tx, alert, "x", "example.org", LATER, to=["https://hooks.example/secreto"])
        one = deliveries.claim_delivery(tx, store.worker, LATER, due_only=False)
        assert one is not None
        deliveries.record_failed(tx, one, store.worker, "410 <b>gone</b>", None)
        channels.failed(tx, "https://hooks.example/secreto", "410", LATER, LATER, dead=True)
    page = told.site.client().get("/alerts").text
    assert "Mensajes rechazados para siempre" in page and "Canales en pausa" in page and "410 &lt;b&gt;gone" in page
    assert "https://hooks.example/…" in page and "secreto" not in page
    assert "secreto" not in told.site.client().get("/alerts.json").text


def test_what_is_muted_stands_on_the_page_and_can_be_heard_of_again(told: Any) -> None:
    near = told.site.client()
    with told.site.desk.store.write() as tx:
        outlet = kept.hits_of(tx, told.alert.id)[0].snapshot
        answers.mute(tx, told.alert.id, "source", outlet["source"], LATER)
    path = f"/alerts/{told.alert.id}"
    page = near.get(f"{path}/deliveries")
    assert outlet["outlet"] in page.text and "Dejar de silenciar" in page.text
    token = page.text.partition('name="form_token" value="')[2].partition('"')[0]
    form = {"kind": "source", "value": outlet["source"]}
    assert near.post(f"{path}/mutes/end", data=form | {"form_token": "x"}).status_code in (400, 403)
    assert "Dejar de silenciar" in near.get(f"{path}/deliveries").text
    assert near.post(f"{path}/mutes/end", data=form | {"form_token": token}, follow_redirects=False).status_code == 303
    assert "Dejar de silenciar" not in near.get(f"{path}/deliveries").text
