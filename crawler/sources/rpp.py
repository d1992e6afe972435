"""RPP Noticias: national radio and web. Grade V: its feed (RSS 2.0, 15 items) has yielded weekly in public records, 2026-03 to 2026-08.

`rpp.pe/feed` leads to the same feed. `/sitemap/news` is its news sitemap, `/sitemap/web` lists the past; its search needs a browser.
"""

from crawler.source import Source

SOURCE = Source(
    name="RPP Noticias",
    home="https://rpp.pe/",
    platform="feed",
    feeds=("https://rpp.pe/rss",),
    sitemaps=("https://rpp.pe/sitemap/news",),
    archives=("https://rpp.pe/sitemap/web",),
    items_a_day=150,
    min_interval=900,
    delay=5,
    status="verified",
    article=r"-noticia-\d+|-live-\d+",
)
