"""Source files: what they may say, and how a broken one is told."""

import ast
import dataclasses
import json
import time
from datetime import date

import pytest
from lxml.cssselect import CSSSelector

from core.errors import InputError
from crawler import catalog
from crawler.source import STATUSES, Source, numbered

PLAIN = {"name": "La Ribera", "home": "https://ribera.example/", "feeds": ("https://ribera.example/feed",)}
GOOD = 'from crawler.source import Source\nSOURCE = Source(name="La Ribera", home="https://ribera.example/", feeds=("https://ribera.example/feed",))\n'


BUNDLED = catalog.load(None)
VERIFIED = {
    "rpp",
    "el_comercio",
    "correo",
    "andina",
    "el_peruano",
    "diario_de_chimbote",
    "ancash_al_dia",
    "bolognesi_noticias",
    "la_lupa",
    "normas_legales",
    "congreso_proyectos",
}
LISTED = {
    "la_industria",
    "radio_onda_azul",
    "prensa_regional",
    "diario_ahora",
    "bluesky_example",
    "telegram_senamhi",
    "youtube_rpp",
    "youtube_wayka",
    "pachamama_radio",
    "el_popular",
    "noticias_ser",
    "el_pueblo",
}


def test_only_what_a_dated_record_showed_is_verified_and_what_has_no_route_is_listed():
    by = {status: {slug for slug, one in BUNDLED.items() if one.status == status} for status in STATUSES}
    assert by["verified"] == VERIFIED and by["listed"] == LISTED and len(by["probation"]) >= 60
    for slug, one in BUNDLED.items():
        told = ast.get_docstring(ast.parse((catalog.BUNDLED / f"{slug}.py").read_text("utf-8"))) or ""
        assert len(told) > 40 and (one.status != "verified" or "Grade V" in told), slug


@pytest.mark.parametrize("slug", sorted(BUNDLED))
def test_a_bundled_source_is_polite_and_complete(slug):
    one = BUNDLED[slug]
    assert one.slug == slug and one.min_interval >= 900 and one.delay >= 2 and one.items_a_day
    assert one.status == "verified" or one.reason
    assert one.kind != "post" or one.whole_entries
    assert not one.licence and one.terms_reviewed is None, "no terms of an outlet are on record"
    for selector in (*one.selectors.values(), *one.listing.values()):
        CSSSelector(selector, translator="html")
    day = date(2026, 11, 22)
    for url in (*one.polled(day), *one.past(day, day)):
        assert url.startswith("https://") and "{" not in url.replace("{page}", "")
    json.loads(json.dumps(one.to_json()))


def test_no_address_is_polled_by_two_sources():
    feeds = [url for one in BUNDLED.values() for url in one.listings]
    assert len(feeds) == len(set(feeds))


def test_the_catalog_is_read_in_a_moment():
    start = time.monotonic()
    catalog.load(None)
    assert time.monotonic() - start < 1


def test_days_and_pages_of_the_past():
    one = Source(**PLAIN, archives=("https://ribera.example/a/{day:%Y-%m-%d}/", "https://ribera.example/m/{day:%Y/%m}", "https://ribera.example/mapa.xml", "https://ribera.example/t?p={page}"))  # fmt: skip
    found = list(one.past(date(2026, 10, 31), date(2026, 11, 1)))
    assert found == [
        "https://ribera.example/a/2026-11-01/",
        "https://ribera.example/m/2026/11",
        "https://ribera.example/mapa.xml",
        "https://ribera.example/t?p={page}",
        "https://ribera.example/a/2026-10-31/",
        "https://ribera.example/m/2026/10",
    ]
    assert numbered(found[3], 7) == "https://ribera.example/t?p=7" and numbered(found[2], 7) == found[2]
    press = Source(**PLAIN, platform="wordpress")
    (posts,) = press.past(date(2026, 3, 1), date(2026, 3, 1))
    assert posts == "https://ribera.example/wp-json/wp/v2/posts?after=2026-02-28T23:59:59&before=2026-03-02T00:00:00&per_page=100"  # fmt: skip
    dated = Source(**PLAIN | {"feeds": ("https://ribera.example/n?d={day:%Y%m%d}",)})
    assert dated.polled(date(2026, 11, 1)) == ("https://ribera.example/n?d=20261101",)


