"""One page -> one Document, or the reason why it is no article. Pure: no network, no clock but the page's own."""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from core.document import Arrival, Completeness, DateOrigin, Document, Precision, document_id
from core.errors import InputError, NotAnArticleError
from core.text import clean, fold
from core.urls import alias, canonical, host, same_site
from crawler import body, metadata
from crawler.archive import Page
from crawler.authors import authors
from crawler.challenge import REASON, is_challenge
from crawler.due import is_late
from crawler.faults import EMPTY, FAULT, is_fault
from crawler.language import plausible
from crawler.markup import decode, to_text, tree
from crawler.nodes import first
from crawler.outline import Outline, outline
from crawler.paragraphs import tidy, with_lead
from crawler.platforms import Entry, parse, unpack
from crawler.sections import of_address
from crawler.source import Source
from crawler.teasers import calls_itself_a_list, is_front, is_list

FULL = 300
"""Characters from which a text counts as the whole article."""
SCRAP = 40
"""Characters below which a page without a title of its own says nothing."""
_MISSING = re.compile(
    r"\b(?:404|p[aá]gina no (?:encontrada|existe|disponible)|no (?:se )?(?:encontr[oó]|ha encontrado|existe) (?:la )?p[aá]gina|(?:page )?not found|contenido no (?:encontrado|disponible)|error 4\d\d)\b",
    re.I,
)
_FILES = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"PK\x03\x04", "a ZIP file"),
)


def extract(
    page: Page,
    *,
    source: Source | None = None,
    entry: Mapping[str, Any] | Entry | None = None,
    arrival: Arrival = "live",
) -> Document:
    """The document of a page; `entry`, what the feed said of it, fills what the page leaves open.

    A page that is itself a listing (an archived feed, a timeline) gives the document of its entry.
    Raises NotAnArticleError with the reason: challenge page, listing, no title, nothing in it.
    """
    hint = entry if isinstance(entry, Entry) else Entry.from_json(entry) if entry else None
    if source is not None and source.whole_entries and hint is not None and not _is_page_of(page, hint):
        return from_entry(_entry_again(page, hint, source), page, source=source, arrival=arrival)
    markup = _markup(page)
    root = tree(markup)
    if root is None:
        raise NotAnArticleError(EMPTY)
    selectors = dict(source.selectors) if source else {}
    lines = outline(root)
    facts = metadata.claims(lines, page.url, selectors)
    found = body.find(lines, title=facts.title, selectors=selectors, data=facts.data, paywalled=facts.paywalled)
    metadata.complete(facts, lines, found, page.url, page.when, selectors)
    text = _text(found.rows, facts, hint)
    _judge(page, lines, markup, facts, text, hint)
    if not text and hint and hint.title.startswith(facts.title):
        facts.title = hint.title  # a page that was cut off in mid-title
    return _document(page, facts, text, source, hint, arrival)


def from_entry(entry: Entry, page: Page, *, source: Source | None, arrival: Arrival) -> Document:
    """The document that a listing's entry is by itself: a post, or an article printed whole in its feed."""
    text, summary = clean(entry.text or entry.summary), clean(entry.summary)
    if entry.kind != "post":  # a post is printed as it is: `Mira: ...` may be all that it says
        text, summary = (_printed_whole(one, entry) for one in (text, summary))
    title = entry.title or text.split("\n")[0][:100]
    if not title:
        raise NotAnArticleError("The feed's entry has neither title nor text.")
    summary = "" if entry.kind == "post" else " ".join(summary.removesuffix("[…]").split())
    names = (*((f"post:{entry.native_id}",) if entry.kind == "post" and entry.native_id else ()), alias(entry.url))
    if entry.kind != "post" and entry.native_id:
        names = (*names, f"native:{source.slug if source else host(entry.url)}:{entry.native_id}")
    long = len(text) >= FULL or entry.kind == "post"
    when = entry.published.when if entry.published else None
    return Document(
        id=document_id(names[0]), url=entry.url, canonical_url=canonical(entry.url), source=_slug(source, entry.url), fetched=page.when,
        kind=entry.kind or (source.kind if source else "news"), title=clean(title), summary=summary, text=text,
        language=plausible(entry.language or (source.language if source else None), text), author=_signed(entry, source), section=entry.section,
        published=when, published_precision=entry.published.precision if entry.published else None, published_from="feed" if entry.published else None,
        arrival=late(arrival, when, page), completeness="full" if entry.text and long else "summary" if text else "headline",
        archive=page.pointer, aliases=names,
    )  # fmt: skip


