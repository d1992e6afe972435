"""Andina: the state's news agency. Grade V: `/agencia/rss.aspx` yielded in 2026-05; `/agencia/rss/3.xml` (politics) stands in configurations (U).

The text of its pages is not in paragraphs.
"""

from crawler.source import Source

SOURCE = Source(
    name="Andina",
    home="https://andina.pe/agencia/",
    platform="feed",
    feeds=("https://andina.pe/agencia/rss.aspx", "https://andina.pe/agencia/rss/3.xml"),
    items_a_day=120,
    min_interval=900,
    delay=5,
    status="verified",
    article=r"/agencia/noticia-[^/]+-\d+\.aspx",
)
