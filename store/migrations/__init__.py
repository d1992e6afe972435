"""Schema versions of the store, applied in order by Alembic."""
