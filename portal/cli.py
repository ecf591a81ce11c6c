"""The commands for operators. Each is an edge, like a route."""

import sys

import click
from flask.cli import ScriptInfo
from sqlalchemy.exc import OperationalError

from portal import config, create_app
from portal.accounts import commands as accounts
from portal.api.commands import api_key
from portal.demo.commands import demo
from portal.doctor import doctor
from portal.imports.commands import import_stripe
from portal.migrations import commands as migrations
from portal.numbers.commands import numbers
from portal.operations import commands as operations
from portal.orders import commands as orders
from portal.outbox import commands as outbox
from portal.returns.commands import import_returns, returns
from portal.timeline import commands as timeline
from portal.webhooks.commands import webhooks

orders.imports.add_command(import_stripe)
orders.imports.add_command(import_returns)
COMMANDS = [
    outbox.work, operations.sync, doctor, migrations.db, timeline.audit, orders.imports, accounts.staff, returns, numbers, api_key,
    webhooks, demo,
]  # fmt: skip


@click.group()
def commands() -> None:
    """Run and look after a Latchkey portal."""


for command in COMMANDS:
    commands.add_command(command)


def main() -> None:
    """What `portal` runs. The settings are read only by a command that needs them, so that `--help` always answers."""
    try:
        commands(obj=ScriptInfo(create_app=lambda: create_app(config.from_environment())))
    except config.Misconfigured as error:
        click.echo("The portal can't start like this:", err=True)
        for problem in error.problems:
            click.echo(f"- {problem}", err=True)
        sys.exit(2)
    except OperationalError as error:
        click.echo(f"The database refused: {error.orig}", err=True)
        sys.exit(1)
