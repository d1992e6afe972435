"""La Razón: daily on WordPress. Grade G: `/feed/` is a pattern."""

from crawler.source import Source

SOURCE = Source(
    name="La Razón",
    home="https://larazon.pe/",
    platform="wordpress",
    feeds=("https://larazon.pe/feed/",),
    items_a_day=20,
    min_interval=1800,
    delay=5,
    status="probation",
    reason="its feed is a pattern of its system, not tested",
)
