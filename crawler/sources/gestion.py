"""Gestión: business daily on Arc. Grade U: a bot reads `/rss/` every half hour and the outbound feed stands in configurations; no record shows them yielding.

Its templates are those of El Comercio, its archive pages those of Correo (pattern, G). Blogs have addresses of their own kind.
"""

from crawler.source import Source

SOURCE = Source(
    name="Gestión",
    home="https://gestion.pe/",
    platform="arc",
    feeds=("https://gestion.pe/arc/outboundfeeds/rss/?outputType=xml", "https://gestion.pe/rss/"),
    archives=("https://gestion.pe/archivo/todas/{day:%Y-%m-%d}/",),
    items_a_day=45,
    min_interval=900,
    delay=5,
    status="probation",
    reason="its feeds stand in configurations; no record shows them yielding",
    article=r"-noticia(?:-\d+)?/?(?:\?|$)|/blog/.+\.html",
    selectors={
        "author": "a.sc__author-nd-a, .story-contents__author-link",
        "text": "div.sc__content, #contenedor",
        "remove": ".sc__tags, .story-contents__tags",
    },
    listing={"item": ".story-item", "link": "h2.story-item__content-title a, a.story-item__title"},
)
