"""Money that did not arrive, and did not go another way yet: of returns and of claims."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import func, or_, select

from portal.billing.models import BillingAccount, Refund, StoreCredit
from portal.billing.models.refunds import NOT_BACK
from portal.kit.db import db
from portal.returns.models import Payout


def still_missing() -> dict[int, int]:
    """By the ids of the payouts: how much of each has to go another way. Of all of them."""
    refused = or_(Refund.status.in_(NOT_BACK), Refund.refusal != "")
    named = db.session.scalars(select(Refund.because).where(Refund.because.startswith("payout:"), refused))
    return missing_of(sorted({_payout_of(because) for because in named}))


def missing_of(payout_ids: Sequence[int]) -> dict[int, int]:
    """The same of these. In three questions."""
    if not payout_ids:
        return {}
    failed: dict[int, int] = defaultdict(int)
    begins = [f"payout:{payout_id}," for payout_id in payout_ids]
    refused = or_(Refund.status.in_(NOT_BACK), Refund.refusal != "")
    refunds = select(Refund.because, Refund.amount).where(refused, or_(*[Refund.because.startswith(one) for one in begins]))
    credits = select(StoreCredit.because, StoreCredit.amount).where(StoreCredit.refusal != "")
    credits = credits.where(or_(*[StoreCredit.because.startswith(one) for one in begins]))
    for because, amount in [*db.session.execute(refunds), *db.session.execute(credits)]:
        failed[_payout_of(because)] += amount
    instead = select(Payout.instead_of_id, func.sum(Payout.amount)).where(Payout.instead_of_id.in_(list(failed)))
    for payout_id, amount in db.session.execute(instead.group_by(Payout.instead_of_id)):
        failed[payout_id or 0] -= int(amount)
    return {payout_id: amount for payout_id, amount in failed.items() if amount > 0}


def can_credit(customer_id: int | None, currency: str) -> bool:
    """Whether the customer can be given credit at once: the provider has them, in this currency."""
    accounts = select(BillingAccount.id).where(BillingAccount.customer_id == customer_id, BillingAccount.currency == currency)
    return customer_id is not None and db.session.scalar(accounts.where(BillingAccount.gone_at.is_(None)).limit(1)) is not None


def _payout_of(because: str) -> int:
    return int(because.partition(":")[2].partition(",")[0])
