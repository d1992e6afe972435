"""Latina: television. Its feed existed in 2024, none is confirmed now; the section pages and their selector stand in one project."""

from crawler.source import Source

SOURCE = Source(
    name="Latina Noticias",
    home="https://latinanoticias.pe/",
    platform="listing",
    feeds=tuple(f"https://latinanoticias.pe/{name}/page/1" for name in ("lima", "politica", "regiones")),
    archives=tuple(f"https://latinanoticias.pe/{name}/page/{{page}}" for name in ("lima", "politica", "regiones")),
    items_a_day=30,
    min_interval=1800,
    delay=10,
    status="probation",
    reason="no feed is confirmed; its section pages are read, and their selector comes from one project",
    listing={"link": "h3.title-noticia a"},
)
