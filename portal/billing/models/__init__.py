"""Customers as the payment provider has them: their cards, what was charged to which, and the pages on which a card is given."""

from portal.billing.models.account import BillingAccount as BillingAccount
from portal.billing.models.cards import Card as Card
from portal.billing.models.cards import CardSetup as CardSetup
from portal.billing.models.cards import Outcome as Outcome
from portal.billing.models.debits import CreditDebit as CreditDebit
from portal.billing.models.invoices import Attempt as Attempt
from portal.billing.models.invoices import Invoice as Invoice
from portal.billing.models.invoices import InvoicePayment as InvoicePayment
from portal.billing.models.invoices import Paid as Paid
from portal.billing.models.pages import PageOutcome as PageOutcome
from portal.billing.models.pages import PagePayment as PagePayment
from portal.billing.models.refunds import Refund as Refund
from portal.billing.models.refunds import StoreCredit as StoreCredit
from portal.billing.models.refunds import Why as Why
