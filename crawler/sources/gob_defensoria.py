"""Defensoría del Pueblo: its news on the state's portal. Grade V: `noticias.json` gave the latest items on 2026-09-10; the keys are read by their usual names.

The portal refuses some user agents (418): that is reported as blocked, never fought. It cannot be paged, so it is polled.
"""

from crawler.source import Source

SOURCE = Source(
    name="Defensoría del Pueblo",
    home="https://www.gob.pe/institucion/defensoria/noticias",
    kind="official",
    platform="json",
    feeds=("https://www.gob.pe/institucion/defensoria/noticias.json",),
    items_a_day=5,
    min_interval=3600,
    delay=15,
    status="probation",
    reason="the portal answers programs with 418 at times, and the keys of its answer are not on record",
)
