"""IEP, Instituto de Estudios Peruanos: think-tank. Grade G: `/feed/` is the pattern of its system."""

from crawler.source import Source

SOURCE = Source(
    name="Instituto de Estudios Peruanos",
    home="https://iep.org.pe/",
    platform="wordpress",
    feeds=("https://iep.org.pe/feed/",),
    items_a_day=1,
    min_interval=3600,
    delay=10,
    status="probation",
    reason="its feed is a pattern of its system, not tested",
)