def test_an_operators_file_is_added_and_may_replace_a_bundled_one(tmp_path):
    (tmp_path / "rpp.py").write_text(GOOD)
    (tmp_path / "la_ribera.py").write_text(GOOD)
    (tmp_path / "_borrador.py").write_text("1/0")
    found = catalog.load(tmp_path)
    assert (
        found["rpp"].name == found["la_ribera"].name == "La Ribera"
        and "_borrador" not in found
        and "el_peruano" in found
    )


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("mala.py", "SOURCE = Source(\nname=1 2)", "mala.py, line 2"),
        ("mala.py", GOOD.replace("import Source", "import Sorce"), "mala.py, line 1"),
        ("mala.py", "\n\n" + GOOD.replace("feeds=", "feds="), "mala.py, line 4"),
        (
            "mala.py",
            GOOD.replace('("https://ribera.example/feed",)', '("https://ribera.example/feed")'),
            "mala.py, line 2",
        ),
        ("mala.py", "x = 1\n", "defines no SOURCE"),
        ("mala.py", GOOD.replace('name="La', 'slug="otra", name="La'), "'otra'"),
        ("Mala Fuente.py", GOOD, "slug"),
        ("mala.py", "import sys\nsys.exit(3)\n", "line 2"),
    ],
)
def test_a_broken_file_is_named_with_its_line(tmp_path, name, text, place):
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError) as told:
        catalog.load(tmp_path)
    assert place in str(told.value) and name in str(told.value) and told.value.mend


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"slug": "La Ribera"}, "slug"),
        ({"name": " "}, "name"),
        ({"home": "ribera.example"}, "home"),
        ({"feeds": ()}, "feeds"),
        ({"feeds": ("ftp://ribera.example/",)}, "feeds"),
        ({"kind": "blog"}, "kind"),
        ({"platform": "drupal"}, "platform"),
        ({"min_interval": 5}, "min_interval"),
        ({"delay": -1}, "delay"),
        ({"article": "("}, "article"),
        ({"selectors": {"titulo": "h1"}}, "selectors"),
        ({"listing": {"titulo": "h1"}}, "listing"),
        ({"fields": {"title": "t"}}, "fields"),
        ({"fields": {"url": "u", "titulo": "t"}}, "fields"),
        ({"feeds": ("https://ribera.example/{dia}",)}, "feeds"),
        ({"feeds": ("https://ribera.example/{page}",)}, "pages"),
        ({"feeds": ("https://ribera.example/a b",)}, "feeds"),
        ({"archives": ("https://ribera.example/{day",)}, "archives"),
        ({"bodies": {"https://otro.example/": "{}"}}, "bodies"),
        ({"items_a_day": 0}, "items_a_day"),
        ({"items_a_day": float("nan")}, "items_a_day"),
        ({"min_interval": "900"}, "min_interval"),
        ({"min_interval": 10**9}, "min_interval"),
        ({"delay": True}, "delay"),
        ({"name": 7}, "name"),
        ({"skip": ["x"]}, "skip"),
        ({"selectors": {"title": 1}}, "selectors"),
        ({"terms_reviewed": "ayer"}, "terms_reviewed"),
        ({"terms_reviewed": "2026-02-30"}, "terms_reviewed"),
        ({"status": "listed"}, "reason"),
        ({"full_in_feed": "yes"}, "full_in_feed"),
    ],
)
def test_what_cannot_be_crawled_is_refused_by_its_field(change, word):
    with pytest.raises(ValueError, match=word):
        Source(**PLAIN | change)


def test_a_source_survives_json_and_tells_its_articles():
    source = Source(**PLAIN, slug="ribera", article=r"/nota/\d+", skip=(r"/nota/9",), selectors={"title": "h2"})
    assert Source.from_json(source.to_json()) == source
    assert [source.takes(f"https://ribera.example/nota/{i}") for i in (1, 9)] == [True, False] and not source.takes(
        "https://ribera.example/tag/x"
    )
    with pytest.raises(TypeError, match="color"):
        Source.from_json({**source.to_json(), "color": "rojo"})


def test_an_unknown_slug_is_answered_with_the_nearest():
    with pytest.raises(InputError, match="el_peruano"):
        catalog.find({"el_peruano": dataclasses.replace(Source(**PLAIN), slug="el_peruano")}, "el_perano")
