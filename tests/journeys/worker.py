"""A worker that runs all the while, as in production: nothing in a journey says when it is its turn."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from flask import Flask

from portal import outbox


@contextmanager
def working(app: Flask) -> Iterator[None]:
    stop = Event()

    def work() -> None:
        with app.app_context():
            outbox.work(stop)

    thread = Thread(target=work, name="worker")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
