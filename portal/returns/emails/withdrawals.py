"""The receipt of a withdrawal, on a durable medium: what was declared, with date and time."""

from datetime import datetime

from portal.notifications.actions import send_mail
from portal.returns.links import withdrawal_key
from portal.returns.models import Withdrawal


class _To:
    """Whoever wrote this address."""

    def __init__(self, withdrawal: Withdrawal) -> None:
        self.email, self.locale, self.time_zone = withdrawal.email, withdrawal.locale, withdrawal.time_zone
        self.customer_id = withdrawal.customer_id


def send_receipt(withdrawal: Withdrawal, *, at: datetime) -> None:
    context = {
        "reference": withdrawal.reference,
        "declared_at": withdrawal.declared_at.isoformat(),
        "name": withdrawal.name,
        "contract": withdrawal.contract,
        "parts": withdrawal.parts,
        "is_under_way": withdrawal.return_id is not None,
        "key": withdrawal_key(withdrawal.reference),
    }
    send_mail("returns/withdrawn", to=_To(withdrawal), context=context, at=at, key=f"withdrawal:{withdrawal.reference}")
