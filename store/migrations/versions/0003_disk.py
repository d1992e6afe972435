"""What a full disk needs: documents marked as kept, pages that a takedown still has to erase, and how much was used each day."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "kept",
        sa.Column("document", sa.String, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("document", name="pk_kept"),
        sa.ForeignKeyConstraint(["document"], ["documents.id"], name="fk_kept_document"),
    )
    op.create_table(
        "erasures",
        sa.Column("pointer", sa.String, nullable=False),
        sa.Column("asked", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("pointer", name="pk_erasures"),
    )
    op.create_table(
        "disk_usage",
        sa.Column("home", sa.String, nullable=False),
        sa.Column("day", sa.String, nullable=False),
        sa.Column("archive", sa.BigInteger, nullable=False),
        sa.Column("store", sa.BigInteger, nullable=False),
        sa.Column("search", sa.BigInteger, nullable=False),
        sa.Column("free", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("home", "day", name="pk_disk_usage"),
    )
    # which records of an archive file are pointed to: asked whenever a file is taken out of the archive
    op.create_index("ix_documents_archive", "documents", ["archive"])
    op.create_index("ix_frontier_archive", "frontier", ["archive"])


def downgrade() -> None:
    raise NotImplementedError("Bring back the backup that was made before the upgrade: `pututu restore FILE`.")
