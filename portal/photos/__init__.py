"""Photos that customers send: looked at with suspicion, made anew, kept where nobody else gets at them."""

from flask import Flask

from portal.photos import routes
from portal.photos import sync as sync
from portal.photos.links import address as address
from portal.photos.links import unseal as unseal
from portal.photos.refusals import PhotoRefused as PhotoRefused
from portal.photos.serving import answer as answer
from portal.photos.taking import MOST_FILES as MOST_FILES
from portal.photos.taking import Taken as Taken
from portal.photos.taking import is_draft as is_draft
from portal.photos.taking import take_all as take_all
from portal.photos.taking import take_out as take_out


def init_app(app: Flask) -> None:
    app.register_blueprint(routes.bp)
    app.jinja_env.globals["photo_url"] = address
