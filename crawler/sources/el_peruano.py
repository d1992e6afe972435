"""El Peruano: the state's daily newspaper. Grade V (to 2026-08): it has no feed; its own pages list news as JSON, section 1 being politics.

Its news sitemap never gave anything (X), `rss.aspx` is a pattern (G).
"""

from crawler.source import Source

SOURCE = Source(
    name="El Peruano",
    home="https://elperuano.pe/",
    kind="official",
    platform="json",
    feeds=("https://elperuano.pe/portal/_GetNoticiasSeccionPagingWorker?idsec=1&pageSize=100&pageIndex=1",),
    archives=("https://elperuano.pe/portal/_GetNoticiasSeccionPagingWorker?idsec=1&pageSize=100&pageIndex={page}",),
    items_a_day=20,
    min_interval=1800,
    delay=10,
    status="verified",
    article=r"/noticia/\d+",
    fields={
        "url": "/{URLFriendLy}",
        "title": "vchTitulo",
        "summary": "vchDescripcion",
        "published": "dtmFecha",
        "section": "vchSeccion",
    },
)
