"""What the provider calls payments is kept with what is learned, so that the desk finds whose one is."""

import stripe
from sqlalchemy import delete, select

from portal import outbox
from portal.billing.models import BillingAccount
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.payments.models import ProviderName
from portal.payments.stripe_bills import names_of
from tests.billing.builders import Payer
from tests.conftest import Work


def payments(who: Payer) -> dict[str, str | None]:
    """Those that are known, each with its invoice."""
    with who.app.app_context():
        names = select(ProviderName.name, ProviderName.invoice_ref).where(ProviderName.customer_ref == who.ref)
        return dict(db.session.execute(names.where(ProviderName.name.startswith("pi_"))).all())


def there(who: Payer) -> dict[str, str | None]:
    paid = who.stripe.v1.invoices.list({"customer": who.ref, "expand": ["data.payments"]}).data
    return {payment.payment.payment_intent: invoice.id for invoice in paid for payment in invoice.payments.data}


def test_an_account_of_before_they_were_kept_learns_those_of_all_its_payments(alice: Payer, work: Work) -> None:
    alice.stripe.later(days=31)
    alice.stripe.later(hours=2)
    work()
    assert len(there(alice)) == 2 and payments(alice) == there(alice)
    with alice.app.app_context(), transaction():
        db.session.execute(delete(ProviderName))
        account = db.session.get_one(BillingAccount, alice.account_id)
        account.knows_names = False
        outbox.want_sync(account, at=now())
    work()
    assert payments(alice) == there(alice)


def test_one_that_no_invoice_asked_for_is_known_by_its_charges_too() -> None:
    charges = [stripe.Charge.construct_from({"id": f"ch_{one}", "payment_intent": "pi_1"}, None) for one in (1, 2)]
    assert names_of([], charges) == {"pi_1": None, "ch_1": None, "ch_2": None}


def test_one_that_was_known_before_its_invoice_learns_it(alice: Payer) -> None:
    with alice.app.app_context():
        for invoice in None, "in_1", None, "in_2":
            with transaction():
                ProviderName.keep({"pi_1": invoice}, "cus_1")
        assert db.session.scalars(select(ProviderName.invoice_ref).where(ProviderName.name == "pi_1")).one() == "in_1"
