"""La Mula: platform of blogs and its newsroom. Grade G: `/feed/` is the pattern of its system. Articles stand at `redaccion.lamula.pe/YYYY/MM/DD/slug/author/`."""

from crawler.source import Source

SOURCE = Source(
    name="La Mula",
    home="https://lamula.pe/",
    platform="wordpress",
    feeds=("https://lamula.pe/feed/",),
    items_a_day=3,
    min_interval=3600,
    delay=10,
    status="probation",
    reason="its feed is a pattern of its system, not tested",
    article=r"lamula\.pe/20\d\d/\d\d/\d\d/",
)
