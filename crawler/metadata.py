"""What a page says of itself: JSON-LD, meta tags, the source's selectors, and what stands beside the headline."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from cssselect import SelectorError
from lxml import html
from lxml.cssselect import CSSSelector

from core.document import DateOrigin
from core.errors import InputError
from core.text import fold
from core.time import Moment, lima_day, parse_date
from core.urls import canonical, same_site
from crawler import jsonld
from crawler.authors import NEWSROOM, authors
from crawler.language import language_code
from crawler.markup import lines, one_line, to_text

PUBLISHED = (
    "article:published_time", "datepublished", "og:article:published_time", "og:published_time", "article:published", "published_time", "bi3dpubdate",
    "cxenseparse:recs:publishtime", "cxenseparse:publishtime", "parsely-pub-date", "sailthru.date", "publish-date", "publish_date", "publishdate", "publication_date",
    "pubdate", "dc.date.issued", "dcterms.created", "dcterms.issued", "dcterms.date", "dc.date", "dc.date.created", "date", "fecha", "originalpublicationdate", "citation_date", "mediator_published_time",
)  # fmt: skip
AUTHORS = (
    "author",
    "article:author_name",
    "parsely-author",
    "sailthru.author",
    "cxenseparse:author",
    "dc.creator",
    "dcterms.creator",
    "creator",
    "bi3dauthor",
    "byl",
    "mediator_author",
    "twitter:data1",
    "article:author",
)
SECTIONS = (
    "article:section",
    "bi3dsection",
    "parsely-section",
    "cxenseparse:recs:category",
    "category",
    "section",
    "seccion",
)
BYLINE = re.compile(
    r"(?:^|[\s_-])(?:byline|author|autor|autora|autores|authors|firma|firmas|signature|redactor|periodista|creator|escritor|by)(?:[\s_-]|$|-?name|nombre)|__author|autor-|-autor|author-|-author",
    re.I,
)
NOT_BYLINE = re.compile(
    r"(?:bio|box|description|social|image|img|photo|foto|avatar|follow|related|comment|coment|list|share|card-|newsletter|time|date|fecha)",
    re.I,
)
DATELINE = re.compile(r"(?:date|fecha|time|hora|publi|pubdate|datetime|meta|timestamp|dia|actualiza)", re.I)
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
    is_listing: bool = False
    data: dict[str, Any] = field(default_factory=dict)


def read(root: html.HtmlElement, url: str, now: datetime, selectors: dict[str, str]) -> Facts:
    """Everything but the body. `now` (when the page was fetched) only tells what cannot be: dates ahead of it."""
    meta, data = _meta(root), jsonld.article(root)
    facts = Facts(data=data, site=one_line(_first(meta, "og:site_name", "application-name")))
    facts.title = _title(root, meta, data, facts.site, selectors)
    facts.summary = _summary(root, meta, data, facts.title, selectors)
    facts.author = _authors(root, meta, data, facts, selectors)
    facts.section = _section(root, meta, data, selectors)
    facts.published, facts.published_from = _published(root, meta, data, url, now, selectors)
    facts.language = (
        language_code(root.get("lang"))
        or language_code(jsonld.string(data.get("inLanguage")))
        or language_code(_first(meta, "og:locale", "language", "content-language"))
    )
    facts.canonical_url = _canonical(root, url)
    facts.paywalled = _paywalled(meta, data)
    facts.native_ids = _native_ids(root, meta)
    kind = _first(meta, "og:type").lower()
    facts.is_article = bool(data) or "article" in kind or bool(_first(meta, "article:published_time"))
    facts.is_listing = not facts.is_article and kind in ("website", "blog")
    return facts


def select(root: html.HtmlElement, selector: str) -> list[html.HtmlElement]:
    """What a CSS selector of a source file matches. Raises InputError naming the selector where it is none."""
    try:
        found = CSSSelector(selector, translator="html")(root)
    except (SelectorError, SyntaxError) as error:
        raise InputError(f"{selector!r} is no CSS selector ({error}).", "Mend it in the source's file.") from error
    return list(found) if isinstance(found, list) else []


def _meta(root: html.HtmlElement) -> dict[str, list[str]]:
    """`<meta>` and itemprop values by lower-case name."""
    found: dict[str, list[str]] = {}
    for node in root.iter("meta"):
        content = (node.get("content") or node.get("value") or "").strip()
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            if content and (name := (node.get(attribute) or "").strip().lower()):
                found.setdefault(name, []).append(content)
    return found


def _first(meta: dict[str, list[str]], *names: str) -> str:
    return next((meta[name][0] for name in names if meta.get(name)), "")


def _title(
    root: html.HtmlElement, meta: dict[str, list[str]], data: dict[str, Any], site: str, selectors: dict[str, str]
) -> str:
    """The headline as the reader sees it: the h1 that agrees with what the page calls itself, else what it calls itself."""
    if "title" in selectors and (
        chosen := [text for node in select(root, selectors["title"]) if (text := _text(node))]
    ):
        return chosen[0]
    document_title = one_line(root.findtext(".//head/title") or root.findtext(".//title") or "")
    claimed = [
        one_line(text)
        for text in (
            jsonld.string(data.get("headline")),
            _first(meta, "og:title"),
            _first(meta, "twitter:title"),
            _first(meta, "title", "dc.title"),
            document_title,
        )
        if text
    ]
    claimed = [text for text in (_without_site(text, site) for text in claimed) if text]
    heads = [text for node in root.iter("h1") if (text := _text(node)) and not _hidden(node)]
    best = max(heads, key=lambda head: max((_shared(head, text) for text in claimed), default=0.0), default="")
    if best and max((_shared(best, text) for text in claimed), default=0.0) >= 0.3:
        return best
    marked = [
        text
        for node in root.iter()
        if node.get("itemprop") == "headline" and (text := _text(node) or one_line(node.get("content") or ""))
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


def _summary(
    root: html.HtmlElement, meta: dict[str, list[str]], data: dict[str, Any], title: str, selectors: dict[str, str]
) -> str:
    """The lead: as printed under the headline, else as the page describes itself (not where that is cut or the title again)."""
    chosen = (
        [text for node in select(root, selectors["summary"]) if (text := _text(node))] if "summary" in selectors else []
    )
    claimed = [
        to_text(text)
        for text in (
            jsonld.string(data.get("description")),
            _first(meta, "og:description"),
            _first(meta, "description"),
            _first(meta, "twitter:description"),
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
            if 40 <= len(text) <= 900 and not _inside_aside(node):
                found.append(text)
    return found


def _authors(
    root: html.HtmlElement, meta: dict[str, list[str]], data: dict[str, Any], facts: Facts, selectors: dict[str, str]
) -> tuple[str, ...]:
    if "author" in selectors and (
        found := authors([_text(node) for node in select(root, selectors["author"])], outlet=facts.site)
    ):
        return found
    meta_names = [value for name in AUTHORS for value in meta.get(name, [])[:4] if not re.match(r"https?://", value)]
    for names in (
        jsonld.names(data.get("author")),
        *([value] for value in meta_names),
        jsonld.names(data.get("creator")),
        _bylines(root),
    ):
        found = tuple(name for name in authors(names, outlet=facts.site) if fold(name) not in fold(facts.title))
        if found and not _is_outlet(found, facts, data):
            return found
    return ()


def _is_outlet(found: tuple[str, ...], facts: Facts, data: dict[str, Any]) -> bool:
    """A signature that is the outlet's own name, alone or with its slogan, tells nothing; `Redacción` and a name is one."""
    publisher = {
        _letters(name) for name in (*jsonld.names(data.get("publisher")), facts.site) if len(_letters(name)) > 3
    }
    return all(any(name in _letters(one) for name in publisher) and not NEWSROOM.search(one) for one in found)


