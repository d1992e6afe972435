"""Bolognesi Noticias: regional news site of Áncash on WordPress. Grade V: its feed yielded in 2026-09."""

from crawler.source import Source

SOURCE = Source(
    name="Bolognesi Noticias",
    home="https://bolognesinoticias.com/",
    region="Áncash",
    platform="wordpress",
    feeds=("https://bolognesinoticias.com/feed/",),
    items_a_day=5,
    min_interval=1800,
    delay=10,
    status="verified",
)
