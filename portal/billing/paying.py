"""Paying something once on the provider's page: asked for here, finished by whoever hears of it first. docs/decisions/exchanges.md

Called from an open transaction, with the account locked; `open_payment_page` outside of any.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from logging import getLogger
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from portal import outbox
from portal.billing.models import BillingAccount, Invoice
from portal.billing.models.hosted import OPEN_FOR
from portal.billing.models.pages import PageOutcome, PagePayment, wanted_payment
from portal.billing.refusals import NotOwed
from portal.kit.clock import now
from portal.kit.db import db
from portal.payments import Declined, HostedPage, TryAgain, begin_try, billing_provider, carry_out, signed
from portal.timeline import Actor

log = getLogger(__name__)
Listener = Callable[[PagePayment, datetime], None]
LISTENERS: list[Listener] = []
TELL = "tell of a payment page"
GRACE = timedelta(minutes=1)
"""After a page has expired we look what became of it."""


def on_page_closed(listener: Listener) -> Listener:
    """Call it, in a transaction of its own that has locked nothing, with a page that was paid or is over. It may come more than once."""
    LISTENERS.append(listener)
    return listener


def ask_to_pay(
    account: BillingAccount,
    amount: int,
    *,
    because: str,
    words: str,
    return_url: str,
    cancel_url: str,
    locale: str,
    by: Actor,
    at: datetime,
) -> PagePayment:
    """Have a page on which so much is paid, in the account's currency. Who taps twice, or has two tabs, gets the same one, as long as it
    may still be paid. Raises NotOwed for what is nothing, and while it is not known whether the last page was paid."""
    account.must_be_there()
    if amount < 1:
        raise NotOwed(_("This is paid already. Nothing was charged."))
    last = db.session.scalars(PagePayment.for_(because).limit(1)).one_or_none()
    if last and last.is_open:
        if last.amount == amount and last.left_at is None and at < last.expires_at:
            return last
        raise NotOwed(_("We are asking the payment provider whether the last page was paid. Try again in a minute."))
    expires_at = (at + OPEN_FOR).replace(microsecond=0)
    body = {
        "customer_ref": account.provider_ref, "amount": amount, "currency": account.currency, "words": words,
        "expires_at": expires_at.isoformat(), "return_url": return_url, "cancel_url": cancel_url, "locale": locale,
    }  # fmt: skip
    page = PagePayment(
        account_id=account.id, because=because, number=last.number + 1 if last else 1, amount=amount, currency=account.currency,
        expires_at=expires_at, staff_id=by.staff_id, asked_at=at,
        body=signed(body, by.told(account.customer_id)),
    )  # fmt: skip
    db.session.add(page)
    db.session.flush()
    outbox.want_sync(page, at=expires_at + GRACE)
    return page


def open_payment_page(page_id: int) -> HostedPage | None:
    """None if the provider does not answer now. Asked for again, it is the same page. `note_payment_page` has to know of it."""
    this = begin_try(PagePayment, page_id, at=now())
    if this is None:
        return None
    provider, wanted = billing_provider(), wanted_payment(this.key, this.body)
    try:
        return carry_out(
            this,
            do=lambda: provider.open_payment(wanted, under=this.under),
            find=lambda: provider.find_page(wanted.customer_ref, wanted.key),
        )
    except Declined as error:
        log.error("No page for %s: %s", wanted.customer_ref, error)
    except TryAgain as error:
        log.warning("No page for %s yet: %s", wanted.customer_ref, error)
    return None


def note_payment_page(page_id: int, opened: HostedPage) -> None:
    page = db.session.get_one(PagePayment, page_id, with_for_update=True)
    if page.is_open:
        page.opened(opened)


def come_back_from_paying(because: str, *, at: datetime) -> None:
    """What came of it, the provider is asked, and nothing is decided: this is a link that anybody may follow."""
    page = db.session.scalars(PagePayment.for_(because).limit(1).with_for_update()).one_or_none()
    if page and page.came_back(at=at):
        outbox.want_sync(page, at=at)


def close_payment_page(because: str, *, unless_for: int = 0, at: datetime) -> None:
    """It is not to be paid any more, or another amount is: the page is closed, unless it is paid in this very moment, which whoever listens
    then hears."""
    page = db.session.scalars(PagePayment.for_(because).limit(1)).one_or_none()
    if page and page.amount != unless_for and page.leave(at=at):
        outbox.want_sync(page, at=at)


def paid_on_pages(because: str) -> list[tuple[PagePayment, Invoice]]:
    """What was paid for it, oldest first."""
    query = select(PagePayment, Invoice).join(Invoice, Invoice.id == PagePayment.invoice_id).where(PagePayment.because == because)
    return [(page, invoice) for page, invoice in db.session.execute(query.order_by(PagePayment.number))]


def tell_later(page: PagePayment, *, at: datetime) -> None:
    """In a job of its own: whoever learns holds the account, and those who listen lock orders first."""
    outbox.want_task(TELL, {"page": page.id}, at=at, key=f"{TELL}:{page.id}")


@outbox.task(TELL)
def tell(payload: dict[str, Any], lease: outbox.Lease) -> None:
    at = now()
    with lease.finish(at=at):
        page = db.session.get_one(PagePayment, payload["page"])
        for listener in LISTENERS:
            listener(page, at)


def end_page(page: PagePayment, outcome: PageOutcome, *, problem: str = "", invoice: Invoice | None = None, at: datetime) -> None:
    page.close(outcome, problem=problem, invoice=invoice, at=at)
    tell_later(page, at=at)
