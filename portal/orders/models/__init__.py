"""Orders, the parcels that they go in, and where those are."""

from portal.orders.models.cancellation import LineCancellation as LineCancellation
from portal.orders.models.order import MOST_LINES as MOST_LINES
from portal.orders.models.order import Order as Order
from portal.orders.models.order import OrderedLine as OrderedLine
from portal.orders.models.order import OrderLine as OrderLine
from portal.orders.models.order import rows_of as rows_of
from portal.orders.models.parcel import ExpectedDate as ExpectedDate
from portal.orders.models.parcel import Shipment as Shipment
from portal.orders.models.parcel import ShipmentLine as ShipmentLine
from portal.orders.models.parcel import TrackingEvent as TrackingEvent
from portal.orders.models.parcel import TrackingLook as TrackingLook
from portal.orders.models.word import OrderWord as OrderWord
from portal.orders.models.word import word_rows as word_rows
