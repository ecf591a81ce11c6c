"""EasyPost: what is followed there, and its news."""

import hmac
import unicodedata
from typing import Any

from easypost.easypost_client import EasyPostClient
from easypost.errors.api.not_found_error import NotFoundError
from easypost.errors.general.signature_verification_error import SignatureVerificationError
from easypost.util import validate_webhook

from portal.carriers.easypost_postage import EasyPostPostage
from portal.carriers.easypost_snags import NO_SUCH_NUMBER, in_our_words, plain
from portal.carriers.easypost_words import CARRIERS, moment, tracking_of
from portal.carriers.port import Tracking
from portal.carriers.service_port import Listener, News

VERSION = "v2"
TIMEOUT = 5
"""Seconds. The SDK asks a lost question three more times: all four have to end before a worker's lease does."""
SIGNATURE = "X-Hmac-Signature"


class EasyPost:
    def __init__(self, key: str, url: str, webhook_secrets: list[str]) -> None:
        self.webhook_secrets = webhook_secrets
        self.client = EasyPostClient(key, api_base=f"{url}/{VERSION}", timeout=TIMEOUT)
        self.postage = EasyPostPostage(self.client)

    def register(self, carrier: str, number: str) -> Tracking:
        """EasyPost gives back the tracker that it has for this number. Source: docs.easypost.com/docs/trackers."""
        named = {"carrier": CARRIERS[carrier]} if carrier in CARRIERS else {}
        with in_our_words(*NO_SUCH_NUMBER):
            return tracking_of(plain(self.client.tracker.create(tracking_code=number, **named)))

    def look_up(self, ref: str) -> Tracking:
        with in_our_words(NotFoundError):
            return tracking_of(plain(self.client.tracker.retrieve(ref)))

    def listeners(self) -> list[Listener]:
        with in_our_words():
            known = plain(self.client.webhook.all())["webhooks"]
            return [Listener(str(one["url"]), not one.get("disabled_at")) for one in known]

    def proof(self, payload: bytes) -> list[str]:
        """Source: docs.easypost.com/guides/webhooks-guide."""
        keys = [unicodedata.normalize("NFKD", secret).encode() for secret in self.webhook_secrets]
        return [f"hmac-sha256-hex={hmac.new(key, payload, 'sha256').hexdigest()}" for key in keys]

    def read_news(self, payload: bytes, signature: str) -> News | None:
        """Either of two secrets will do, while one replaces the other."""
        for secret in self.webhook_secrets:
            try:
                return _news(validate_webhook(payload, {SIGNATURE: signature}, secret))
            except (SignatureVerificationError, ValueError, TypeError):  # a signature of other letters than ASCII is no comparison
                continue
        return None


def _news(told: Any) -> News | None:
    """None for what is no event of EasyPost's, whoever signed it: another service's looks otherwise."""
    if not isinstance(told, dict) or told.get("object") != "Event" or not told.get("id") or not told.get("description"):
        return None
    about = told.get("result")
    tracker = about if isinstance(about, dict) and about.get("object") == "Tracker" and about.get("id") else {}
    ref = str(tracker["id"]) if tracker else None
    return News(str(told["id"]), str(told["description"]), ref, str(tracker.get("tracking_code") or ""), moment(told.get("created_at")))
