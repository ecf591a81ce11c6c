"""A discount code counts from the next charge on."""

from datetime import datetime

from portal.payments import Discount
from portal.subscriptions import policy
from portal.subscriptions.actions.change import change
from portal.subscriptions.models import Subscription
from portal.subscriptions.policy import Change
from portal.timeline import Actor, Entry


def use_code(subscription: Subscription, code: str, discount: Discount | None, *, by: Actor, at: datetime) -> Entry | None:
    """`discount` is what the provider said it takes off; None if it could not be asked, and says so when it can.

    It takes the place of another one. None if it counts already.
    """
    subscription.must_allow(Change.DISCOUNT)
    if subscription.code == code:
        return None
    with change(subscription, "code", by=by, at=at, facts={"code": code}) as doing:
        subscription.code, subscription.discount = code, policy.discount_as_json(discount)
    return doing.done
