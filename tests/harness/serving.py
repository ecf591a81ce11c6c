"""A Flask app behind real HTTP, for as long as a test needs it."""

from collections.abc import Iterator
from contextlib import contextmanager
from ssl import SSLContext
from threading import Thread
from typing import IO, Any

from flask import Flask
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler


def _whole(file: IO[bytes], size: int = 0) -> list[bytes]:
    """Read at once: a browser that goes away amid a file would let this server leave it open, and pytest complain of it later."""
    with file:
        return [file.read()]


class _Quiet(WSGIRequestHandler):
    timeout = 30
    """Seconds. A browser opens connections in advance and says nothing on them: closing the server must not wait for those."""

    def make_environ(self) -> dict[str, Any]:
        return {**super().make_environ(), "wsgi.file_wrapper": _whole}

    def log(self, type: str, message: str, *args: object) -> None:
        """A line for each request would bury what a failing test has to say."""


@contextmanager
def serve(app: Flask, port: int = 0, tls: SSLContext | None = None) -> Iterator[str]:
    """Yield the address, such as http://127.0.0.1:40123; port 0 takes one that is free."""
    server = ThreadedWSGIServer("127.0.0.1", port, app, _Quiet, ssl_context=tls)
    server.daemon_threads = False  # so that closing it waits for the requests that are under way
    thread = Thread(target=server.serve_forever, args=[0.01], daemon=True)
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
