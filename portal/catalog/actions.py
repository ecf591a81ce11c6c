"""Products and prices that the portal did not know: of a rhythm that a customer chose, or from the provider."""

from sqlalchemy import select

from portal.catalog.models import DAYS, Price, Product, Variant
from portal.catalog.telling import Fixed as Fixed
from portal.catalog.telling import Taken as Taken
from portal.catalog.telling import ToldPrice as ToldPrice
from portal.catalog.telling import ToldProduct as ToldProduct
from portal.catalog.telling import ToldVariant as ToldVariant
from portal.catalog.telling import put_product as put_product
from portal.catalog.telling import put_stocks as put_stocks
from portal.kit.db import changing, db, insert
from portal.payments import PriceThere

ANY_PICTURE = "products/box.svg"


def price_in_rhythm(variant: Variant, every_count: int, every_unit: str, currency: str) -> Price | None:
    """What a variant costs in any rhythm: as in the nearest one that the shop offers. None if it offers none.

    A new price has no name at the provider yet.
    """
    if known := variant.price_for(every_count, every_unit, currency):
        return known
    nearest = variant.price_nearest(every_count * DAYS[every_unit], currency)
    if nearest is None:
        return None
    made = Price(every_count=every_count, every_unit=every_unit, amount=nearest.amount, currency=currency, is_offered=False)
    if changing():
        return _keep(made, variant)
    variant.prices.append(made)
    return made


def _keep(made: Price, variant: Variant) -> Price | None:
    """Two customers may be the first to choose a rhythm, in the same moment: then it is made once."""
    told = {name: getattr(made, name) for name in ("every_count", "every_unit", "amount", "currency", "is_offered")}
    db.session.execute(insert(Price).values(variant_id=variant.id, **told).on_conflict_do_nothing())
    db.session.expire(variant, ["prices"])
    return variant.price_for(made.every_count, made.every_unit, made.currency)


def know_product(ref: str, name: str) -> bool:
    """Take a product of the provider's into the catalogue, unless it is there. Whether it is new."""
    values = {"name": name or ref, "picture": ANY_PICTURE, "provider_ref": ref}
    new = insert(Product).values(values).on_conflict_do_nothing(index_elements=["provider_ref"]).returning(Product.id)
    return db.session.scalar(new) is not None


def know_price(there: PriceThere, *, offer: bool) -> bool | None:
    """Take a price of the provider's in, unless it is there. Whether it is new; None if its product is unknown.

    The first one of each rhythm and currency is the product's; what comes on top of it, or is not sold any more, stands for itself.
    With `offer`, customers may choose what is the product's and still sold. What is not sold any more is never offered.
    """
    known = db.session.scalar(select(Price).where(Price.provider_ref == there.ref))
    if known:
        is_first = len(known.variant.prices) > 1 or known.variant is next(iter(known.variant.product.variants), None)
        known.is_offered = there.is_active and (known.is_offered or (offer and is_first))
        return False
    product = db.session.scalar(select(Product).where(Product.provider_ref == there.product_ref))
    if product is None:
        return None
    count, unit = there.every
    first = next(iter(product.variants), None)
    is_first = there.is_active and (first is None or first.price_for(count, unit, there.currency) is None)
    price = Price(
        every_count=count,
        every_unit=unit,
        amount=there.amount,
        currency=there.currency,
        provider_ref=there.ref,
        is_offered=offer and is_first,
    )
    if is_first and first:
        first.prices.append(price)
    else:
        product.variants.append(Variant(sku=there.ref, name="", prices=[price]))
    db.session.flush()
    return True


def take_in(*, price_ref: str, product_ref: str, words: str, amount: int, currency: str, every: tuple[int, str]) -> Price:
    """A price that somebody put into a subscription at the provider, and that the catalogue lacks. It is shown, and never offered."""
    count, unit = every
    price = Price(every_count=count, every_unit=unit, amount=amount, currency=currency, provider_ref=price_ref, is_offered=False)
    product = db.session.scalar(select(Product).where(Product.provider_ref == product_ref))
    if product is None:
        product = Product(name=words or price_ref, picture=ANY_PICTURE, provider_ref=product_ref)
        db.session.add(product)
    product.variants.append(Variant(sku=price_ref, name="", prices=[price]))
    db.session.flush()
    return price
