"""Panamericana: television. No feed is known; sections and the listing's selector stand in one project. `/amp` and `lsw1.` are mirrors."""

from crawler.source import Source

SOURCE = Source(
    name="Panamericana",
    home="https://panamericana.pe/",
    platform="listing",
    feeds=tuple(f"https://panamericana.pe/{name}" for name in ("politica", "nacionales", "locales", "tags/policiales")),
    items_a_day=30,
    min_interval=1800,
    delay=10,
    status="probation",
    reason="no feed is known; its listing pages are read, and their selector comes from one project",
    article=r"panamericana\.pe/[a-z-]+/\d+-",
    listing={"link": "div.column.is-4 a"},
)
