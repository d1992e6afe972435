"""Chimbote en Línea: regional news site of Áncash on Drupal. No feed was found; the front page is read by its links (`/node/<id>`)."""

from crawler.source import Source

SOURCE = Source(
    name="Chimbote en Línea",
    home="https://chimbotenlinea.com/",
    region="Áncash",
    platform="listing",
    feeds=("https://chimbotenlinea.com/",),
    items_a_day=8,
    min_interval=3600,
    delay=10,
    status="probation",
    reason="no feed was found; the front page is read by its links",
    article=r"/node/\d+",
)
