"""Returns and claims: what comes back or went wrong, and what is done about it."""

from portal.returns.models.claim import Claim as Claim
from portal.returns.models.claim import ClaimKind as ClaimKind
from portal.returns.models.claim import ClaimLine as ClaimLine
from portal.returns.models.claim import ClaimStatus as ClaimStatus
from portal.returns.models.claim import Resolution as Resolution
from portal.returns.models.claim import Wish as Wish
from portal.returns.models.exchange import Exchange as Exchange
from portal.returns.models.exchange import ExchangeStatus as ExchangeStatus
from portal.returns.models.item import Acceptance as Acceptance
from portal.returns.models.item import Fault as Fault
from portal.returns.models.item import Outcome as Outcome
from portal.returns.models.item import Reception as Reception
from portal.returns.models.item import ReturnItem as ReturnItem
from portal.returns.models.payout import Payout as Payout
from portal.returns.models.payout import PayoutKind as PayoutKind
from portal.returns.models.policy import CustomerFlag as CustomerFlag
from portal.returns.models.policy import FlagKind as FlagKind
from portal.returns.models.policy import PolicyVersion as PolicyVersion
from portal.returns.models.return_ import Return as Return
from portal.returns.models.return_ import ReturnStatus as ReturnStatus
from portal.returns.models.return_ import Way as Way
from portal.returns.models.unit import TakenUnit as TakenUnit
from portal.returns.models.unit import free_units as free_units
from portal.returns.models.unit import take_units as take_units
from portal.returns.models.withdrawal import Withdrawal as Withdrawal
