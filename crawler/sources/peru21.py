"""Perú21: daily that left Arc. Its feed is in conflict: `https://peru21.pe/rss` yielded to one monitor in 2026 and answered another 403 on everything (2026-05).

So the feed is left out and the front page is read by its links. The old Arc feeds are probably dead; `pwa.peru21.pe` is a mirror.
"""

from crawler.source import Source

SOURCE = Source(
    name="Perú21",
    home="https://peru21.pe/",
    platform="listing",
    feeds=("https://peru21.pe/",),
    items_a_day=50,
    min_interval=1800,
    delay=10,
    status="probation",
    reason="its feed yielded to one monitor and refused another; the front page is read instead",
    skip=(r"/autor/", r"/archivo/"),
)
