"""Congreso: bills of the 2026-2031 Congress (D, S and C, as its list calls the chambers). Grade V: its list, asked by POST without a key, gave records daily to 2026-10; it refuses some networks (403).

Only the list: details stand behind obfuscated ids and carry identity numbers. A refusal is reported as blocked and never fought.
"""

import json

from crawler.source import Source

LIST = "https://api.congreso.gob.pe/spley-portal-service/proyecto-ley/lista-con-filtro"
QUESTION = {
    "perParId": 2026, "codTipoParl": "D", "perLegId": None, "comisionId": None, "estadoId": None, "congresistaId": None,
    "grupoParlamentarioId": None, "proponenteId": None, "legislaturaId": None, "fecPresentacionDesde": None,
    "fecPresentacionHasta": None, "pleyNum": None, "palabras": None, "tipoFirmanteId": None, "conAcumulado": False,
    "pageSize": 100, "rowStart": 0,
}  # fmt: skip
CHAMBERS = ("D", "S", "C")

SOURCE = Source(
    name="Congreso: proyectos de ley",
    home="https://wb2server.congreso.gob.pe/spley-portal/",
    kind="bill",
    platform="json",
    feeds=tuple(f"{LIST}#{chamber}" for chamber in CHAMBERS),
    bodies={f"{LIST}#{chamber}": json.dumps(QUESTION | {"codTipoParl": chamber}) for chamber in CHAMBERS},
    items_a_day=15,
    min_interval=3600,
    delay=10,
    status="verified",
    fields={
        "items": "data.proyectos",
        # the chambers number their bills apart
        "url": "https://wb2server.congreso.gob.pe/spley-portal/#/expediente/{perParId}/{pleyNum}?codTipoParl={codTipoParl}",
        "title": "Proyecto de Ley {proyectoLey}: {titulo} | titulo",
        "summary": "Estado: {desEstado}. Proponente: {desProponente}. | desEstado",
        "text": "Estado: {desEstado}. Proponente: {desProponente}. | desEstado",  # a new state is a new version
        "author": "autores",
        "published": "fecPresentacion",
        "section": "desEstado",
        "native_id": "{codTipoParl}:{proyectoLey}",
    },
    full_in_feed=True,
)
