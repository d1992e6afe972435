"""The tables of the store. `migrations/versions` makes them; a test holds the two equal.

Texts stand in `versions` only, so a document's row stays small; every queue (work, frontier, deliveries) is a table with
leases, so that what waits is seen with the same SQL as what is done.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
    false,
    text,
)

from store.columns import Json, When, Words

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

documents = Table(
    "documents",
    metadata,
    Column("id", Words, primary_key=True),
    Column("url", Words, nullable=False),
    Column("canonical_url", Words),
    Column("source", Words, nullable=False),
    Column("kind", Words, nullable=False),
    Column("language", Words),
    Column("author", Json, nullable=False),
    Column("section", Words),
    Column("published", When),
    Column("published_precision", Words),
    Column("published_from", Words),
    Column("fetched", When, nullable=False),
    Column("arrival", Words, nullable=False),
    Column("version", Integer, nullable=False),
    Column("completeness", Words, nullable=False),
    Column("paywalled", Boolean, nullable=False),
    Column("archive", Words),
    Column("first_seen", When, nullable=False),
    Column("changed", When, nullable=False),
    Column("taken_down", When),
    Column("takedown_reason", Words),
    Index(None, "source", "published"),
    Index(None, "first_seen"),
    Index(None, "archive"),
)

versions = Table(
    "versions",
    metadata,
    Column("document", Words, ForeignKey("documents.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("by", Words, nullable=False),
    Column("seen", When, nullable=False),
    Column("title", Words, nullable=False),
    Column("summary", Words, nullable=False),
    Column("text", Words, nullable=False),
)

aliases = Table(
    "aliases",
    metadata,
    Column("alias", Words, primary_key=True),
    Column("document", Words, ForeignKey("documents.id"), nullable=False),
    Index(None, "document"),
)

annotations = Table(
    "annotations",
    metadata,
    Column("document", Words, ForeignKey("documents.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("step", Words, primary_key=True),
    Column("fingerprint", Words, nullable=False),
    Column("payload", Json, nullable=False),
    Column("made", When, nullable=False),
)

hidden = Table(
    "hidden",
    metadata,
    Column("document", Words, ForeignKey("documents.id"), primary_key=True),
    Column("digest", Words, primary_key=True),
    Column("kind", Words, nullable=False),
    Index(None, "digest"),
)

corrections = Table(
    "corrections",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("document", Words, ForeignKey("documents.id"), nullable=False),
    Column("change", Json, nullable=False),
    Column("author", Words, nullable=False),
    Column("at", When, nullable=False),
    Column("undone", When),
    Index(None, "document"),
)

work = Table(
    "work",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Words, nullable=False),
    Column("document", Words, nullable=False),
    Column("version", Integer, nullable=False),
    Column("cause", Words, nullable=False),
    Column("state", Words, nullable=False),
    Column("not_before", When, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("deaths", Integer, nullable=False, server_default="0"),
    Column("lease_by", Words),
    Column("lease_until", When),
    Column("error", Words),
    Column("created", When, nullable=False),
    Column("finished", When),
    UniqueConstraint("document", "kind", "version", "cause"),
    Index(None, "kind", "state", "not_before", "id"),
)

frontier = Table(
    "frontier",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("url", Words, nullable=False),
    Column("alias", Words, nullable=False, unique=True),
    Column("source", Words, nullable=False),
    Column("state", Words, nullable=False),
    Column("priority", Integer, nullable=False, server_default="0"),
    Column("entry", Json, nullable=False),
    Column("arrival", Words, nullable=False),
    Column("discovered", When, nullable=False),
    Column("fetched", When),
    Column("archive", Words),
    Column("document", Words),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("not_before", When, nullable=False),
    Column("lease_by", Words),
    Column("lease_until", When),
    Column("error", Words),
    Column("changed", When, nullable=False),
    Column("published", When),
    Index(None, "source", "state", "priority", "id"),
    Index(None, "state", "priority", "id"),
    Index(None, "document"),
    Index(None, "source", "published"),
    Index(None, "source", "changed"),
    Index(None, "archive"),
    Index(
        "ix_frontier_leased",
        "lease_by",
        sqlite_where=text("lease_by IS NOT NULL"),
        postgresql_where=text("lease_by IS NOT NULL"),
    ),
)

source_states = Table(
    "source_states",
    metadata,
    Column("slug", Words, primary_key=True),
    Column("status", Words, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("failures", Float, nullable=False),
    Column("reason", Words),
    Column("error", Words),
    Column("interval", Float, nullable=False),
    Column("gap", Float),
    Column("last_poll", When),
    Column("last_success", When),
    Column("last_failure", When),
    Column("last_item", When),
    Column("next_poll", When),
    Column("listed", Integer),
    Column("rhythm", Json),
    Column("proven", When),
    Column("moved_to", Words),
    Column("drift", Json),
    Column("figures", Json),
    Column("backfilled", When),
)

revisions = Table(
    "revisions",
    metadata,
    Column("address", Integer, ForeignKey("frontier.id"), primary_key=True, autoincrement=False),
    Column("source", Words, nullable=False),
    Column("due", When),
    Column("checked", When),
    Column("etag", Words),
    Column("last_modified", Words),
    Column("digest", Words),
    Column("missing", Integer, nullable=False, server_default="0"),
    Column("gone", When),
    Index(None, "source", "due"),
    Index(None, "source", "checked"),
)

completeness = Table(
    "completeness",
    metadata,
    Column("source", Words, primary_key=True),
    Column("month", Words, primary_key=True),
    Column("listed", Integer, nullable=False),
    Column("have", Integer, nullable=False),
    Column("surveyed", When),
    Column("counted", When, nullable=False),
)

validators = Table(
    "validators",
    metadata,
    Column("source", Words, primary_key=True),
    Column("feed", Words, primary_key=True),
    Column("etag", Words),
    Column("last_modified", Words),
    Column("body_hash", Words),
    Column("read", When),
)

outages = Table(
    "outages",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", Words, nullable=False),
    Column("started", When, nullable=False),
    Column("ended", When),
    Column("reason", Words, nullable=False),
    Index(None, "source", "ended"),
)

stories = Table(
    "stories",
    metadata,
    Column("id", Words, primary_key=True),
    Column("first", When, nullable=False),
    Column("last", When, nullable=False),
    Column("size", Integer, nullable=False),
    Column("created", When, nullable=False),
    Index(None, "last"),
)

story_members = Table(
    "story_members",
    metadata,
    Column("document", Words, ForeignKey("documents.id"), primary_key=True),
    Column("story", Words, ForeignKey("stories.id"), nullable=False),
    Column("joined", When, nullable=False),
    Index(None, "story"),
)

story_keys = Table(
    "story_keys",
    metadata,
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("document", Words, primary_key=True),
    sqlite_with_rowid=False,
)

story_decisions = Table(
    "story_decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Words, nullable=False),
    Column("story", Words, nullable=False),
    Column("other", Words, nullable=False),
    Column("documents", Json, nullable=False),
    Column("author", Words, nullable=False),
    Column("at", When, nullable=False),
    Column("undone", When),
    Index(None, "story"),
    Index(None, "other"),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Words, nullable=False),
    Column("worker", Words, nullable=False),
    Column("what", Json, nullable=False),
    Column("state", Words, nullable=False),
    Column("started", When, nullable=False),
    Column("finished", When),
    Column("receipt", Json),
    Index(None, "kind", "id"),
)

kept = Table(
    "kept",
    metadata,
    Column("document", Words, ForeignKey("documents.id"), primary_key=True),
    Column("by", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("at", When, nullable=False),
)

erasures = Table(
    "erasures",
    metadata,
    Column("pointer", Words, primary_key=True),
    Column("asked", When, nullable=False),
)

disk_usage = Table(
    "disk_usage",
    metadata,
    Column("home", Words, primary_key=True),
    Column("day", Words, primary_key=True),
    Column("archive", BigInteger, nullable=False),
    Column("store", BigInteger, nullable=False),
    Column("search", BigInteger, nullable=False),
    Column("free", BigInteger, nullable=False),
)

# ---- The alerts' block: what is asked, what was found, what was told, and what the owner answered. ----

alerts = Table(
    "alerts",
    metadata,
    Column("id", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("query", Words, nullable=False),
    Column("owner", Words, nullable=False),
    Column("language", Words, nullable=False),
    Column("rhythm", Words, nullable=False),
    Column("at", Words, nullable=False),
    Column("channels", Json, nullable=False),
    Column("state", Words, nullable=False),
    Column("reason", Words),
    Column("revision", Integer, nullable=False),
    Column("checked", Integer, nullable=False, server_default="0"),
    Column("every", Boolean, nullable=False, server_default=false()),
    Column("created", When, nullable=False),
    Column("changed", When, nullable=False),
    Column("kind", Words, nullable=False, server_default="documents"),
    Column("day", Words, nullable=False, server_default="monday"),
    Column("quiet", Words),
    Column("volume", Json),
    Index(None, "state"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Words, primary_key=True),
    Column("batch", Words, nullable=False),
    Column("part", Integer, nullable=False),
    Column("parts", Integer, nullable=False),
    Column("alert", Words, ForeignKey("alerts.id"), nullable=False),
    Column("kind", Words, nullable=False),
    Column("channel", Words, nullable=False),
    Column("message_id", Words, nullable=False, unique=True),
    Column("state", Words, nullable=False),
    Column("reason", Words),
    Column("checked", Integer, nullable=False, server_default="0"),
    Column("prepared", When, nullable=False),
    Column("sent", When),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("not_before", When),
    Column("lease_by", Words),
    Column("lease_until", When),
    Column("error", Words),
    Column("receipt", Json),
    UniqueConstraint("batch", "channel", "part"),
    Index(None, "state", "not_before"),
    Index(None, "alert", "prepared"),
)

entries = Table(
    "entries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("alert", Words, ForeignKey("alerts.id"), nullable=False),
    Column("story", Words),
    Column("state", Words, nullable=False),
    Column("created", When, nullable=False),
    Column("batch", Words),
    Column("part", Integer),
    Column("others", Integer),
    Index(
        "uq_entries_open",
        "alert",
        "story",
        unique=True,
        sqlite_where=text("state = 'open'"),
        postgresql_where=text("state = 'open'"),
    ),
    Index(None, "state", "alert"),
    Index(None, "batch"),
    Index(None, "alert", "story"),
)

hits = Table(
    "hits",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("alert", Words, ForeignKey("alerts.id"), nullable=False),
    Column("document", Words, nullable=False),
    Column("version", Integer, nullable=False),
    Column("cause", Words, nullable=False),
    Column("arrival", Words, nullable=False),
    Column("counted", Boolean, nullable=False),
    Column("entry", Integer, ForeignKey("entries.id")),
    Column("batch", Words),
    Column("matched", When, nullable=False),
    Column("snapshot", Json, nullable=False),
    Column("silenced", Words),
    UniqueConstraint("alert", "document"),
    Index(None, "document"),
    Index(None, "entry"),
    Index(
        "ix_hits_untold",
        "alert",
        sqlite_where=text("counted AND batch IS NULL"),
        postgresql_where=text("counted AND batch IS NULL"),
    ),
)

alert_keys = Table(
    "alert_keys",
    metadata,
    Column("alert", Words, ForeignKey("alerts.id"), primary_key=True),
    Column("links", Words, nullable=False),
    Column("webhook", Words, nullable=False),
    Column("feed", Words, unique=True),
)

channels = Table(
    "channels",
    metadata,
    Column("url", Words, primary_key=True),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("since", When),
    Column("not_before", When),
    Column("paused", When),
    Column("error", Words),
)

mutes = Table(
    "mutes",
    metadata,
    Column("alert", Words, ForeignKey("alerts.id"), primary_key=True),
    Column("kind", Words, primary_key=True),
    Column("value", Words, primary_key=True),
    Column("at", When, nullable=False),
)

judgements = Table(
    "judgements",
    metadata,
    Column("alert", Words, ForeignKey("alerts.id"), primary_key=True),
    Column("document", Words, primary_key=True),
    Column("relevant", Boolean, nullable=False),
    Column("at", When, nullable=False),
)

used_links = Table(
    "used_links",
    metadata,
    Column("link", Words, primary_key=True),
    Column("alert", Words, ForeignKey("alerts.id"), nullable=False),
    Column("act", Words, nullable=False),
    Column("at", When, nullable=False),
    Index(None, "alert"),
)

bulletins = Table(
    "bulletins",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("alert", Words, ForeignKey("alerts.id"), nullable=False),
    Column("key", Words, nullable=False),
    Column("what", Words, nullable=False),
    Column("payload", Json, nullable=False),
    Column("created", When, nullable=False),
    Column("batch", Words),
    UniqueConstraint("alert", "key"),
    Index(None, "batch"),
)

findings = Table(
    "findings",
    metadata,
    Column("key", Words, primary_key=True),
    Column("what", Words, nullable=False),
    Column("payload", Json, nullable=False),
    Column("since", When, nullable=False),
    Column("over", When),
)

canaries = Table(
    "canaries",
    metadata,
    Column("id", Words, primary_key=True),
    Column("document", Words, nullable=False),
    Column("alert", Words, nullable=False),
    Column("injected", When, nullable=False),
    Column("matched", When),
    Column("sent", When),
    Column("arrived", When),
    Column("erased", When),
)
