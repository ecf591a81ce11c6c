"""Work for after the commit: asked for in the change it belongs to, done by the worker."""

from flask import Flask

from portal.outbox.asker import NOBODY as NOBODY
from portal.outbox.asker import Asker as Asker
from portal.outbox.asker import asked_by as asked_by
from portal.outbox.asker import asking_for as asking_for
from portal.outbox.asking import every as every
from portal.outbox.asking import never_synced as never_synced
from portal.outbox.asking import syncs as syncs
from portal.outbox.asking import task as task
from portal.outbox.asking import want_sync as want_sync
from portal.outbox.asking import want_task as want_task
from portal.outbox.asking import watch as watch
from portal.outbox.lease import STUCK_AFTER as STUCK_AFTER
from portal.outbox.lease import Lease as Lease
from portal.outbox.lease import LeaseLost as LeaseLost
from portal.outbox.worker import work as work
from portal.outbox.worker import work_until_idle as work_until_idle


def init_app(app: Flask) -> None:
    app.config.setdefault("LEASE_SECONDS", 60)
