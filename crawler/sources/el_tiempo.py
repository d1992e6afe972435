"""El Tiempo: daily of Piura. No feed is confirmed; the front page is read by its links (`/nacional/<slug>` is a known form)."""

from crawler.source import Source

SOURCE = Source(
    name="El Tiempo",
    home="https://eltiempo.pe/",
    region="Piura",
    platform="listing",
    feeds=("https://eltiempo.pe/",),
    items_a_day=15,
    min_interval=3600,
    delay=10,
    status="probation",
    reason="no feed is confirmed; the front page is read by its links",
)