def _letters(name: str) -> str:
    return re.sub(r"\W+", "", fold(name))


def _bylines(root: html.HtmlElement) -> list[str]:
    """Names in elements that templates mark as the signature, the first place that has any."""
    for node in root.iter():
        if not isinstance(node.tag, str) or node.tag in (
            "meta",
            "script",
            "style",
            "body",
            "html",
            "form",
            "input",
            "svg",
        ):
            continue
        rel, label = node.get("rel") or "", f"{node.get('class') or ''} {node.get('itemprop') or ''}"
        if (
            (rel == "author" or "author" in (node.get("itemprop") or "") or BYLINE.search(label))
            and not NOT_BYLINE.search(label)
            and not _inside_aside(node)
        ):
            text = _text(node)
            if 4 <= len(text) <= 90 and authors([text]):
                return [text]
    return _signed(root)


def _signed(root: html.HtmlElement) -> list[str]:
    """`Por Nombre Apellido` standing alone in a short element."""
    for node in root.iter("p", "span", "div", "strong", "a", "address", "h4", "h5", "h6", "li"):
        text = _text(node) if len(node) <= 3 else ""
        if (
            len(text) <= 60
            and re.match(r"(?:Por|POR|Escrito por|Por:)\s+(?:[A-ZÁÉÍÓÚÑ][\w'’.-]+(?:\s+|$)){2,4}$", text)
            and not _inside_aside(node)
        ):
            return [text]
    return []


def _section(
    root: html.HtmlElement, meta: dict[str, list[str]], data: dict[str, Any], selectors: dict[str, str]
) -> str | None:
    chosen = [_text(node) for node in select(root, selectors["section"])] if "section" in selectors else []
    for text in (*chosen, jsonld.string(data.get("articleSection")), _first(meta, *SECTIONS)):
        name = one_line(text)
        if 2 <= len(name) <= 60 and not name.startswith("http"):
            return name
    return None


