"""Prices and what they are for."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import joinedload, selectinload

from portal.catalog.models import DAYS, Price, Product, Variant
from portal.kit.db import db


def prices_by_ref(refs: Iterable[str]) -> dict[str, Price]:
    """The prices of which the provider tells, with their products. One that we don't know is missing from the answer."""
    query = select(Price).where(Price.provider_ref.in_(list(refs))).options(joinedload(Price.variant).joinedload(Variant.product))
    return {price.provider_ref: price for price in db.session.scalars(query) if price.provider_ref}


def products_by_ref(refs: Iterable[str]) -> dict[str, str]:
    """What we call the products of which the provider tells, by its names for them."""
    rows = db.session.execute(select(Product.provider_ref, Product.name).where(Product.provider_ref.in_(list(refs))))
    return {ref: name for ref, name in rows if ref}


@dataclass(frozen=True)
class Sold:
    """What a product is called in an order."""

    title: str
    sku: str
    """Empty where the product comes in several variants, and it is not told which."""
    picture: str


def sold_by_ref(refs: Iterable[str]) -> dict[str, Sold]:
    """The products of which the provider tells, by its names for them. One that we don't know is missing from the answer."""
    query = select(Product).where(Product.provider_ref.in_(list(refs))).options(selectinload(Product.variants))
    return {product.provider_ref: _sold(product) for product in db.session.scalars(query) if product.provider_ref}


def _sold(product: Product) -> Sold:
    if len(product.variants) != 1:
        return Sold(product.name, "", product.picture)
    (variant,) = product.variants
    return Sold(f"{product.name}, {variant.name}", variant.sku, product.picture)


def categories(skus: Iterable[str]) -> dict[str, str]:
    """What kind of thing each of these is, by its SKU. One that is not in the catalogue, or not sorted, is missing from the answer."""
    sorted_ones = select(Variant.sku, Product.category).join(Product, Product.id == Variant.product_id)
    rows = db.session.execute(sorted_ones.where(Variant.sku.in_(list(skus)), Product.category != ""))
    return {row.sku: row.category for row in rows}


@dataclass(frozen=True)
class Guide:
    name: str
    picture: str
    paragraphs: tuple[str, ...]
    manual_url: str


HAS_GUIDE = or_(Product.guide != "", Product.manual_url != "")


def guide(product_id: int) -> Guide | None:
    """How a product is used, if the shop says so. An address that is none of https is left out."""
    columns = select(Product.name, Product.picture, Product.guide, Product.manual_url).where(Product.id == product_id, HAS_GUIDE)
    found = db.session.execute(columns).one_or_none()
    if found is None:
        return None
    paragraphs = tuple(part.strip() for part in found.guide.replace("\r\n", "\n").split("\n\n") if part.strip())
    return Guide(found.name, found.picture, paragraphs, found.manual_url if found.manual_url.startswith("https://") else "")


@dataclass(frozen=True)
class Offer:
    """What can be put into a box of one rhythm and currency."""

    variant_id: int
    title: str
    variant: str
    picture: str
    group_id: int | None
    amount: int
    """For one."""


def offers(every_count: int, every_unit: str, currency: str, *, nearest: bool) -> list[Offer]:
    """What the shop offers that often, in the order of its catalogue.

    With `nearest`, for a rhythm that a customer chose: all that it offers, at the price of this rhythm if there is one, else of the
    nearest, as `actions.price_in_rhythm` would make it.
    """
    exact = and_(Price.every_count == every_count, Price.every_unit == every_unit)
    which = or_(exact, Price.is_offered) if nearest else and_(exact, Price.is_offered)
    query = (
        select(
            Variant.id, Product.name, Variant.name, Product.picture, Variant.swap_group_id,
            Price.amount, Price.every_count, Price.every_unit, Price.is_offered,
        )
        .join(Variant, Variant.id == Price.variant_id)
        .join(Product, Product.id == Variant.product_id)
        .where(Price.currency == currency, which)
        .order_by(Product.id, Variant.id, Price.id)
    )  # fmt: skip
    days = every_count * DAYS[every_unit]
    found: dict[int, tuple[tuple[bool, float, float], Offer]] = {}
    is_offered = set()
    for variant_id, title, variant, picture, group_id, amount, count, unit, offered in db.session.execute(query):
        if offered:
            is_offered.add(variant_id)
        its_days = count * DAYS[unit]
        distance = ((count, unit) != (every_count, every_unit), abs(its_days - days), its_days)
        if variant_id not in found or distance < found[variant_id][0]:
            found[variant_id] = distance, Offer(variant_id, title, variant, picture, group_id, amount)
    return [offer for variant_id, (_distance, offer) in found.items() if variant_id in is_offered]


def rhythms_for(variant_ids: Iterable[int], currency: str) -> dict[tuple[int, str], dict[int, int]]:
    """The rhythms in which the shop offers every one of these variants, the most frequent first: with what one of each costs."""
    ids = set(variant_ids)
    query = select(Price.every_count, Price.every_unit, Price.variant_id, Price.amount).where(
        Price.variant_id.in_(ids), Price.currency == currency, Price.is_offered
    )
    found: dict[tuple[int, str], dict[int, int]] = {}
    for count, unit, variant_id, amount in db.session.execute(query):
        found.setdefault((count, unit), {})[variant_id] = amount
    whole = {every: amounts for every, amounts in found.items() if amounts.keys() == ids}
    return dict(sorted(whole.items(), key=lambda one: one[0][0] * DAYS[one[0][1]]))
