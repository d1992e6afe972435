"""Exitosa: radio and television. Grade G: `/feed` stands in a list that says it was not checked."""

from crawler.source import Source

SOURCE = Source(
    name="Exitosa",
    home="https://www.exitosanoticias.pe/",
    platform="feed",
    feeds=("https://www.exitosanoticias.pe/feed",),
    items_a_day=65,
    min_interval=1800,
    delay=5,
    status="probation",
    reason="its feed stands in a list that says it was not checked",
    article=r"-n\d+/?(?:\?|$)",
)
