"""A passkey made of software: it signs what a real one would (WebAuthn, ES256), and what a forger would like it to."""

import json
from hashlib import sha256
from secrets import token_bytes
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import bytes_to_base64url

PRESENT, VERIFIED, WITH_KEY = 1, 4, 64


class SoftKey:
    def __init__(self, origin: str, host: str) -> None:
        self.origin, self.host = origin, host
        self.id, self.count = token_bytes(32), 0
        self.key = ec.generate_private_key(ec.SECP256R1())

    def create(self, options: str) -> str:
        """What a browser answers to `navigator.credentials.create`."""
        asked = json.loads(options)
        point = self.key.public_key().public_numbers()
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)})
        attested = bytes(16) + len(self.id).to_bytes(2) + self.id + public
        data = self._data(PRESENT | VERIFIED | WITH_KEY) + attested
        made = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer({"clientDataJSON": self._client("webauthn.create", asked["challenge"]), "attestationObject": made})

    def get(self, options: str, **forged: Any) -> str:
        """What it answers to `navigator.credentials.get`."""
        challenge = forged.get("challenge") or json.loads(options)["challenge"]
        self.count += 1
        client, data = self._client("webauthn.get", challenge), self._data(PRESENT | VERIFIED)
        signature = self.key.sign(data + sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer({"clientDataJSON": client, "authenticatorData": data, "signature": signature})

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _data(self, flags: int) -> bytes:
        return sha256(self.host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4)

    def _answer(self, response: dict[str, bytes]) -> str:
        named = bytes_to_base64url(self.id)
        told = {part: bytes_to_base64url(value) for part, value in response.items()}
        return json.dumps({"id": named, "rawId": named, "type": "public-key", "response": told})
