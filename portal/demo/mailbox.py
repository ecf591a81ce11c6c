"""The demo's mail server: it takes every mail and keeps each as a file, which the mailbox page shows."""

import argparse
import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from time import time_ns

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Server(Controller):
    """aiosmtpd's own, which with port 0 takes one that is free."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)  # noqa: S101 (what asyncio makes)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


class Keeper:
    """What aiosmtpd calls for each mail."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        name = f"{time_ns():020}"
        partial = self.folder / f"{name}.partial"
        partial.write_bytes(envelope.original_content or b"")
        partial.rename(self.folder / f"{name}.eml")  # whole or not there: the page may look at any moment
        return "250 OK"


@contextmanager
def running(folder: Path, port: int = 0) -> Iterator[int]:
    """Take mails into this folder meanwhile; yields the port."""
    folder.mkdir(parents=True, exist_ok=True)
    server = Server(Keeper(folder), hostname="127.0.0.1", port=port)
    server.start()
    try:
        yield server.port
    finally:
        server.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description="Take every mail, and keep each as a file.")
    parser.add_argument("--port", type=int, default=1025)
    parser.add_argument("--folder", type=Path, default=Path("instance/mailbox"))
    told = parser.parse_args()
    stop = Event()
    for name in signal.SIGTERM, signal.SIGINT:
        signal.signal(name, lambda *_: stop.set())
    with running(told.folder, told.port) as port:
        print(f"Mails to smtp://127.0.0.1:{port} are kept in {told.folder}.", flush=True)
        stop.wait()


if __name__ == "__main__":
    main()
