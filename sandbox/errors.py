"""What Stripe says when it does not do what was asked."""

from typing import Any

Json = dict[str, Any]


class Refused(Exception):
    """An answer in Stripe's error shape. What was written before it is undone, unless `keeps_effects`."""

    def __init__(
        self, message: str, status: int = 400, *, keeps_effects: bool = False, headers: dict[str, str] | None = None, **details: object
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}
        self.keeps_effects = keeps_effects
        self.body: Json = {"error": {"type": "invalid_request_error", **details, "message": message}}


def missing(kind: str, ref: str, param: str = "id") -> Refused:
    return Refused(f"No such {kind}: '{ref}'", 404 if param == "id" else 400, code="resource_missing", param=param)


def required(param: str) -> Refused:
    return Refused(f"Missing required param: {param}.", code="parameter_missing", param=param)
