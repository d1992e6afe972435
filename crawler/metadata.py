"""What a page says of itself: JSON-LD, meta tags, the source's selectors, and what stands beside the headline."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import html

from core.document import DateOrigin
from core.errors import InputError
from core.text import fold
from core.time import Moment
from core.urls import canonical, same_site
from crawler import jsonld
from crawler.bylines import signed
from crawler.language import language_code
from crawler.markup import lines, one_line, to_text
from crawler.nodes import Meta, first, inside_aside, is_hidden, meta_of, select, text_of
from crawler.published import moment_of

SECTIONS = (
    "article:section",
    "bi3dsection",
    "parsely-section",
    "cxenseparse:recs:category",
    "category",
    "section",
    "seccion",
)
LEAD = re.compile(
    r"(?:^|[\s_-])(?:bajada|lead|lede|entradilla|sumario|summary|subtitle|subtitulo|sub-titulo|sub_title|standfirst|dek|epigrafe|copete|volanta-bajada|excerpt|sumilla|gorro|subhead|resumen|sinopsis)(?:[\s_-]|$)|__summary|-summary|bajada|subtitle|sumilla|entradilla|copete",
    re.I,
)


@dataclass(slots=True, kw_only=True)
class Facts:
    """What was found, each by the best witness."""

    title: str = ""
    summary: str = ""
    author: tuple[str, ...] = ()
    section: str | None = None
    published: Moment | None = None
    published_from: DateOrigin | None = None
    language: str | None = None
    canonical_url: str | None = None
    paywalled: bool = False
    native_ids: tuple[str, ...] = ()
    site: str = ""
    is_article: bool = False
    data: dict[str, Any] = field(default_factory=dict)


def read(root: html.HtmlElement, url: str, now: datetime, selectors: dict[str, str]) -> Facts:
    """Everything but the body. `now` (when the page was fetched) only tells what cannot be: dates ahead of it."""
    meta, data = meta_of(root), jsonld.article(root)
    facts = Facts(data=data, site=one_line(first(meta, "og:site_name", "application-name")))
    facts.title = _title(root, meta, data, facts.site, selectors)
    facts.summary = _summary(root, meta, data, facts.title, selectors)
    facts.author = signed(root, meta, data, site=facts.site, title=facts.title, selectors=selectors)
    facts.section = _section(root, meta, data, selectors)
    facts.published, facts.published_from = moment_of(root, meta, data, url, now, selectors)
    facts.language = (
        language_code(root.get("lang"))
        or language_code(jsonld.string(data.get("inLanguage")))
        or language_code(first(meta, "og:locale", "language", "content-language"))
    )
    facts.canonical_url = _canonical(root, url)
    facts.paywalled = _paywalled(meta, data)
    facts.native_ids = _native_ids(root, meta)
    kind = first(meta, "og:type").lower()
    facts.is_article = bool(data) or "article" in kind or bool(first(meta, "article:published_time"))
    return facts


def _title(root: html.HtmlElement, meta: Meta, data: dict[str, Any], site: str, selectors: dict[str, str]) -> str:
    """The headline as the reader sees it: the h1 that agrees with what the page calls itself, else what it calls itself."""
    if "title" in selectors and (
        chosen := [text for node in select(root, selectors["title"]) if (text := text_of(node))]
    ):
        return chosen[0]
    document_title = one_line(root.findtext(".//head/title") or root.findtext(".//title") or "")
    claimed = [
        one_line(text)
        for text in (
            jsonld.string(data.get("headline")),
            first(meta, "og:title"),
            first(meta, "twitter:title"),
            first(meta, "title", "dc.title"),
            document_title,
        )
        if text
    ]
    claimed = [text for text in (_without_site(text, site) for text in claimed) if text]
    heads = [text for node in root.iter("h1") if (text := text_of(node)) and not is_hidden(node)]
    best = max(heads, key=lambda head: max((_shared(head, text) for text in claimed), default=0.0), default="")
    if best and max((_shared(best, text) for text in claimed), default=0.0) >= 0.3:
        return best
    marked = [
        text
        for node in root.iter()
        if node.get("itemprop") == "headline" and (text := text_of(node) or one_line(node.get("content") or ""))
    ]
    plain = [head for head in heads if len(head) >= 25 and fold(head) != fold(site)]
    if len(plain) == 1 and not data and not marked:
        return plain[0]
    return next(iter([*marked[:1], *claimed]), plain[0] if plain else "")


def _shared(a: str, b: str) -> float:
    """Share of common words, of the smaller set."""
    if fold(b).startswith(fold(a)) and a:
        return 1.0
    left, right = set(re.findall(r"\w+", fold(a))), set(re.findall(r"\w+", fold(b)))
    return (
        len(left & right) / max(1, min(len(left), len(right)))
        if min(len(left), len(right)) >= 2 or left == right
        else 0.0
    )


def _without_site(title: str, site: str) -> str:
    """A title without the outlet's name behind (or before) a bar or dash."""
    parts = re.split(r"\s+[|–—»·-]\s+|\s*\|\s*", title)
    if len(parts) == 1:
        return title
    if site and fold(parts[-1]) == fold(site):
        return title[: title.rindex(parts[-1])].rstrip(" |–—»·-")
    if len(parts[0]) >= 25 and all(len(part) <= 40 for part in parts[1:]):
        return parts[0]
    return title


