"""The provider's names for prices that it does not have yet."""

from portal.catalog.models import Price
from portal.kit.db import db, transaction, view
from portal.payments import NewPrice, provider
from portal.subscriptions.models import Subscription


def name_new_prices(subscription_id: int) -> None:
    """A rhythm that a customer chose may need prices that the provider does not have yet."""
    with view():
        items = db.session.get_one(Subscription, subscription_id).items
        missing = [(item.price.id, _new(item.price)) for item in items if item.price.provider_ref is None]
    for price_id, new in missing:
        ref = provider().price_ref(new)
        with transaction():
            db.session.get_one(Price, price_id, with_for_update=True).provider_ref = ref


def _new(price: Price) -> NewPrice:
    product_ref, every = price.variant.product.provider_ref or "", (price.every_count, price.every_unit)
    return NewPrice(product_ref=product_ref, key=price.key, amount=price.amount, currency=price.currency, every=every)
