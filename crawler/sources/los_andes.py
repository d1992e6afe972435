"""Los Andes: daily of Puno on WordPress. Grade G: `/feed/` is a pattern."""

from crawler.source import Source

SOURCE = Source(
    name="Los Andes",
    home="https://losandes.com.pe/",
    region="Puno",
    platform="wordpress",
    feeds=("https://losandes.com.pe/feed/",),
    items_a_day=15,
    min_interval=1800,
    delay=10,
    status="probation",
    reason="its feed is a pattern of its system, not tested",
)
