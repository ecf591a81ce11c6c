"""Events on their way to the portal: kept until it answers 2xx, signed as Stripe or EasyPost signs them; doubled or shuffled on request."""

import hmac
import logging
import random
import time
import unicodedata
from http.client import HTTPException
from threading import Event, Thread
from urllib.request import HTTPRedirectHandler, Request, build_opener

from sandbox.store import Store

log = logging.getLogger(__name__)

SECRET = "whsec_sandbox"
CARRIER_SECRET = "carrier_sandbox"
CARRIER, FORGED = "easypost", "easypost, forged"
"""The endpoint of what EasyPost tells, and of what somebody tells in its name."""

BACK_OFF = (0.2, 1, 5, 30)
"""Seconds between tries; the last one from then on. Stripe's own are hours apart, and go on for three days."""
TRIES = 200
TIMEOUT = 10


class Webhooks:
    def __init__(self, store: Store, url: str | None, secret: str) -> None:
        self._store = store
        self.secret = secret
        self.carrier_secret = CARRIER_SECRET
        self.url = url if url is not None else store.setting("webhook_url")
        self.carrier_url = store.setting("carrier_webhook_url")
        self.double = self.shuffle = self.paused = False
        self._wake, self._ending = Event(), Event()
        self._thread: Thread | None = None
        if url is not None:
            store.set("webhook_url", url)

    def settle(self, *, url: str | None, double: bool | None, shuffle: bool | None, paused: bool | None) -> None:
        if url is not None:
            self.url = url
            self._store.set("webhook_url", url)
        self.double = self.double if double is None else double
        self.shuffle = self.shuffle if shuffle is None else shuffle
        self.paused = self.paused if paused is None else paused
        self.wake()

    def endpoints_for(self, kind: str) -> dict[str | None, str | None]:
        """Who wants to be told of this kind of event, with the version in which. None is the address that we were started with."""
        told: dict[str | None, str | None] = {None: None} if self.url else {}
        for endpoint in self._store.all("webhook_endpoint"):
            if endpoint["status"] == "enabled" and {"*", kind} & set(endpoint["enabled_events"]):
                told[endpoint["id"]] = endpoint["api_version"]
        return told

    def enqueue(self, event: str, body: str, endpoint: str | None) -> None:
        """Inside the transaction that made the event. The body is frozen here: every try sends the same bytes."""
        for _ in range(2 if self.double else 1):
            later = random.uniform(0, 0.3) if self.shuffle else 0
            new = "INSERT INTO delivery (event, body, next_at, endpoint) VALUES (?, ?, ?, ?)"
            self._store.change(new, event, body, time.time() + later, endpoint)

    def tell_of_parcels_at(self, url: str | None, secret: str | None = None) -> None:
        """Where EasyPost tells of parcels; nowhere if it is empty."""
        self.carrier_url, self.carrier_secret = url or "", secret or self.carrier_secret
        self._store.set("carrier_webhook_url", self.carrier_url)
        self.wake()

    def tell_of_parcel(self, event: str, body: str, *, forged: bool, late: float) -> None:
        """The same for an event of EasyPost's, `late` by so many seconds of the wall's clock."""
        if self.carrier_url:
            for _ in range(2 if self.double else 1):
                later = late + (random.uniform(0, 0.3) if self.shuffle else 0)
                new = "INSERT INTO delivery (event, body, next_at, endpoint) VALUES (?, ?, ?, ?)"
                self._store.change(new, event, body, time.time() + later, FORGED if forged else CARRIER)

    def wake(self) -> None:
        self._wake.set()

    def waiting(self) -> int:
        return int(str(self._store.rows("SELECT count(*) FROM delivery WHERE state = 'waiting'")[0][0]))

    def under_way(self) -> int:
        """Of those, how many somebody is about to be told of."""
        count = f"SELECT count(*) FROM delivery WHERE state = 'waiting'{self._addressed}"  # noqa: S608
        return 0 if self.paused else int(str(self._store.rows(count)[0][0]))

    def start(self) -> None:
        self._ending.clear()
        self._thread = Thread(target=self._run, name="webhooks", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._ending.set()
        self.wake()
        if self._thread:
            self._thread.join(TIMEOUT + 1)

    def _run(self) -> None:
        while not self._ending.is_set():
            self._wake.clear()
            if not self._deliver_next():
                self._wake.wait(0.1)

    def _deliver_next(self) -> bool:
        if self.paused:
            return False
        order = "random()" if self.shuffle else "next_at, seq"
        due = f"SELECT seq, body, tries, endpoint FROM delivery WHERE state = 'waiting' AND next_at <= ?{self._addressed}"  # noqa: S608
        rows = self._store.rows(f"{due} ORDER BY {order} LIMIT 1", time.time())
        if not rows:
            return False
        seq, body, tries = rows[0][0], str(rows[0][1]).encode(), int(str(rows[0][2])) + 1
        if (target := self._target(rows[0][3], body)) is None:
            state, next_at = "given up", time.time()
        elif self._send(body, *target):
            state, next_at = "delivered", time.time()
        else:
            state = "waiting" if tries < TRIES and rows[0][3] != FORGED else "given up"
            next_at = time.time() + BACK_OFF[min(tries, len(BACK_OFF)) - 1]
        self._store.change("UPDATE delivery SET state = ?, tries = ?, next_at = ? WHERE seq = ?", state, tries, next_at, seq)
        return True

    @property
    def _addressed(self) -> str:
        """What waits for the address that we were started with waits until there is one."""
        return "" if self.url else " AND endpoint IS NOT NULL"

    def _target(self, endpoint: object, body: bytes) -> tuple[str, dict[str, str]] | None:
        """The address and the signed headers; None if the endpoint was deleted or disabled meanwhile."""
        if endpoint in (CARRIER, FORGED):
            secret = self.carrier_secret if endpoint == CARRIER else "of somebody else"
            signed = {"User-Agent": "EasyPost Webhook (sandbox)", "X-Hmac-Signature": carrier_signature(body, secret)}
            return (self.carrier_url, signed) if self.carrier_url else None
        url, secret = self.url, self.secret
        if endpoint is not None:
            found = self._store.find(str(endpoint))
            if found is None or found["status"] != "enabled":
                return None
            url, secret = found["url"], found["secret"]
        return url, {"User-Agent": "Stripe/1.0 (sandbox)", "Stripe-Signature": sign(body, secret, int(time.time()))}

    def _send(self, body: bytes, url: str, signed: dict[str, str]) -> bool:
        try:
            # The address is the operator's.
            request = Request(url, body, {"Content-Type": "application/json; charset=utf-8", **signed})  # noqa: S310
            with _opener.open(request, timeout=TIMEOUT) as answer:
                return 200 <= int(answer.status) < 300
        except (OSError, HTTPException, ValueError) as problem:
            log.info("The webhook endpoint did not take an event: %s", problem)
            return False


def sign(body: bytes, secret: str, at: int) -> str:
    """Stripe's header. `at` is the wall's time, also when the stand-in's clock was moved: the portal checks it against its own."""
    signature = hmac.new(secret.encode(), f"{at}.".encode() + body, "sha256").hexdigest()
    return f"t={at},v1={signature}"


def carrier_signature(body: bytes, secret: str) -> str:
    """EasyPost's header, which says nothing of when it was sent."""
    return f"hmac-sha256-hex={hmac.new(unicodedata.normalize('NFKD', secret).encode(), body, 'sha256').hexdigest()}"


class _NoRedirects(HTTPRedirectHandler):
    """Stripe counts a redirect as a failure."""

    def redirect_request(self, *_: object) -> None:
        return None


_opener = build_opener(_NoRedirects)
