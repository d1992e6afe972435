"""Crónica Viva: news site on WordPress. Grade G: `/feed` is a pattern."""

from crawler.source import Source

SOURCE = Source(
    name="Crónica Viva",
    home="https://cronicaviva.com.pe/",
    platform="wordpress",
    feeds=("https://cronicaviva.com.pe/feed",),
    items_a_day=15,
    min_interval=1800,
    delay=5,
    status="probation",
    reason="its feed is a pattern of its system, not tested",
)
