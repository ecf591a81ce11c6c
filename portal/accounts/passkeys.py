"""Passkeys (WebAuthn): what a browser is asked to sign, and whether it did."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

import webauthn
from flask import current_app
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from portal.accounts.models import Passkey, Staff
from portal.kit.shop import shop

WRONG = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError, RecursionError)
"""What the library raises for an answer that is none, or was meant for somebody else."""


@dataclass(frozen=True)
class NewKey:
    credential: str
    public_key: str
    sign_count: int


def to_register(key: str, staff: Staff, known: Iterable[Passkey]) -> str:
    """What `navigator.credentials.create` takes, as JSON."""
    options = webauthn.generate_registration_options(
        rp_id=_host(),
        rp_name=shop().name,
        user_name=staff.email,
        user_id=f"staff {staff.id}".encode(),
        user_display_name=staff.name,
        challenge=_challenge(key),
        exclude_credentials=_named(known),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=UserVerificationRequirement.PREFERRED
        ),
    )
    return webauthn.options_to_json(options)


def to_sign(key: str, known: Iterable[Passkey]) -> str:
    """What `navigator.credentials.get` takes, as JSON."""
    return webauthn.options_to_json(
        webauthn.generate_authentication_options(rp_id=_host(), challenge=_challenge(key), allow_credentials=_named(known))
    )


def registered(answer: str, key: str) -> NewKey | None:
    """The key that a browser made for whoever has `key`. None where it did not."""
    try:
        found = webauthn.verify_registration_response(
            credential=answer, expected_challenge=_challenge(key), expected_rp_id=_host(), expected_origin=_origin()
        )
    except WRONG:
        return None
    return NewKey(bytes_to_base64url(found.credential_id), bytes_to_base64url(found.credential_public_key), found.sign_count)


def signed_by(answer: str, key: str, known: Iterable[Passkey]) -> tuple[Passkey, int] | None:
    """Which of these keys signed for whoever has `key`, and its count now. None where none did."""
    try:
        named = json.loads(answer)["id"]
        passkey = next((one for one in known if one.credential == named), None)
        if passkey is None:
            return None
        found = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=_challenge(key),
            expected_rp_id=_host(),
            expected_origin=_origin(),
            credential_public_key=base64url_to_bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
        )
    except WRONG:
        return None
    return passkey, found.new_sign_count


def _challenge(key: str) -> bytes:
    """Random as the key of this sign-in or session is, and worth as long: both give way to others as soon as one was signed."""
    return sha256(f"challenge for {key}".encode()).digest()


def _named(known: Iterable[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.credential)) for one in known]


def _origin() -> str:
    return str(current_app.config["PORTAL_BASE_URL"])


def _host() -> str:
    return urlsplit(_origin()).hostname or ""
