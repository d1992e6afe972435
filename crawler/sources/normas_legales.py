"""El Peruano, Normas Legales: the official gazette's laws, decrees and resolutions. Grade V (2026-08): the search page's own JSON, without a key.

A norm's entry (name, summary, sector, day) is the document and leads to the gazette's page. About 1,700 a month; answers hold 20 rows,
and say whether there are more. The pages of whole texts carry titles of other norms, so they are not read.
"""

from crawler.source import Source

SOURCE = Source(
    name="El Peruano: Normas Legales",
    home="https://busquedas.elperuano.pe/",
    kind="norm",
    platform="json",
    feeds=(
        "https://busquedas.elperuano.pe/api/v1/normas?fechaIni={eve:%Y%m%d}&fechaFin={day:%Y%m%d}&tipoPublicacion=NL&ci=ONLY&start=0",
    ),
    archives=(
        "https://busquedas.elperuano.pe/api/v1/normas?fechaIni={day:%Y%m%d}&fechaFin={day:%Y%m%d}&tipoPublicacion=NL&ci=ONLY&start=0",
    ),
    items_a_day=55,
    min_interval=3600,
    delay=2,
    status="verified",
    fields={
        "items": "hits",
        "url": "https://busquedas.elperuano.pe/dispositivo/NL/{op}",
        "title": "{nombreDispositivo}: {sumilla} | nombreDispositivo | sumilla",
        "summary": "sumilla",
        "published": "fechaPublicacion",
        "section": "sector | rubro",
        "native_id": "op",
        "more": "hasNext",
        "offset": "start",
    },
    full_in_feed=True,
)
