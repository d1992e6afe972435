"""How a source does, by what its latest pages gave: figures, drift from what is usual, and the evidence that it yields.

A share (pages answered, that gave a document, with author, date, section, with the usual length) has drifted when it is
less than half of what is usual and so few of the latest pages would come by chance once in a thousand times at most (the
exact binomial tail). The latest pages are those of three usual gaps, so that a changed layout shows within them. What was
usual before a drift stays the measure until the share is back, or a person takes the new state for usual (`sources enable`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import comb
from statistics import median
from typing import Any

from core.document import Payload
from crawler.due import QUIET_GAPS, settled
from crawler.rhythm import Rhythm
from crawler.source import Source
from store import frontier, samples, sources
from store.database import Store
from store.samples import Sample
from store.sources import SourceState

PAGES = 150
RECENT_LEAST, RECENT_MOST = 3, 40
USUAL_LEAST = 10
"""Pages from which a share counts as usual."""
DAY = 86400.0
CHANCE = 0.001
SURE = 0.98
"""No share is taken for more certain than this: one page without an author is no drift."""
HALF = 0.5
EXPECTED = {"answered": SURE, "document": 0.7}
"""What is taken for usual of a source that is too new to have something usual."""
PROOF = 3
"""Documents with a date and a text that verify a source whose routes were only guessed."""
WORDS = {
    "answered": "pages that the site gives us", "document": "pages that give a document", "author": "documents with an author",
    "date": "documents with a date", "section": "documents with a section", "text": "documents with at least half of the usual text",
}  # fmt: skip
MENDS = {
    "blocked": "The site refuses us: leave it (`pututu sources disable {slug}`), or ask its owner; PUTUTU_CONTACT says who asks.",
    "robots": "robots.txt forbids it: leave it (`pututu sources disable {slug}`), or ask the site's owner.",
    "moved": "Look where it went, and name the new address in the source's file.",
    "gone": "Look whether it moved, and name the new address in the source's file.",
    "empty": "Look at it in a browser: it may have been given up; another listing of the site may be alive.",
    "invalid": "Look at it in a browser: a page stands where the listing was.",
    "layout": "Name `selectors` in the source's file (`pututu extract URL --source {slug}` shows what it gives), or take it for usual: `pututu sources enable {slug}`.",
    "network": "Nothing to mend here if other sites answer: it is tried again by itself.",
    "server": "The site's own trouble: it is tried again by itself.",
    "silent": "Look at the site: if it publishes, its listing was given up; `pututu sources check {slug}` reads it now.",
    "private": "Its address leads into a private network: name that in PUTUTU_ALLOW_PRIVATE, or mend the source's file.",
    "size": "Name a smaller listing in the source's file, e.g. of one section.",
}  # fmt: skip
Test = Callable[[Sample], bool]


def review(store: Store, known: Mapping[str, Source], slugs: Iterable[str], now: datetime) -> None:
    """Judge these sources anew by their latest pages and keep what came of it; slugs that are no sources are passed over."""
    for slug in slugs:
        if slug in known:
            with store.write() as tx:
                before = sources.locked(tx, slug)
                after = judged(
                    before, samples.latest(tx, slug, PAGES), trusted=known[slug].status == "verified", now=now
                )
                sources.keep(tx, after, now)
                opened = before.status == "blocked" and after.status != "blocked"
                if opened:  # what it refused for so long is asked for again
                    frontier.retry(tx, now, slug, refused=True)


def mend(reason: str | None, slug: str) -> str:
    """What a person can do about a source whose state has this reason."""
    return MENDS.get(reason or "", "").format(slug=slug)


def facts(state: SourceState) -> dict[str, Any]:
    """What is shown of a source's health: the class of its `trouble`, `gap` in seconds, items a day, shares of its latest
    pages, length in characters, what drifted (`what`, `have`, `of`, `usual`), where it moved, and what mends it."""
    told = state.figures or {}
    bad = state.status in ("failing", "blocked", "silent") or state.failures or state.moved_to
    return {
        "trouble": state.reason, "gap": round(state.gap) if state.gap is not None else None, "seen_a_day": told.get("items_a_day"),
        "pages": told.get("pages"), "share_document": told.get("document"), "share_author": told.get("author"), "share_date": told.get("date"),
        "share_section": told.get("section"), "text_length": told.get("length"),
        "drift": [{"what": what} | dict(its) for what, its in (state.drift or {}).items()], "moved_to": state.moved_to,
        "mend": (mend(state.reason, state.slug) or None) if bad else None,
    }  # fmt: skip


def in_words(drift: Payload) -> str:
    """What fell, in a sentence."""
    return f"{WORDS[drift['what']]}: {drift['have']} of the latest {drift['of']}, usually {drift['usual']:.0%}"


def judged(state: SourceState, pages: Sequence[Sample], *, trusted: bool, now: datetime) -> SourceState:
    """The state after a look at the latest pages (the newest first)."""
    recent, before = _parted(pages, state, now)
    usual = _usual(state, before)
    drift = _drift(recent, pages, usual)
    told = figures(pages, state) | {"usual": usual}
    proven = state.proven or (now if _is_proven(pages) else None)
    after = replace(state, figures=told, drift=drift or None, proven=proven)
    return settled(after, trusted=trusted, now=now)


def figures(pages: Sequence[Sample], state: SourceState) -> dict[str, Any]:
    """What the latest pages gave: shares of the answered pages and of the documents, median length of text, items a day."""
    answered = [page for page in pages if page.answered]
    found = [page for page in answered if page.document]
    rate = Rhythm.from_json(state.rhythm).mean * DAY if state.rhythm else None
    return {
        "pages": len(pages), "since": min(page.at for page in pages).isoformat() if pages else None,
        "items_a_day": round(rate, 1) if rate is not None else None, "document": _share(found, answered),
        **{name: _share([page for page in found if getattr(page, name)], found) for name in ("author", "date", "section")},
        "length": round(median(page.length for page in found)) if found else None,
    }  # fmt: skip


def _parted(pages: Sequence[Sample], state: SourceState, now: datetime) -> tuple[Sequence[Sample], Sequence[Sample]]:
    """The pages of three usual gaps (of a day at least, since nights differ from days), half of all at most; and the others."""
    since = now - timedelta(seconds=max(DAY, QUIET_GAPS * (state.gap or 0)))
    recent = sum(page.at >= since for page in pages)
    count = max(RECENT_LEAST, min(recent, RECENT_MOST, len(pages) // 2))
    return pages[:count], pages[count:]


def _tests(usual_length: float) -> dict[str, tuple[Test, Test]]:
    """For each share: the pages that count, and those that have it."""
    found: Test = lambda page: page.answered and page.document  # noqa: E731
    return {
        "answered": (lambda page: True, lambda page: page.answered),
        "document": (lambda page: page.answered, lambda page: page.document),
        "author": (found, lambda page: page.author),
        "date": (found, lambda page: page.date),
        "section": (found, lambda page: page.section),
        "text": (found, lambda page: page.length >= HALF * usual_length),
    }


def _usual(state: SourceState, before: Sequence[Sample]) -> dict[str, float]:
    """The usual shares and the usual length; of what drifts, what was usual before it did."""
    kept: Mapping[str, float] = (state.figures or {}).get("usual") or {}
    lengths = [page.length for page in before if page.answered and page.document]
    length = median(lengths) if len(lengths) >= USUAL_LEAST else kept.get("length")
    if state.drift and "text" in state.drift:
        length = kept.get("length")
    usual: dict[str, float] = {} if length is None else {"length": length}
    for name, (counts, has) in _tests(length or 0).items():
        its = [has(page) for page in before if counts(page)]
        if name in (state.drift or {}) and name in kept:
            usual[name] = kept[name]
        elif len(its) >= USUAL_LEAST:
            usual[name] = round((sum(its) + 1) / (len(its) + 2), 3)
        elif name in kept:
            usual[name] = kept[name]
    return usual


def _drift(recent: Sequence[Sample], pages: Sequence[Sample], usual: Mapping[str, float]) -> dict[str, Payload]:
    """What fell: how many of the latest have it, and the usual share. Of a source too new to have something usual, all pages are held against what is expected."""
    fell: dict[str, Payload] = {}
    for name, (counts, has) in _tests(usual.get("length", 0)).items():
        its = [has(page) for page in (recent if name in usual else pages) if counts(page)]
        share = min(usual.get(name, EXPECTED.get(name, 0.0)), SURE)
        if len(its) < RECENT_LEAST or sum(its) >= HALF * share * len(its):
            continue
        if _tail(sum(its), len(its), share) < CHANCE:
            fell[name] = {"have": sum(its), "of": len(its), "usual": round(share, 3)}
    return fell


def _tail(hits: int, trials: int, share: float) -> float:
    """The chance of so few hits or fewer."""
    return sum(comb(trials, k) * share**k * (1 - share) ** (trials - k) for k in range(hits + 1))


def _is_proven(pages: Sequence[Sample]) -> bool:
    """Whether most of the pages give a document, and enough of them one with a date and a text."""
    answered = [page for page in pages if page.answered]
    good = sum(page.date and page.length > 0 for page in answered)
    return good >= PROOF and 2 * sum(page.document for page in answered) >= len(answered)


def _share(some: Sequence[Sample], all_: Sequence[Sample]) -> float | None:
    return round(len(some) / len(all_), 3) if all_ else None
