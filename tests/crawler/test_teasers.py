"""Front pages, sections and tags are no articles, whatever they say of themselves; short articles among many links are."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from core.errors import NotAnArticleError
from crawler.archive import Page
from crawler.extract import extract
from crawler.teasers import is_front

HOST = "https://www.cantera.example"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
WORLDS = ("el muelle viejo", "la posta del cerro", "el mercado nuevo", "la escuela alta", "el estadio chico", "la plaza baja",
          "el puente roto", "la quebrada seca", "el terminal sur", "la feria grande", "el faro norte", "la acequia madre")  # fmt: skip


def teaser(n: int, tag: str = "h3", sentences: int = 1) -> str:
    """A headline that is a link, and what stands below it."""
    place = WORLDS[n % len(WORLDS)]
    below = (
        f"Vecinos que viven cerca de {place} contaron que la obra número {n} sigue sin fecha y pidieron una reunión. "
        * sentences
    )
    return f"<article><{tag}><a href='/locales/obra-{n}-sin-fecha-en-la-zona'>Obra {n} sigue sin fecha en {place} del distrito</a></{tag}><p>{below}</p></article>"


def page(body: str, path: str = "/locales", head: str = "", title: str = "Locales | La Cantera") -> Page:
    """A page of the invented paper."""
    text = f"<html lang='es'><head><title>{title}</title>{head}</head><body><h1>{title.split(' | ')[0]}</h1>{body}</body></html>"
    return Page(url=HOST + path, body=text.encode(), when=NOW)


def linked(*kinds: Mapping[str, object]) -> str:
    """JSON-LD in a page's head."""
    return "".join(f"<script type='application/ld+json'>{json.dumps(kind)}</script>" for kind in kinds)


WEBSITE = "<meta property='og:type' content='website'>"
YOAST = "<meta property='og:type' content='article'>" + linked({"@type": "CollectionPage", "name": "Locales"})
NAMED = linked(
    *({"@type": "NewsArticle", "headline": f"Obra {n} sigue sin fecha", "url": f"{HOST}/n/{n}"} for n in range(6))
)
BODY = "".join(map(teaser, range(12)))
PLAIN = "".join(teaser(n, "div") for n in range(8))


@pytest.mark.parametrize(
    ("body", "path", "head"),
    [
        (BODY, "/locales", WEBSITE),
        (BODY, "/locales", ""),
        (BODY, "/locales", YOAST),
        (BODY, "/locales", NAMED),
        (PLAIN, "/tag/obras", ""),
        ("".join(map(teaser, range(4))), "/tag/obras", WEBSITE),
        ("".join(teaser(n, sentences=2) for n in range(9)), "/seccion/locales/", WEBSITE),
    ],
)
def test_a_list_of_articles_is_parked(body: str, path: str, head: str) -> None:
    with pytest.raises(NotAnArticleError, match="list of articles"):
        extract(page(body, path, head))


@pytest.mark.parametrize(
    ("path", "head"),
    [
        ("/", ""),
        ("/", WEBSITE + NAMED),
        ("/index.html", ""),
        ("/portada/", WEBSITE),
        ("/?utm_source=correo", ""),
        ("/inicio.php", ""),
    ],
)
def test_a_home_page_is_parked(path: str, head: str) -> None:
    with pytest.raises(NotAnArticleError, match="home page"):
        extract(page(BODY, path, head))


def test_an_address_that_names_an_article_is_no_front() -> None:
    assert not is_front(f"{HOST}/?p=8123") and not is_front(f"{HOST}/index.php?id=77&s=3")
    assert not is_front(f"{HOST}/?noticia=obra-sin-fecha-en-el-faro") and is_front(f"{HOST}/?s=obra&lang=es&page=2")
    assert not is_front(f"{HOST}/portada-de-hoy") and not is_front(f"{HOST}/home/obra-sin-fecha")
    assert is_front(HOST) and is_front(f"{HOST}//") and is_front(f"{HOST}/?id=portada")


OWN = "La municipalidad de la Cantera informó que el agua volverá mañana a las seis. "


@pytest.mark.parametrize("head", ["", WEBSITE, "<meta property='og:type' content='article'>"])
@pytest.mark.parametrize(
    "own",
    [
        f"<p>{OWN}</p><p>El corte empezó el lunes, cuando una piedra rompió la tubería que baja del cerro, y alcanzó a nueve barrios.</p>"
        f"<p>El alcalde Teodoro Llacsa pidió juntar agua y ofreció dos cisternas, una para la posta y otra para el colegio grande.</p>",
        "".join(
            f"<p>El párrafo {n} cuenta con detalle lo que pasó en el corte de agua y quién respondió a cada vecino aquella tarde.</p>"
            f"<p>Después hablaron los de la calle {n}, que llevan días sin agua, y el técnico mostró la tubería rota y el plazo.</p>"
            f"<p><a href='/locales/otra-{n}-nota-del-lugar'>Lea también: otra nota del lugar con el número {n}</a></p>"
            for n in range(4)
        ),
    ],
    ids=["short, with a block below", "with links between its paragraphs"],
)  # fmt: skip
def test_an_article_with_lists_around_it_stays(own: str, head: str) -> None:
    body = f"<main><article>{own}</article></main><section class='mas'><h2>Más noticias</h2>{''.join(map(teaser, range(5)))}</section>"
    found = extract(page(body, "/locales/agua-vuelve-manana-en-la-cantera-81", head, "Agua vuelve mañana | La Cantera"))
    assert "agua" in found.text and found.title == "Agua vuelve mañana"
