"""Cards, invoices and credit: what a customer pays with, and what was charged."""

from flask import Flask

from portal.billing import sync as sync
from portal.billing.balance import on_another_balance as on_another_balance
from portal.billing.routes import bp
from portal.billing.sales import on_sale as on_sale
from portal.billing.use import uses_account as uses_account
from portal.billing.words import card_name as card_name


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
