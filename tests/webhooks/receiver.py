"""A machine of the shop's, over real HTTP: it keeps what comes, checks it with the library of those who wrote the specification, and
answers as a test wants it to."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ssl import SSLContext
from typing import Any

from flask import Flask, Response, request
from standardwebhooks import Webhook, WebhookVerificationError

from tests.harness.serving import serve

Answer = Callable[[], Response]


@dataclass(frozen=True)
class Received:
    headers: dict[str, str]
    """Their names in small letters."""
    body: bytes

    @property
    def ref(self) -> str:
        return self.headers["webhook-id"]

    @property
    def told(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.body)
        return told

    @property
    def signatures(self) -> list[str]:
        return self.headers["webhook-signature"].split(" ")

    def is_signed_by(self, secret: str) -> bool:
        try:
            Webhook(secret).verify(self.body, self.headers)
        except WebhookVerificationError:
            return False
        return True


@dataclass
class Receiver:
    url: str = ""
    received: list[Received] = field(default_factory=list)
    answer: Answer = lambda: Response(status=204)

    def answers(self, status: int, body: str = "", **headers: str) -> None:
        self.answer = lambda: Response(body, status, {name.replace("_", "-"): value for name, value in headers.items()})

    @property
    def events(self) -> list[str]:
        return [one.told["type"] for one in self.received]

    @property
    def refs(self) -> list[str]:
        return [one.ref for one in self.received]


@contextmanager
def listening(tls: SSLContext | None = None) -> Iterator[Receiver]:
    receiver, app = Receiver(), Flask("receiver")

    @app.post("/<path:path>")
    def receive(path: str) -> Response:
        receiver.received.append(Received({name.lower(): value for name, value in request.headers}, request.get_data()))
        return receiver.answer()

    with serve(app, tls=tls) as address:
        receiver.url = f"{address}/news"
        yield receiver
