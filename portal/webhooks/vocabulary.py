"""What can be told, in one table: the kinds of events, and what each of them carries. docs/webhooks.md shows the same."""

from dataclasses import dataclass
from typing import Any

from portal.carriers import Incident, ParcelStatus
from portal.returns.models import ClaimStatus, ReturnStatus

Schema = dict[str, Any]
SCHEMAS = "https://json-schema.org/draft/2020-12/schema"
NUMBER: Schema = {"type": "integer", "minimum": 1}
MAYBE_NUMBER: Schema = {"type": ["integer", "null"], "minimum": 1}
MOMENT: Schema = {"type": "string", "format": "date-time"}
MAYBE_MOMENT: Schema = {"type": ["string", "null"], "format": "date-time"}
MAYBE_DAY: Schema = {"type": ["string", "null"], "format": "date"}
WORD: Schema = {"type": "string"}
WHO: Schema = {"enum": ["customer", "staff", "provider", "system"]}
TEST = "webhook.test"


@dataclass(frozen=True)
class Kind:
    """One kind of event."""

    words: str
    """What has happened."""
    data: dict[str, Schema]
    """What it carries, all of it always. No word of a person's: ids, by which the API tells more."""


VOCABULARY: dict[str, Kind] = {
    "subscription.changed": Kind(
        "Something was done to a subscription, by whomever. `confirmed` is false while the payment provider has yet to be told.",
        {
            "subscription": NUMBER,
            "customer": NUMBER,
            "entry": NUMBER,
            "deed": WORD,
            "undoes": MAYBE_NUMBER,
            "by": WHO,
            "version": {"type": ["integer", "null"], "minimum": 1},
            "confirmed": {"type": "boolean"},
            "touched": {"type": "array", "items": {"type": "string", "pattern": "^[a-z_]+:[0-9]+$"}},
        },
    ),
    "subscription.confirmed": Kind(
        "The payment provider has it as it is here, up to this version.",
        {"subscription": NUMBER, "customer": NUMBER, "version": {"type": "integer", "minimum": 0}},
    ),
    "subscription.cancelled": Kind(
        "Somebody cancelled it here. It can still be taken back until it ends: that is another `subscription.changed`.",
        {"subscription": NUMBER, "customer": NUMBER, "reference": WORD, "at_once": {"type": "boolean"}, "ends_at": MAYBE_MOMENT},
    ),
    "order.created": Kind(
        "An order was written down here: a box was charged, or the shop's back end has told of it.",
        {"order": NUMBER, "number": WORD, "customer": MAYBE_NUMBER, "source": WORD},
    ),
    "order.line_cancelled": Kind(
        "The customer does not want so many of a line any more, before anybody packed it: they are not to be sent.",
        {"order": NUMBER, "number": WORD, "customer": MAYBE_NUMBER, "line": {"type": "integer", "minimum": 0}, "quantity": NUMBER},
    ),
    "order.address_changed": Kind(
        "The customer has the order sent elsewhere, before anybody packed it.",
        {"order": NUMBER, "number": WORD, "customer": MAYBE_NUMBER, "address": NUMBER},
    ),
    "parcel.updated": Kind(
        "There is news of a parcel: it was recorded, has moved on, is expected on another day, or something went wrong.",
        {
            "parcel": NUMBER,
            "ref": WORD,
            "order": NUMBER,
            "number": WORD,
            "entry": NUMBER,
            "deed": WORD,
            "status": {"enum": [status.value for status in ParcelStatus]},
            "incident": {"enum": [*(incident.value for incident in Incident), None]},
            "expected_on": MAYBE_DAY,
            "delivered_at": MAYBE_MOMENT,
        },
    ),
    "claim.opened": Kind(
        "A customer says that something went wrong with an order, and wants a replacement or the money back.",
        {"claim": NUMBER, "reference": WORD, "customer": MAYBE_NUMBER, "number": WORD, "kind": WORD, "wish": WORD},
    ),
    "claim.updated": Kind(
        "Something was done to a claim after it was opened: it was decided, resolved, or taken back.",
        {
            "claim": NUMBER,
            "reference": WORD,
            "customer": NUMBER,
            "number": WORD,
            "entry": NUMBER,
            "deed": WORD,
            "by": WHO,
            "status": {"enum": [status.value for status in ClaimStatus]},
        },
    ),
    "return.updated": Kind(
        "Something was done to a return, by whomever: it was submitted, decided, sent, received, inspected, paid out or closed.",
        {
            "return": NUMBER,
            "rma": WORD,
            "customer": MAYBE_NUMBER,
            "entry": NUMBER,
            "deed": WORD,
            "by": WHO,
            "status": {"enum": [status.value for status in ReturnStatus]},
        },
    ),
    "withdrawal.declared": Kind(
        "Somebody withdrew from a contract. Whose it is need not be proven yet.",
        {"withdrawal": NUMBER, "reference": WORD, "customer": MAYBE_NUMBER},
    ),
    TEST: Kind("Somebody asked for a message, to see whether it arrives.", {"endpoint": NUMBER}),
}
CHOSEN = [name for name in VOCABULARY if name != TEST]
"""What an endpoint can ask for; the test comes to each."""


def schema(event: str) -> Schema:
    """Of the whole body."""
    kind = VOCABULARY[event]
    data = {"sequence": NUMBER, **kind.data}
    return {
        "$schema": SCHEMAS,
        "title": event,
        "description": kind.words,
        "type": "object",
        "properties": {
            "type": {"const": event},
            "timestamp": MOMENT,
            "data": {"type": "object", "properties": data, "required": list(data)},
        },
        "required": ["type", "timestamp", "data"],
    }
