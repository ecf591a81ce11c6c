"""The worker, from the command line."""

import signal
from threading import Event

import click
from flask.cli import with_appcontext

from portal.outbox import worker


@click.command
@click.option("--until-idle", is_flag=True, help="Do what is due now, then end.")
@with_appcontext
def work(until_idle: bool) -> None:
    """Run the worker, until it is told to stop (SIGTERM or Ctrl-C)."""
    if until_idle:
        worker.work_until_idle()
        return
    stop = Event()
    for name in signal.SIGTERM, signal.SIGINT:
        signal.signal(name, lambda *_: stop.set())
    worker.work(stop)
