"""Áncash al Día: regional news site on WordPress. Grade V: its feed printed whole articles on 2026-09-13."""

from crawler.source import Source

SOURCE = Source(
    name="Áncash al Día",
    home="https://ancashaldia.com/",
    region="Áncash",
    platform="wordpress",
    feeds=("https://ancashaldia.com/feed/",),
    items_a_day=10,
    min_interval=1800,
    delay=10,
    status="verified",
    full_in_feed=True,
)
