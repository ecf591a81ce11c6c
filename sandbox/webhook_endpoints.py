"""Webhook endpoints that were made by the API: each with events, a version and a secret of its own, which is shown once."""

import secrets
from typing import Any
from urllib.parse import urlsplit

from sandbox.errors import Json, Refused, required
from sandbox.lists import PAGING, merged, page
from sandbox.store import new_id
from sandbox.world import World, offers

_FIELDS = ("description", "enabled_events", "url", "metadata")
MOST = 16
"""In test mode, as in live mode."""


@offers("POST", "/v1/webhook_endpoints", *_FIELDS, "api_version")
def create(world: World, params: Json) -> Json:
    for name in ("enabled_events", "url"):
        if name not in params:
            raise required(name)
    if len(world.store.all("webhook_endpoint")) >= MOST:
        raise Refused(f"You have reached the maximum of {MOST} test webhook endpoints.")
    endpoint: Json = {
        "id": new_id("we"), "object": "webhook_endpoint", "api_version": params.get("api_version"), "application": None,
        "created": world.clock.now(), "description": None, "enabled_events": [], "livemode": False, "metadata": {},
        "secret": f"whsec_{secrets.token_urlsafe(24)}", "status": "enabled", "url": "",
    }  # fmt: skip
    _write(endpoint, params)
    world.store.put(endpoint)
    return endpoint


@offers("POST", "/v1/webhook_endpoints/{webhook_endpoint}", *_FIELDS, "disabled")
def update(world: World, params: Json, ref: str) -> Json:
    endpoint = world.store.get("webhook_endpoint", ref)
    _write(endpoint, params)
    if "disabled" in params:
        endpoint["status"] = "disabled" if params["disabled"] else "enabled"
    world.store.put(endpoint)
    return _without_secret(endpoint)


@offers("DELETE", "/v1/webhook_endpoints/{webhook_endpoint}")
def delete(world: World, params: Json, ref: str) -> Json:
    world.store.get("webhook_endpoint", ref)
    world.store.forget("id = ?", ref)
    return {"id": ref, "object": "webhook_endpoint", "deleted": True}


@offers("GET", "/v1/webhook_endpoints/{webhook_endpoint}")
def retrieve(world: World, params: Json, ref: str) -> Json:
    return _without_secret(world.store.get("webhook_endpoint", ref))


@offers("GET", "/v1/webhook_endpoints", *PAGING)
def list_all(world: World, params: Json) -> Json:
    listed = page(world, "/v1/webhook_endpoints", "webhook_endpoint", params, {})
    listed["data"] = [_without_secret(endpoint) for endpoint in listed["data"]]
    return listed


def _write(endpoint: Json, params: Json) -> None:
    if "url" in params:
        endpoint["url"] = _address(params["url"])
    if "enabled_events" in params:
        endpoint["enabled_events"] = _events(params["enabled_events"])
    if "description" in params:
        endpoint["description"] = params["description"] or None
    endpoint["metadata"] = merged(endpoint["metadata"], params.get("metadata"))


def _address(sent: str) -> str:
    if urlsplit(sent).scheme not in ("http", "https") or not urlsplit(sent).hostname:
        raise Refused("Invalid URL: an explicit scheme (such as https) must be provided.", code="url_invalid", param="url")
    return sent


def _events(sent: list[Any]) -> list[Any]:
    if not sent or len(set(sent)) < len(sent):
        raise Refused("You must pass at least one event, and each of them once.", param="enabled_events")
    return sent


def _without_secret(endpoint: Json) -> Json:
    return {name: value for name, value in endpoint.items() if name != "secret"}
