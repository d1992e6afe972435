"""Convoca: investigative newsroom. Grade G: `/rss.xml` is untested."""

from crawler.source import Source

SOURCE = Source(
    name="Convoca",
    home="https://convoca.pe/",
    platform="feed",
    feeds=("https://convoca.pe/rss.xml",),
    items_a_day=1,
    min_interval=3600,
    delay=10,
    status="probation",
    reason="its feed is a pattern of its system, not tested",
)
