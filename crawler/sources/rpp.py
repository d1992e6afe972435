"""RPP Noticias: national radio and web. Its feed has yielded weekly in public records (RSS 2.0, 15 items)."""

from crawler.source import Source

SOURCE = Source(
    name="RPP Noticias",
    home="https://rpp.pe/",
    platform="feed",
    feeds=("https://rpp.pe/rss",),
    items_a_day=150,
    min_interval=900,
    delay=5,
    status="verified",
    article=r"-noticia-\d+|-live-\d+",
)
