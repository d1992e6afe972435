"""When a page was published, and who says so: metadata, the date beside the headline, the address. Never a date of modification."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from core.document import DateOrigin
from core.time import Moment, lima_day, parse_date
from crawler import jsonld
from crawler.body import Body
from crawler.labels import Part
from crawler.nodes import Meta, select, text_of
from crawler.outline import Outline
from crawler.paragraphs import is_date, is_dateline

PUBLISHED = (
    "article:published_time", "datepublished", "og:article:published_time", "og:published_time", "article:published", "published_time", "bi3dpubdate",
    "cxenseparse:recs:publishtime", "cxenseparse:publishtime", "parsely-pub-date", "sailthru.date", "publish-date", "publish_date", "publishdate", "publication_date",
    "pubdate", "dc.date.issued", "dcterms.created", "dcterms.issued", "dcterms.date", "dc.date", "dc.date.created", "date", "fecha", "originalpublicationdate", "citation_date", "mediator_published_time",
    "article.published", "article.created", "created", "datecreated", "og:pubdate", "rnews:datepublished", "published_at", "release_date", "fecha_publicacion",
)  # fmt: skip
_MODIFIED = re.compile(
    r"\b(?:actualizad[oa]|actualizaci[oó]n|[uú]ltima (?:actualizaci[oó]n|modificaci[oó]n)|modificad[oa]|updated|last (?:modified|updated))\b",
    re.I,
)
_PUBLISHED_WORD = re.compile(r"\b(?:publicad[oa]|publicaci[oó]n|published|posted|cread[oa])\b", re.I)
_YEAR = re.compile(r"(?:19|20)\d\d|\d{1,2}[/.-]\d{1,2}[/.-]\d{2}\b|\bhace \w+ \w+|\b(?:hoy|ayer)\b", re.I)
WHOLE = 0.95
"""Share of a page's lines that an element holds which wraps all of it."""
LONGEST = 140
"""Characters of a line that can be a date line."""


def moment_of(
    page: Outline,
    body: Body,
    meta: Meta,
    data: Mapping[str, Any],
    url: str,
    now: datetime,
    selectors: Mapping[str, str],
    *,
    pages: Sequence[str] = (),
) -> tuple[Moment | None, DateOrigin | None]:
    """The first witness that the address does not contradict; a date of modification is never taken. `pages`: `jsonld.page_dates`."""
    told = (*_told(page, meta, data, selectors), *pages)
    claims = [moment for text in told if (moment := parse_date(text, now=now))]
    day = url_moment(url, now)
    if claims and (day is None or _agrees(claims[0], day)):
        return claims[0], "metadata"
    beside = list(_beside(page, body, now))
    if day is not None:
        for moment, origin in (*((one, "metadata") for one in claims), *((one, "text") for one in beside)):
            if _agrees(moment, day):
                return moment, origin  # type: ignore[return-value]
        if not claims:
            return day, "url"
    if claims:
        return claims[0], "metadata"
    return (beside[0], "text") if beside else (None, None)


def _agrees(moment: Moment, day: Moment) -> bool:
    return abs((lima_day(moment.when) - lima_day(day.when)).days) <= (31 if day.precision == "month" else 1)


def _told(page: Outline, meta: Meta, data: Mapping[str, Any], selectors: Mapping[str, str]) -> Iterator[str]:
    """What selectors and metadata say, the best witness first."""
    for node in select(page.root, selectors["published"]) if "published" in selectors else ():
        yield node.get("datetime") or node.get("content") or text_of(node)
    yield jsonld.string(data.get("datePublished"))
    for name in PUBLISHED:
        yield from meta.get(name, [])[:1]
    yield jsonld.string(data.get("dateCreated"))
    for node in page.stamps:
        yield node.get("datetime") or node.get("content") or node.get("title") or text_of(node)[:LONGEST]


