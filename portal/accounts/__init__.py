"""Customers and staff, and how they sign in."""

from flask import Flask

from portal.accounts import current, routes, viewing
from portal.accounts import sync as sync
from portal.accounts.forms import AddressForm as AddressForm
from portal.accounts.forms import address as address
from portal.accounts.forms import languages as languages
from portal.accounts.news import on_address_changed as on_address_changed
from portal.accounts.news import on_address_replaced as on_address_replaced
from portal.accounts.news import on_fewer_rights as on_fewer_rights
from portal.accounts.news import on_verified as on_verified
from portal.accounts.news import telling_what_goes_where as telling_what_goes_where
from portal.accounts.unsent import STANDS_ELSEWHERE as STANDS_ELSEWHERE
from portal.accounts.unsent import begin_with as begin_with
from portal.accounts.unsent import page_left as page_left
from portal.accounts.unsent import typed_before as typed_before
from portal.accounts.viewing import on_desk as on_desk
from portal.accounts.viewing import on_prepare as on_prepare


def init_app(app: Flask) -> None:
    current.init_app(app)
    viewing.init_app(app)
    routes.init_app(app)
