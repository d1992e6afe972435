"""La República: daily. Grade U: `/rss/home.xml` (all sections mixed) is read by a bot every half hour (2026), `/rss/politica.xml` and `/rss/economia.xml` stand in configurations.

The old Arc feeds answer 404 (X). `/sitemap.xml` (U, 2026) is kept for the past. Its listing pages have class names that change.
"""

from crawler.source import Source

SOURCE = Source(
    name="La República",
    home="https://larepublica.pe/",
    platform="feed",
    feeds=tuple(f"https://larepublica.pe/rss/{section}.xml" for section in ("home", "politica", "economia")),
    archives=("https://larepublica.pe/sitemap.xml",),
    items_a_day=120,
    min_interval=900,
    delay=5,
    status="probation",
    reason="its feeds stand in configurations, older ones are dead; no record shows them yielding",
    article=r"/20\d\d/\d\d/\d\d/",
)
