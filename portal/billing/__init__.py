"""Cards, invoices and credit: what a customer pays with, and what was charged."""

from flask import Flask

from portal.billing import sync as sync
from portal.billing.balance import on_another_balance as on_another_balance
from portal.billing.failing import on_not_gone as on_not_gone
from portal.billing.history import sentence as sentence
from portal.billing.paying import ask_to_pay as ask_to_pay
from portal.billing.paying import close_payment_page as close_payment_page
from portal.billing.paying import come_back_from_paying as come_back_from_paying
from portal.billing.paying import note_payment_page as note_payment_page
from portal.billing.paying import on_page_closed as on_page_closed
from portal.billing.paying import open_payment_page as open_payment_page
from portal.billing.paying import paid_on_pages as paid_on_pages
from portal.billing.refusals import LessCreditThere as LessCreditThere
from portal.billing.routes import bp
from portal.billing.sales import on_sale as on_sale
from portal.billing.taking import free_credit as free_credit
from portal.billing.taking import on_credit_taken as on_credit_taken
from portal.billing.taking import take_credit as take_credit
from portal.billing.use import uses_account as uses_account
from portal.billing.words import card_name as card_name


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
