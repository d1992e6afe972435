"""Líbero: tabloid of the La República group. Grade G: `/rss/home.xml` is its sister's pattern. (El Popular, its twin, is listed.)"""

from crawler.source import Source

SOURCE = Source(
    name="Líbero",
    home="https://libero.pe/",
    platform="feed",
    feeds=("https://libero.pe/rss/home.xml",),
    items_a_day=80,
    min_interval=1800,
    delay=5,
    status="probation",
    reason="its feed is its sister paper's pattern, not tested",
)
