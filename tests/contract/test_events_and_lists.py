"""What happened, as far back as it is kept; and what there is."""

import json
import time
from datetime import datetime, timedelta

import pytest

from portal.payments import Declined, Snag
from portal.payments.port import Event
from sandbox.webhooks import sign
from tests.contract.conftest import WEBHOOK_SECRET, There


def events(there: There, since: datetime, ref: str) -> list[Event]:
    """Those about this subscription, once they are listed: at Stripe that takes some seconds."""
    for _ in range(30):
        if found := [event for event in there.provider.events_since(since) if event.ref == ref]:
            return found
        time.sleep(2)
    raise AssertionError("nothing was listed in a minute")


def test_what_happened_is_listed_oldest_first_with_whose_it_is(there: There) -> None:
    since = datetime.fromtimestamp(there.account.now(), there.now.tzinfo) - timedelta(seconds=30)
    stands = there.subscribe()
    told = events(there, since, stands.ref)
    assert "customer.subscription.created" in [event.kind for event in told]
    assert [event.happened_at for event in told] == sorted(event.happened_at for event in told)
    assert {event.customer_ref for event in told} == {stands.customer_ref}
    assert all(event.is_ours for event in told)
    assert there.provider.event(told[0].id) == told[0]
    with pytest.raises(Declined):
        there.provider.event("evt_of_nobody")


def test_an_event_is_read_if_it_was_signed_lately_with_our_secret(there: There) -> None:
    since = datetime.fromtimestamp(there.account.now(), there.now.tzinfo) - timedelta(seconds=30)
    told = events(there, since, there.subscribe().ref)[0]
    body = json.dumps(there.account.v1.events.retrieve(told.id).to_dict(), default=str).encode()
    now = int(time.time())
    assert there.provider.read_event(body, sign(body, WEBHOOK_SECRET, now)) == told
    for signature in (sign(body, "whsec_other", now), sign(body, WEBHOOK_SECRET, now - 301), sign(body + b" ", WEBHOOK_SECRET, now), ""):
        assert there.provider.read_event(body, signature) is None


def test_each_list_goes_on_where_a_page_ended(there: There) -> None:
    product = there.account.v1.products.create({"name": "Tea"}).id
    ref = there.account.v1.prices.create(
        {"product": product, "currency": "eur", "unit_amount": 777, "recurring": {"interval": "week", "interval_count": 3}}
    ).id
    outside = there.account.subscribe(there.account.customer(), there.account.price())
    products, prices = there.listing.products(None), there.listing.prices(None)
    assert (product, "Tea") in [(one.ref, one.name) for one in products.things]
    (price,) = [one for one in prices.things if one.ref == ref]
    assert (price.product_ref, price.amount, price.currency, price.every, price.is_active) == (product, 777, "EUR", (3, "week"), True)
    (customer,) = [one for one in there.listing.customers(None).things if one.ref == outside.customer]
    assert (customer.email, customer.name, customer.version) == ("alice@example.com", "Alice", 0)
    (listed,) = [one for one in there.listing.subscriptions(None).things if one.ref == outside.id]
    assert (listed.customer_ref, listed.status, listed.currency, listed.snags) == (outside.customer, "active", "EUR", ())
    older = there.listing.products(product)
    assert product not in [one.ref for one in older.things]
    with pytest.raises(Declined):
        there.listing.products("prod_of_nobody")


def test_one_that_our_terms_cannot_say_is_told_with_the_reason(there: There) -> None:
    customer = there.customer()
    fine = there.subscribe(customer=customer)
    both = [{"coupon": there.account.coupon(percent_off=percent, duration="forever").id} for percent in (5, 10)]
    odd = there.subscribe(customer=customer, discounts=both)
    assert there.listing.subscription(fine.ref).snags == ()
    told = there.listing.subscription(odd.ref)
    assert told.snags == (Snag.SEVERAL_DISCOUNTS,)
    (part,) = told.parts
    assert (part.words, part.quantity, part.amount, part.currency, part.every) == ("Coffee box", 1, 1999, "EUR", (1, "month"))
    assert told.next_charge_at == odd.terms.next_charge_at
