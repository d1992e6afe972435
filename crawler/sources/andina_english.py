"""Andina (English): the state's news agency. Grade U: its feeds (RSS that calls itself Atom) stand in configurations."""

from crawler.source import Source

SOURCE = Source(
    name="Andina in English",
    home="https://andina.pe/Ingles/",
    language="en",
    platform="feed",
    feeds=("https://andina.pe/Ingles/rss.aspx",),
    items_a_day=15,
    min_interval=3600,
    delay=5,
    status="probation",
    reason="its feed stands in configurations; no record shows it yielding",
)
