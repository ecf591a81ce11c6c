"""Refunds, credit and invoice items at Stripe."""

from datetime import datetime, timedelta

import stripe
from stripe.params import CustomerBalanceTransactionListParams, InvoiceItemListParams, RefundListParams

from portal.payments.money_port import CreditThere, ItemThere, RefundThere, WantedCredit, WantedDebit, WantedItem, WantedRefund
from portal.payments.stripe_words import PAGE, client, in_our_words, metadata, moment
from portal.payments.stripe_writing import KEY_KEY, notes_of

CLOCKS = timedelta(minutes=5)
"""So far may our clock and Stripe's be apart."""
WITH_CHARGE = ["charge"]


class StripeMoney:
    def __init__(self, key: str, url: str) -> None:
        self.client = client(key, url)

    def refund(self, wanted: WantedRefund, *, under: str) -> RefundThere:
        with in_our_words():
            return _refund(
                self.client.v1.refunds.create(
                    {
                        "charge": wanted.charge_ref,
                        "amount": wanted.amount,
                        "metadata": notes_of(wanted.key, wanted.asked_by),
                        "expand": WITH_CHARGE,
                    },
                    {"idempotency_key": under},
                )
            )

    def find_refund(self, wanted: WantedRefund) -> RefundThere | None:
        with in_our_words():
            listed = self.client.v1.refunds.list({"charge": wanted.charge_ref, "limit": PAGE})
            ref = next((one.id for one in listed.auto_paging_iter() if _key(one) == wanted.key), None)
        return self.look_at_refund(ref) if ref else None

    def look_at_refund(self, ref: str) -> RefundThere:
        with in_our_words():
            return _refund(self.client.v1.refunds.retrieve(ref, {"expand": WITH_CHARGE}))

    def refunds_of(self, charge_ref: str) -> tuple[RefundThere, ...]:
        params: RefundListParams = {"charge": charge_ref, "limit": PAGE, "expand": ["data.charge"]}
        with in_our_words():
            found = [_refund(one) for one in self.client.v1.refunds.list(params).auto_paging_iter()]
        return tuple(sorted(found, key=lambda one: (one.made_at, one.ref)))

    def credit(self, wanted: WantedCredit, *, under: str) -> CreditThere:
        return self._adjust(wanted, -wanted.amount, under)  # below zero is the customer's there

    def find_credit(self, wanted: WantedCredit, *, since: datetime) -> CreditThere | None:
        return self._find_adjustment(wanted, since)

    def balance(self, customer_ref: str) -> int:
        with in_our_words():
            customer = self.client.v1.customers.retrieve(customer_ref)
            return 0 if getattr(customer, "deleted", False) else -(customer.balance or 0)

    def debit(self, wanted: WantedDebit, *, under: str) -> CreditThere:
        return self._adjust(wanted, wanted.amount, under)

    def find_debit(self, wanted: WantedDebit, *, since: datetime) -> CreditThere | None:
        return self._find_adjustment(wanted, since)

    def _adjust(self, wanted: WantedCredit | WantedDebit, amount: int, under: str) -> CreditThere:
        with in_our_words():
            return _credit(
                self.client.v1.customers.balance_transactions.create(
                    wanted.customer_ref,
                    {
                        "amount": amount,
                        "currency": wanted.currency.lower(),
                        "description": wanted.words,
                        "metadata": notes_of(wanted.key, wanted.asked_by),
                    },
                    {"idempotency_key": under},
                )
            )

    def _find_adjustment(self, wanted: WantedCredit | WantedDebit, since: datetime) -> CreditThere | None:
        params: CustomerBalanceTransactionListParams = {"limit": PAGE, "created": {"gte": _from(since)}}
        with in_our_words():
            listed = self.client.v1.customers.balance_transactions.list(wanted.customer_ref, params)
            return next((_credit(one) for one in listed.auto_paging_iter() if _key(one) == wanted.key), None)

    def one_time_item(self, wanted: WantedItem, *, under: str) -> ItemThere:
        with in_our_words():
            return _item(
                self.client.v1.invoice_items.create(
                    {
                        "customer": wanted.customer_ref,
                        "subscription": wanted.subscription_ref,
                        "price_data": {
                            "currency": wanted.currency.lower(),
                            "product": wanted.product_ref,
                            "unit_amount": wanted.amount,
                        },
                        "quantity": wanted.quantity,
                        "metadata": notes_of(wanted.key, wanted.asked_by),
                    },
                    {"idempotency_key": under},
                )
            )

    def find_one_time_item(self, wanted: WantedItem, *, since: datetime) -> ItemThere | None:
        params: InvoiceItemListParams = {"customer": wanted.customer_ref, "limit": PAGE, "created": {"gte": _from(since)}}
        with in_our_words():
            listed = self.client.v1.invoice_items.list(params)
            return next((_item(one) for one in listed.auto_paging_iter() if _key(one) == wanted.key), None)


def _key(found: stripe.Refund | stripe.CustomerBalanceTransaction | stripe.InvoiceItem) -> str | None:
    return metadata(found).get(KEY_KEY) if found.metadata else None


def _from(since: datetime) -> int:
    return int((since - CLOCKS).timestamp())


def _refund(found: stripe.Refund) -> RefundThere:
    if not isinstance(found.charge, stripe.Charge):
        raise TypeError(f"Stripe did not show the charge of {found.id}, which we asked it to.")
    # What there is nothing to say of, Stripe leaves out, and the SDK then does not know it.
    card = getattr(getattr(found, "destination_details", None), "card", None)
    return RefundThere(
        ref=found.id,
        status=found.status or "pending",
        amount=found.amount,
        reference=getattr(card, "reference", None),
        failure=getattr(found, "failure_reason", None) or "",
        refunded=found.charge.amount_refunded,
        made_at=moment(found.created),
        key=_key(found),
    )


def _credit(found: stripe.CustomerBalanceTransaction) -> CreditThere:
    return CreditThere(found.id, -found.ending_balance)


def _item(found: stripe.InvoiceItem) -> ItemThere:
    return ItemThere(found.id, found.invoice if isinstance(found.invoice, str) or found.invoice is None else found.invoice.id)
