"""Congreso: news of its press office (`/noticias/<slug>/`). No feed is known; the listing page is a guess (G)."""

from crawler.source import Source

SOURCE = Source(
    name="Congreso: noticias",
    home="https://comunicaciones.congreso.gob.pe/",
    kind="official",
    platform="listing",
    feeds=("https://comunicaciones.congreso.gob.pe/noticias/",),
    items_a_day=15,
    min_interval=3600,
    delay=10,
    status="probation",
    reason="no feed is known; its listing page is read by its links",
    article=r"/noticias/[^/]+",
)
