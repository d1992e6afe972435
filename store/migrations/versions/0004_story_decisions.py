"""What a person decided on stories: which were merged, what was split off; kept, and undone on request."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "story_decisions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("story", sa.String, nullable=False),
        sa.Column("other", sa.String, nullable=False),
        sa.Column("documents", sa.String, nullable=False),
        sa.Column("author", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("undone", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_story_decisions"),
    )
    op.create_index("ix_story_decisions_story", "story_decisions", ["story"])
    op.create_index("ix_story_decisions_other", "story_decisions", ["other"])


def downgrade() -> None:
    raise NotImplementedError("Bring back the backup that was made before the upgrade: `pututu restore FILE`.")
