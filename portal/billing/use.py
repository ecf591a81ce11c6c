"""Whether something is still paid through an account. The rooms above know; this one asks."""

from collections.abc import Callable

from portal.billing.models import BillingAccount

Use = Callable[[BillingAccount], bool]
USES: list[Use] = []


def uses_account(use: Use) -> Use:
    """Ask this before the last card of an account is removed."""
    USES.append(use)
    return use


def is_used(account: BillingAccount) -> bool:
    return any(use(account) for use in USES)
