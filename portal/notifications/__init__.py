"""Mail leaves here."""

from flask import Flask

from portal.notifications.letters import Addressee as Addressee
from portal.notifications.letters import write as write
from portal.notifications.sync import deliver as deliver


def init_app(app: Flask) -> None: ...
