"""What mail programs read of a parcel. Source: developers.google.com/gmail/markup/reference/parcel-delivery, schema.org/ParcelDelivery."""

from collections.abc import Mapping
from typing import Any

from portal.orders.links import tracking_key


def delivery_markup(
    *,
    shop_name: str,
    base_url: str,
    order: str,
    shipment: int,
    told: Mapping[str, Any],
    carrier: str,
    number: str | None,
    inside: Mapping[str, Any],
    address: Mapping[str, str] | None,
) -> dict[str, Any]:
    """As JSON-LD. What is not known is left out."""
    shop = {"@type": "Organization", "name": shop_name}
    markup = {
        "@context": "http://schema.org",
        "@type": "ParcelDelivery",
        "provider": {"@type": "Organization", "name": carrier.upper()} if carrier else None,
        "carrier": {"@type": "Organization", "name": carrier.upper()} if carrier else None,
        "trackingNumber": number,
        "trackingUrl": f"{base_url}/track/{tracking_key(shipment)}",
        "expectedArrivalUntil": told.get("expected_on"),
        "deliveryAddress": dict(address) if address else None,
        "itemShipped": [{"@type": "Product", "name": name} for name in inside["first"]],
        "partOfOrder": {"@type": "Order", "orderNumber": order, "merchant": shop},
    }
    return {name: value for name, value in markup.items() if value}
