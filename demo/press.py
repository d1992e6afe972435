"""The fictional press as data: outlets and articles read from `press/*.toml`, dated from the day the demo first ran.

A file holds the outlet (`name, style, language, region, kind`) and its articles: `slug`, `day` (days before the anchor,
1 or more, so that nothing is dated after it), `time` in Lima, `title`, `lead`, `text` (paragraphs between blank lines),
`section`, `author`, `tags`, `caption`, `language`, `premium`. An article with `same_as = "outlet/slug"` is a copy as
agencies make them: the other's text with `swap`ped phrases, `drop`ped paragraphs (from 1) and `more` at its end.
In every text `{f:10}` is the date and `{w:10}` the weekday of the tenth day before the anchor (`{f:-3}`: three after).
"""

import re
import tomllib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from typing import Any, Literal, cast

from core.document import Kind
from core.time import LIMA

Style = Literal["simple", "arc", "wordpress", "gazette", "mastodon"]

SLUGS = ("faro", "vicuna", "valles", "quipu", "gaceta", "plaza")
MONTHS = {
    "es": ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "setiembre", "octubre", "noviembre", "diciembre"],
    "en": ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
}  # fmt: skip
WEEKDAYS = {
    "es": ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"],
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
}
FIELDS = {
    "slug", "day", "time", "title", "lead", "text", "section", "author", "tags", "caption", "language", "premium",
    "same_as", "swap", "drop", "more",
}  # fmt: skip
_DATE = re.compile(r"\{([fw]):(-?\d+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One item of an outlet, with its dates filled in. `number` is what the outlet's own system would call it."""

    outlet: str
    slug: str
    number: int
    published: datetime
    title: str
    lead: str
    paragraphs: tuple[str, ...]
    section: str
    author: str
    tags: tuple[str, ...]
    caption: str
    language: str
    premium: bool
    copied_from: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """A fictional outlet; `articles` are newest first."""

    slug: str
    name: str
    style: Style
    language: str
    region: str
    kind: Kind
    articles: tuple[Article, ...]


def load(anchor: datetime) -> tuple[Outlet, ...]:
    """Every outlet, dated from the Lima day of `anchor` (aware). Same anchor, same press.

    Raises ValueError where a file says what cannot be: the bundled files are checked by the tests.
    """
    day = anchor.astimezone(LIMA).date()
    raw = {
        slug: tomllib.loads(files(__package__).joinpath("press", f"{slug}.toml").read_text("utf-8")) for slug in SLUGS
    }
    rows = {f"{slug}/{row['slug']}": row for slug in SLUGS for row in raw[slug]["article"]}
    return tuple(_outlet(slug, raw[slug], rows, day) for slug in SLUGS)


def _outlet(slug: str, raw: Mapping[str, Any], rows: Mapping[str, Mapping[str, Any]], anchor: date) -> Outlet:
    articles = [_article(slug, raw["language"], row, rows, anchor) for row in raw["article"]]
    return Outlet(
        slug=slug,
        name=raw["name"],
        style=raw["style"],
        language=raw["language"],
        region=raw["region"],
        kind=cast(Kind, raw["kind"]),
        articles=tuple(sorted(articles, key=lambda article: (article.published, article.slug), reverse=True)),
    )


def _article(
    outlet: str, language: str, row: Mapping[str, Any], rows: Mapping[str, Mapping[str, Any]], anchor: date
) -> Article:
    place = f"{outlet}/{row['slug']}"
    if unknown := set(row) - FIELDS:
        raise ValueError(f"{place}: unknown fields {', '.join(sorted(unknown))}")
    if row["day"] < 1:
        raise ValueError(f"{place}: day {row['day']} is not before the anchor")
    lead, paragraphs = _text(row, rows)

    def dated(text: str) -> str:
        return _DATE.sub(lambda match: _day_name(match[1], anchor - timedelta(days=int(match[2])), language), text)

    hours, minutes = (int(part) for part in row["time"].split(":"))
    moment = datetime.combine(anchor - timedelta(days=row["day"]), time(hours, minutes), tzinfo=LIMA)
    return Article(
        outlet=outlet,
        slug=row["slug"],
        number=100_000 + zlib.crc32(place.encode()) % 900_000,
        published=moment.astimezone(UTC),
        title=dated(row.get("title", "")),
        lead=dated(lead),
        paragraphs=tuple(dated(paragraph) for paragraph in paragraphs),
        section=row.get("section", ""),
        author=row["author"],
        tags=tuple(row.get("tags", ())),
        caption=row.get("caption", ""),
        language=row.get("language", language),
        premium=row.get("premium", False),
        copied_from=row.get("same_as"),
    )


def _text(row: Mapping[str, Any], rows: Mapping[str, Mapping[str, Any]]) -> tuple[str, Sequence[str]]:
    """The lead and the paragraphs, taken from the article that this one copies where it copies one."""
    if "same_as" not in row:
        return row.get("lead", ""), _paragraphs(row["text"])
    lead, paragraphs = _text(rows[row["same_as"]], rows)
    kept = [paragraph for number, paragraph in enumerate(paragraphs, 1) if number not in row["drop"]]
    for old, new in row["swap"]:
        if not any(old in paragraph for paragraph in kept):
            raise ValueError(f"{row['slug']}: nothing to swap for {old!r}")
        kept = [paragraph.replace(old, new) for paragraph in kept]
    return row.get("lead", lead), [*kept, *_paragraphs(row.get("more", ""))]


def _paragraphs(text: str) -> list[str]:
    return [" ".join(paragraph.split()) for paragraph in text.split("\n\n") if paragraph.strip()]


def _day_name(form: str, day: date, language: str) -> str:
    if form == "w":
        return WEEKDAYS[language][day.weekday()]
    month = MONTHS[language][day.month - 1]
    return f"{month} {day.day}" if language == "en" else f"{day.day} de {month}"
