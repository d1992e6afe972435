"""When a page was published, and who says so: metadata, the date beside the headline, the address. Never a date of modification."""

import re
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from lxml import html

from core.document import DateOrigin
from core.time import Moment, lima_day, parse_date
from crawler import jsonld
from crawler.nodes import Meta, inside_aside, select, text_of

PUBLISHED = (
    "article:published_time", "datepublished", "og:article:published_time", "og:published_time", "article:published", "published_time", "bi3dpubdate",
    "cxenseparse:recs:publishtime", "cxenseparse:publishtime", "parsely-pub-date", "sailthru.date", "publish-date", "publish_date", "publishdate", "publication_date",
    "pubdate", "dc.date.issued", "dcterms.created", "dcterms.issued", "dcterms.date", "dc.date", "dc.date.created", "date", "fecha", "originalpublicationdate", "citation_date", "mediator_published_time",
)  # fmt: skip
DATELINE = re.compile(r"(?:date|fecha|time|hora|publi|pubdate|datetime|meta|timestamp|dia|actualiza)", re.I)


def moment_of(
    root: html.HtmlElement,
    meta: Meta,
    data: dict[str, Any],
    url: str,
    now: datetime,
    selectors: dict[str, str],
) -> tuple[Moment | None, DateOrigin | None]:
    """The first witness that the address does not contradict; a date of modification is never taken."""
    chosen = (
        [node.get("datetime") or node.get("content") or text_of(node) for node in select(root, selectors["published"])]
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
            or inside_aside(node)
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
