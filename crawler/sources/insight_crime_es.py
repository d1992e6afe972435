"""InSight Crime (Spanish): organised crime in the Americas. Grade G: `/feed/` is the pattern of its system. It publishes guidance on polite crawling: hence the long delay. Not all of it is about Peru."""

from crawler.source import Source

SOURCE = Source(
    name="InSight Crime",
    home="https://es.insightcrime.org/",
    platform="wordpress",
    feeds=("https://es.insightcrime.org/feed/",),
    items_a_day=2,
    min_interval=3600,
    delay=30,
    status="probation",
    reason="its feed is a pattern of its system, not tested",
)
