"""The note beside a count of the past: how much of what the sources listed in that time is held."""

from collections.abc import Sequence
from datetime import date

from store import completeness
from store.database import Store


def held(store: Store, slugs: Sequence[str], start: date | None, end: date | None) -> str | None:
    """What a count rests on, in a sentence for stderr; None where no listing of that time was counted."""
    first, last = (f"{day:%Y-%m}" if day else None for day in (start, end))
    with store.read() as tx:
        whole = completeness.together(completeness.rows(tx, slugs or None, first, last))
    return told(whole) if whole.share is not None else None


def told(whole: completeness.Whole) -> str:
    """The sentence."""
    said = f"This rests on {whole.share:.1%} of what {_sources(len(whole.sources))} listed in that time ({whole.have} of {whole.listed} items)."
    if not whole.unsurveyed:
        return said
    whose = "these" if len(whole.unsurveyed) == len(whole.sources) else f"{len(whole.unsurveyed)} of these"
    return f"{said} Of {whose} only the feeds are known; `pututu backfill` reads their past."


def _sources(count: int) -> str:
    return "1 source" if count == 1 else f"{count} sources"