def _signed(entry: Entry, source: Source | None) -> tuple[str, ...]:
    """Who signed by the feed. Content systems print accounts (`admin`) and addresses for an article; a post's is one, a bill's are `Surname, Name`."""
    kind = entry.kind or (source.kind if source else "news")
    return authors(list(entry.author), outlet=source.name if source else "") if kind == "news" else entry.author


def _printed_whole(text: str, entry: Entry) -> str:
    """What a feed prints of an article, without cross-links, calls and captions; as it is where nothing else would be left."""
    marks = tuple(filter(None, (*entry.author, entry.section)))
    return "\n".join(tidy(text.split("\n"), entry.title, marks=marks)) or text


def late(arrival: Arrival, published: datetime | None, page: Page) -> Arrival:
    """`late` for what had been published for more than a week when it was fetched; a crawl says when it was first seen."""
    return "late" if arrival == "live" and is_late(published, page.when) else arrival


def _is_page_of(page: Page, entry: Entry) -> bool:
    """Whether the archived response is the entry's own page (it was fetched because the feed cut the text)."""
    return alias(page.url) == alias(entry.url)


def _entry_again(page: Page, hint: Entry, source: Source) -> Entry:
    """The entry as the archived listing prints it, so that a better reader helps `extract-again`; else as it was kept."""
    try:
        found = parse(page.body, page.url, page.content_type, source=source, now=page.when).entries
    except InputError:
        return hint
    wanted = alias(hint.url)
    return next((one for one in found if alias(one.url) == wanted), hint)


def _markup(page: Page) -> str:
    if page.status >= 400:
        raise NotAnArticleError(f"The site answered {page.status}.")
    body = page.body
    if body.startswith(b"\x1f\x8b"):  # packed, and its headers do not say so
        try:
            body = unpack(body)
        except InputError as error:
            raise NotAnArticleError(f"The page is packed, and cannot be unpacked: {error.reason}") from error
    if not body.strip():
        raise NotAnArticleError(EMPTY)
    for magic, what in _FILES:
        if body.startswith(magic):
            raise NotAnArticleError(f"This is {what}, not a page.")
    return decode(body, page.content_type)


def _text(rows: list[str], facts: metadata.Facts, hint: Entry | None) -> str:
    """The paragraphs, the lead first; where the page gives next to nothing, the JSON-LD body or the feed's text."""
    text = clean("\n".join(with_lead(tidy(rows, facts.title, marks=_marks(facts)), facts.leads)))
    if len(text) >= FULL:
        return text
    told = "" if facts.paywalled else to_text(str(facts.data.get("articleBody") or ""))
    spare = [told, hint.text if hint else ""]
    return max((text, *("\n".join(tidy(one.split("\n"), facts.title)) for one in spare)), key=len)


def _marks(facts: metadata.Facts) -> tuple[str, ...]:
    return tuple(filter(None, (*facts.author, facts.section, *facts.sites)))


