"""Keyed hashes of what masking hides, by which those allowed find a number's documents."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "hidden",
        sa.Column("document", sa.String, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("document", "digest", name="pk_hidden"),
        sa.ForeignKeyConstraint(["document"], ["documents.id"], name="fk_hidden_document"),
    )
    op.create_index("ix_hidden_digest", "hidden", ["digest"])


def downgrade() -> None:
    raise NotImplementedError("Bring back the backup that was made before the upgrade: `pututu restore FILE`.")
