"""Hildebrandt en sus trece: weekly, said to be behind a paywall. Grade G: `/feed/` is a pattern."""

from crawler.source import Source

SOURCE = Source(
    name="Hildebrandt en sus trece",
    home="https://hildebrandtensustrece.com/",
    platform="wordpress",
    feeds=("https://hildebrandtensustrece.com/feed/",),
    items_a_day=2,
    min_interval=3600,
    delay=5,
    status="probation",
    reason="its feed is a pattern of its system, not tested",
)
