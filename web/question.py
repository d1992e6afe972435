"""The query string -> a question: every name and value checked, so that a typing error is a 400 and never a wrong answer."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from core.document import KINDS, SECTORS, TOPICS
from core.errors import InputError
from core.time import parse_days
from search import filters
from search.backend import Sort
from search.query import LENGTH
from search.trends import GROUPS, By
from web.words import LANGUAGES, Language, preferred

FILTERS = filters.NAMES
FLAGS = ("share", "stories", "panel")
NAMES = ("q", "from", "to", *FILTERS, "sort", "limit", "page", "lang", "by", "group", "top", "background", *FLAGS)
CHOICES: Mapping[str, Sequence[str]] = {
    "topic": TOPICS, "sector": SECTORS, "kind": KINDS, "sort": ("date", "relevance"),
    "by": ("day", "week", "month"), "group": GROUPS, "lang": LANGUAGES,
}  # fmt: skip
MOST_ON_PAGE, MOST_IN_DATA, DEEPEST = 100, 1000, 10_000
MOST_QUERIES = 10
MOST_TOP, MOST_BACKGROUND = 1000, 3660
YES, NO = ("1", "true", "yes", "on"), ("0", "false", "no", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a visitor asks. `start` and `end` are days in Lima, both included; `filters` maps a filter to its values."""

    queries: tuple[str, ...] = ()
    start: date | None = None
    end: date | None = None
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: Sort = "date"
    limit: int = 20
    page: int = 1
    by: By = "day"
    group: str | None = None
    top: int | None = None
    background: int | None = None
    share: bool = False
    stories: bool = False
    panel: bool = False
    lang: Language | None = None

    @property
    def q(self) -> str:
        """The first query, `""` for everything."""
        return self.queries[0] if self.queries else ""

    @property
    def offset(self) -> int:
        """How many results come before this page."""
        return (self.page - 1) * self.limit

    def pairs(self) -> list[tuple[str, str]]:
        """The question as a query string's pairs, what is as by default left out."""
        pairs = [("q", query) for query in self.queries]
        pairs += [(name, day.isoformat()) for name, day in (("from", self.start), ("to", self.end)) if day]
        pairs += [(name, value) for name in FILTERS for value in self.filters.get(name, ())]
        default = Question()
        for name in ("sort", "limit", "page", "by", "group", "top", "background", "lang"):
            value = getattr(self, name)
            pairs += [(name, str(value))] if value is not None and value != getattr(default, name) else []
        return pairs + [(name, "1") for name in FLAGS if getattr(self, name)]

    def url(self, path: str, **changes: Any) -> str:
        """The address of a page with this question and some names set to other values (None takes a name out)."""
        pairs = [(name, value) for name, value in self.pairs() if name not in changes]
        for name, value in changes.items():
            values = value if isinstance(value, list | tuple) else [] if value is None else [value]
            pairs += [(name, str(item)) for item in values]
        return f"{path}?{urlencode(pairs)}" if pairs else path


def read(parameters: QueryParams, *, most: int = MOST_ON_PAGE) -> Question:
    """Check every name and value. Raises InputError naming the parameter and what mends it."""
    for name in parameters:
        if name not in NAMES:
            near = difflib.get_close_matches(name, NAMES, n=1)
            raise InputError(
                f"{name[:40]!r} is no parameter of this page.",
                f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(NAMES)}.",
            )
    limit, page = _number(parameters, "limit", most) or 20, _number(parameters, "page", DEEPEST) or 1
    if page * limit > DEEPEST:
        raise InputError(
            f"Results beyond the first {DEEPEST} are not paged.",
            "Narrow the dates, or take all of them: /export.csv or /export.jsonl.",
        )
    start, end = _day(parameters, "from", 0), _day(parameters, "to", 1)
    if start and end and start > end:
        raise InputError(f"from ({start}) is after to ({end}).", "Exchange them.")
    return Question(
        queries=_queries(parameters),
        start=start,
        end=end,
        filters={name: values for name in FILTERS if (values := _values(parameters, name))},
        sort=_choice(parameters, "sort") or "date",  # type: ignore[arg-type]
        limit=limit,
        page=page,
        by=_choice(parameters, "by") or "day",  # type: ignore[arg-type]
        group=_choice(parameters, "group"),
        top=_number(parameters, "top", MOST_TOP),
        background=_number(parameters, "background", MOST_BACKGROUND),
        share=_flag(parameters, "share"),
        stories=_flag(parameters, "stories"),
        panel=_flag(parameters, "panel"),
        lang=_choice(parameters, "lang"),  # type: ignore[arg-type]
    )


def language(parameters: QueryParams, accept: str) -> Language:
    """The language of the page: `lang` if it is one of ours, else what the browser prefers, else Spanish."""
    asked = parameters.get("lang")
    return next((known for known in LANGUAGES if known == asked), None) or preferred(accept)


def _queries(parameters: QueryParams) -> tuple[str, ...]:
    queries = tuple(dict.fromkeys(query.strip() for query in parameters.getlist("q") if query.strip()))
    if len(queries) > MOST_QUERIES:
        raise InputError(f"{len(queries)} queries are too many at once.", f"Ask for at most {MOST_QUERIES}.")
    if any(len(query) > LENGTH for query in queries):
        raise InputError("The query is too long.", f"At most {LENGTH} characters.")
    return queries


def _values(parameters: QueryParams, name: str) -> tuple[str, ...]:
    values = tuple(dict.fromkeys(value.strip() for value in parameters.getlist(name) if value.strip()))
    for value in values:
        _known(name, value)
        if len(value) > 200:
            raise InputError(f"{name}: the value is too long.", "At most 200 characters.")
    return values


def _choice(parameters: QueryParams, name: str) -> str | None:
    value = parameters.get(name, "").strip()
    return _known(name, value) if value else None


def _known(name: str, value: str) -> str:
    choices = CHOICES.get(name)
    if choices and value not in choices:
        near = difflib.get_close_matches(value, choices, n=1)
        raise InputError(
            f"{name}: {value[:60]!r} is not known.",
            f"Did you mean {near[0]!r}?" if near else f"One of {', '.join(choices)}.",
        )
    return value


def _number(parameters: QueryParams, name: str, most: int) -> int | None:
    text = parameters.get(name, "").strip()
    if not text:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > 9 or not 1 <= int(text) <= most:
        raise InputError(f"{name}: {text[:20]!r} cannot be used.", f"A whole number from 1 to {most}.")
    return int(text)


def _day(parameters: QueryParams, name: str, end: int) -> date | None:
    """A day, or the first (`end` 0) or last (1) day of a month."""
    text = parameters.get(name, "").strip()
    if not text:
        return None
    try:
        return parse_days(text)[end]
    except InputError as error:
        raise InputError(f"{name}: {text[:20]!r} is no day.", error.mend) from error


def _flag(parameters: QueryParams, name: str) -> bool:
    text = parameters.get(name, "").strip().lower()
    if text not in YES + NO:
        raise InputError(f"{name}: {text[:20]!r} cannot be used.", "1 or 0.")
    return text in YES
