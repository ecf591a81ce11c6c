"""The stand-in behind real HTTP, for as long as it is wanted."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from sandbox.app import Sandbox, create_app
from sandbox.webhooks import CARRIER_SECRET, SECRET


class _Handler(WSGIRequestHandler):
    # The SDK keeps its connection, and a small answer must not wait for the acknowledgement of its own headers.
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def connection_dropped(self, error: BaseException, environ: object = None) -> None:
        """A fault broke the answer off. Kept open, the connection would let the client wait for the rest."""
        self.close_connection = True

    def log(self, type: str, message: str, *args: object) -> None:
        """`GET /_sandbox/requests` tells more than a line for each request would."""


@contextmanager
def running(
    database: str = ":memory:",
    webhook_url: str | None = None,
    webhook_secret: str = SECRET,
    port: int = 0,
    now: int | None = None,
    carrier_webhook: tuple[str | None, str] = (None, CARRIER_SECRET),
) -> Iterator[str]:
    """Yield the address, such as http://127.0.0.1:40123. The webhook's address may also be told later, at /_sandbox/webhooks.

    `now` is where the clock of a new database starts (unix time), if not at the wall's. `carrier_webhook`: where EasyPost tells of parcels,
    and the secret that it signs with.
    """
    app, sandbox = create_app(database, webhook_url, webhook_secret, now)
    if carrier_webhook[0] is not None:
        sandbox.webhooks.tell_of_parcels_at(*carrier_webhook)
    with serving(app, sandbox, port) as url:
        yield url


@contextmanager
def serving(app: Flask, sandbox: Sandbox, port: int = 0) -> Iterator[str]:
    """Both threads of it run meanwhile; afterwards it is closed."""
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Handler)
    thread = Thread(target=server.serve_forever, args=[0.01], name="sandbox", daemon=True)
    sandbox.world.address = f"http://127.0.0.1:{server.port}"
    sandbox.start()
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        sandbox.stop()
