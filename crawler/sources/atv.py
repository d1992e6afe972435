"""ATV: television on WordPress. Grade U: `/rss/` is read by one scheduled bot (2026). Its category pages go back page by page."""

from crawler.source import Source

SOURCE = Source(
    name="ATV",
    home="https://www.atv.pe/",
    platform="wordpress",
    feeds=("https://www.atv.pe/rss/",),
    archives=("https://www.atv.pe/category/actualidad/page/{page}",),
    items_a_day=40,
    min_interval=1800,
    delay=5,
    status="probation",
    reason="its feed is read by one bot; no record shows it yielding",
)
