"""The API is the ground floor's: it needs neither Stripe nor a mail server."""

from tests.ground import app as app
