"""What a shop had at the payment provider before it had a portal, taken over."""

from flask import Flask

from portal.imports import models as models
from portal.imports import sync as sync


def init_app(app: Flask) -> None: ...
