"""La Hora: daily of Piura. Grade G: `/feed` is a pattern."""

from crawler.source import Source

SOURCE = Source(
    name="La Hora",
    home="https://lahora.pe/",
    region="Piura",
    platform="wordpress",
    feeds=("https://lahora.pe/feed",),
    items_a_day=12,
    min_interval=1800,
    delay=10,
    status="probation",
    reason="its feed is a pattern of its system, not tested",
)
