"""Articles as HTML pages, in the markup of each kind of place, with the noise that real pages have: captions, cross-links, footers."""

import json
from collections.abc import Sequence
from html import escape
from itertools import zip_longest

from core.time import LIMA
from demo.press import Article, Outlet

FICTION = {
    "es": "Medio ficticio de la demostración de Pututu: sus personas, empresas, bandas y hechos son inventados.",
    "en": "A fictional paper of the Pututu demo: its people, companies, gangs and events are invented.",
}
PHOTO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 9"><rect width="16" height="9" fill="#ccc"/></svg>'

CLOSED = f'<!DOCTYPE html><html lang="es"><title>Agenda</title><h1>Página cerrada a los robots</h1><p>{FICTION["es"]}</p></html>\n'


def path(article: Article) -> str:
    """Where the article is served, below the server's root. It does not depend on the port."""
    day, slug = article.published.astimezone(LIMA), article.slug
    return {
        "faro": f"/faro/{article.section}/{slug}-noticia-{article.number}",
        "vicuna": f"/vicuna/{article.section}/{slug}-noticia/",
        "valles": f"/valles/{day:%Y/%m/%d}/{slug}/",
        "quipu": f"/quipu/{day:%Y/%m}/{slug}/",
        "gaceta": f"/gaceta/noticia/{article.number}-{slug}",
        "plaza": f"/plaza/@{article.author}/{slug}",
    }[article.outlet]


def page(article: Article, outlet: Outlet, identity: str) -> str:
    """The page of one article; `identity` is the address that `rel=canonical` and JSON-LD name, whatever the port is now."""
    body = {"simple": _simple, "arc": _arc, "wordpress": _wordpress, "gazette": _gazette, "mastodon": _post}[
        outlet.style
    ]
    head = [f'<link rel="canonical" href="{identity}{path(article)}">', *_meta(article, outlet)]
    if outlet.style == "arc":
        head.append(json_ld(article, outlet, identity))
    return _html(headline(article), outlet, head, body(article, outlet), article.language)


def entrance(outlets: Sequence[Outlet]) -> str:
    """The page at the root, which leads to every outlet."""
    links = "".join(f'<li><a href="/{outlet.slug}/">{escape(outlet.name)}</a></li>' for outlet in outlets)
    return (
        f'<!DOCTYPE html><html lang="es"><title>Prensa ficticia</title><ul>{links}</ul><p>{FICTION["es"]}</p></html>\n'
    )


def front(outlet: Outlet) -> str:
    """The outlet's front page: its articles, newest first."""
    items = "".join(
        f'<li><a href="{path(article)}">{escape(headline(article))}</a></li>' for article in outlet.articles
    )
    return _html(outlet.name, outlet, [], f"<h1>{escape(outlet.name)}</h1><ul>{items}</ul>", outlet.language)


def headline(article: Article) -> str:
    """The title, or the beginning of a post, which has none."""
    return article.title or article.paragraphs[0][:80]


def content(article: Article, *, mark: str = "LEE TAMBIÉN:", related: Article | None = None) -> str:
    """The paragraphs as HTML, with a cross-link to another article after the second one."""
    link = (
        f'<p class="mas"><strong>{mark}</strong> <a href="{path(related)}">{escape(related.title)}</a></p>'
        if related
        else ""
    )
    paragraphs = [f"<p>{escape(paragraph, quote=False)}</p>" for paragraph in article.paragraphs]
    return "\n".join([*paragraphs[:2], *([link] if link else []), *paragraphs[2:]])


def related_to(article: Article, outlet: Outlet) -> Article:
    """The article before this one in its outlet (for the oldest, the newest)."""
    place = outlet.articles.index(article)
    return outlet.articles[(place + 1) % len(outlet.articles)]


def _html(title: str, outlet: Outlet, head: list[str], body: str, language: str) -> str:
    fiction = FICTION["en" if language == "en" else "es"]
    return "\n".join(
        [
            f'<!DOCTYPE html>\n<html lang="{language}"><head><meta charset="utf-8">',
            f"<title>{escape(title)} | {escape(outlet.name)}</title>",
            *head,
            f'</head><body><header><nav><a href="/{outlet.slug}/">{escape(outlet.name)}</a></nav></header>',
            f"<main>{body}</main>",
            f"<footer><p>{fiction}</p></footer></body></html>\n",
        ]
    )


def _meta(article: Article, outlet: Outlet) -> list[str]:
    """What the head says; the simple site says little, so that its date must be read from the page."""
    pairs = [
        ("og:type", "article"),
        ("og:title", headline(article)),
        ("og:description", article.lead),
        ("og:site_name", outlet.name),
    ]
    if outlet.style in ("arc", "wordpress"):
        stamp = article.published.astimezone(LIMA).isoformat()
        pairs += [("article:published_time", stamp), ("article:section", article.section)]
        pairs += [("article:tag", tag) for tag in article.tags]
    return [f'<meta property="{name}" content="{escape(value)}">' for name, value in pairs if value]


