"""El Comercio: national daily on Arc. Feed and news sitemaps have yielded in public records; premium articles are flagged, never opened."""

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
    items_a_day=150,
    min_interval=900,
    delay=5,
    status="verified",
    article=r"noticia/?(\?|$)",
    selectors={
        "author": "a.sc__author-nd-a, .story-contents__author-link",
        "text": "div.sc__content, #contenedor",
        "remove": ".sc__tags, .story-contents__tags",
    },
)
