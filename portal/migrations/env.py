"""Alembic's way in: our connection where `portal db` gives it, else (to write a new migration) one of our own."""

from alembic import context
from sqlalchemy import Connection

from portal import config, create_app
from portal.kit.db import Model, db


def migrate(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Model.metadata, render_as_batch=True, compare_server_default=True)
    context.run_migrations()


if given := context.config.attributes.get("connection"):
    migrate(given)
else:
    with create_app(config.from_environment()).app_context(), db.engine.begin() as ours:
        migrate(ours)
