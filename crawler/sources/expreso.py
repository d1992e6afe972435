"""Expreso: daily on WordPress. Grade G: `/feed/` is a pattern; one collector could only list it."""

from crawler.source import Source

SOURCE = Source(
    name="Expreso",
    home="https://www.expreso.com.pe/",
    platform="wordpress",
    feeds=("https://www.expreso.com.pe/feed/",),
    items_a_day=55,
    min_interval=1800,
    delay=5,
    status="probation",
    reason="its feed is a pattern of its system, not tested",
)
