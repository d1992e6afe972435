"""Sudaca: independent newsroom. Grade G: `/feed/` is the pattern of its system."""

from crawler.source import Source

SOURCE = Source(
    name="Sudaca",
    home="https://sudaca.pe/",
    platform="wordpress",
    feeds=("https://sudaca.pe/feed/",),
    items_a_day=5,
    min_interval=3600,
    delay=10,
    status="probation",
    reason="its feed is a pattern of its system, not tested",
)
