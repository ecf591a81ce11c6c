"""The payment provider, in our words. Only its modules named `stripe_…` know whose they are."""

from flask import Flask

from portal.payments import sync as sync
from portal.payments.actions import ACCOUNT_GONE as ACCOUNT_GONE
from portal.payments.actions import CHECKED_SINCE as CHECKED_SINCE
from portal.payments.actions import PROVIDER_AHEAD as PROVIDER_AHEAD
from portal.payments.billing_port import AccountGone as AccountGone
from portal.payments.billing_port import AccountStanding as AccountStanding
from portal.payments.billing_port import Bill as Bill
from portal.payments.billing_port import CardThere as CardThere
from portal.payments.billing_port import ChargeRefused as ChargeRefused
from portal.payments.billing_port import HostedPage as HostedPage
from portal.payments.billing_port import PageStanding as PageStanding
from portal.payments.billing_port import PageState as PageState
from portal.payments.billing_port import PaymentStanding as PaymentStanding
from portal.payments.billing_port import Result as Result
from portal.payments.billing_port import Sale as Sale
from portal.payments.billing_port import ShipTo as ShipTo
from portal.payments.billing_port import TryThere as TryThere
from portal.payments.billing_port import WantedPage as WantedPage
from portal.payments.billing_port import WantedPayment as WantedPayment
from portal.payments.current import billing_provider as billing_provider
from portal.payments.current import listing_provider as listing_provider
from portal.payments.current import money_provider as money_provider
from portal.payments.current import page_origin as page_origin
from portal.payments.current import provider as provider
from portal.payments.listing_port import CustomerThere as CustomerThere
from portal.payments.listing_port import Page as Page
from portal.payments.listing_port import Part as Part
from portal.payments.listing_port import PriceThere as PriceThere
from portal.payments.listing_port import ProductThere as ProductThere
from portal.payments.listing_port import Snag as Snag
from portal.payments.listing_port import SubscriptionThere as SubscriptionThere
from portal.payments.listing_port import Unsayable as Unsayable
from portal.payments.money_port import CreditThere as CreditThere
from portal.payments.money_port import ItemThere as ItemThere
from portal.payments.money_port import RefundThere as RefundThere
from portal.payments.money_port import WantedCredit as WantedCredit
from portal.payments.money_port import WantedDebit as WantedDebit
from portal.payments.money_port import WantedItem as WantedItem
from portal.payments.money_port import WantedRefund as WantedRefund
from portal.payments.news import APPLY as APPLY
from portal.payments.news import FOREIGN_EVENTS as FOREIGN_EVENTS
from portal.payments.news import apply as apply
from portal.payments.news import on_account_news as on_account_news
from portal.payments.news import on_news as on_news
from portal.payments.news import on_once_news as on_once_news
from portal.payments.news import take as take
from portal.payments.news import tell as tell
from portal.payments.once import OnceOnly as OnceOnly
from portal.payments.once import Try as Try
from portal.payments.once import begin_try as begin_try
from portal.payments.once import carry_out as carry_out
from portal.payments.once import signed as signed
from portal.payments.pace import next_invoice_at as next_invoice_at
from portal.payments.port import Charge as Charge
from portal.payments.port import Contents as Contents
from portal.payments.port import Declined as Declined
from portal.payments.port import Discount as Discount
from portal.payments.port import Endpoint as Endpoint
from portal.payments.port import Event as Event
from portal.payments.port import Line as Line
from portal.payments.port import NewPrice as NewPrice
from portal.payments.port import Pause as Pause
from portal.payments.port import Payment as Payment
from portal.payments.port import Renewal as Renewal
from portal.payments.port import Standing as Standing
from portal.payments.port import Terms as Terms
from portal.payments.port import TryAgain as TryAgain
from portal.payments.port import UnusableCode as UnusableCode
from portal.payments.port import Why as Why
from portal.payments.problems import why_declined as why_declined
from portal.payments.routes import bp
from portal.payments.stripe_billing import StripeBilling
from portal.payments.stripe_listing import StripeListing
from portal.payments.stripe_money import StripeMoney
from portal.payments.stripe_provider import StripeProvider
from portal.payments.stripe_words import VERSION as VERSION


def init_app(app: Flask) -> None:
    key, url, secrets = (app.config[name] for name in ("STRIPE_SECRET_KEY", "STRIPE_API_BASE", "STRIPE_WEBHOOK_SECRETS"))
    app.extensions["payments"] = StripeProvider(key, url, secrets)
    app.extensions["billing"] = StripeBilling(key, url)
    app.extensions["listing"] = StripeListing(key, url)
    app.extensions["money"] = StripeMoney(key, url)
    app.register_blueprint(bp)
