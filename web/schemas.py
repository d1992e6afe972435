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
    event: dict[str, Any] | None = Field(
        description="When it happened: date, precision (day, week, month, year), spans"
    )


class Matched(Document):
    """A document that answers a query: which side did, and where."""

    matched: str | None = Field(default=None, description="original, translation or both; null without a query")
    highlights: dict[str, list[tuple[int, int]]] = Field(default_factory=dict)
    outlets: list[str] | None = Field(
        default=None, description="With stories=1: the sources that tell its story, the first first"
    )


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
    total: int | None = Field(description="Everything in the period; grouped by source, everything of that source")
    share: float | None
    outage: bool = Field(description="Whether a source was down in the period")
    down: list[str] = Field(description="The sources that were")
    completeness: float | None = Field(
        description="Part of what the sources listed in its months that is held; null where nobody counted"
    )
    partial: bool = Field(description="Whether only some days of the period were counted")


class TrendsAnswer(Shape):
    """The rows, how many matching documents have no date, and the sources of the constant panel where one was asked for."""

    rows: list[TrendRow]
    undated: int
    panel: list[str] | None


class Evidence(Shape):
    """A document that stands behind a figure."""

    id: str
    url: str
    title: str


class SpikeRow(Shape):
    """A period that stands out of those around."""

    query: str
    start: str
    count: int
    expected: float
    ratio: float
    sources: int
    evidence: list[Evidence]


class SpikesAnswer(Shape):
    """Sudden rises in order of time."""

    rows: list[SpikeRow]


class ChangeRow(Shape):
    """A new level: from `start` on, `after` documents a period where there were `before`."""

    query: str
    start: str
    before: float
    after: float
    ratio: float
    share_before: float
    share_after: float


class ChangesAnswer(Shape):
    """Changes of level in order of time, query by query."""

    rows: list[ChangeRow]


class TermRow(Shape):
    """A term that is far more frequent than before: documents in the window and in the background, G2 as its score."""

    query: str
    term: str
    kind: str
    count: int
    background: int
    expected: float
    ratio: float
    score: float
    sources: int
    evidence: list[Evidence]


class TermsAnswer(Shape):
    """Trending terms, the most telling first."""

    rows: list[TermRow]


class Near(Document):
    """A document and how near it is."""

    similarity: float


class SimilarAnswer(Shape):
    """Similar documents, the nearest first."""

    documents: list[Near]


class StoryRow(Shape):
    """A story in a list."""

    id: str
    size: int
    first: str
    title: str
    outlets: list[str]


class StoriesAnswer(Shape):
    """Stories, the latest news first."""

    stories: list[StoryRow]


class StoryAnswer(Shape):
    """A story with its documents."""

    id: str
    size: int
    first: str
    outlets: list[str]
    documents: list[Document]


class Drift(Shape):
    """A share of a source's pages that fell: how many of the latest have it, and the usual share."""

    what: str
    have: int
    of: int
    usual: float


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
    trouble: str | None = Field(description="The class of what is wrong: blocked, moved, empty, layout ...")
    gap: int | None = Field(description="Its usual longest pause between new items, in seconds")
    seen_a_day: float | None = Field(description="Items a day, learned from polling")
    pages: int | None = Field(description="How many of its latest pages the shares are of")
    share_document: float | None = Field(description="Of its pages, the share that gives a document")
    share_author: float | None
    share_date: float | None
    share_section: float | None
    text_length: int | None = Field(description="Median length of text, in characters")
    drift: list[Drift] = Field(description="What fell in its pages")
    moved_to: str | None
    mend: str | None
    listed: int | None = Field(description="Items that its listings named, over all counted months")
    have: int | None
    completeness: float | None
    surveyed: bool | None = Field(description="Whether its whole past in those months was read, not only its feeds")


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
    kind: str = Field(description="documents, volume or operator")
    day: str = Field(description="Of a weekly mail")
    quiet: str | None = Field(description="HH:MM-HH:MM in Lima, in which nothing is sent")
    volume: dict[str, float] | None = Field(description="count, ratio, sources and cooldown (hours) of the kind volume")
    every: bool = Field(description="Whether every document of a story is told, also those that bring nothing new")
    next: str | None = Field(description="When what matches now goes out; null of one that is not active")


class AlertsAnswer(Shape):
    """All alerts."""

    alerts: list[AlertRow]


class AlertChanges(BaseModel):
    """What an edit changes; what is left out, or null, stays."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = None
    query: str | None = None
    owner: str | None = None
    language: str | None = None
    rhythm: str | None = None
    at: str | None = Field(default=None, description="HH:MM in Lima, of a daily or weekly mail")
    day: str | None = Field(default=None, description="monday to sunday, of a weekly mail")
    quiet: str | None = Field(default=None, description='HH:MM-HH:MM in Lima, in which nothing is sent; "" for none')
    channels: list[str] | None = Field(
        default=None, description="mailto:, https:, feed: or a chat; by default mail to the owner"
    )
    volume: dict[str, float] | None = Field(default=None, description="count, ratio, sources, cooldown (hours)")
    every: bool | None = Field(
        default=None, description="Tell every document of a story, also those that bring nothing new"
    )
    confirm: bool = Field(default=False, description="Keep it though it would fire very often")


class AlertGiven(AlertChanges):
    """A new alert; `template` (with `value` for its blank) stands for name, query, rhythm and kind that are left out."""

    kind: str | None = Field(default=None, description="documents (the default), volume or operator")
    template: str | None = None
    value: str = ""


class OwnerChanges(BaseModel):
    """What changes in all alerts of an owner; what is left out, or null, stays."""

    model_config = ConfigDict(extra="forbid")

    owner: str | None = Field(default=None, description="The owner's new address")
    language: str | None = None
    quiet: str | None = Field(default=None, description='HH:MM-HH:MM in Lima, in which nothing is sent; "" for none')
    channels: list[str] | None = None


class AlertAsked(BaseModel):
    """A query to be back-tested; with `before`, held against that one. Of kind volume, with the thresholds it would have."""

    model_config = ConfigDict(extra="forbid")

    query: str
    before: str | None = None
    kind: str = Field(default="documents", description="documents or volume")
    volume: dict[str, float] | None = Field(
        default=None, description="count, ratio, sources, cooldown (hours) of the kind volume"
    )


class DayRow(Shape):
    """How many documents one day has."""

    start: str
    count: int


class SourceCount(Shape):
    """How many documents one source has."""

    source: str
    count: int


class Sample(Evidence):
    """A document that would have been told."""

    source: str


class BacktestAnswer(Shape):
    """What a query would have found in the last 30 days; `change` is what it gains and loses against `before`."""

    query: str
    from_: str = Field(alias="from")
    to: str
    total: int
    per_day: float
    busy: bool = Field(description="Whether it would fire so often that saving it must be confirmed")
    undated: int
    days: list[DayRow]
    sources: list[SourceCount]
    samples: list[Sample]
    change: dict[str, Any] | None = None


class SurgeRow(Shape):
    """One time that an alert on volume would have been told: of the day `start`, on the day `told`, with its evidence."""

    start: str
    told: str
    count: int
    expected: float
    ratio: float
    sources: int
    evidence: list[Sample]


class VolumeTestAnswer(Shape):
    """How often an alert on volume would have been told in the last 30 days; `change` is what it gains and loses against `before`."""

    query: str
    kind: str
    volume: dict[str, float]
    from_: str = Field(alias="from")
    to: str
    fired: int
    surges: list[SurgeRow]
    change: dict[str, Any] | None = None


class TemplatesAnswer(Shape):
    """Ready questions."""

    templates: list[dict[str, Any]]


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
