"""The database's tables, as they came to be. Alembic's folder."""
