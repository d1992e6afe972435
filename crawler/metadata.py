"""What a page says of itself: JSON-LD, meta tags, the source's selectors, and what stands beside the headline."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import html

from core.document import DateOrigin
from core.errors import InputError
from core.time import Moment
from core.urls import canonical, same_site
from crawler import jsonld
from crawler.body import Body
from crawler.boilerplate import is_wall
from crawler.bylines import signed
from crawler.headline import headline_of
from crawler.language import language_code
from crawler.lead import lead_of, opening
from crawler.markup import one_line
from crawler.nodes import Meta, first, meta_of
from crawler.outline import Outline
from crawler.published import moment_of
from crawler.sections import section_of

BEGUN = 1500
"""Characters up to which a text is the beginning that a subscriber's article shows to all."""


@dataclass(slots=True, kw_only=True)
class Facts:
    """What was found, each by the best witness."""

    title: str = ""
    summary: str = ""
    leads: list[str] = field(default_factory=list)
    """The lead's lines as the page prints them; none where it is only in the metadata."""
    opening: str = ""
    """A first paragraph that is printed like a lead, where nothing says which the lead is."""
    author: tuple[str, ...] = ()
    section: str | None = None
    published: Moment | None = None
    published_from: DateOrigin | None = None
    language: str | None = None
    canonical_url: str | None = None
    paywalled: bool = False
    native_ids: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    """The names that the outlet goes by."""
    is_article: bool = False
    meta: Meta = field(default_factory=dict)
    objects: list[dict[str, Any]] = field(default_factory=list)
    """Every JSON-LD object of the page; `data` is the article's."""
    data: dict[str, Any] = field(default_factory=dict)


def claims(page: Outline, url: str, selectors: Mapping[str, str]) -> Facts:
    """What the page's data says, and its title: what is needed to find the body."""
    meta, objects = meta_of(page.root), list(jsonld.objects(page.root))
    own = _canonical(page.root, url)
    data = jsonld.article(objects, url, own or "", first(meta, "og:url"))
    facts = Facts(meta=meta, objects=objects, data=data, sites=_sites(meta, data))
    facts.title = headline_of(page, meta, data, facts.sites, selectors)
    facts.language = (
        language_code(page.root.get("lang") or page.root.get("xml:lang"))
        or language_code(jsonld.string(data.get("inLanguage")))
        or language_code(first(meta, "og:locale", "language", "content-language"))
    )
    facts.canonical_url = own
    facts.paywalled = _paywalled(meta, data)
    facts.native_ids = _native_ids(page.root, meta)
    kind = first(meta, "og:type").lower()
    facts.is_article = bool(data) or "article" in kind or bool(first(meta, "article:published_time"))
    return facts


def complete(facts: Facts, page: Outline, body: Body, url: str, now: datetime, selectors: Mapping[str, str]) -> Facts:
    """With what stands beside the headline and the body. `now` (when the page was fetched) only tells what cannot be: dates ahead of it."""
    meta, data = facts.meta, facts.data
    facts.paywalled = facts.paywalled or _is_walled(page, body)
    facts.summary, facts.leads = lead_of(page, body, meta, data, facts.title, selectors)
    facts.opening = "" if facts.summary else opening(page, body)
    facts.author = signed(page, body, meta, data, site=facts.sites, url=url, title=facts.title, selectors=selectors)
    facts.section = section_of(page, body, facts, selectors)
    facts.published, facts.published_from = moment_of(
        page, body, meta, data, url, now, selectors, pages=jsonld.page_dates(facts.objects)
    )
    return facts


def _sites(meta: Meta, data: Mapping[str, Any]) -> tuple[str, ...]:
    names = [
        *(one_line(text) for name in ("og:site_name", "application-name", "apple-mobile-web-app-title") for text in meta.get(name, [])[:1]),
        *jsonld.names(data.get("publisher")),
    ]  # fmt: skip
    return tuple(dict.fromkeys(name for name in names if len(name) >= 2))


def _canonical(root: html.HtmlElement, url: str) -> str | None:
    """rel=canonical, only on the same site and for an address that can be an article's."""
    for node in root.iter("link"):
        if "canonical" not in (node.get("rel") or "").lower().split():
            continue
        try:
            link = urljoin(url, (node.get("href") or "").strip())
            parts = urlsplit(link)
            last = parts.path.rstrip("/").rpartition("/")[2]
            like = (
                bool(re.search(r"\d", last))
                or last.count("-") + last.count("_") >= 2
                or bool(re.search(r"(?:^|&)(?:p|id)=\d+", parts.query))
            )
            if like and same_site(link, url):
                return canonical(link)
        except (InputError, ValueError):
            continue
    return None


_NOT_FREE = frozenset(("false", "0", "no", "http://schema.org/false", "https://schema.org/false"))


def _paywalled(meta: Meta, data: Mapping[str, Any]) -> bool:
    """Whether the page says that it is not free: JSON-LD (booleans are printed as strings too), Arc's and Facebook's meta tags."""
    free = data.get("isAccessibleForFree")
    if free is None:
        parts = data.get("hasPart")
        free = next(
            (
                part.get("isAccessibleForFree")
                for part in (parts if isinstance(parts, list) else [parts])
                if isinstance(part, dict)
            ),
            None,
        )
    if free is not None and str(free).strip().lower() in _NOT_FREE:
        return True
    return (
        first(meta, "cxenseparse:per-tiponota").lower() == "premium"
        or first(meta, "article:content_tier").lower() == "locked"
    )


def _is_walled(page: Outline, body: Body) -> bool:
    """Whether a short text ends where the page says that the rest is for subscribers."""
    foot = page.lines[max(0, body.span.last - 1) : body.span.last + 6]
    return sum(map(len, body.rows)) < BEGUN and any(is_wall(line.text) for line in foot)


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
