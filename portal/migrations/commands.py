"""The database's tables, from the command line."""

import sys

import click
from flask.cli import AppGroup

from portal.kit.db import db as database
from portal.migrations import schema

db = AppGroup("db", help="The database's tables.")


@db.command("upgrade")
def upgrade() -> None:
    """Bring the database up to date. Run it with each release, before its code."""
    try:
        done = schema.upgrade()
    except schema.Ahead as ahead:
        raise click.ClickException(_ahead(ahead)) from ahead
    for step in done:
        click.echo(f"Done: {step}")
    click.echo("The database is up to date.")


@db.command("check")
def check() -> None:
    """Say which migrations are missing. Exits with 1 if any is."""
    try:
        with database.engine.connect() as connection:
            missing = schema.missing(connection)
    except schema.Ahead as ahead:
        click.echo(_ahead(ahead))
        return
    for step in missing:
        click.echo(f"Missing: {step}")
    if missing:
        click.echo("Run: portal db upgrade")
        sys.exit(1)
    click.echo("The database is up to date.")


def _ahead(ahead: schema.Ahead) -> str:
    return f"This database was made by a newer version of the portal: {ahead}"
