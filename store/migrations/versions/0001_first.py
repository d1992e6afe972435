"""The first schema: documents, their versions and annotations, the queues, stories, runs, and the alerts' four tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _documents()
    _queues()
    _sources()
    _stories_and_runs()
    _alerts()


def _documents() -> None:
    op.create_table(
        "documents",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("url", sa.String, nullable=False),
        sa.Column("canonical_url", sa.String),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("language", sa.String),
        sa.Column("author", sa.String, nullable=False),
        sa.Column("section", sa.String),
        sa.Column("published", sa.BigInteger),
        sa.Column("published_precision", sa.String),
        sa.Column("published_from", sa.String),
        sa.Column("fetched", sa.BigInteger, nullable=False),
        sa.Column("arrival", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("completeness", sa.String, nullable=False),
        sa.Column("paywalled", sa.Boolean, nullable=False),
        sa.Column("archive", sa.String),
        sa.Column("first_seen", sa.BigInteger, nullable=False),
        sa.Column("changed", sa.BigInteger, nullable=False),
        sa.Column("taken_down", sa.BigInteger),
        sa.Column("takedown_reason", sa.String),
        sa.PrimaryKeyConstraint("id", name="pk_documents"),
    )
    op.create_index("ix_documents_first_seen", "documents", ["first_seen"])
    op.create_index("ix_documents_source_published", "documents", ["source", "published"])
    op.create_table(
        "versions",
        sa.Column("document", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("seen", sa.BigInteger, nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("summary", sa.String, nullable=False),
        sa.Column("text", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("document", "version", name="pk_versions"),
        sa.ForeignKeyConstraint(["document"], ["documents.id"], name="fk_versions_document"),
    )
    op.create_table(
        "aliases",
        sa.Column("alias", sa.String, nullable=False),
        sa.Column("document", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("alias", name="pk_aliases"),
        sa.ForeignKeyConstraint(["document"], ["documents.id"], name="fk_aliases_document"),
    )
    op.create_index("ix_aliases_document", "aliases", ["document"])
    op.create_table(
        "annotations",
        sa.Column("document", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("step", sa.String, nullable=False),
        sa.Column("fingerprint", sa.String, nullable=False),
        sa.Column("payload", sa.String, nullable=False),
        sa.Column("made", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("document", "version", "step", name="pk_annotations"),
        sa.ForeignKeyConstraint(["document"], ["documents.id"], name="fk_annotations_document"),
    )
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("document", sa.String, nullable=False),
        sa.Column("change", sa.String, nullable=False),
        sa.Column("author", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("undone", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_corrections"),
        sa.ForeignKeyConstraint(["document"], ["documents.id"], name="fk_corrections_document"),
    )
    op.create_index("ix_corrections_document", "corrections", ["document"])


def _queues() -> None:
    op.create_table(
        "work",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("document", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("cause", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("not_before", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("deaths", sa.Integer, nullable=False, server_default="0"),
        sa.Column("lease_by", sa.String),
        sa.Column("lease_until", sa.BigInteger),
        sa.Column("error", sa.String),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("finished", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_work"),
        sa.UniqueConstraint("document", "kind", "version", "cause", name="uq_work_document_kind_version_cause"),
    )
    op.create_index("ix_work_kind_state_not_before_id", "work", ["kind", "state", "not_before", "id"])
    op.create_table(
        "frontier",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("url", sa.String, nullable=False),
        sa.Column("alias", sa.String, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("priority", sa.Integer, nullable=False, server_default="0"),
        sa.Column("entry", sa.String, nullable=False),
        sa.Column("arrival", sa.String, nullable=False),
        sa.Column("discovered", sa.BigInteger, nullable=False),
        sa.Column("fetched", sa.BigInteger),
        sa.Column("archive", sa.String),
        sa.Column("document", sa.String),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("not_before", sa.BigInteger, nullable=False),
        sa.Column("lease_by", sa.String),
        sa.Column("lease_until", sa.BigInteger),
        sa.Column("error", sa.String),
        sa.Column("changed", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_frontier"),
        sa.UniqueConstraint("alias", name="uq_frontier_alias"),
    )
    op.create_index("ix_frontier_document", "frontier", ["document"])
    op.create_index(
        "ix_frontier_leased",
        "frontier",
        ["lease_by"],
        sqlite_where=sa.text("lease_by IS NOT NULL"),
        postgresql_where=sa.text("lease_by IS NOT NULL"),
    )
    op.create_index("ix_frontier_source_state_priority_id", "frontier", ["source", "state", "priority", "id"])
    op.create_index("ix_frontier_state_priority_id", "frontier", ["state", "priority", "id"])


def _sources() -> None:
    op.create_table(
        "source_states",
        sa.Column("slug", sa.String, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("failures", sa.Float, nullable=False),
        sa.Column("reason", sa.String),
        sa.Column("error", sa.String),
        sa.Column("interval", sa.Float, nullable=False),
        sa.Column("gap", sa.Float),
        sa.Column("last_poll", sa.BigInteger),
        sa.Column("last_success", sa.BigInteger),
        sa.Column("last_failure", sa.BigInteger),
        sa.Column("last_item", sa.BigInteger),
        sa.Column("next_poll", sa.BigInteger),
        sa.PrimaryKeyConstraint("slug", name="pk_source_states"),
    )
    op.create_table(
        "validators",
        sa.Column("source", sa.String, nullable=False),
        sa.Column("feed", sa.String, nullable=False),
        sa.Column("etag", sa.String),
        sa.Column("last_modified", sa.String),
        sa.Column("body_hash", sa.String),
        sa.PrimaryKeyConstraint("source", "feed", name="pk_validators"),
    )
    op.create_table(
        "outages",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("started", sa.BigInteger, nullable=False),
        sa.Column("ended", sa.BigInteger),
        sa.Column("reason", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outages"),
    )
    op.create_index("ix_outages_source_ended", "outages", ["source", "ended"])


def _stories_and_runs() -> None:
    op.create_table(
        "stories",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("first", sa.BigInteger, nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_stories"),
    )
    op.create_index("ix_stories_last", "stories", ["last"])
    op.create_table(
        "story_members",
        sa.Column("document", sa.String, nullable=False),
        sa.Column("story", sa.String, nullable=False),
        sa.Column("joined", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("document", name="pk_story_members"),
        sa.ForeignKeyConstraint(["document"], ["documents.id"], name="fk_story_members_document"),
        sa.ForeignKeyConstraint(["story"], ["stories.id"], name="fk_story_members_story"),
    )
    op.create_index("ix_story_members_story", "story_members", ["story"])
    op.create_table(
        "story_keys",
        sa.Column("key", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("day", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("document", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("key", "day", "document", name="pk_story_keys"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("worker", sa.String, nullable=False),
        sa.Column("what", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("started", sa.BigInteger, nullable=False),
        sa.Column("finished", sa.BigInteger),
        sa.Column("receipt", sa.String),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
    )
    op.create_index("ix_runs_kind_id", "runs", ["kind", "id"])


# ---- The alerts' block: the same four tables as the last block of `store/schema.py`. ----


def _alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("query", sa.String, nullable=False),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("language", sa.String, nullable=False),
        sa.Column("rhythm", sa.String, nullable=False),
        sa.Column("at", sa.String, nullable=False),
        sa.Column("channels", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("reason", sa.String),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("checked", sa.Integer, nullable=False, server_default="0"),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("changed", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
    )
    op.create_index("ix_alerts_state", "alerts", ["state"])
    op.create_table(
        "deliveries",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("batch", sa.String, nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
        sa.Column("parts", sa.Integer, nullable=False),
        sa.Column("alert", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("message_id", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("reason", sa.String),
        sa.Column("checked", sa.Integer, nullable=False, server_default="0"),
        sa.Column("prepared", sa.BigInteger, nullable=False),
        sa.Column("sent", sa.BigInteger),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("not_before", sa.BigInteger),
        sa.Column("lease_by", sa.String),
        sa.Column("lease_until", sa.BigInteger),
        sa.Column("error", sa.String),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.ForeignKeyConstraint(["alert"], ["alerts.id"], name="fk_deliveries_alert"),
        sa.UniqueConstraint("batch", "channel", "part", name="uq_deliveries_batch_channel_part"),
        sa.UniqueConstraint("message_id", name="uq_deliveries_message_id"),
    )
    op.create_index("ix_deliveries_alert_prepared", "deliveries", ["alert", "prepared"])
    op.create_index("ix_deliveries_state_not_before", "deliveries", ["state", "not_before"])
    op.create_table(
        "entries",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("alert", sa.String, nullable=False),
        sa.Column("story", sa.String),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("batch", sa.String),
        sa.Column("part", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="pk_entries"),
        sa.ForeignKeyConstraint(["alert"], ["alerts.id"], name="fk_entries_alert"),
    )
    op.create_index(
        "uq_entries_open",
        "entries",
        ["alert", "story"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_entries_batch", "entries", ["batch"])
    op.create_index("ix_entries_state_alert", "entries", ["state", "alert"])
    op.create_table(
        "hits",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("alert", sa.String, nullable=False),
        sa.Column("document", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("cause", sa.String, nullable=False),
        sa.Column("arrival", sa.String, nullable=False),
        sa.Column("counted", sa.Boolean, nullable=False),
        sa.Column("entry", sa.Integer),
        sa.Column("batch", sa.String),
        sa.Column("matched", sa.BigInteger, nullable=False),
        sa.Column("snapshot", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_hits"),
        sa.ForeignKeyConstraint(["alert"], ["alerts.id"], name="fk_hits_alert"),
        sa.ForeignKeyConstraint(["entry"], ["entries.id"], name="fk_hits_entry"),
        sa.UniqueConstraint("alert", "document", name="uq_hits_alert_document"),
    )
    op.create_index(
        "ix_hits_untold",
        "hits",
        ["alert"],
        sqlite_where=sa.text("counted AND batch IS NULL"),
        postgresql_where=sa.text("counted AND batch IS NULL"),
    )
    op.create_index("ix_hits_document", "hits", ["document"])
    op.create_index("ix_hits_entry", "hits", ["entry"])


def downgrade() -> None:
    raise NotImplementedError("Bring back the backup that was made before the upgrade: `pututu restore FILE`.")
