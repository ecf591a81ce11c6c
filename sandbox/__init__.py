"""A stand-in for Stripe that speaks its HTTP: only what the portal calls, but that as Stripe does it."""

from sandbox.app import Sandbox, create_app
from sandbox.serving import running

__all__ = ["Sandbox", "create_app", "running"]
