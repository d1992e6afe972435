"""The fictional press as data and pages: enough of it, on every topic, dated before the anchor, and nobody real in it."""

import json
import re
import unicodedata
from collections import Counter
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest

from core import masking
from crawler import platforms
from demo import pages
from demo.alerts import ALERTS
from demo.press import SLUGS, Article, load
from demo.server import LISTINGS, SITEMAP, Site
from search.query import parse

ANCHOR = datetime(2026, 3, 4, 3, 30, tzinfo=UTC)  # in Lima still the day before
HOME = "http://127.0.0.1:18700"
OUTLETS = load(ANCHOR)
ARTICLES = [article for outlet in OUTLETS for article in outlet.articles]
SITE = Site(OUTLETS, HOME)


def whole(article: Article) -> str:
    return "\n".join([article.title, article.lead, *article.paragraphs])


def fold(text: str) -> str:
    return unicodedata.normalize("NFD", text.lower()).encode("ascii", "ignore").decode()


def test_enough_documents_each_with_its_own_address_and_number() -> None:
    assert len(ARTICLES) >= 72
    assert len({pages.path(article) for article in ARTICLES}) == len(ARTICLES)
    assert len({article.number for article in ARTICLES}) == len(ARTICLES)
    assert [outlet.slug for outlet in OUTLETS] == list(SLUGS)


def test_thirty_days_and_nothing_after_the_anchor() -> None:
    assert max(article.published for article in ARTICLES) < ANCHOR
    assert min(article.published for article in ARTICLES) > ANCHOR - timedelta(days=32)
    for outlet in OUTLETS:
        assert list(outlet.articles) == sorted(outlet.articles, key=lambda article: article.published, reverse=True)


@pytest.mark.parametrize("hour", [0, 4, 5, 12, 23])
def test_nothing_after_the_anchor_at_any_hour(hour: int) -> None:
    anchor = datetime(2027, 1, 1, hour, 0, tzinfo=UTC)
    assert max(article.published for outlet in load(anchor) for article in outlet.articles) < anchor


def test_the_dates_in_the_texts_follow_the_anchor() -> None:
    call = next(article for article in ARTICLES if article.slug == "choferes-anuncian-paro-48-horas")
    assert call.title.endswith("para el 21 de febrero")
    english = next(article for article in ARTICLES if article.slug == "lima-drivers-call-48-hour-strike")
    assert "midnight on February 21" in english.paragraphs[0]
    assert not [article.slug for article in ARTICLES if re.search(r"[{}]", whole(article))]


def test_the_strike_is_the_peak() -> None:
    last = (ANCHOR - timedelta(hours=5)).date()
    days = Counter((last - (article.published - timedelta(hours=5)).date()).days for article in ARTICLES)
    assert days[10] == max(days.values()) >= 10
    assert sum(days[day] for day in (8, 9, 10)) >= 2 * 3 * len(ARTICLES) / 30
    assert len([day for day in range(1, 31) if days[day]]) >= 27


@pytest.mark.parametrize(
    ("words", "least"),
    [
        ("extorsi|extortion", 40), (r"\bparo\b|huelga|strike", 30), ("proyecto de ley|\\bley \\d|decreto|dictamen|\\bbill\\b", 20),
        ("bus|chofer|combi|cúster", 25), ("bodega", 5), ("colegio|maestro|teacher", 8), ("mercado", 4), ("obra|construcción civil", 2),
        ("minero|miner", 3), ("jornal|arroz", 3), (r"panamericana (norte|sur) en (el km|el kilómetro|los)", 4), (r"s/ \d", 25),
        ("herid|injured", 15), ("murió|asesinad|murdered", 5), ("paro cardíaco", 1), ("por cada cupo|cien cupos", 2), ("la libertad de", 1), ("se paró", 3),
    ],
)  # fmt: skip
def test_the_vocabulary_of_every_topic(words: str, least: int) -> None:
    assert sum(bool(re.search(words, whole(article).lower())) for article in ARTICLES) >= least


def test_languages_and_lengths() -> None:
    languages = Counter(article.language for article in ARTICLES)
    assert languages["en"] >= 8 and languages["qu"] == 1 and languages["pt"] == 1 and languages["es"] > 60
    lengths = [len(whole(article).split()) for article in ARTICLES if article.outlet != "plaza"]
    assert min(lengths) >= 60 and max(lengths) >= 400


