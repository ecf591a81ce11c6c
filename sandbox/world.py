"""What every call works on, and the list of the calls that are offered."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.clock import Clock
from sandbox.errors import Json, Refused
from sandbox.parcels import Parcels
from sandbox.shown import shown
from sandbox.store import Store, new_id
from sandbox.webhooks import Webhooks

API_VERSION = "2026-08-26.dahlia"


@dataclass(frozen=True)
class Asked:
    """The request on whose behalf something happens; the clock has none."""

    id: str | None = None
    idempotency_key: str | None = None


@dataclass
class World:
    store: Store
    clock: Clock
    webhooks: Webhooks
    parcels: Parcels
    asked: Asked = Asked()
    """Set inside a transaction, whose lock keeps others out."""
    address: str = ""
    """Where we were last asked, such as http://127.0.0.1:12111: our own pages stand there too."""

    def tell(self, kind: str, about: Json, before: Json | None = None) -> None:
        """Write an event, which the webhook endpoints are told once this transaction is committed."""
        asked, about, before = self.asked, shown(about), shown(before)
        told = self.webhooks.endpoints_for(kind)
        event: Json = {
            "id": new_id("evt"), "object": "event", "api_version": API_VERSION, "created": self.clock.outside(),
            "data": {"object": about}, "livemode": False, "pending_webhooks": len(told),
            "request": {"id": asked.id, "idempotency_key": asked.idempotency_key}, "type": kind,
        }  # fmt: skip
        if before is not None:
            event["data"]["previous_attributes"] = difference(before, about)
        self.store.put(event)
        for endpoint, version in told.items():
            self.webhooks.enqueue(event["id"], json.dumps(event | {"api_version": version or API_VERSION}), endpoint)


def difference(before: Json, after: Json) -> Json:
    """What was different before, as Stripe tells it: a hash by its keys, a list whole, and null where there was nothing."""
    changed: Json = {}
    for name in before.keys() | after.keys():
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if isinstance(old, dict) and isinstance(new, dict) and "object" not in old:
            changed[name] = difference(old, new)
        else:
            changed[name] = old
    return changed


Call = Callable[..., Json]


@dataclass(frozen=True)
class Offered:
    call: Call
    parameters: frozenset[str]

    def __call__(self, world: World, refs: list[str], params: Json) -> Json:
        """Stripe knows more parameters than we do. To ignore one would be to lie about what happens at Stripe."""
        for name in params:
            if name not in self.parameters and name != "expand":
                raise Refused(f"The stand-in does not do `{name}` here.", param=name)
        return self.call(world, params, *refs)


CALLS: dict[tuple[str, str], Offered] = {}


def offers(method: str, path: str, *parameters: str) -> Callable[[Call], Call]:
    """This function is what the stand-in does for an operation, named as in Stripe's description."""

    def register(call: Call) -> Call:
        CALLS[method, path] = Offered(call, frozenset(parameters))
        return call

    return register
