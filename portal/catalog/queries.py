"""Prices and what they are for."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.catalog.models import Price, Variant
from portal.kit.db import db


def prices_by_ref(refs: Iterable[str]) -> dict[str, Price]:
    """The prices of which the provider tells, with their products. One that we don't know is missing from the answer."""
    query = select(Price).where(Price.provider_ref.in_(list(refs))).options(joinedload(Price.variant).joinedload(Variant.product))
    return {price.provider_ref: price for price in db.session.scalars(query)}
