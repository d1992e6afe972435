"""InSight Crime (English): organised crime in the Americas. Grade G: `/feed/` is a known pattern. It publishes guidance on polite crawling: hence the long delay."""

from crawler.source import Source

SOURCE = Source(
    name="InSight Crime in English",
    home="https://insightcrime.org/",
    language="en",
    platform="wordpress",
    feeds=("https://insightcrime.org/feed/",),
    items_a_day=2,
    min_interval=3600,
    delay=30,
    status="probation",
    reason="its feed is a pattern of its system, not tested",
)
