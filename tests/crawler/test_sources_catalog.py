"""Source files: what they may say, and how a broken one is told."""

import dataclasses

import pytest

from core.errors import InputError
from crawler import catalog
from crawler.source import Source

PLAIN = {"name": "La Ribera", "home": "https://ribera.example/", "feeds": ("https://ribera.example/feed",)}
GOOD = 'from crawler.source import Source\nSOURCE = Source(name="La Ribera", home="https://ribera.example/", feeds=("https://ribera.example/feed",))\n'


def test_the_bundled_sources_are_polite_and_complete():
    found = catalog.load(None)
    assert {"rpp", "el_comercio", "diario_de_chimbote", "el_peruano", "mastodon_peru"} <= found.keys()
    for slug, source in found.items():
        assert source.slug == slug and source.min_interval >= 900 and source.delay >= 2 and source.items_a_day
        assert source.status == "verified" or source.reason


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
