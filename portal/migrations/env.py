"""Alembic's way in: our engine, our tables."""

from alembic import context

from portal import config, create_app
from portal.kit.db import Model, db

with create_app(config.from_environment()).app_context(), db.engine.begin() as connection:
    context.configure(connection=connection, target_metadata=Model.metadata, render_as_batch=True, compare_server_default=True)
    context.run_migrations()
