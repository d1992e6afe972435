"""What telling by several channels needs: keys of links and feeds, how channels fare, mutes, judgements, and what a digest's receipt says."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("alerts", sa.Column("every", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("deliveries", sa.Column("receipt", sa.String))
    op.add_column("entries", sa.Column("others", sa.Integer))
    op.add_column("hits", sa.Column("silenced", sa.String))
    op.create_index("ix_entries_alert_story", "entries", ["alert", "story"])
    _keys()
    _channels()
    _answers()


def _keys() -> None:
    op.create_table(
        "alert_keys",
        sa.Column("alert", sa.String, nullable=False),
        sa.Column("links", sa.String, nullable=False),
        sa.Column("webhook", sa.String, nullable=False),
        sa.Column("feed", sa.String),
        sa.PrimaryKeyConstraint("alert", name="pk_alert_keys"),
        sa.ForeignKeyConstraint(["alert"], ["alerts.id"], name="fk_alert_keys_alert"),
        sa.UniqueConstraint("feed", name="uq_alert_keys_feed"),
    )


def _channels() -> None:
    op.create_table(
        "channels",
        sa.Column("url", sa.String, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
        sa.Column("since", sa.BigInteger),
        sa.Column("not_before", sa.BigInteger),
        sa.Column("paused", sa.BigInteger),
        sa.Column("error", sa.String),
        sa.PrimaryKeyConstraint("url", name="pk_channels"),
    )


def _answers() -> None:
    op.create_table(
        "mutes",
        sa.Column("alert", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("value", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("alert", "kind", "value", name="pk_mutes"),
        sa.ForeignKeyConstraint(["alert"], ["alerts.id"], name="fk_mutes_alert"),
    )
    op.create_table(
        "judgements",
        sa.Column("alert", sa.String, nullable=False),
        sa.Column("document", sa.String, nullable=False),
        sa.Column("relevant", sa.Boolean, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("alert", "document", name="pk_judgements"),
        sa.ForeignKeyConstraint(["alert"], ["alerts.id"], name="fk_judgements_alert"),
    )
    op.create_table(
        "used_links",
        sa.Column("link", sa.String, nullable=False),
        sa.Column("alert", sa.String, nullable=False),
        sa.Column("act", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("link", name="pk_used_links"),
        sa.ForeignKeyConstraint(["alert"], ["alerts.id"], name="fk_used_links_alert"),
    )
    op.create_index("ix_used_links_alert", "used_links", ["alert"])


def downgrade() -> None:
    raise NotImplementedError("Bring back the backup that was made before the upgrade: `pututu restore FILE`.")
