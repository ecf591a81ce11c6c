"""The provider that this portal uses."""

from flask import current_app

from portal.kit.db import changing, db
from portal.payments.port import PaymentProvider


def provider() -> PaymentProvider:
    """Never inside a transaction, nor while one is open for reading: it may take ten seconds to answer."""
    if changing() or db.session.in_transaction():
        raise RuntimeError("Never call the provider inside a transaction, nor while one is open for reading: ask for a sync.")
    ours: PaymentProvider = current_app.extensions["payments"]
    return ours
