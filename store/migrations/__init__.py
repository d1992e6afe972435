"""Schema versions of the store, applied in order by Alembic, which is loaded only when there is something to apply."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

from core.errors import StoreError

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

HEAD = "0008"
FOLDER = Path(__file__).parent


def revision(tx: Connection) -> str | None:
    """The schema version that the database says it has; None for an empty one."""
    if not inspect(tx).has_table("alembic_version"):
        return None
    found: str | None = tx.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def to_head(engine: Engine) -> None:
    """Bring the schema to HEAD, in one transaction that others wait for. Raises StoreError when it is newer than we are."""
    with engine.connect() as plain, plain.execution_options(pututu_write=False) as tx, tx.begin():
        if revision(tx) == HEAD:
            return
    with engine.connect() as tx, tx.begin():
        if tx.dialect.name == "postgresql":
            tx.execute(text("SELECT pg_advisory_xact_lock(7305)"))
        found = revision(tx)
        if found != HEAD:
            _upgrade(tx, found)


def refuse_unknown(found: str | None) -> None:
    """Raise StoreError for a schema version of which this release knows nothing."""
    if found not in {None, *(step.revision for step in _script().walk_revisions())}:
        raise StoreError(
            f"The store was made by a newer release (schema {found}; this one knows {HEAD}).",
            "Install the newer release again.",
        )


def _upgrade(tx: Connection, found: str | None, target: str = HEAD) -> None:
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext

    refuse_unknown(found)
    script = _script()
    with EnvironmentContext(
        Config(), script, fn=lambda current, _: script._upgrade_revs(target, current)
    ) as environment:
        environment.configure(connection=tx)
        with environment.begin_transaction():
            environment.run_migrations()


def _script() -> "ScriptDirectory":
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(FOLDER))
