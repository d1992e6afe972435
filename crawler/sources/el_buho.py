"""El Búho: weekly and news site of Arequipa. Grade G: `/feed/` is a pattern; articles stand under `/YYYY/MM/`."""

from crawler.source import Source

SOURCE = Source(
    name="El Búho",
    home="https://elbuho.pe/",
    region="Arequipa",
    platform="wordpress",
    feeds=("https://elbuho.pe/feed/",),
    items_a_day=12,
    min_interval=1800,
    delay=10,
    status="probation",
    reason="its feed is a pattern of its system, not tested",
)
