"""Latinvex: business in Latin America, its page on Peru. Grade U: `/rss/peru/` stands in configurations."""

from crawler.source import Source

SOURCE = Source(
    name="Latinvex: Peru",
    home="https://latinvex.com/",
    language="en",
    platform="feed",
    feeds=("https://latinvex.com/rss/peru/",),
    items_a_day=1,
    min_interval=3600,
    delay=10,
    status="probation",
    reason="its feed stands in configurations; no record shows it yielding",
)
