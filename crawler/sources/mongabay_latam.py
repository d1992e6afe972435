"""Mongabay Latam: environmental newsroom for Latin America, on WordPress. Grade G: `/feed/` is the pattern of its system. Not all of it is about Peru."""

from crawler.source import Source

SOURCE = Source(
    name="Mongabay Latam",
    home="https://es.mongabay.com/",
    platform="wordpress",
    feeds=("https://es.mongabay.com/feed/",),
    items_a_day=4,
    min_interval=3600,
    delay=10,
    status="probation",
    reason="its feed is a pattern of its system, not tested",
)
