"""What was sent, and where it is."""

from flask import Flask

from portal.kit.shares import part as part
from portal.orders import carrier_pages, whereabouts
from portal.orders import sold as sold
from portal.orders import suggested as suggested
from portal.orders import sync as sync
from portal.orders.changes.routes import bp as changes_bp
from portal.orders.links import shipment_of as shipment_of
from portal.orders.links import tracking_key
from portal.orders.markup import delivery_markup
from portal.orders.news import on_ordered as on_ordered
from portal.orders.refusals import Unfit as Unfit
from portal.orders.routes import bp, tracking_bp
from portal.orders.sentences import parcel_told
from portal.orders.telling import Billed as Billed
from portal.orders.telling import Differs as Differs
from portal.orders.telling import Place as Place
from portal.orders.telling import ToldOrder as ToldOrder
from portal.orders.telling import take_order as take_order
from portal.orders.whereabouts import Told as Told

CARRIER_NAMES, carrier_name, carrier_page = carrier_pages.NAMES, carrier_pages.name_of, carrier_pages.page_of
where_it_is = whereabouts.whereabouts


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.register_blueprint(changes_bp)
    app.register_blueprint(tracking_bp)
    app.jinja_env.globals.update(tracking_key=tracking_key, parcel_told=parcel_told, delivery_markup=delivery_markup)
