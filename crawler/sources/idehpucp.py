"""IDEHPUCP: the Catholic University's institute for democracy and human rights. Grade G: `/feed/` is the pattern of its system."""

from crawler.source import Source

SOURCE = Source(
    name="IDEHPUCP",
    home="https://idehpucp.pucp.edu.pe/",
    platform="wordpress",
    feeds=("https://idehpucp.pucp.edu.pe/feed/",),
    items_a_day=1,
    min_interval=3600,
    delay=10,
    status="probation",
    reason="its feed is a pattern of its system, not tested",
)
