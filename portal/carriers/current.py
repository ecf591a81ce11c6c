"""The carrier service that this portal uses, if it uses one."""

from flask import current_app

from portal.carriers.service_port import CarrierService
from portal.kit.db import changing, db


def carrier_service() -> CarrierService | None:
    """None where the shop has none. Never inside a transaction, nor while one is open for reading: it may take long to answer."""
    if changing() or db.session.in_transaction():
        raise RuntimeError("Never call the carrier service inside a transaction, nor while one is open for reading: ask for a sync.")
    ours: CarrierService | None = current_app.extensions["carriers"]
    return ours


def has_carrier_service() -> bool:
    """Whether the shop has one. This may be asked at any time."""
    return current_app.extensions["carriers"] is not None
