"""Diario UNO: daily on WordPress. Grade G: `/feed/` is a pattern. Articles stand at `/YYYY/MM/DD/slug`, columns under `/columna/`."""

from crawler.source import Source

SOURCE = Source(
    name="Diario UNO",
    home="https://diariouno.pe/",
    platform="wordpress",
    feeds=("https://diariouno.pe/feed/",),
    items_a_day=20,
    min_interval=1800,
    delay=5,
    status="probation",
    reason="its feed is a pattern of its system, not tested",
)
