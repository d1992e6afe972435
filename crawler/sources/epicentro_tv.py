"""Epicentro TV: journalism on video. Grade G: `/feed/` is the pattern of its system."""

from crawler.source import Source

SOURCE = Source(
    name="Epicentro TV",
    home="https://epicentro.tv/",
    platform="wordpress",
    feeds=("https://epicentro.tv/feed/",),
    items_a_day=5,
    min_interval=3600,
    delay=10,
    status="probation",
    reason="its feed is a pattern of its system, not tested",
)