def json_ld(article: Article, outlet: Outlet, identity: str) -> str:
    """A block built by template, as that family of sites does: in every third page the body breaks its lines raw, which is no JSON."""
    body = "\n".join(article.paragraphs)
    quoted = json.dumps(body, ensure_ascii=False)
    if article.number % 3 == 0:
        quoted = quoted.replace("\\n", "\n")
    stamp = article.published.astimezone(LIMA).isoformat()
    rows = zip_longest(
        (
            "headline",
            "description",
            "datePublished",
            "dateModified",
            "isAccessibleForFree",
            "mainEntityOfPage",
            "articleSection",
        ),
        (
            article.title,
            article.lead,
            stamp,
            stamp,
            str(not article.premium),
            identity + path(article),
            article.section,
        ),
    )
    simple = "".join(f',"{name}":{json.dumps(value, ensure_ascii=False)}' for name, value in rows)
    author = json.dumps({"@type": "Person", "name": article.author}, ensure_ascii=False)
    publisher = json.dumps({"@type": "Organization", "name": outlet.name}, ensure_ascii=False)
    tags = json.dumps(article.tags, ensure_ascii=False)
    block = (
        f'{{"@context":"https://schema.org","@type":"ReportageNewsArticle"{simple},"author":{author},'
        f'"publisher":{publisher},"keywords":{tags},"articleBody":{quoted}}}'
    )
    return '<script type="application/ld+json">' + block.replace("</", "<\\/") + "</script>"


def _figure(article: Article) -> str:
    if not article.caption:
        return ""
    return f'<figure><img src="/foto.svg" alt=""><figcaption>{escape(article.caption)}</figcaption></figure>'


def _simple(article: Article, outlet: Outlet) -> str:
    day = article.published.astimezone(LIMA)
    return (
        f'<article><h1 class="titulo">{escape(article.title)}</h1><p class="bajada">{escape(article.lead)}</p>'
        f'<p class="firma"><span class="autor">{escape(article.author)}</span> · '
        f'<time datetime="{day.isoformat()}">{day:%d/%m/%Y %H:%M}</time></p>{_figure(article)}'
        f'<div class="cuerpo">{content(article, mark="PUEDES VER:", related=related_to(article, outlet))}</div></article>'
    )


def _arc(article: Article, outlet: Outlet) -> str:
    related = content(article, related=related_to(article, outlet)).replace(
        "<p>", '<p class="story-contents__font-paragraph">'
    )
    return (
        f'<div class="story-header"><h1 class="sht__title">{escape(article.title)}</h1>'
        f'<h2 class="sht__summary">{escape(article.lead)}</h2></div>{_figure(article)}'
        f'<div class="story-contents__author"><a href="/vicuna/">{escape(article.author)}</a></div>'
        f'<section id="contenedor" class="story-contents__content">{related}</section>'
        '<div class="newsletter"><p>Recibe en tu correo las noticias inventadas del día.</p></div>'
    )


def _wordpress(article: Article, outlet: Outlet) -> str:
    day = article.published.astimezone(LIMA)
    mark = "READ ALSO:" if article.language == "en" else "LEE TAMBIÉN:"
    tags = " ".join(f'<a rel="tag" href="/{outlet.slug}/">{escape(tag)}</a>' for tag in article.tags)
    return (
        f'<article class="post type-post hentry"><header class="entry-header"><h1 class="entry-title">{escape(article.title)}</h1>'
        f'<div class="entry-meta"><time class="entry-date published" datetime="{day.isoformat()}">{day:%d/%m/%Y}</time> '
        f'<span class="author vcard">{escape(article.author)}</span></div></header>{_figure(article)}'
        f'<div class="entry-content"><p><strong>{escape(article.lead)}</strong></p>\n'
        f'{content(article, mark=mark, related=related_to(article, outlet))}</div><footer class="entry-footer">{tags}</footer></article>'
    )


def _gazette(article: Article, outlet: Outlet) -> str:
    day = article.published.astimezone(LIMA)
    return (
        f'<div class="notaTitulo"><h1>{escape(article.title)}</h1></div><div class="notaBajada"><h2>{escape(article.lead)}</h2></div>'
        f'<div class="notaFecha"><time datetime="{day.isoformat()}">{day:%d/%m/%Y}</time></div>'
        f'<article class="notaContenido">{content(article)}</article>'
    )


def _post(article: Article, outlet: Outlet) -> str:
    stamp = article.published.isoformat()
    return f'<article class="status"><p>@{escape(article.author)} <time datetime="{stamp}">{stamp[:16]}</time></p>{content(article)}</article>'
