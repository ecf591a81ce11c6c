"""The history, from the command line."""

import sys

import click
from flask.cli import AppGroup

from portal.kit.db import transaction
from portal.timeline.chain import first_break

timeline = AppGroup("timeline", help="Who did what.")


@timeline.command("verify")
def verify() -> None:
    """Whether the history is as it was written. Exits with 1 if not."""
    with transaction():
        broken = first_break()
    click.echo(broken or "The history is whole.")
    sys.exit(1 if broken else 0)
