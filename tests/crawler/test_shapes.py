"""One invented story in the markup of many content systems: the same document must come of all of them (tests/crawler/shapes/)."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.time import lima_iso
from crawler.archive import Page
from crawler.extract import extract

FOLDER = Path(__file__).with_name("shapes")
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
URL = "https://www.ambar.example/sociedad/transportistas-suspenden-servicio-tras-amenaza-88213"

P1 = "Los choferes de la Línea 9 dejaron ayer sus unidades en el paradero central y no volverán a salir mientras no haya patrullas en la ruta, según acordaron en asamblea."
STORY = {
    "TITLE": "Transportistas de Puerto Ámbar suspenden el servicio tras nueva amenaza",
    "LEAD": "La asociación de la Línea 9 pide garantías antes de volver a las calles y convoca a los vecinos a una reunión este viernes.",
    "AUTHOR": "Rosa Elvira Quispe Luján",
    "AUTHORUPPER": "ROSA ELVIRA QUISPE LUJÁN",
    "SECTION": "Sociedad",
    "P1": P1,
    "P1A": P1[:1],
    "P1B": P1[1:],
    "P2": "“Nos dejaron una carta bajo la puerta con los nombres de todos”, contó el dirigente Melitón Arce, quien pidió que la Fiscalía tome su declaración con reserva.",
    "P3": "La comisaría del puerto informó que ya revisa las cámaras del malecón. Hasta anoche no había detenidos, y el municipio ofreció dos camionetas de serenazgo.",
    "SUBHEAD": "Qué pide el gremio",
    "ITEM1": "Un patrullero fijo en cada uno de los tres paraderos de la ruta.",
    "ITEM2": "Que el municipio reponga las luces del óvalo antes de fin de mes.",
    "QUOTE": "No queremos discursos, queremos llegar vivos a nuestras casas, dijo una cobradora que lleva doce años en la misma ruta.",
    "P4": "El servicio mueve cada día a cerca de cuatro mil pasajeros entre el puerto y las caletas del sur; ayer muchos caminaron más de una hora para llegar a sus trabajos.",
    "P5": "La próxima asamblea será el viernes por la tarde en el local comunal.",
    "CAPTION": "Unidades detenidas en el paradero central durante la mañana de ayer.",
    "ALT": "Unidades detenidas en el paradero",
    "OTHER1": "Comerciantes del mercado viejo reclaman por la falta de agua",
    "OTHER2": "Colegio de las caletas estrena biblioteca donada por exalumnos",
    "OTHER3": "Sporting Ámbar empata de visita y se aleja de la punta",
    "TEASER": "El consejo escolar agradeció la donación y anunció que habrá talleres de lectura los sábados por la mañana para todos los vecinos del lugar.",
    "TEASER2": "El equipo local tuvo la pelota durante la mayor parte del encuentro, pero le faltó puntería en los últimos metros de la cancha.",
    "COMMENT": "Yo vivo por ahí y todos los días es lo mismo, ojalá que esta vez sí hagan algo las autoridades del puerto.",
    "BIO": "Periodista del puerto. Escribe sobre transporte y seguridad desde hace diez años y dirige un taller de crónica.",
    "PULL": "Los choferes exigen patrullas en la ruta.",
    "URL": URL,
}
TEXT = ("LEAD", "P1", "P2", "P3", "SUBHEAD", "ITEM1", "ITEM2", "QUOTE", "P4", "P5")
WHEN = "2026-11-18T10:45:00-05:00"
DAY = "2026-11-18T00:00:00-05:00"
ALL = [STORY[name] for name in TEXT]
DIFFERS: dict[str, dict[str, object]] = {
    "aspx_spans_and_breaks": {"author": (), "language": None},
    "blogger_breaks": {"summary": "", "text": ALL[1:]},
    "broken_markup": {"language": None},
    "data_divs_no_paragraphs": {"language": None},
    "gob_note": {"author": (), "section": "Municipalidad de Puerto Ámbar"},
    "interview_bold_questions": {
        "text": [STORY[name] for name in ("LEAD", "P1", "SUBHEAD", "P2", "ITEM1", "P3", "ITEM2", "QUOTE", "P4", "P5")]
    },
    "jornada_print": {"published": DAY},
    "official_note_in_pre_breaks": {"author": (), "published": DAY},
    "tables_of_old": {"published": DAY, "language": None},
    "vocento_like": {"paywalled": True},
}
"""What a shape does not print, or prints otherwise: `{shape: {field: value}}`."""


def page(shape: str) -> Page:
    """The shape with the story in it."""
    markup = (FOLDER / f"{shape}.html").read_text("utf-8")
    filled = re.sub(r"\[\[(\w+)\]\]", lambda match: STORY[match[1]], markup)
    return Page(url=URL, body=filled.encode(), when=NOW, headers={"Content-Type": "text/html"})


@pytest.mark.parametrize("shape", sorted(path.stem for path in FOLDER.glob("*.html")))
def test_the_same_document_comes_of_every_markup(shape):
    found = extract(page(shape))
    got = {
        "title": found.title, "summary": found.summary, "author": found.author, "section": found.section,
        "published": found.published and lima_iso(found.published), "text": found.text.split("\n"),
        "language": found.language, "paywalled": found.paywalled, "completeness": found.completeness,
    }  # fmt: skip
    expected = {
        "title": STORY["TITLE"], "summary": STORY["LEAD"], "author": (STORY["AUTHOR"],), "section": "Sociedad",
        "published": WHEN, "text": ALL, "language": "es", "paywalled": False,
        "completeness": "full",
    }  # fmt: skip
    assert got == expected | DIFFERS.get(shape, {})
