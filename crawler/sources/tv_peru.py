"""TV Perú: the state's television. It has no feed; its section pages are read by their links, and go back page by page."""

from crawler.source import Source

SOURCE = Source(
    name="TV Perú Noticias",
    home="https://tvperu.gob.pe/",
    platform="listing",
    feeds=tuple(f"https://tvperu.gob.pe/noticias/seccion/{name}" for name in ("politica", "nacionales")),
    archives=tuple(
        f"https://tvperu.gob.pe/noticias/seccion/{name}?page={{page}}" for name in ("politica", "nacionales")
    ),
    items_a_day=20,
    min_interval=1800,
    delay=10,
    status="probation",
    reason="it has no feed; its section pages are read by their links",
    article=r"/noticias/",
    skip=(r"/noticias/seccion/",),
)
