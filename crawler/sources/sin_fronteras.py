"""Diario Sin Fronteras: daily of Puno, Tacna and Arequipa. Grade U: `/feed/` stands in one project, with the markup below.

Its listing prints relative dates ("hace 3 horas"); `?noamp=mobile` is the same article.
"""

from crawler.source import Source

SOURCE = Source(
    name="Diario Sin Fronteras",
    home="https://diariosinfronteras.com.pe/",
    region="Puno",
    platform="wordpress",
    feeds=("https://diariosinfronteras.com.pe/feed/",),
    items_a_day=20,
    min_interval=1800,
    delay=10,
    status="probation",
    reason="its feed stands in one project; no record shows it yielding",
    archives=tuple(f"https://diariosinfronteras.com.pe/category/{name}/page/{{page}}/" for name in ("puno", "tacna")),
    selectors={"text": "div.post-content-bd"},
    listing={"link": "h3.entry-title a", "published": "div.post-date-bd span"},
)