def test_copies_are_near_and_not_equal() -> None:
    originals = {f"{article.outlet}/{article.slug}": article for article in ARTICLES}
    copies = [article for article in ARTICLES if article.copied_from]
    assert len(copies) >= 4
    for copy in copies:
        original = originals[copy.copied_from or ""]
        a, b = (set(re.findall(r"\w+", " ".join(one.paragraphs).lower())) for one in (copy, original))
        assert copy.paragraphs != original.paragraphs and copy.title != original.title
        assert copy.published > original.published
        assert len(a & b) / len(a | b) > 0.7
    written = Counter(paragraph for article in ARTICLES if not article.copied_from for paragraph in article.paragraphs)
    assert not [paragraph for paragraph, times in written.items() if times > 1]


def test_what_must_be_masked_is_there() -> None:
    kinds = Counter(kind for article in ARTICLES for kind, _, _ in masking.find(whole(article)))
    assert sum(kinds.values()) >= 5 and len(kinds) >= 3


def test_every_page_says_that_it_is_fiction() -> None:
    html = [path for path, reply in SITE.replies.items() if reply.content_type.startswith("text/html")]
    assert len(html) == len(ARTICLES) + len(OUTLETS) + 2
    for path in html:
        assert re.search("ficticio|fictional", SITE.replies[path].body.decode()), path


def test_pages_hold_the_whole_article_and_no_raw_markup() -> None:
    for article in ARTICLES:
        page = unescape(SITE.replies[pages.path(article)].body.decode())
        assert all(part in page for part in [article.title, article.lead, *article.paragraphs])
        assert f'<link rel="canonical" href="{HOME}{pages.path(article)}">' in page


def test_json_ld_is_broken_on_some_pages_and_sound_on_others() -> None:
    sound = 0
    blocks = [pages.json_ld(article, OUTLETS[1], HOME) for article in OUTLETS[1].articles]
    for block in blocks:
        text = block.removeprefix('<script type="application/ld+json">').removesuffix("</script>")
        assert json.loads(text, strict=False)["@type"] == "ReportageNewsArticle"
        try:
            sound += bool(json.loads(text))
        except json.JSONDecodeError:
            continue
    assert 0 < sound < len(blocks)


@pytest.mark.parametrize("slug", SLUGS)
def test_every_listing_is_read(slug: str) -> None:
    outlet = next(one for one in OUTLETS if one.slug == slug)
    reply = SITE.replies[LISTINGS[slug]]
    listing = platforms.parse(reply.body, HOME + LISTINGS[slug], reply.content_type)
    expected = outlet.articles[:12] if slug == "vicuna" else outlet.articles
    assert [entry.url for entry in listing.entries] == [HOME + pages.path(article) for article in expected]
    assert [entry.published and entry.published.when for entry in listing.entries] == [
        one.published for one in expected
    ]
    if slug != "plaza":
        assert [entry.title for entry in listing.entries] == [article.title for article in expected]


def test_the_sitemap_has_every_article_and_one_closed_page() -> None:
    reply = SITE.replies[SITEMAP]
    listing = platforms.parse(reply.body, HOME + SITEMAP, reply.content_type)
    assert listing.kind == "news_sitemap"
    assert {entry.url for entry in listing.entries} > {HOME + pages.path(article) for article in OUTLETS[1].articles}
    assert len(listing.entries) == len(OUTLETS[1].articles) + 1


def test_rendering_again_gives_the_same_bytes() -> None:
    again = Site(load(ANCHOR), HOME)
    assert {path: reply.body for path, reply in again.replies.items()} == {
        path: reply.body for path, reply in SITE.replies.items()
    }
    assert Site(load(ANCHOR + timedelta(days=1)), HOME).replies.keys() != SITE.replies.keys()


def test_nobody_real(shared_data: Path) -> None:
    catalogue = (shared_data.parent / "reference" / "sources.md").read_text("utf-8")
    gangs = catalogue[catalogue.index("### 4.4") : catalogue.index("### 4.5")]
    guilds = catalogue[catalogue.index("### 4.6") : catalogue.index("### 4.7")]
    names = {name.strip(" .*") for name in re.split(r"[,;:/()\n]|\*\*", gangs + guilds)}
    real = {fold(name) for name in names if re.match(r"[A-ZÁÉÍÓÚ]\w+ (de |del |la )*[A-ZÁÉÍÓÚ0-9]", name)} - {
        "la federacion"
    }
    press = fold("\n".join(whole(article) + article.author for article in ARTICLES))
    assert len(real) > 20
    assert not [name for name in sorted(real) if re.search(rf"\b{re.escape(name)}\b", press)]


def test_alerts_parse_and_go_to_addresses_for_examples() -> None:
    assert len({alert.name for alert in ALERTS}) == len(ALERTS) >= 2
    for alert in ALERTS:
        assert alert.owner.endswith("@example.org")
        assert parse(str(parse(alert.query))) == parse(alert.query)
