"""Caretas: weekly on WordPress. Grade G: `/feed/` is a known pattern. Some of its addresses are `?p=<id>` and lead to the article."""

from crawler.source import Source

SOURCE = Source(
    name="Caretas",
    home="https://caretas.pe/",
    platform="wordpress",
    feeds=("https://caretas.pe/feed/",),
    items_a_day=10,
    min_interval=1800,
    delay=5,
    status="probation",
    reason="its feed is a pattern of its system, not tested",
)
