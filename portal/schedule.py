"""Everything that happens by the clock, in one list. A worker asks for it when it is due; of many workers, one."""

from datetime import timedelta

from flask import Flask

from portal import outbox, timeline

HAPPENS = {
    "catch up on events": timedelta(minutes=5),
    "look for silent parcels": timedelta(minutes=15),
    "concern incidents": timedelta(minutes=10),
    "watch parcels": timedelta(hours=1),
    "watch returns": timedelta(hours=1),
    timeline.ANCHOR: timedelta(minutes=10),
    timeline.CHECK: timedelta(days=1),
    timeline.FORGET: timedelta(days=1),
    "reconcile": timedelta(days=1),
    "forget old sign-ins": timedelta(days=1),
    "forget old API answers": timedelta(hours=6),
    "sweep photos": timedelta(hours=1),
    "lock secrets anew": timedelta(hours=6),
    "forget old webhooks": timedelta(days=1),
    "lock webhook secrets anew": timedelta(hours=6),
    "count the days": timedelta(days=1),
}


def init_app(app: Flask) -> None:
    for kind, interval in HAPPENS.items():
        outbox.every(interval, kind)
