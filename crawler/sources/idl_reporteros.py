"""IDL-Reporteros: investigative newsroom on WordPress. Grade G: `/feed/` is a pattern. WordPress' own sitemap lists the past."""

from crawler.source import Source

SOURCE = Source(
    name="IDL-Reporteros",
    home="https://www.idl-reporteros.pe/",
    platform="wordpress",
    feeds=("https://www.idl-reporteros.pe/feed/",),
    items_a_day=1,
    min_interval=3600,
    delay=10,
    status="probation",
    reason="its feed is a pattern of its system, not tested",
    archives=("https://www.idl-reporteros.pe/wp-sitemap-posts-post-1.xml",),
)
