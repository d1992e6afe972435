"""Correo: daily with an edition for each region, on Arc. Grade V: its Google News feed gave 3,542 items to a collector of Latin American news, 2026-10.

Every edition (`/edicion/{lima,arequipa,la-libertad,puno,ica,...}/`) is in the same feeds. The archive lists each day's items.
"""

from crawler.source import Source

SOURCE = Source(
    name="Correo",
    home="https://diariocorreo.pe/",
    platform="arc",
    feeds=("https://diariocorreo.pe/arcio/google-news-feed/",),
    archives=("https://diariocorreo.pe/archivo/todas/{day:%Y-%m-%d}/",),
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
    listing={"item": ".story-item", "link": "h2.story-item__content-title a, a.story-item__title"},
)
