"""What a task of a return or of a claim may be about: itself, its money, or what goes out for it."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from portal.kit.db import db
from portal.returns.models import Claim, Exchange, Payout, Return, ReturnItem


def subjects_of_returns(ids: Collection[int]) -> dict[str, int]:
    """The id of the return, by each of them as `table:id`."""
    payouts = select(Payout.id, Payout.return_id).where(Payout.return_id.in_(ids))
    exchanges = select(Exchange.id, ReturnItem.return_id).join(ReturnItem, ReturnItem.id == Exchange.return_item_id)
    return _subjects(Return.__tablename__, ids, payouts, exchanges.where(ReturnItem.return_id.in_(ids)))


def subjects_of_claims(ids: Collection[int]) -> dict[str, int]:
    """Likewise."""
    payouts = select(Payout.id, Payout.claim_id).where(Payout.claim_id.in_(ids))
    return _subjects(Claim.__tablename__, ids, payouts, select(Exchange.id, Exchange.claim_id).where(Exchange.claim_id.in_(ids)))


def _subjects(table: str, ids: Collection[int], payouts: Any, exchanges: Any) -> dict[str, int]:
    found = {f"{table}:{row_id}": row_id for row_id in ids}
    found |= {f"{Payout.__tablename__}:{row_id}": whose for row_id, whose in db.session.execute(payouts)}
    return found | {f"{Exchange.__tablename__}:{row_id}": whose for row_id, whose in db.session.execute(exchanges)}
