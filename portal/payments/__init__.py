"""The payment provider, in our words. Only `stripe_provider` knows whose they are."""

from flask import Flask

from portal.payments import sync as sync
from portal.payments.current import provider as provider
from portal.payments.news import on_news as on_news
from portal.payments.port import Declined as Declined
from portal.payments.port import Payment as Payment
from portal.payments.port import Renewal as Renewal
from portal.payments.port import Standing as Standing
from portal.payments.port import Terms as Terms
from portal.payments.routes import bp
from portal.payments.stripe_provider import StripeProvider


def init_app(app: Flask) -> None:
    key, url, secrets = (app.config[name] for name in ("STRIPE_SECRET_KEY", "STRIPE_API_BASE", "STRIPE_WEBHOOK_SECRETS"))
    app.extensions["payments"] = StripeProvider(key, url, secrets)
    app.register_blueprint(bp)
