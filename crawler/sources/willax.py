"""Willax: television. Grade U: `/feed` is read by one scheduled bot (2026). `dev.willax.pe` is a mirror."""

from crawler.source import Source

SOURCE = Source(
    name="Willax",
    home="https://willax.pe/",
    platform="wordpress",
    feeds=("https://willax.pe/feed",),
    archives=tuple(f"https://willax.pe/category/{name}?page={{page}}" for name in ("actualidad", "politica")),
    items_a_day=30,
    min_interval=1800,
    delay=5,
    status="probation",
    reason="its feed is read by one bot; no record shows it yielding",
)
