"""Ojo: tabloid on Arc. Grade U: its outbound feed stands in configurations; the archive pages are a pattern (G)."""

from crawler.source import Source

SOURCE = Source(
    name="Ojo",
    home="https://ojo.pe/",
    platform="arc",
    feeds=("https://ojo.pe/arc/outboundfeeds/rss/?outputType=xml",),
    archives=("https://ojo.pe/archivo/todas/{day:%Y-%m-%d}/",),
    items_a_day=45,
    min_interval=900,
    delay=5,
    status="probation",
    reason="its feed stands in configurations; no record shows it yielding",
    article=r"-noticia(?:-\d+)?/?(?:\?|$)",
    selectors={
        "author": "a.sc__author-nd-a, .story-contents__author-link",
        "text": "div.sc__content, #contenedor",
        "remove": ".sc__tags, .story-contents__tags",
    },
    listing={"item": ".story-item", "link": "h2.story-item__content-title a, a.story-item__title"},
)
