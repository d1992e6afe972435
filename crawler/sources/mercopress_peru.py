"""MercoPress: South Atlantic news agency, its page on Peru. Grade U: `/peru/rss` stands in configurations."""

from crawler.source import Source

SOURCE = Source(
    name="MercoPress: Peru",
    home="https://en.mercopress.com/peru",
    language="en",
    platform="feed",
    feeds=("https://en.mercopress.com/peru/rss",),
    items_a_day=1,
    min_interval=3600,
    delay=10,
    status="probation",
    reason="its feed stands in configurations; no record shows it yielding",
)
