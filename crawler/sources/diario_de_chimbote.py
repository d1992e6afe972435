"""Diario de Chimbote: regional daily of Áncash on WordPress. Grade V: its feed printed whole articles on 2026-09-13."""

from crawler.source import Source

SOURCE = Source(
    name="Diario de Chimbote",
    home="https://diariodechimbote.com/",
    region="Áncash",
    platform="wordpress",
    feeds=("https://diariodechimbote.com/feed/",),
    items_a_day=15,
    min_interval=900,
    delay=10,
    status="verified",
    full_in_feed=True,
)
