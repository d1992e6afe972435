"""A live look at sources: verdict, reason, mend; what it says of their state, and that it keeps nothing else."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from core.settings import Settings
from crawler import agent, health, probe
from store import documents, frontier, sources
from store.database import Store
from store.sources import SourceState

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
GUARD = "<html><head><title>Just a moment...</title></head><body>cf-chl</body></html>"
EMPTY = "<rss version='2.0'><channel><title>x</title></channel></rss>"


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with Store.open(settings) as opened:
        yield opened


def feed(site, path, *links):
    site.feed(list(links), path=path)


def test_each_class_of_trouble_has_its_verdict_and_its_mend(settings, site):
    (well,) = site.articles(1)
    site.put("/robots.txt", "User-agent: *\nDisallow: /cerrado\n", headers={"Content-Type": "text/plain"})
    feed(site, "/ok.xml", well)
    site.put("/mudado.xml", "", status=301, headers={"Location": "/ok.xml"})
    site.put("/ido.xml", "", status=302, headers={"Location": "/"})
    site.put("/", "<html><head><title>x</title></head><body>Portada</body></html>")
    site.put("/vacio.xml", EMPTY)
    site.put("/guarda.xml", GUARD)
    site.put("/tetera.xml", "no", status=418)
    site.put("/roto.xml", "<html><body>En mantenimiento</body></html>")
    site.put("/caido.xml", "no", status=500)
    site.put("/vuelta.xml", "", status=302, headers={"Location": "/vuelta.xml"})
    feed(site, "/bloqueo.xml", "/nota/prohibida")
    site.put("/nota/prohibida", "no", status=403)
    feed(site, "/reto.xml", "/nota/reto")
    site.put("/nota/reto", GUARD)
    feed(site, "/hueco.xml", "/nota/hueca")
    site.put("/nota/hueca", "<html><head><title>La Ribera</title></head><body><div id='app'></div></body></html>")
    feed(site, "/ajeno.xml", "/otra-cosa")
    expected = {
        "ok": "ok", "mudado": "moved", "ido": "moved", "vacio": "empty", "guarda": "blocked", "tetera": "blocked", "roto": "invalid", "caido": "server",
        "vuelta": "server", "bloqueo": "blocked", "reto": "blocked", "hueco": "layout", "ajeno": "layout", "falta": "moved", "cerrado": "robots",
    }  # fmt: skip
    chosen = [
        site.source(slug=slug, feeds=(site.url(f"/{slug}.xml"),), article="/nota/")
        for slug in expected
        if slug != "cerrado"
    ]
    chosen.append(site.source(slug="cerrado", feeds=(site.url("/cerrado/feed.xml"),)))
    chosen.append(site.source(slug="nadie", home="http://127.0.0.1:9/", feeds=("http://127.0.0.1:9/feed.xml",)))
    chosen.append(site.source(slug="dentro", home="http://10.255.0.1/", feeds=("http://10.255.0.1/feed.xml",)))
    expected |= {"nadie": "network", "dentro": "private"}
    verdicts = {one.slug: one for one in probe.probe(settings, chosen)}
    assert {slug: one.verdict for slug, one in verdicts.items()} == expected
    for slug, one in verdicts.items():
        assert slug == "ok" or (one.reason and one.mend), slug
        assert json.loads(json.dumps(one.to_json()))["slug"] == slug
    good = verdicts["ok"]
    assert good.article["title"] == "Titular de la nota /nota/0" and good.article["length"] > 300
    assert (good.listings[0].kind, good.listings[0].entries) == ("rss", 1)
    assert site.url("/ok.xml") in verdicts["mudado"].reason and verdicts["mudado"].is_well
    assert all(name.startswith("Pututu/") for name in site.agents) and site.asked["/robots.txt"] == 1


def test_a_source_that_is_only_listed_is_not_asked(settings, site):
    (verdict,) = probe.probe(settings, [site.source(status="listed", reason="it refuses programs", feeds=())])
    assert (verdict.verdict, verdict.reason) == ("listed", "it refuses programs") and not site.asked


def test_one_broken_listing_of_several_is_told_beside_a_good_verdict(settings, site):
    feed(site, "/ok.xml", *site.articles(1))
    source = site.source(feeds=(site.url("/roto.xml"), site.url("/ok.xml")))
    (verdict,) = probe.probe(settings, [source])
    assert verdict.verdict == "ok" and verdict.reason.startswith("1 of 2 listings")


def test_the_delay_of_a_source_is_kept(settings, site):
    feed(site, "/ok.xml", *site.articles(1))
    began = time.monotonic()
    probe.probe(settings, [site.source(feeds=(site.url("/ok.xml"),), delay=1.5)])
    assert time.monotonic() - began >= 1.5


def test_a_listing_that_never_ends_is_given_up(settings, site, monkeypatch):
    monkeypatch.setattr(agent, "TIMEOUT", 1)

    def drip(handler):
        handler.send_response(200)
        handler.end_headers()
        try:
            for _ in range(400):
                handler.wfile.write(b"<!-- -->")
                time.sleep(0.05)
        except OSError:
            pass
        handler.close_connection = True

    site.streams["/feed.xml"] = drip
    (verdict,) = probe.probe(settings, [site.source()])
    assert verdict.verdict == "network" and "end" in verdict.reason


def test_a_look_that_went_well_proves_and_revives_and_keeps_nothing_else(store, settings, site):
    site.feed(site.articles(2))
    source = site.source(status="probation", reason="guessed")
    with store.write() as tx:
        down = {
            "failures": 4,
            "reason": "blocked",
            "error": "403",
            "status": "blocked",
            "last_failure": NOW,
            "last_poll": NOW,
        }
        sources.keep(tx, SourceState(slug="ribera", **down, drift={"answered": {"have": 0, "of": 3}}), NOW)
    (verdict,) = probe.probe(settings, [source])
    now = datetime.now(UTC)
    probe.keep(store, source, verdict, now)
    with store.read() as tx:
        state = sources.state(tx, "ribera")
        assert (state.status, state.failures, state.drift, state.proven, state.next_poll) == (
            "verified",
            0,
            None,
            now,
            None,
        )
        assert documents.count(tx) == 0 and not any(frontier.counts(tx).values())
    site.put("/feed.xml", "no", status=403)
    (verdict,) = probe.probe(settings, [source])
    probe.keep(store, source, verdict, now)
    with store.read() as tx:
        assert sources.state(tx, "ribera") == state, "the polls count failures, not a look"


def test_every_class_has_a_mend_in_each_language():
    from pathlib import Path

    for language in ("es", "en"):
        words = json.loads((Path(__file__).parents[2] / f"web/locale/{language}.json").read_text("utf-8"))
        told = {key.removeprefix("sources.mend.") for key in words if key.startswith("sources.mend.")}
        assert told == set(health.MENDS)
        assert {f"sources.fell.{name}" for name in health.WORDS} <= set(words)
