"""News pages for benchmarks: invented articles with the markup weight of real outlets (100 kB and more), the same for every run.

Menus, inline state and styles, structured data, dozens of cards with pictures in many sizes, advertising slots: what a page
weighs is not its text. Three layouts take turns; one in three prints the article's body in its structured data, as some do.
"""

import json
import random
from bisect import bisect
from functools import cache
from itertools import accumulate

SUBJECTS = (
    "los transportistas de la ruta norte",
    "el gremio de panaderos",
    "los comerciantes del mercado mayorista",
    "la asociación de mototaxistas",
    "los docentes de la región",
    "el sindicato de construcción",
    "los vecinos del asentamiento",
    "la cámara de comercio",
    "los dueños de las bodegas",
    "el frente de defensa",
)
VERBS = (
    "acataron un paro de 24 horas contra las extorsiones",
    "denunciaron cobros de cupos y amenazas",
    "exigieron al Congreso que derogue la ley",
    "anunciaron una huelga indefinida desde el lunes",
    "pidieron más patrullaje en la zona",
    "bloquearon por seis horas la carretera",
    "presentaron un proyecto de ley con firmas",
    "se reunieron con el alcalde y la policía",
    "rechazaron el decreto que aprobó el gobierno",
    "suspendieron la medida tras un acuerdo",
)
PLACES = (
    "Trujillo",
    "Comas",
    "San Juan de Lurigancho",
    "Chimbote",
    "Piura",
    "Arequipa",
    "Puno",
    "Huancayo",
    "Ica",
    "Juliaca",
)
TAILS = (
    "según informó su vocera en una conferencia",
    "de acuerdo con el acta que firmaron los delegados",
    "mientras las autoridades evalúan una mesa de diálogo",
    "después de tres ataques con explosivos en un mes",
    "aunque la policía dijo que detuvo a cinco personas",
    "y pidieron garantías para volver a trabajar",
    "en una jornada que terminó sin heridos",
    "con el respaldo de otros once gremios",
)
WORDS = ("puerto", "bahía", "acuerdo", "taller", "camino", "puente", "ribera", "barrio", "feria", "lluvia", "plaza", "norma", "informe", "oficina", "semana", "comisión", "jornada", "ventana", "cuaderno", "lámpara", "mesa", "esquina", "paradero", "almacén", "contrato")  # fmt: skip


@cache
def _invented() -> tuple[list[str], list[float]]:
    """20,000 made-up words and their running sums of weight by Zipf's law: no two articles are nearly the same by chance."""
    chance, syllables = random.Random(7), [a + b for a in "bcdfglmnprstv" for b in "aeiou"]
    words = sorted(
        {"".join(chance.choices(syllables, k=chance.randint(2, 4))) for _ in range(24_000)},
        key=lambda _: chance.random(),
    )[:20_000]
    return words, list(accumulate(1 / (rank + 3) for rank in range(len(words))))


def words(chance: random.Random, count: int) -> list[str]:
    known, sums = _invented()
    return [known[bisect(sums, chance.random() * sums[-1])] for _ in range(count)]


def report(chance: random.Random) -> str:
    """A sentence of what Pututu watches for."""
    subject, verb, place, tail = (chance.choice(parts) for parts in (SUBJECTS, VERBS, PLACES, TAILS))
    return f"En {place}, {subject} {verb}, {tail}, y hablaron de {' '.join(words(chance, 6))} {chance.randint(1, 99)}."


def sentence(chance: random.Random) -> str:
    return (
        report(chance) if chance.random() < 0.15 else " ".join(words(chance, chance.randint(12, 30))).capitalize() + "."
    )


def _cards(chance: random.Random, count: int) -> str:
    cards = []
    for number in range(count):
        sizes = ", ".join(f"https://img.example/r/{number}/{width}x{width}/smart/foto-{chance.randint(10**6, 10**7)}.webp {width}w" for width in (320, 480, 640, 960, 1280))  # fmt: skip
        title = " ".join(chance.choices(WORDS, k=9)).capitalize()
        cards.append(
            f'<div class="story-card story-card--{number % 4}" data-track="card-{number}"><figure class="card__media"><picture><source type="image/webp" srcset="{sizes}"><img loading="lazy" src="data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==" alt="{title}"></picture></figure>'
            f'<h3 class="card__title"><a href="/seccion/{number}/{chance.randint(10**5, 10**6)}/">{title}</a></h3><span class="card__byline">Redacción</span></div>'
        )
    return "".join(cards)