def _published(
    root: html.HtmlElement,
    meta: dict[str, list[str]],
    data: dict[str, Any],
    url: str,
    now: datetime,
    selectors: dict[str, str],
) -> tuple[Moment | None, DateOrigin | None]:
    """The first witness that the address does not contradict; a date of modification is never taken."""
    chosen = (
        [node.get("datetime") or node.get("content") or _text(node) for node in select(root, selectors["published"])]
        if "published" in selectors
        else []
    )
    told: list[str] = [
        *chosen,
        jsonld.string(data.get("datePublished")),
        *(value for name in PUBLISHED for value in meta.get(name, [])[:1]),
    ]
    told += [
        node.get("datetime") or ""
        for node in root.iter("time")
        if "datePublished" in (node.get("itemprop") or "") or node.get("pubdate") is not None
    ]
    claims = [moment for text in told if text and (moment := parse_date(text, now=now))]
    beside = _beside(root, now)
    day = url_moment(url, now)
    if day is not None:
        for moment, origin in (*((one, "metadata") for one in claims), *((one, "text") for one in beside)):
            if abs((lima_day(moment.when) - lima_day(day.when)).days) <= (31 if day.precision == "month" else 1):
                return moment, origin  # type: ignore[return-value]
        if not claims:
            return day, "url"
    if claims:
        return claims[0], "metadata"
    return (beside[0], "text") if beside else (None, None)


def _beside(root: html.HtmlElement, now: datetime) -> list[Moment]:
    """Dates printed near the headline: `<time>` and elements that templates call date, in order, updates left out."""
    found = []
    for node in root.iter(
        "time", "span", "div", "p", "li", "small", "a", "em", "strong", "abbr", "h4", "h5", "h6", "b"
    ):
        label = f"{node.get('class') or ''} {node.get('id') or ''} {node.get('itemprop') or ''}"
        if node.tag != "time" and not DATELINE.search(label):
            continue
        text = " ".join(" ".join(node.itertext()).split()[:30])
        stamp = node.get("datetime") or node.get("content") or ""
        if (
            len(text) > 140
            or re.search(r"modified|updat|actualiz", label, re.I)
            or re.match(r"\W*(?:actualizad|updated|modificad)", text, re.I)
            or _inside_aside(node)
        ):
            continue
        text = re.split(r"\b(?:actualizad[oa]|updated|modificad[oa])\b", text, flags=re.I)[0]
        moment = parse_date(stamp, now=now) if stamp else None
        moment = moment or (parse_date(text, now=now) if re.search(r"\d", text) else None)
        if moment is not None:
            found.append(moment)
    return found


_URL_DAY = re.compile(
    r"(?<!\d)((?:19|20)\d{2})[/-]?(0[1-9]|1[0-2]|(?<=[/-])[1-9](?=[/-]))[/-]?(0[1-9]|[12]\d|3[01]|(?<=[/-])[1-9](?=[/-]))(?!\d)"
)
_URL_MONTH = re.compile(r"/((?:19|20)\d{2})/(0?[1-9]|1[0-2])/")
_URL_REVERSED = re.compile(r"(?<!\d)(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])(20\d{2})(?!\d)")


def url_moment(url: str, now: datetime) -> Moment | None:
    """The day (or month) that an address names: `/2026/11/16/`, `/2026-11-16/`, `20261116`, `nid16112026`, `/2026/11/`."""
    path = urlsplit(url).path
    if match := _URL_DAY.search(path):
        return parse_date("-".join((match[1], match[2].zfill(2), match[3].zfill(2))), now=now)
    if match := _URL_REVERSED.search(path):
        return parse_date(f"{match[3]}-{match[2]}-{match[1]}", now=now)
    if match := _URL_MONTH.search(path):
        moment = parse_date(f"{match[1]}-{match[2].zfill(2)}-01", now=now)
        return moment and Moment(moment.when, "month")
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


def _paywalled(meta: dict[str, list[str]], data: dict[str, Any]) -> bool:
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
        _first(meta, "cxenseparse:per-tiponota").lower() == "premium"
        or _first(meta, "article:content_tier").lower() == "locked"
    )


def _native_ids(root: html.HtmlElement, meta: dict[str, list[str]]) -> tuple[str, ...]:
    named = [_first(meta, "data-article-id")] + [
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


def _text(node: html.HtmlElement) -> str:
    return " ".join(" ".join(lines(node)).split())


def _hidden(node: html.HtmlElement) -> bool:
    return bool(re.search(r"display\s*:\s*none", node.get("style") or "")) or node.get("hidden") is not None


_ASIDE = re.compile(
    r"related|relacionad|recomend|sidebar|widget|most-|mas-leid|masleid|footer|comment|comentario|card|newsletter|trending|carousel|swiper|teaser|listado|ultimas|promo",
    re.I,
)


def _inside_aside(node: html.HtmlElement) -> bool:
    """Whether an element stands in what surrounds the article: a side column, the foot, a list of other articles."""
    steps: Iterable[html.HtmlElement] = (node, *node.iterancestors())
    for step in steps:
        if step.tag in ("aside", "footer", "nav", "form") or (
            step.tag not in ("body", "html") and _ASIDE.search(f"{step.get('class') or ''} {step.get('id') or ''}")
        ):
            return True
    return False
