"""Peruvian Times: news in English, on WordPress. Grade U: `/feed/` and those of the categories stand in configurations."""

from crawler.source import Source

SOURCE = Source(
    name="Peruvian Times",
    home="https://www.peruviantimes.com/",
    language="en",
    platform="wordpress",
    feeds=("https://www.peruviantimes.com/feed/",),
    items_a_day=1,
    min_interval=3600,
    delay=10,
    status="probation",
    reason="its feed stands in configurations; no record shows it yielding",
)
