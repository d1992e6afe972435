"""How a source does by its pages: what is usual, what fell, what proves it; and what stands in the store of it."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.settings import Settings
from crawler import health, run
from crawler.health import judged
from store import sources
from store.database import Store
from store.samples import Sample
from store.sources import SourceState

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
WATCHED = SourceState(
    slug="ribera", status="verified", gap=6 * 3600.0, last_success=NOW, proven=NOW - timedelta(days=60)
)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with Store.open(settings) as opened:
        yield opened


def pages(count, *, since=0.0, every=2.0, seed=1, **shares):
    """So many pages, the newest `since` hours ago, one each `every` hours; shares of what they give (length: of those with text)."""
    chance = random.Random(seed)
    told = {"answered": 1.0, "document": 1.0, "author": 0.9, "date": 1.0, "section": 0.6, "length": 2000} | shares
    out = []
    for n in range(count):
        has = {name: chance.random() < told[name] for name in ("answered", "document", "author", "date", "section")}
        there = has["answered"] and has["document"]
        length = round(told["length"] * chance.uniform(0.6, 1.5)) if there else 0
        flags = {name: has[name] and there for name in ("author", "date", "section")}
        out.append(
            Sample(
                at=NOW - timedelta(hours=since + n * every),
                answered=has["answered"],
                document=there,
                length=length,
                **flags,
            )
        )
    return out


def judge(samples, state=WATCHED, *, trusted=True):
    return judged(state, samples, trusted=trusted, now=NOW)


def test_figures_say_what_the_latest_pages_gave():
    told = judge(pages(100)).figures
    assert told["pages"] == 100 and told["document"] == told["date"] == 1.0
    assert 0.8 < told["author"] < 1 and 0.45 < told["section"] < 0.75 and 1800 < told["length"] < 2300
    assert judge([]).figures["author"] is None and judge([]).status == "verified"


@pytest.mark.parametrize(
    ("fallen", "name"),
    [({"author": 0.0}, "author"), ({"date": 0.0}, "date"), ({"section": 0.0}, "section"), ({"length": 300}, "text"), ({"document": 0.1}, "document"),
     ({"answered": 0.0}, "answered")],
)  # fmt: skip
def test_what_falls_is_noticed_within_three_usual_gaps(fallen, name):
    broken = pages(9, every=2.0, **fallen)  # 18 hours, three gaps of six
    state = judge(broken + pages(90, since=18, seed=2))
    assert list(state.drift) == [name]
    assert "usually" in health.in_words(health.facts(state)["drift"][0])
    assert (state.status, state.reason) == (("blocked", "blocked") if name == "answered" else ("failing", "layout"))
    assert judge(pages(9) + pages(90, since=18, seed=2)).drift is None


def test_a_slow_source_is_judged_by_few_pages():
    weekly = replace(WATCHED, gap=7 * 86400.0)
    before = pages(60, since=400, every=168, author=1.0)
    assert judge(pages(3, every=168, author=0.0) + before, weekly).drift
    assert judge(pages(2, every=168, author=0.0) + pages(1, since=336) + before, weekly).drift is None


def test_chance_and_nights_are_no_drift():
    false = 0
    for seed in range(200):
        false += bool(judge(pages(120, seed=seed, every=0.5, author=0.7, section=0.5, document=0.9)).drift)
    assert false <= 1
    night = pages(10, every=0.5, author=0.0) + pages(80, since=5, every=0.5, seed=3)
    assert judge(night).drift is None, "ten wire items without an author in one night"


def test_a_drift_stays_until_it_is_mended_or_taken_for_usual():
    state = judge(pages(9, author=0.0) + pages(90, since=18))
    weeks = pages(150, author=0.0)  # nothing but the new layout in sight
    later = judge(weeks, state)
    assert later.status == "failing" and later.figures["usual"]["author"] == state.figures["usual"]["author"]
    mended = judge(pages(20) + weeks[:130], later)
    assert mended.drift is None and mended.status == "verified"


def test_a_person_may_take_the_new_state_for_usual(store):
    drifting = judge(pages(9, author=0.0) + pages(90, since=18))
    with store.write() as tx:
        sources.keep(tx, drifting, NOW)
        sources.enable(tx, "ribera")
        state = sources.state(tx, "ribera")
    assert judge(pages(150, author=0.0), state).drift is None


def test_a_guessed_source_is_verified_by_documents_and_not_before():
    new = SourceState(slug="ribera", last_success=NOW)
    assert judge(pages(2), new, trusted=False).status == "probation"
    assert judge(pages(9, date=0.0), new, trusted=False).status == "probation", "undated"
    assert judge(pages(9, document=0.2), new, trusted=False).status == "probation", "most pages give nothing"
    proven = judge(pages(4), new, trusted=False)
    assert (proven.status, proven.proven) == ("verified", NOW)
    assert judge(pages(9, document=0.0), new, trusted=True).status == "failing", "known routes whose pages give nothing"


def test_promotion_and_demotion_for_real(store, settings, site):
    site.feed(site.articles(14))
    source = site.source(status="probation", reason="guessed")
    run.crawl(store, settings, [source], force=True)
    with store.read() as tx:
        state = sources.state(tx, "ribera")
    assert (state.status, state.reason) == ("verified", None) and state.figures["document"] == 1.0
    fresh = [f"/nota/nueva-{i}" for i in range(8)]
    for path in fresh:
        site.put(path, "<html><head><title>La Ribera</title></head><body><div id='app'></div></body></html>")
    site.feed(fresh)
    run.crawl(store, settings, [source], force=True)
    with store.read() as tx:
        state = sources.state(tx, "ribera")
        (outage,) = sources.outages(tx, NOW, datetime.now(UTC) + timedelta(days=1), at_least=timedelta(0))
    assert (state.status, state.reason) == ("failing", "layout") and "text" in state.drift
    assert outage.reason == "layout", "a trend marks the time in which documents go missing"


def test_the_exact_tail_is_that_of_the_binomial():
    assert health._tail(0, 3, 0.5) == pytest.approx(0.125) and health._tail(3, 3, 0.5) == pytest.approx(1.0)
    assert health._tail(1, 4, 0.9) == pytest.approx(0.0037)