def _summary(root: html.HtmlElement, meta: Meta, data: dict[str, Any], title: str, selectors: dict[str, str]) -> str:
    """The lead: as printed under the headline, else as the page describes itself (not where that is cut or the title again)."""
    chosen = (
        [text for node in select(root, selectors["summary"]) if (text := text_of(node))]
        if "summary" in selectors
        else []
    )
    claimed = [
        to_text(text)
        for text in (
            jsonld.string(data.get("description")),
            first(meta, "og:description"),
            first(meta, "description"),
            first(meta, "twitter:description"),
        )
    ]
    printed = printed_leads(root)
    for text in (
        *chosen,
        *(lead for lead in printed if any(_shared(lead, claim) >= 0.6 for claim in claimed)),
        *claimed,
        *printed[:1],
    ):
        flat = " ".join(text.split())
        if len(flat) >= 20 and fold(flat) != fold(title):
            return flat
    return ""


def printed_leads(root: html.HtmlElement) -> list[str]:
    """Texts that stand as a lead on the page, by the names that outlets' templates give it."""
    found = []
    for node in root.iter("h2", "h3", "p", "div", "span", "section", "ul"):
        label = f"{node.get('class') or ''} {node.get('itemprop') or ''} {node.get('id') or ''}"
        if LEAD.search(label) and not re.search(r"related|relacion|card|item|list|widget|sidebar|footer", label, re.I):
            text = " ".join(lines(node))
            if 40 <= len(text) <= 900 and not inside_aside(node):
                found.append(text)
    return found


def _section(root: html.HtmlElement, meta: Meta, data: dict[str, Any], selectors: dict[str, str]) -> str | None:
    chosen = [text_of(node) for node in select(root, selectors["section"])] if "section" in selectors else []
    for text in (*chosen, jsonld.string(data.get("articleSection")), first(meta, *SECTIONS)):
        name = one_line(text)
        if 2 <= len(name) <= 60 and not name.startswith("http"):
            return name
    return None


def _canonical(root: html.HtmlElement, url: str) -> str | None:
    """rel=canonical, only on the same site and for an address that can be an article's."""
    for node in root.iter("link"):
        if "canonical" not in (node.get("rel") or "").lower().split():
            continue
        link = urljoin(url, (node.get("href") or "").strip())
        parts = urlsplit(link)
        last = parts.path.rstrip("/").rpartition("/")[2]
        like = (
            bool(re.search(r"\d", last))
            or last.count("-") + last.count("_") >= 2
            or bool(re.search(r"(?:^|&)(?:p|id)=\d+", parts.query))
        )
        try:
            if like and same_site(link, url):
                return canonical(link)
        except InputError:
            continue
    return None


def _paywalled(meta: Meta, data: dict[str, Any]) -> bool:
    free = data.get("isAccessibleForFree")
    if free is not None and str(free).strip().lower() in (
        "false",
        "0",
        "no",
        "http://schema.org/false",
        "https://schema.org/false",
    ):
        return True
    return (
        first(meta, "cxenseparse:per-tiponota").lower() == "premium"
        or first(meta, "article:content_tier").lower() == "locked"
    )


def _native_ids(root: html.HtmlElement, meta: Meta) -> tuple[str, ...]:
    named = [first(meta, "data-article-id")] + [
        node.get("data-article-id") or "" for node in root.iter("body", "article", "main")
    ]
    ids = [value for value in dict.fromkeys(named) if re.fullmatch(r"[A-Za-z0-9_-]{3,64}", value)]
    return tuple(ids) if len(ids) == 1 else ()


_URL_IDS = (
    re.compile(r"-noticia-(\d{4,})/?$"),
    re.compile(r"/noticia/(\d{4,})-"),
    re.compile(r"-n(\d{4,})(?:\.html?)?/?$"),
)


def url_ids(url: str) -> tuple[str, ...]:
    """Article ids that an address carries: RPP's `-noticia-<id>`, El Peruano's `/noticia/<id>-`, and `-n<id>`."""
    return tuple(match[1] for pattern in _URL_IDS if (match := pattern.search(urlsplit(url).path)))[:1]
