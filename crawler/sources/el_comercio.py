"""El Comercio: national daily on Arc. Grade V: its outbound feed has yielded weekly to 2026-08, its news sitemaps (with lastmod) in 2026-06.

`/feed`, `/sitemap.xml` and `/sitemap_index.xml` give nothing (X). Premium articles are flagged, never opened. The archive pages are
those of the family's Correo (pattern).
"""

from crawler.source import Source

SOURCE = Source(
    name="El Comercio",
    home="https://elcomercio.pe/",
    platform="arc",
    feeds=("https://elcomercio.pe/arc/outboundfeeds/rss/?outputType=xml",),
    sitemaps=tuple(
        f"https://elcomercio.pe/sitemap/news/{section}/?outputType=xml"
        for section in ("lima", "politica", "peru", "economia")
    ),
    archives=("https://elcomercio.pe/archivo/todas/{day:%Y-%m-%d}/",),
    items_a_day=70,
    min_interval=900,
    delay=5,
    status="verified",
    article=r"-noticia(?:-\d+)?/?(?:\?|$)",
    selectors={
        "author": "a.sc__author-nd-a, .story-contents__author-link",
        "text": "div.sc__content, #contenedor",
        "remove": ".sc__tags, .story-contents__tags",
    },
    listing={
        "item": ".story-item",
        "link": "h2.story-item__content-title a, a.story-item__title",
        "summary": "p.story-item__subtitle",
        "section": "a.story-item__section",
    },
)
