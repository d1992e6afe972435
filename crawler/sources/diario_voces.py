"""Diario Voces: regional daily whose region is not verified. Grade G: `/feed` is a pattern."""

from crawler.source import Source

SOURCE = Source(
    name="Diario Voces",
    home="https://diariovoces.com.pe/",
    platform="wordpress",
    feeds=("https://diariovoces.com.pe/feed",),
    items_a_day=12,
    min_interval=1800,
    delay=10,
    status="probation",
    reason="its feed is a pattern of its system, not tested",
)
