"""A page on which something is paid once: one for each key, found by it, and closed."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from portal.payments import Declined, PageState, WantedPayment
from tests.contract.conftest import There


def wanted(there: There, customer: str) -> WantedPayment:
    opens_at = datetime.fromtimestamp(there.account.now(), UTC)
    return WantedPayment(
        key=f"page-{uuid4()}",
        customer_ref=customer,
        amount=3558,
        currency="EUR",
        words="Coat instead of Shirt",
        expires_at=opens_at + timedelta(hours=2),
        return_url="https://shop.example/paid",
        cancel_url="https://shop.example/paid?left=1",
        locale="en",
    )


def test_one_key_is_one_page_and_it_is_found_and_closed(there: There) -> None:
    customer = str(there.account.customer(card=None).id)
    page = wanted(there, customer)
    assert there.billing.find_page(customer, page.key) is None
    opened = there.billing.open_payment(page, under=page.key)
    assert there.billing.open_payment(page, under=page.key) == opened
    found = there.billing.find_page(customer, page.key)
    assert found
    assert found.ref == opened.ref
    stands = there.billing.look_at_payment(opened.ref)
    assert (stands.state, stands.bill, stands.problem) == (PageState.OPEN, None, "")
    there.billing.close_page(opened.ref)
    assert there.billing.look_at_payment(opened.ref).state is PageState.OVER
    with pytest.raises(Declined):
        there.billing.close_page(opened.ref)
