"""Ojo Público: investigative newsroom. Grade G: `/feed` and `/rss.xml` stand in several lists, untested."""

from crawler.source import Source

SOURCE = Source(
    name="Ojo Público",
    home="https://ojo-publico.com/",
    platform="feed",
    feeds=("https://ojo-publico.com/feed", "https://ojo-publico.com/rss.xml"),
    items_a_day=1,
    min_interval=3600,
    delay=10,
    status="probation",
    reason="its feed is a pattern of its system, not tested",
    listing={"link": "h2.more-news-article__title a"},
)
