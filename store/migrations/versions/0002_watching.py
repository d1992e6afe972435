"""What years of watching need: each source's rhythm and health, revision checks, and completeness by month.

What the frontier knew before gets the date that its document or its listing says, so that months can be counted.
"""

import json
from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
BATCH = 1000


def upgrade() -> None:
    _sources()
    _frontier()
    _revisions()
    op.create_table(
        "completeness",
        sa.Column("source", sa.String, nullable=False),
        sa.Column("month", sa.String, nullable=False),
        sa.Column("listed", sa.Integer, nullable=False),
        sa.Column("have", sa.Integer, nullable=False),
        sa.Column("surveyed", sa.BigInteger),
        sa.Column("counted", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("source", "month", name="pk_completeness"),
    )


def _sources() -> None:
    for name, kind in (
        ("listed", sa.Integer), ("rhythm", sa.String), ("proven", sa.BigInteger), ("moved_to", sa.String), ("drift", sa.String), ("figures", sa.String),
        ("backfilled", sa.BigInteger),
    ):  # fmt: skip
        op.add_column("source_states", sa.Column(name, kind))
    op.add_column("validators", sa.Column("read", sa.BigInteger))
    # who had been read before this release is not asked for its past unless somebody says so
    op.execute("UPDATE source_states SET backfilled = last_success, proven = last_success WHERE status = 'verified'")


def _frontier() -> None:
    op.add_column("frontier", sa.Column("published", sa.BigInteger))
    _date_frontier()
    op.create_index("ix_frontier_source_published", "frontier", ["source", "published"])
    op.create_index("ix_frontier_source_changed", "frontier", ["source", "changed"])


def _date_frontier() -> None:
    op.execute(
        "UPDATE frontier SET published = (SELECT documents.published FROM documents WHERE documents.id = frontier.document)"
        " WHERE document IS NOT NULL"
    )
    table = sa.table("frontier", sa.column("id"), sa.column("entry"), sa.column("published"))
    connection, after = op.get_bind(), 0
    while True:
        undated = table.c.published.is_(None) & (table.c.id > after)
        rows = connection.execute(
            sa.select(table.c.id, table.c.entry).where(undated).order_by(table.c.id).limit(BATCH)
        ).all()
        if not rows:
            return
        after = rows[-1].id
        dated = [{"its_id": row.id, "moment": moment} for row in rows if (moment := _moment(row.entry)) is not None]
        if dated:
            statement = sa.update(table).where(table.c.id == sa.bindparam("its_id"))
            connection.execute(statement.values(published=sa.bindparam("moment")), dated)


def _moment(entry: str) -> int | None:
    """Microseconds since 1970 of what the listing said, None where it said nothing."""
    said = json.loads(entry).get("published")
    if not isinstance(said, str):
        return None
    moment = datetime.fromisoformat(said)
    return round(moment.timestamp() * 1_000_000) if moment.tzinfo else None


def _revisions() -> None:
    op.create_table(
        "revisions",
        sa.Column("address", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("due", sa.BigInteger),
        sa.Column("checked", sa.BigInteger),
        sa.Column("etag", sa.String),
        sa.Column("last_modified", sa.String),
        sa.Column("digest", sa.String),
        sa.Column("missing", sa.Integer, nullable=False, server_default="0"),
        sa.Column("gone", sa.BigInteger),
        sa.PrimaryKeyConstraint("address", name="pk_revisions"),
        sa.ForeignKeyConstraint(["address"], ["frontier.id"], name="fk_revisions_address"),
    )
    op.create_index("ix_revisions_source_due", "revisions", ["source", "due"])
    op.create_index("ix_revisions_source_checked", "revisions", ["source", "checked"])


def downgrade() -> None:
    raise NotImplementedError("Bring back the backup that was made before the upgrade: `pututu restore FILE`.")
