"""Alembic's way in: our engine, our tables."""

from typing import Any, Literal

from alembic import context

from portal import config, create_app
from portal.kit.db import Instant, Model, db


def plain(kind: str, thing: Any, _: object) -> str | Literal[False]:
    """A migration names plain types: it must still run when our own have changed."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(thing, Instant) else False


with create_app(config.from_environment()).app_context(), db.engine.begin() as connection:
    context.configure(connection=connection, target_metadata=Model.metadata, render_as_batch=True, render_item=plain)
    context.run_migrations()
