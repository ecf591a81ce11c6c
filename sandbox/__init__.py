"""A stand-in for Stripe and EasyPost that speaks their HTTP: only what the portal calls, but that as they do it."""

from sandbox.app import Sandbox, create_app
from sandbox.serving import running

__all__ = ["Sandbox", "create_app", "running"]
