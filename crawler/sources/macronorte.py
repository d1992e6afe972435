"""Macronorte: news site of La Libertad that looks like WordPress (addresses `/YYYY/MM/DD/slug`). Grade G: `/feed/` is the pattern of its system. (Its address is general knowledge.)"""

from crawler.source import Source

SOURCE = Source(
    name="Macronorte",
    home="https://macronorte.pe/",
    region="La Libertad",
    platform="wordpress",
    feeds=("https://macronorte.pe/feed/",),
    items_a_day=8,
    min_interval=1800,
    delay=10,
    status="probation",
    reason="its feed is a pattern of its system, not tested",
)
