"""Peru Reports: independent news in English, on WordPress. Grade U: `/feed/` stands in configurations."""

from crawler.source import Source

SOURCE = Source(
    name="Peru Reports",
    home="https://perureports.com/",
    language="en",
    platform="wordpress",
    feeds=("https://perureports.com/feed/",),
    items_a_day=1,
    min_interval=3600,
    delay=10,
    status="probation",
    reason="its feed stands in configurations; no record shows it yielding",
)
