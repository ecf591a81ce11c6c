"""What pages show of subscriptions: one select of just that, whatever the number of subscriptions."""

from portal.subscriptions.queries.confirmed import just_confirmed as just_confirmed
from portal.subscriptions.queries.confirmed import just_kept as just_kept
from portal.subscriptions.queries.confirmed import undo_until as undo_until
from portal.subscriptions.queries.contents import choices as choices
from portal.subscriptions.queries.contents import rhythms as rhythms
from portal.subscriptions.queries.deliveries import coming as coming
from portal.subscriptions.queries.deliveries import deliveries_of as deliveries_of
from portal.subscriptions.queries.deliveries import delivery as delivery
from portal.subscriptions.queries.deliveries import paid_to_come as paid_to_come
from portal.subscriptions.queries.history import history as history
from portal.subscriptions.queries.history import refused_lately as refused_lately
from portal.subscriptions.queries.kept import kept as kept
from portal.subscriptions.queries.kept import kept_of as kept_of
from portal.subscriptions.queries.outside import outside_subscription as outside_subscription
from portal.subscriptions.queries.outside import outside_subscriptions as outside_subscriptions
from portal.subscriptions.queries.receipts import receipt as receipt
from portal.subscriptions.queries.receipts import receipts_of as receipts_of
from portal.subscriptions.queries.subscriptions import how_many as how_many
from portal.subscriptions.queries.subscriptions import subscription as subscription
from portal.subscriptions.queries.subscriptions import subscriptions as subscriptions
from portal.subscriptions.shown import Done as Done
from portal.subscriptions.shown import ShownDelivery as ShownDelivery
from portal.subscriptions.shown import ShownSubscription as ShownSubscription