def page(number: int) -> bytes:
    """Page `number`: always the same."""
    chance = random.Random(number)
    title = (
        f"{report(chance).split(',')[1].strip().capitalize()} en {chance.choice(PLACES)}: {' '.join(words(chance, 4))}"
    )
    lead = report(chance)
    paragraphs = [" ".join(sentence(chance) for _ in range(chance.randint(2, 4))) for _ in range(chance.randint(9, 16))]
    hour = f"2026-11-{chance.randint(1, 20):02}T{chance.randint(6, 22):02}:{chance.randint(0, 59):02}:00-05:00"
    linked = {
        "@context": "https://schema.org", "@type": "NewsArticle", "headline": title, "description": lead, "datePublished": hour,
        "dateModified": hour, "author": [{"@type": "Person", "name": "Ana Luz Prado"}], "articleSection": "Nacional",
        "publisher": {"@type": "Organization", "name": "La Bahía", "logo": {"@type": "ImageObject", "url": "https://img.example/logo.png"}},
    }  # fmt: skip
    if number % 3 == 0:
        linked["articleBody"] = "\n".join([lead, *paragraphs])
    crumbs = {
        "@context": "https://schema.org",
        "@type": "BreadcrumbList",
        "itemListElement": [{"@type": "ListItem", "position": 1, "name": "Nacional"}],
    }
    state = json.dumps(
        {
            f"content_{n}": {
                "id": chance.randint(10**8, 10**9),
                "headline": " ".join(chance.choices(WORDS, k=12)),
                "url": f"/nota/{n}/",
            }
            for n in range(280)
        }
    )
    styles = "".join(f".c{n}{{margin:{n % 9}px;padding:{n % 7}px;color:#{n:06x};display:flex}}" for n in range(350))
    menu = "".join(
        f'<li class="menu__item"><a class="menu__link" href="/{word}/">{word.capitalize()}</a></li>'
        for word in WORDS * 3
    )
    text = "".join(
        f'<p class="story-contents__font-paragraph">{line}</p>' + ('<div class="ad" id="gpt-caja" data-slot="/123/caja"></div>' if n % 4 == 3 else "")
        for n, line in enumerate(paragraphs)
    )  # fmt: skip
    body = (
        f'<article class="story"><header><h1 class="story__title">{title}</h1><h2 class="story__summary">{lead}</h2><div class="author">Por <a href="/autor/ana/">Ana Luz Prado</a></div><time datetime="{hour}">{hour[:10]}</time></header><div class="story-contents">{text}</div></article>',
        f'<main><h1>{title}</h1><p class="bajada">{lead}</p><div class="nota-cuerpo">{text}</div></main>',
        f'<div id="content"><div class="post"><h1 class="entry-title">{title}</h1><div class="entry-content"><p><strong>{lead}</strong></p>{text}</div></div></div>',
    )[number % 3]
    return (
        f'<!doctype html><html lang="es"><head><meta charset="utf-8"><title>{title} | La Bahía</title><meta property="og:type" content="article"><meta property="og:title" content="{title}"><meta name="description" content="{lead}"><meta property="article:published_time" content="{hour}">'
        f'<script type="application/ld+json">{json.dumps(linked, ensure_ascii=False)}</script><script type="application/ld+json">{json.dumps(crumbs)}</script><style>{styles}</style><script>window.Fusion={{globalContent:{state}}};</script></head>'
        f'<body><nav class="menu"><ul>{menu}</ul></nav>{body}<aside class="related">{_cards(chance, 50)}</aside><footer><ul>{menu}</ul><p>© La Bahía. Todos los derechos reservados.</p></footer><script>{"(function(){var a=1;return a})();" * 150}</script></body></html>'
    ).encode()  # fmt: skip
