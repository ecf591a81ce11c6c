"""EasyPost's calls for postage: shipments, their forms, and pickups."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from sandbox import labels
from sandbox.errors import Json
from sandbox.labels import NotSold

if TYPE_CHECKING:
    from sandbox.app import Sandbox

Answer = tuple[Json, int]
SHIPMENT = {"reference", "is_return", "to_address", "from_address", "parcel", "options"}
PICKUP = {"reference", "shipment", "address", "min_datetime", "max_datetime", "is_account_address"}
"""What the portal asks with; EasyPost knows more."""
Refuse = Callable[[int, str, str], Exception]


def offer_labels(routes: Blueprint, sandbox: "Sandbox", refuse: Refuse) -> None:
    def asked(name: str, known: set[str], needed: set[str]) -> Json:
        told = (request.get_json(silent=True) or {}).get(name)
        if not isinstance(told, dict) or not needed <= told.keys():
            raise refuse(400, "PARAMETER.REQUIRED", f"Missing required parameter: {name}")
        if unknown := told.keys() - known:
            raise refuse(422, "PARAMETER.INVALID", f"The stand-in does not do {', '.join(sorted(unknown))} here.")
        return told

    @contextmanager
    def selling() -> Iterator[None]:
        try:
            yield
        except NotSold as error:
            raise refuse(422, error.code, str(error)) from error

    def shipment_of(ref: str) -> Json:
        if (found := sandbox.labels.get(ref)) is None:
            raise refuse(404, "NOT_FOUND", "The requested resource could not be found.")
        return found

    def pickup_of(ref: str) -> Json:
        if (found := sandbox.labels.pickup(ref)) is None:
            raise refuse(404, "NOT_FOUND", "The requested resource could not be found.")
        return found

    def shown(shipment: Json) -> Answer:
        return labels.shown(shipment, request.host_url.rstrip("/")), 200

    @routes.post("/shipments")
    def create_shipment() -> Answer:
        with selling():
            return shown(sandbox.labels.create(asked("shipment", SHIPMENT, {"to_address", "from_address", "parcel"})))

    @routes.get("/shipments/<ref>")
    def retrieve_shipment(ref: str) -> Answer:
        return shown(shipment_of(ref))

    @routes.post("/shipments/<ref>/buy")
    def buy_shipment(ref: str) -> Answer:
        with selling():
            return shown(sandbox.labels.buy(shipment_of(ref), str((request.get_json().get("rate") or {}).get("id"))))

    @routes.post("/shipments/<ref>/forms")
    def make_form(ref: str) -> Answer:
        if asked("form", {"type"}, {"type"})["type"] != "label_qr_code":
            raise refuse(422, "PARAMETER.INVALID", "The stand-in makes label_qr_code only.")
        with selling():
            return shown(sandbox.labels.code(shipment_of(ref)))

    @routes.post("/shipments/<ref>/refund")
    def refund_shipment(ref: str) -> Answer:
        with selling():
            return shown(sandbox.labels.refund(shipment_of(ref)))

    @routes.post("/pickups")
    def create_pickup() -> Answer:
        told = asked("pickup", PICKUP, {"shipment", "address", "min_datetime", "max_datetime"})
        with selling():
            return labels.shown_pickup(sandbox.labels.create_pickup(told)), 200

    @routes.get("/pickups/<ref>")
    def retrieve_pickup(ref: str) -> Answer:
        return labels.shown_pickup(pickup_of(ref)), 200

    @routes.post("/pickups/<ref>/buy")
    def buy_pickup(ref: str) -> Answer:
        told = request.get_json()
        with selling():
            return labels.shown_pickup(sandbox.labels.buy_pickup(pickup_of(ref), str(told.get("carrier")), str(told.get("service")))), 200


def label_files(sandbox: "Sandbox") -> Blueprint:
    """The files themselves, and what EasyPost has no API for: what becomes of parcels that are sent back."""
    routes = Blueprint("label_files", __name__, url_prefix="/_sandbox/labels")

    @routes.get("/<ref>.pdf")
    def label(ref: str) -> Response | tuple[str, int]:
        shipment = sandbox.labels.get(ref)
        return Response(labels.label(shipment), mimetype="application/pdf") if shipment and shipment["selected"] else ("", 404)

    @routes.get("/<ref>.png")
    def code(ref: str) -> Response | tuple[str, int]:
        shipment = sandbox.labels.get(ref)
        return Response(labels.code(shipment), mimetype="image/png") if shipment and shipment["code"] else ("", 404)

    @routes.get("")
    def bought() -> Json:
        return {"labels": sandbox.labels.all(), "pickups": sandbox.labels.pickups()}

    @routes.post("")
    def settle() -> Json:
        sandbox.labels.go_on_as(request.get_json()["journey"])
        return bought()

    return routes
