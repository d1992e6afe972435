"""Global Voices: citizen media, its page on Peru. Grade U: `/feeds/country/peru/` stands in configurations."""

from crawler.source import Source

SOURCE = Source(
    name="Global Voices: Peru",
    home="https://globalvoices.org/",
    language="en",
    platform="wordpress",
    feeds=("https://globalvoices.org/feeds/country/peru/",),
    items_a_day=0.5,
    min_interval=3600,
    delay=10,
    status="probation",
    reason="its feed stands in configurations; no record shows it yielding",
)
