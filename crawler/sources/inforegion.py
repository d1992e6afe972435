"""Inforegión: news of the regions, on WordPress. Grade G: `/feed/` is a pattern."""

from crawler.source import Source

SOURCE = Source(
    name="Inforegión",
    home="https://www.inforegion.pe/",
    platform="wordpress",
    feeds=("https://www.inforegion.pe/feed/",),
    items_a_day=10,
    min_interval=1800,
    delay=10,
    status="probation",
    reason="its feed is a pattern of its system, not tested",
)
