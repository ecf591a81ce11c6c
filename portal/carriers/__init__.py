"""Who carries parcels, in our words. Only its modules named `easypost_…` know whose they are."""

from flask import Flask

from portal.carriers import sync as sync
from portal.carriers.current import carrier_service as carrier_service
from portal.carriers.current import has_carrier_service as has_carrier_service
from portal.carriers.easypost_provider import EasyPost as EasyPost
from portal.carriers.news import on_tracking as on_tracking
from portal.carriers.port import Incident as Incident
from portal.carriers.port import ParcelStatus as ParcelStatus
from portal.carriers.port import Scan as Scan
from portal.carriers.port import Tracking as Tracking
from portal.carriers.postage_port import BoughtLabel as BoughtLabel
from portal.carriers.postage_port import BoughtPickUp as BoughtPickUp
from portal.carriers.postage_port import Paper as Paper
from portal.carriers.postage_port import Place as Place
from portal.carriers.postage_port import Postage as Postage
from portal.carriers.postage_port import WantedLabel as WantedLabel
from portal.carriers.postage_port import WantedPickUp as WantedPickUp
from portal.carriers.routes import bp
from portal.carriers.service_port import NotNow as NotNow
from portal.carriers.service_port import NotTaken as NotTaken


def init_app(app: Flask) -> None:
    key, url, secrets = (app.config[name] for name in ("EASYPOST_API_KEY", "EASYPOST_API_BASE", "EASYPOST_WEBHOOK_SECRETS"))
    app.extensions["carriers"] = EasyPost(key, url, secrets) if key else None
    app.register_blueprint(bp)
