"""What came of a page on which something was to be paid: on the way back, after a webhook, or once it is over."""

from contextlib import suppress
from datetime import datetime

from sqlalchemy import select

from portal import outbox
from portal.billing.actions import learn_bill
from portal.billing.models import BillingAccount, PageOutcome, PagePayment
from portal.billing.paying import GRACE, end_page
from portal.kit.clock import now
from portal.kit.db import db, view
from portal.payments import Declined, HostedPage, PageState, PaymentStanding, billing_provider, on_once_news


@outbox.syncs(PagePayment)
def sync_page(page_id: int, lease: outbox.Lease) -> None:
    with view():
        page = db.session.get_one(PagePayment, page_id)
        key, ref, is_left, is_open, expires_at = page.key, page.page_ref, page.left_at is not None, page.is_open, page.expires_at
        account_id, customer_ref = page.account_id, page.body["customer_ref"]
    found, stands = _look(customer_ref, key, ref, is_over=now() >= expires_at, close=is_left) if is_open else (None, None)
    at = now()
    with lease.finish(at=at):
        account = db.session.get_one(BillingAccount, account_id, with_for_update=True)
        page = db.session.get_one(PagePayment, page_id, with_for_update=True)
        if found and page.is_open:
            page.opened(found)
        if stands is None or not page.is_open:
            return
        if stands.state is PageState.DONE and stands.bill:
            invoice = learn_bill(account, stands.bill, at=at)
            account.looks += 1
            db.session.flush()
            end_page(page, PageOutcome.PAID, invoice=invoice, at=at)
        elif stands.state is PageState.OVER:
            end_page(page, PageOutcome.LEFT if is_left else PageOutcome.EXPIRED, problem=stands.problem, at=at)
        else:
            lease.again(at=max(expires_at + GRACE, at + GRACE))


@on_once_news
def sync_after_page_news(key: str, at: datetime) -> None:
    for page in db.session.scalars(select(PagePayment).where(PagePayment.key == key, PagePayment.done_at.is_(None))):
        outbox.want_sync(page, at=at)


def _look(customer_ref: str, key: str, ref: str | None, *, is_over: bool, close: bool) -> tuple[HostedPage | None, PaymentStanding]:
    """How the page stands, and the page itself, if it was opened without us hearing of it. `close` if nothing is to be paid there."""
    provider = billing_provider()
    found = None if ref else provider.find_page(customer_ref, key)
    ref = ref or (found.ref if found else None)
    if ref is None:
        return None, PaymentStanding(PageState.OVER if is_over else PageState.OPEN, None, "")
    stands = provider.look_at_payment(ref)
    if stands.state is PageState.OPEN and close:
        with suppress(Declined):  # it was paid in this very moment, or the bank takes its time
            provider.close_page(ref)
        stands = provider.look_at_payment(ref)
    return found, stands
