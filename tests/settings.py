"""The settings of a portal under test, complete, as `config.from_environment()` would give them."""

from pathlib import Path
from tempfile import gettempdir
from typing import Any

from portal import config
from portal.kit.db import engine_for

WEBHOOK_SECRET = "whsec_sandbox"
ENVIRONMENT = {
    "PORTAL_DEMO": "1",
    "PORTAL_BASE_URL": "http://localhost",
    "SECRET_KEY": "of no use elsewhere",
    "DATABASE_URL": "sqlite://",
    "STRIPE_SECRET_KEY": "sk_test_portal",
    "STRIPE_CALLS_PER_SECOND": "0",
    "STRIPE_API_BASE": "http://127.0.0.1:9",
    "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
    "SMTP_URL": "smtp://127.0.0.1:9",
    "PHOTOS_DIR": str(Path(gettempdir()) / "portal-photos"),
    "AUDIT_ANCHOR": "/dev/null",
}
"""Nobody answers at port 9: what a test needs of Stripe or of a mail server, it starts."""


def settings(database_url: str, **more: Any) -> dict[str, Any]:
    return {
        **config.from_environment(ENVIRONMENT),
        "SQLALCHEMY_ENGINES": {"default": engine_for(database_url)},
        "TESTING": True,
        **more,
    }
