"""A worker in a process of its own, for test_processes.py: `python -m tests.webhooks.worker <database>`."""

import sys

from portal import create_app, outbox
from tests.settings import settings


def main(database_url: str) -> None:
    with create_app(settings(database_url, LEASE_SECONDS=2)).app_context():
        outbox.work_until_idle()


if __name__ == "__main__":
    main(sys.argv[1])
