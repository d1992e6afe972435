"""Revista Ideele: magazine on law and politics. Grade G: `/feed` is the pattern of its system."""

from crawler.source import Source

SOURCE = Source(
    name="Revista Ideele",
    home="https://www.revistaideele.com/",
    platform="wordpress",
    feeds=("https://www.revistaideele.com/feed",),
    items_a_day=1,
    min_interval=3600,
    delay=10,
    status="probation",
    reason="its feed is a pattern of its system, not tested",
)
