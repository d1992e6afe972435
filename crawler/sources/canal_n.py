"""Canal N: news television. Its feed worked in 2024 and answers 404 since 2026-05 (X): the front page is read by its links, which end in `-n<id>`."""

from crawler.source import Source

SOURCE = Source(
    name="Canal N",
    home="https://canaln.pe/",
    platform="listing",
    feeds=("https://canaln.pe/", "https://canaln.pe/actualidad"),
    items_a_day=40,
    min_interval=1800,
    delay=10,
    status="probation",
    reason="its feed is gone (404 since 2026-05); the front page is read by its links",
    article=r"-n\d+/?(?:\?|$)",
)
