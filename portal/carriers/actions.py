"""What is asked for when a parcel leaves, and when somebody has news of one. Called from an open transaction."""

from datetime import datetime, timedelta

from portal import outbox
from portal.carriers.models import ReceivedNews, Tracker
from portal.carriers.service_port import News
from portal.kit.db import db

TOGETHER = timedelta(seconds=2)
"""One scan may come as several pieces of news: after this time one look is enough for all of them."""


def follow(carrier: str, number: str, *, at: datetime) -> None:
    """Have this parcel followed from now on: whoever listens (`on_tracking`) is told of all that is known. Once is as good as often."""
    tracker = Tracker.want(carrier, number, at=at)
    if tracker.ref is None:
        outbox.want_sync(tracker, at=at)


def follow_again(tracker: Tracker, *, at: datetime) -> None:
    """Have the service asked once more to follow a parcel that it refused."""
    tracker.want_again(at=at)
    outbox.want_sync(tracker, at=at)


def take(news: News, *, at: datetime) -> None:
    """Keep it once, and have the parcel looked up. One that we do not follow is another shop's, and nobody asks about it."""
    kept = ReceivedNews.keep(news, at=at)
    if kept is None or news.ref is None:
        return
    for tracker in db.session.scalars(Tracker.told_of(news.ref, news.number)):
        kept.is_ours = True
        outbox.want_sync(tracker, at=at + TOGETHER)
