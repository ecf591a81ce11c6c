"""What the history keeps as a word of ours, a code or a status, in the words of whoever reads it."""

from collections.abc import Callable
from typing import Any

from flask import get_template_attribute
from flask_babel import gettext as _

from portal import returns
from portal.accounts.models import Role
from portal.kit import i18n
from portal.returns.models import Acceptance, Fault, Outcome, Reception, ReturnStatus, Way
from portal.returns.queries.policies import Policy
from portal.subscriptions import often
from portal.support.board_words import SIDES
from portal.support.deed_words import deed_words
from portal.support.sentences import role_words

Words = Callable[[Any], str]
WHY: dict[str, Callable[[], str]] = {
    "skipped": lambda: _("Delivery skipped"),
    "moved": lambda: _("Delivery moved"),
    "paused": lambda: _("Subscription paused"),
    "cancelled": lambda: _("Subscription cancelled"),
    "contents": lambda: _("Contents"),
    "shop": lambda: _("The shop"),
    "not wanted": lambda: _("Line of an order cancelled"),
    "exchange": lambda: _("Exchange"),
    "return": lambda: _("Return"),
    "claim": lambda: _("Claim"),
    "bonus": lambda: _("Bonus"),
    "shut out": lambda: _("Colleague shut out"),
    "fewer rights": lambda: _("Fewer rights"),
    "task": lambda: _("Task"),
    "phone": lambda: _("The customer asked for it"),
    "other": lambda: _("Something else"),
}
PARTS: dict[str, Callable[[], str]] = {
    "next_charge_at": lambda: _("Next charge"),
    "every": lambda: _("How often"),
    "contents": lambda: _("Contents"),
    "pause": lambda: _("Pause"),
    "is_ending": lambda: _("Whether it ends"),
    "code": lambda: _("Discount code"),
    "ship_to": lambda: _("Address"),
}
"""Of a subscription, as the sync compares them."""
DELIVERED: dict[str, Callable[[], str]] = {
    "scheduled": lambda: _("planned"),
    "dropped": lambda: _("planned no more"),
    **SIDES,
}

TROUBLE: dict[str, Callable[[], str]] = {
    "nobody_there": lambda: _("Nobody was there"),
    "address": lambda: _("The address was not found"),
    "refused": lambda: _("It was not taken"),
    "customs": lambda: _("At the customs"),
    "delayed": lambda: _("Delayed"),
    "damaged": lambda: _("Something is damaged"),
    "lost": lambda: _("Lost on its way"),
    "not_picked_up": lambda: _("It was not picked up"),
    "other": lambda: _("Something else"),
}
"""What can happen to a parcel."""


def value_words(policy: Policy) -> dict[tuple[str, str], Words]:
    """By table and name. Raises ValueError or KeyError for a value that they don't know. The `policy` names reasons."""
    terms = policy.terms
    return {
        ("return_", "status"): lambda value: returns.status_told(ReturnStatus(value)),
        ("return_", "reason"): lambda value: returns.decline_told(terms, value),
        ("return_", "decline_reason"): lambda value: returns.decline_told(terms, value),
        ("return_", "finding"): lambda value: returns.finding_told(terms, value),
        ("return_item", "reason"): lambda value: returns.reason_told(terms, value),
        ("return_item", "finding"): lambda value: returns.finding_told(terms, value),
        ("claim", "status"): lambda value: _macro("returns/_pieces.html", "claim_chip", value),
        ("claim", "kind"): lambda value: _macro("returns/_pieces.html", "kind_words", value),
        ("claim", "reason"): lambda value: _macro("returns/_pieces.html", "deny_words", value),
        ("staff_task", "kind"): lambda value: _macro("support/_pieces.html", "task_words", value),
        ("staff_task", "queue"): lambda value: _macro("support/_tasks.html", "queue_words", value),
        ("sync", "kind"): lambda value: _macro("support/_pieces.html", "work_words", value),
        ("task", "kind"): lambda value: _macro("support/_pieces.html", "work_words", value),
        ("customer_flag", "kind"): lambda value: {"blocked": _("Blocked"), "trusted": _("Trusted")}[value],
        ("subscription", "field"): lambda value: PARTS[value](),
        ("subscription", "what"): lambda value: PARTS[value](),
    }


def everywhere() -> dict[str, Words]:
    """The same by name alone."""
    return {
        "acceptance": lambda value: returns.acceptance_told(Acceptance(value)),
        "country": i18n.country_name,
        "deny_reason": lambda value: _macro("returns/_pieces.html", "deny_words", value),
        "every": lambda value: often(*value),
        "fault": lambda value: returns.fault_told(Fault(value)),
        "given": lambda value: _macro("returns/_pieces.html", "wish_words", value),
        "incident": lambda value: TROUBLE[value](),
        "kind": lambda value: {"refund": _("Money back"), "store_credit": _("Store credit")}[value],
        "locale": i18n.language_name,
        "mode": lambda value: {"look": _("Looking"), "prepare": _("Preparing"), "act": _("Acting")}[value],
        "outcome": lambda value: returns.outcome_told(Outcome(value)),
        "reception": lambda value: returns.reception_told(Reception(value)),
        "resolution": lambda value: {"refund": _("Money back"), "replacement": _("Send it again"), "both": _("Both")}[value],
        "review": returns.review_told,
        "role": lambda value: role_words(Role(value)),
        "status": lambda value: DELIVERED[value](),
        "undone": lambda value: deed_words()[value],
        "was": lambda value: often(*value),
        "way": lambda value: returns.way_told(Way(value)),
        "why": lambda value: WHY[value](),
        "wish": lambda value: _macro("returns/_pieces.html", "wish_words", value),
    }


def _macro(template: str, name: str, value: str) -> str:
    """The words that another page of the desk has for it."""
    told: str = get_template_attribute(template, name)(value)
    return str(told.striptags() if hasattr(told, "striptags") else told).strip()
