"""`python -m sandbox --port 12111 --database PATH`: the stand-in as a process of its own, until it is told to end."""

import argparse
import signal
import sys
from threading import Event

from sandbox.serving import running
from sandbox.webhooks import CARRIER_SECRET, SECRET


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="A stand-in for Stripe and EasyPost.")
    parser.add_argument("--port", type=int, default=12111)
    parser.add_argument("--database", default=":memory:", help="an SQLite file; without it all is forgotten at the end")
    parser.add_argument("--webhook-url", help="where events are sent")
    parser.add_argument("--webhook-secret", default=SECRET)
    parser.add_argument("--carrier-webhook-url", help="where news of parcels is sent")
    parser.add_argument("--carrier-webhook-secret", default=CARRIER_SECRET)
    parser.add_argument("--now", type=int, help="unix time at which a new database's clock starts; a known one goes on from where it was")
    given = parser.parse_args()
    ended = Event()
    for signaled in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signaled, lambda *_: ended.set())
    carrier = given.carrier_webhook_url, given.carrier_webhook_secret
    with running(given.database, given.webhook_url, given.webhook_secret, given.port, given.now, carrier) as url:
        print(f"A stand-in for Stripe and EasyPost listens at {url}", file=sys.stderr, flush=True)
        ended.wait()


if __name__ == "__main__":
    main()
