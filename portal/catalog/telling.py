"""What the shop's own system tells of its products and of its stock. It has the last word on all but what is charged already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.catalog.models import Price, Product, Stock, Variant
from portal.kit.db import db, insert
from portal.kit.refusal import Refusal
from portal.timeline import Actor, deed, note


class Taken(Refusal):
    """Another product has it."""


class Fixed(Refusal):
    """What subscriptions are charged by stays as it is."""


@dataclass(frozen=True)
class ToldPrice:
    every_count: int
    every_unit: str
    amount: int
    currency: str
    provider_ref: str | None
    is_offered: bool

    @property
    def words(self) -> str:
        return f"every {self.every_count} {self.every_unit} in {self.currency}"


@dataclass(frozen=True)
class ToldVariant:
    sku: str
    name: str
    prices: Sequence[ToldPrice]


@dataclass(frozen=True)
class ToldProduct:
    ref: str
    name: str
    picture: str
    guide: str
    manual_url: str
    provider_ref: str | None
    variants: Sequence[ToldVariant]
    category: str = ""


def put_product(told: ToldProduct, *, by: Actor, at: datetime) -> bool:
    """The product as told, whatever it was. Whether it is new.

    What is left out is not offered any more, and stays for those who have it. Raises Taken, Fixed.
    """
    product, is_new = _product(told)
    if is_new:
        note(product, "product first told", by=by, at=at, facts={"ref": told.ref})
    with deed(product, "product told", by=by, at=at, touching=[price for variant in product.variants for price in variant.prices]):
        product.name, product.picture, product.guide, product.manual_url = told.name, told.picture, told.guide, told.manual_url
        product.category = told.category
        product.provider_ref = _settled("the product", product.provider_ref, told.provider_ref, _product_with(told.provider_ref, product))
        offered = {price.id for one in told.variants for price in _put_variant(product, one)}
        for variant in product.variants:
            for price in variant.prices:
                price.is_offered = price.id in offered
    return is_new


def put_stocks(told: Mapping[int, tuple[int, datetime]]) -> None:
    """How many there were of each variant, and when. Older news than what we have changes nothing.

    All write in one sequence, so that two that tell of the same ones never lock each other out.
    """
    rows = [{"variant_id": variant_id, "quantity": quantity, "as_of": as_of} for variant_id, (quantity, as_of) in sorted(told.items())]
    first = insert(Stock)
    later = {"quantity": first.excluded.quantity, "as_of": first.excluded.as_of}
    is_later = Stock.as_of <= first.excluded.as_of
    db.session.execute(first.on_conflict_do_update(index_elements=["variant_id"], set_=later, where=is_later), rows)


def _product(told: ToldProduct) -> tuple[Product, bool]:
    """Locked. One that the provider told of first is taken for the same, if the shop says so."""
    mine = select(Product).where(Product.ref == told.ref).with_for_update()
    if known := db.session.scalars(mine).one_or_none():
        return known, False
    unnamed = select(Product).where(Product.provider_ref == told.provider_ref, Product.ref.is_(None)).with_for_update()
    if told.provider_ref and (known := db.session.scalars(unnamed).one_or_none()):
        known.ref = told.ref
        return known, True
    words = {"name": told.name, "picture": told.picture, "guide": told.guide, "manual_url": told.manual_url}
    first = insert(Product).values(ref=told.ref, provider_ref=None, **words)
    made = db.session.scalar(first.on_conflict_do_nothing(index_elements=["ref"]).returning(Product.id))
    return db.session.scalars(mine).one(), made is not None


def _put_variant(product: Product, told: ToldVariant) -> list[Price]:
    """The prices of it that are offered."""
    refs = [price.provider_ref for price in told.prices if price.provider_ref]
    variant = next((one for one in product.variants if one.sku == told.sku), None)
    variant = variant or next((one for one in product.variants for price in one.prices if price.provider_ref in refs), None)
    if variant is None:
        new = insert(Variant).values(sku=told.sku, name=told.name, product_id=product.id, swap_group_id=None)
        if db.session.scalar(new.on_conflict_do_nothing(index_elements=["sku"]).returning(Variant.id)) is None:
            raise Taken(f"The SKU {told.sku} is of another product.")
        db.session.expire(product, ["variants"])
        variant = next(one for one in product.variants if one.sku == told.sku)
    elif variant.sku != told.sku:
        if db.session.scalar(select(Variant.id).where(Variant.sku == told.sku)):
            raise Taken(f"The SKU {told.sku} is of another product.")
        variant.sku = told.sku
    variant.name = told.name
    offered = [(_put_price(variant, price), price.is_offered) for price in told.prices]
    return [price for price, is_offered in offered if is_offered]


def _put_price(variant: Variant, told: ToldPrice) -> Price:
    known = variant.price_for(told.every_count, told.every_unit, told.currency)
    if known is None:
        known = Price(every_count=told.every_count, every_unit=told.every_unit, amount=told.amount, currency=told.currency)
        variant.prices.append(known)
        db.session.flush()
    if known.amount != told.amount:
        raise Fixed(
            f"{variant.sku} costs {known.amount} {told.words}, in minor units, and subscriptions are charged by that."
            " Another amount is another variant."
        )
    other = select(Price.id).where(Price.provider_ref == told.provider_ref, Price.id != known.id)
    known.provider_ref = _settled(
        f"the price of {variant.sku} {told.words}",
        known.provider_ref,
        told.provider_ref,
        bool(told.provider_ref and db.session.scalar(other)),
    )
    return known


def _product_with(provider_ref: str | None, product: Product) -> bool:
    """Whether it is another one's."""
    other = select(Product.id).where(Product.provider_ref == provider_ref, Product.id != product.id)
    return bool(provider_ref and db.session.scalar(other))


def _settled(what: str, known: str | None, told: str | None, is_anothers: bool) -> str | None:
    """What the provider calls it: learned once, kept for good."""
    if is_anothers:
        raise Taken(f"{told} at the provider is something else than {what}.")
    if known and told and known != told:
        raise Fixed(f"At the provider, {what} is {known}, and stays that.")
    return known or told
