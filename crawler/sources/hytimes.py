"""HyTimes: news of the regions, looks like WordPress (addresses `/YYYY/MM/DD/slug/`). Grade G: `/feed/` is the pattern of its system."""

from crawler.source import Source

SOURCE = Source(
    name="HyTimes",
    home="https://hytimes.pe/",
    platform="wordpress",
    feeds=("https://hytimes.pe/feed/",),
    items_a_day=8,
    min_interval=1800,
    delay=10,
    status="probation",
    reason="its feed is a pattern of its system, not tested",
)
