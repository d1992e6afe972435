"""The shapes of the API's answers, as OpenAPI describes them. Documents are as FACES section 2; unknown keys may be added."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

Span = tuple[str, int, int]


class Shape(BaseModel):
    """Every shape keeps keys that it does not name."""

    model_config = ConfigDict(extra="allow")


class Translation(Shape):
    """A translation; `text` is null beyond this machine."""

    language: str | None
    title: str | None
    summary: str | None
    text: str | None
    engine: str | None


class Named(Shape):
    """A tag: a topic, sector, place, person or organisation, with where it was read."""

    name: str | None = None
    spans: list[Span] = Field(default_factory=list, description="[field, start, end] in Unicode code points")


class Norm(Shape):
    """A norm that is named."""

    id: str
    title: str | None = None
    url: str | None = None
    spans: list[Span] = Field(default_factory=list)


class Story(Shape):
    """The story of a document."""

    id: str
    size: int
    first: str


class Document(Shape):
    """A document with its tags. Texts are masked; `text` is null beyond this machine."""

    id: str
    url: str
    canonical_url: str | None
    source: str
    kind: str
    title: str
    summary: str
    text: str | None
    language: str | None
    author: list[str]
    section: str | None
    published: str | None = Field(description="Lima time, ISO 8601 with offset; null where no date was found")
    published_precision: str | None
    published_from: str | None
    fetched: str
    arrival: str
    version: int
    completeness: str
    paywalled: bool
    archive: str | None
    translation: Translation | None
    topics: list[Named]
    sectors: list[Named]
    places: list[Named]
    entities: list[Named]
    norms: list[Norm]
    amounts: list[dict[str, Any]]
    roads: list[Named]
    casualties: dict[str, Any] | None
    strike: dict[str, Any] | None
    story: Story | None
    steps: dict[str, str]


class Matched(Document):
    """A document that answers a query: which side did, and where."""

    matched: str | None = Field(default=None, description="original, translation or both; null without a query")
    highlights: dict[str, list[tuple[int, int]]] = Field(default_factory=dict)


class SearchAnswer(Shape):
    """A page of results."""

    query: str
    total: int
    page: int
    limit: int
    facets: dict[str, list[tuple[str, int]]]
    documents: list[Matched]


class TrendRow(Shape):
    """One period of one query (and group); every period has a row."""

    query: str
    group: str | None
    start: str
    count: int
    total: int | None
    share: float | None
    outage: bool


class TrendsAnswer(Shape):
    """The rows, and how many matching documents have no date."""

    rows: list[TrendRow]
    undated: int


class StoryAnswer(Shape):
    """A story with its documents."""

    id: str
    size: int
    first: str
    outlets: list[str]
    documents: list[Document]


class SourceRow(Shape):
    """A source and its state."""

    slug: str
    name: str
    home: str | None
    kind: str | None
    region: str | None
    status: str | None
    enabled: bool
    reason: str | None
    failures: float
    interval: float | None
    last_success: str | None
    last_item: str | None
    pending: int | None
    items: int | None


class SourcesAnswer(Shape):
    """All sources."""

    sources: list[SourceRow]


class AlertRow(Shape):
    """An alert."""

    id: str
    name: str
    query: str
    owner: str
    language: str
    rhythm: str
    at: str
    channels: list[str]
    state: str
    reason: str | None
    created: str


class AlertsAnswer(Shape):
    """All alerts."""

    alerts: list[AlertRow]


class RunRow(Shape):
    """A job and its receipt."""

    id: int
    kind: str
    state: str
    started: str
    finished: str | None
    what: Any
    receipt: dict[str, Any] | None


class RunsAnswer(Shape):
    """The latest jobs."""

    runs: list[RunRow]


class Problem(Shape):
    """What went wrong (RFC 9457): `position` is the character of a query that does not parse, `mend` what mends it."""

    type: str
    title: str
    status: int
    detail: str
    mend: str
    query: str | None = None
    position: int | None = None
