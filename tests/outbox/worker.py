"""A worker in a process of its own, for test_processes.py: `python -m tests.outbox.worker <database> <file>`."""

import sys
import time
from pathlib import Path
from typing import Any

from portal import create_app, outbox
from portal.kit.clock import now
from tests.settings import settings


def main(database_url: str, done: Path) -> None:
    app = create_app(settings(database_url, LEASE_SECONDS=1))

    @outbox.task("write a line")
    def write(payload: dict[str, Any], lease: outbox.Lease) -> None:
        time.sleep(0.005)
        with lease.finish(at=now()):
            pass
        with done.open("a") as file:
            file.write(f"{payload['number']}\n")

    with app.app_context():
        print("ready", flush=True)
        outbox.work_until_idle()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
