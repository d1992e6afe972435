"""Documents and what steps say of them: the nouns that every room shares."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Kind = Literal["news", "official", "norm", "bill", "post"]
Precision = Literal["second", "minute", "day", "month"]
DateOrigin = Literal["metadata", "feed", "url", "text"]
Arrival = Literal["live", "late", "backfill", "import"]
Completeness = Literal["headline", "summary", "full"]
ChangedBy = Literal["publisher", "extractor"]
Payload = Mapping[str, Any]

KINDS: tuple[Kind, ...] = ("news", "official", "norm", "bill", "post")
ARRIVALS: tuple[Arrival, ...] = ("live", "late", "backfill", "import")
TOPICS = ("extortion", "strike", "legislation")
SYNTHETIC = "pututu-canary"
"""The source of documents of our own making that only prove the way: counted, indexed, exported and shown nowhere."""
SECTORS = (
    "public_transport", "freight_transport", "taxi_mototaxi", "retail", "markets", "education", "construction", "mining",
    "health", "hospitality", "personal_services", "entertainment", "agriculture", "fishing", "manufacturing", "finance",
    "real_estate", "energy_fuel", "public_sector", "media",
)  # fmt: skip
SUBTYPES: Mapping[str, tuple[str, ...]] = {
    "extortion": ("cupos", "threats", "killing", "explosives", "attack", "loans", "protection"),
    "strike": ("stoppage", "strike", "blockade", "march", "protest", "hunger_strike"),
    "legislation": ("bill", "committee", "vote", "promulgation", "law", "decree", "emergency", "process"),
}
SECTOR_ROLES = ("victim", "actor")
PLACE_ROLES = ("event", "mention")
STATUSES = ("announced", "ongoing", "suspended", "ended", "considered")


def document_id(alias: str) -> str:
    """An opaque id of 20 hexadecimal digits, from the first alias under which a document is seen.

    It stays when better aliases come: the store resolves every alias to the id that was given first.
    """
    return hashlib.sha256(alias.encode("utf-8", "surrogatepass")).hexdigest()[:20]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One published item. Text fields are cleaned (`core.text.clean`) so that offsets hold; datetimes are aware UTC.

    `aliases` lead to the id: `url:<canonical URL>`, `native:<source>:<article id>`, `norm:<norm id>`, `post:<URI>`.
    `published` is None where no date could be found: the fetch time is never put there.
    """

    id: str
    url: str
    title: str
    source: str
    fetched: datetime
    canonical_url: str | None = None
    kind: Kind = "news"
    summary: str = ""
    text: str = ""
    language: str | None = None
    author: tuple[str, ...] = ()
    section: str | None = None
    published: datetime | None = None
    published_precision: Precision | None = None
    published_from: DateOrigin | None = None
    arrival: Arrival = "live"
    version: int = 1
    completeness: Completeness = "headline"
    paywalled: bool = False
    archive: str | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """What one step says of one document version.

    `payload` is JSON-able and uses the keys of the document's JSON, e.g. `{"topics": [{"name": ..., "spans": ...}]}`.
    `fingerprint` covers the step's version, lexicon, settings and the steps it read. Step `human` is a person's word.
    """

    document: str
    version: int
    step: str
    fingerprint: str
    payload: Payload


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryRef:
    """The story a document belongs to: its id, how many documents it has, and when the first was seen."""

    id: str
    size: int
    first: datetime