def _beside(page: Outline, body: Body, now: datetime) -> Iterator[Moment]:
    """Dates printed with the article: what templates mark beside the headline, other lines there, under the text, elsewhere."""
    head = range(max(0, body.headline - 6), min(len(page.lines), max(body.span.first, body.headline) + 3))
    foot = range(max(0, body.span.last - 2), min(len(page.lines), body.span.last + 8))
    marked = [
        (place, node) for node, place in page.places.items()
        if (node.tag in ("time", "abbr") or page.parts.get(node, 0) & Part.DATE) and place < len(page.lines)
        and (not body.out[place] or _is_of_article(page, body, node, place))
    ]  # fmt: skip
    marked.sort(key=lambda one: (not (one[1].get("datetime") or one[1].get("content")), abs(one[0] - body.headline)))
    for where in (head, foot):
        for place, node in marked:
            if (
                place in where
                and (moment := _marked(page, node, now))
                and not _is_today(page, body, place, moment, now)
            ):
                yield moment
        for place in sorted(where, key=lambda one: abs(one - body.headline)):
            line = page.lines[place]
            if (
                not body.out[place]
                and len(line.text) <= 80
                and is_dateline(line.text)
                and (moment := _printed(line.text, now))
                and not _is_today(page, body, place, moment, now)
            ):
                yield moment
    for place, node in marked:
        if place not in head and place not in foot and (moment := _marked(page, node, now)):
            yield moment
    for line in page.lines[body.headline + 1 : body.span.first] if body.headline >= 0 else ():
        # beside the signatures, in what templates call credits
        if len(line.text) <= 80 and is_date(line.key) and (moment := _printed(line.text, now)):
            yield moment


def _is_of_article(page: Outline, body: Body, node: Any, place: int) -> bool:
    """Whether a date is in a footer that heads the text, as Drupal writes `Enviado por ... el ...` in `footer.node__meta`."""
    if not max(0, body.headline - 6) <= place < body.span.first:
        return False
    return any(one.tag == "footer" and page.parts.get(one, 0) & Part.DATE for one in (node, *node.iterancestors()))


def _is_today(page: Outline, body: Body, place: int, moment: Moment, now: datetime) -> bool:
    """Whether a day above the headline is the masthead's, which prints the day of the visit: no witness for the article.

    It is that day, and stands with the headline in nothing smaller than the page.
    """
    if place >= body.headline or moment.precision != "day" or lima_day(moment.when) != lima_day(now):
        return False
    around = set(page.lines[place].node.iterancestors())
    common = next((node for node in page.lines[body.headline].node.iterancestors() if node in around), None)
    span = page.spans.get(common) if common is not None and common.tag not in ("body", "html") else None
    return span is None or span.last - span.first >= WHOLE * len(page.lines)


def _marked(page: Outline, node: Any, now: datetime) -> Moment | None:
    """The date of an element that templates call a date; its attribute before its text."""
    if page.parts.get(node, 0) & Part.MODIFIED and not re.search(r"publi", node.get("class") or "", re.I):
        return None
    texts = page.texts_of(node)
    whole = " ".join(texts)
    if len(whole) > LONGEST or (_MODIFIED.match(whole.lstrip(" (·|-")) and not _PUBLISHED_WORD.search(whole)):
        return None
    beside, around = node.getprevious(), node.getparent()
    before = beside.tail if beside is not None else around.text if around is not None else None
    if _MODIFIED.search((before or "")[-40:]):
        return None
    stamp = node.get("datetime") or node.get("content") or (node.get("title") if node.tag == "abbr" else "") or ""
    return (parse_date(stamp, now=now) if stamp else None) or _printed(whole, now)


def _printed(text: str, now: datetime) -> Moment | None:
    """The date of a line, what follows `Actualizado` left out."""
    before, *behind = _MODIFIED.split(text, maxsplit=1)
    said = _PUBLISHED_WORD.search(behind[0]) if behind else None
    text = behind[0][said.end() :] if said and not _YEAR.search(before) else before
    if not 4 <= len(text) <= LONGEST or not _YEAR.search(text):
        return None
    return parse_date(text, now=now)


_URL_DAY = re.compile(
    r"(?<!\d)((?:19|20)\d{2})[/-]?(0[1-9]|1[0-2]|(?<=[/-])[1-9](?=[/-]))[/-]?(0[1-9]|[12]\d|3[01]|(?<=[/-])[1-9](?=[/-]))(?!\d)"
)
_URL_MONTH = re.compile(r"/((?:19|20)\d{2})/(0?[1-9]|1[0-2])/")
_URL_REVERSED = re.compile(r"(?<!\d)(0[1-9]|[12]\d|3[01])([-_]?)(0[1-9]|1[0-2])\2(20\d{2})(?!\d)")


def url_moment(url: str, now: datetime) -> Moment | None:
    """The day (or month) that an address names: `/2026/11/16/`, `/2026-11-16/`, `20261116`, `nid16112026`, `/2026/11/`."""
    path = urlsplit(url).path
    if match := _URL_DAY.search(path):
        return parse_date("-".join((match[1], match[2].zfill(2), match[3].zfill(2))), now=now)
    if match := _URL_REVERSED.search(path):
        return parse_date(f"{match[4]}-{match[3]}-{match[1]}", now=now)
    if match := _URL_MONTH.search(path):
        moment = parse_date(f"{match[1]}-{match[2].zfill(2)}-01", now=now)
        return moment and Moment(moment.when, "month")
    return None
