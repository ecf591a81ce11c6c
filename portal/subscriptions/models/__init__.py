"""Subscriptions, what is in them, their deliveries, and how they end."""

from portal.subscriptions.models.cancellation import Cancellation as Cancellation
from portal.subscriptions.models.delivery import FARTHEST as FARTHEST
from portal.subscriptions.models.delivery import Delivery as Delivery
from portal.subscriptions.models.delivery import DeliveryStatus as DeliveryStatus
from portal.subscriptions.models.item import SubscriptionItem as SubscriptionItem
from portal.subscriptions.models.offered import WITHIN as WITHIN
from portal.subscriptions.models.offered import Offered as Offered
from portal.subscriptions.models.one_time import OneTimeItem as OneTimeItem
from portal.subscriptions.models.outside import OutsideSubscription as OutsideSubscription
from portal.subscriptions.models.overcharge import Overcharge as Overcharge
from portal.subscriptions.models.plan import PLANNED as PLANNED
from portal.subscriptions.models.subscription import AGAIN_FOR as AGAIN_FOR
from portal.subscriptions.models.subscription import Subscription as Subscription