def _judge(page: Page, lines: Outline, markup: str, facts: metadata.Facts, text: str, hint: Entry | None) -> None:
    """Raise NotAnArticleError for what is none."""
    title = " ".join((lines.root.findtext(".//title") or "").split())
    if not facts.data and is_challenge(title, markup, text):
        raise NotAnArticleError(f"{REASON} ({title[:60] or 'no title'}).")
    if len(text) < FULL and not facts.data and (_MISSING.search(title) or _MISSING.search(facts.title)):
        raise NotAnArticleError(f"The site says that the page is missing ({(title or facts.title)[:60]}).")
    first_line = lines.lines[0].text if lines.lines else ""
    promised = hint is not None and is_fault(hint.title)  # a listing's headline: an article about such a failure
    if len(text) < FULL and not facts.data and not promised and is_fault(title, facts.title, text, first_line):
        raise NotAnArticleError(f"{FAULT} ({(title or facts.title or first_line)[:60]}).")
    if not facts.title and not (hint and hint.title and len(text) >= SCRAP):
        raise NotAnArticleError("The page has no title.")
    kind = first(facts.meta, "og:type").lower()
    listed = calls_itself_a_list(facts.objects, kind)
    if page.url and is_front(page.url) and (not facts.data or listed or kind == "website"):
        raise NotAnArticleError("This is a home page, not an article.")
    claims = facts.is_article and not listed
    if not claims and is_list(lines, text, page.url, listed=listed, website=kind == "website"):
        raise NotAnArticleError("This is a list of articles, not an article.")
    if not text and not facts.is_article and not hint:
        raise NotAnArticleError("The page has a title and no text.")


def _document(
    page: Page, facts: metadata.Facts, text: str, source: Source | None, hint: Entry | None, arrival: Arrival
) -> Document:
    title = clean(facts.title or (hint.title if hint else ""))
    told = hint.summary.removesuffix("[…]") if hint else ""
    summary = " ".join(clean(facts.summary or told or facts.opening).split())
    when, precision, origin = _when(facts, hint)
    names = _aliases(page, facts, source, hint)
    return Document(
        id=document_id(names[0]), url=hint.url if hint else page.url, canonical_url=facts.canonical_url or (canonical(page.url) if page.url else None), source=_slug(source, page.url),
        fetched=page.when, kind=(hint.kind if hint and hint.kind else source.kind if source else "news"), title=title, summary=summary, text=text,
        language=plausible(facts.language, text) or plausible(hint.language if hint else None, text),
        author=facts.author or (_signed(hint, source) if hint else ()), section=facts.section or (hint.section if hint else None) or of_address(page.url),
        published=when, published_precision=precision, published_from=origin, arrival=late(arrival, when, page),
        completeness=_completeness(text, summary, facts.paywalled), paywalled=facts.paywalled, archive=page.pointer, aliases=names,
    )  # fmt: skip


def _when(facts: metadata.Facts, hint: Entry | None) -> tuple[Any, Precision | None, DateOrigin | None]:
    """Metadata first; a feed's hour before a day read from the address or the page's text, unless they contradict each other."""
    found, told = facts.published, hint.published if hint else None
    if told is not None and (
        found is None
        or facts.published_from != "metadata"
        or (found.precision == "day" and abs(told.when - found.when) <= timedelta(days=1))
    ):
        return told.when, told.precision, "feed"
    if found is not None:
        return found.when, found.precision, facts.published_from
    return None, None, None


def _aliases(page: Page, facts: metadata.Facts, source: Source | None, hint: Entry | None) -> tuple[str, ...]:
    """The address first (as the feed gave it), then where it led, the canonical one, and native ids."""
    if not page.url:  # a saved page that does not say where it lived: the pipes take it, the store never sees it
        return ("page:" + hashlib.sha256(page.body).hexdigest(),)
    addresses = [hint.url if hint else page.url, page.url, *filter(None, (facts.canonical_url,))]
    names = [alias(url) for url in addresses if same_site(url, addresses[0])]
    space = source.slug if source else host(page.url)
    ids = dict.fromkeys(
        (*metadata.url_ids(page.url), *facts.native_ids, *((hint.native_id,) if hint and hint.native_id else ()))
    )
    return tuple(dict.fromkeys((*names, *(f"native:{space}:{one}" for one in ids))))


def _completeness(text: str, summary: str, paywalled: bool) -> Completeness:
    if len(text) >= (3 * FULL if paywalled else FULL):
        return "full"
    return "summary" if text or summary else "headline"


def _slug(source: Source | None, url: str) -> str:
    return source.slug if source else re.sub(r"[^a-z0-9]+", "_", fold(host(url))).strip("_") if url else "file"
