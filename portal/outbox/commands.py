"""The worker, and what operators ask about it, from the command line."""

import signal
from threading import Event

import click
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import func, select, update

from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.outbox import worker
from portal.outbox.lease import STUCK_AFTER
from portal.outbox.models import Sync, Task

outbox = AppGroup("outbox", help="What waits to be done.")


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


@outbox.command("status")
def status() -> None:
    """How much waits, since when, and what is stuck."""
    waiting = select(func.count(), func.min(Sync.asked_at)).where(Sync.wanted > Sync.done)
    syncs, since = db.session.execute(waiting).one()
    tasks = db.session.scalar(select(func.count()).select_from(Task).where(Task.done_at.is_(None), Task.dead_at.is_(None)))
    click.echo(f"{syncs} syncs wait" + (f", the oldest since {since:%Y-%m-%d %H:%M:%S} UTC" if since else "") + f". {tasks} tasks wait.")
    for sync in db.session.scalars(select(Sync).where(Sync.wanted > Sync.done, Sync.attempts >= STUCK_AFTER)):
        click.echo(f"stuck: {sync.kind} {sync.subject_id}, {sync.attempts} tries: {sync.error}")
    for task in db.session.scalars(select(Task).where(Task.dead_at.is_not(None))):
        click.echo(f"dead: task {task.id} {task.kind}: {task.error}")


@outbox.command("retry")
def retry() -> None:
    """Try everything that is stuck or dead again, now."""
    with transaction():
        db.session.execute(update(Sync).where(Sync.wanted > Sync.done, Sync.owner.is_(None)).values(due_at=now(), attempts=0))
        db.session.execute(update(Task).where(Task.dead_at.is_not(None)).values(due_at=now(), attempts=0, dead_at=None))
