"""What subscribing needs: kinds of alerts, their day and quiet hours, thresholds of volume; bulletins, findings, canaries."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("alerts", sa.Column("kind", sa.String, nullable=False, server_default="documents"))
    op.add_column("alerts", sa.Column("day", sa.String, nullable=False, server_default="monday"))
    op.add_column("alerts", sa.Column("quiet", sa.String))
    op.add_column("alerts", sa.Column("volume", sa.String))
    op.create_table(
        "bulletins",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("alert", sa.String, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("what", sa.String, nullable=False),
        sa.Column("payload", sa.String, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("batch", sa.String),
        sa.PrimaryKeyConstraint("id", name="pk_bulletins"),
        sa.ForeignKeyConstraint(["alert"], ["alerts.id"], name="fk_bulletins_alert"),
        sa.UniqueConstraint("alert", "key", name="uq_bulletins_alert_key"),
    )
    op.create_index("ix_bulletins_batch", "bulletins", ["batch"])
    op.create_table(
        "findings",
        sa.Column("key", sa.String, nullable=False),
        sa.Column("what", sa.String, nullable=False),
        sa.Column("payload", sa.String, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("over", sa.BigInteger),
        sa.PrimaryKeyConstraint("key", name="pk_findings"),
    )
    op.create_table(
        "canaries",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("document", sa.String, nullable=False),
        sa.Column("alert", sa.String, nullable=False),
        sa.Column("injected", sa.BigInteger, nullable=False),
        sa.Column("matched", sa.BigInteger),
        sa.Column("sent", sa.BigInteger),
        sa.Column("arrived", sa.BigInteger),
        sa.Column("erased", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_canaries"),
    )


def downgrade() -> None:
    raise NotImplementedError("Bring back the backup that was made before the upgrade: `pututu restore FILE`.")
