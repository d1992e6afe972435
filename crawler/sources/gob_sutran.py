"""Superintendencia de Transporte Terrestre: its news on the state's portal. Grade G: its address on the state's portal is general knowledge, not seen; the keys are read by their usual names.

The portal refuses some user agents (418): that is reported as blocked, never fought. It cannot be paged, so it is polled.
"""

from crawler.source import Source

SOURCE = Source(
    name="Superintendencia de Transporte Terrestre",
    home="https://www.gob.pe/institucion/sutran/noticias",
    kind="official",
    platform="json",
    feeds=("https://www.gob.pe/institucion/sutran/noticias.json",),
    items_a_day=5,
    min_interval=3600,
    delay=15,
    status="probation",
    reason="its address on the portal is not evidenced",
)
