"""Salud con Lupa: newsroom on health. Grade G: `/feed.xml` is untested."""

from crawler.source import Source

SOURCE = Source(
    name="Salud con Lupa",
    home="https://saludconlupa.com/",
    platform="feed",
    feeds=("https://saludconlupa.com/feed.xml",),
    items_a_day=1,
    min_interval=3600,
    delay=10,
    status="probation",
    reason="its feed is a pattern of its system, not tested",
)
