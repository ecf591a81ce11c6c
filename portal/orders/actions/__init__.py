"""What can be done with orders and their parcels. Called from an open transaction."""

from portal.orders.actions.changing import LINE_CANCELLED as LINE_CANCELLED
from portal.orders.actions.changing import OTHER_ADDRESS as OTHER_ADDRESS
from portal.orders.actions.changing import cancel_line as cancel_line
from portal.orders.actions.changing import follow as follow
from portal.orders.actions.changing import send_elsewhere as send_elsewhere
from portal.orders.actions.looking import note_looks as note_looks
from portal.orders.actions.ordering import NumberTaken as NumberTaken
from portal.orders.actions.ordering import OrderedLine as OrderedLine
from portal.orders.actions.ordering import claim_orders as claim_orders
from portal.orders.actions.ordering import mark_packed as mark_packed
from portal.orders.actions.ordering import new_number as new_number
from portal.orders.actions.ordering import record_order as record_order
from portal.orders.actions.packing import Packed as Packed
from portal.orders.actions.packing import record_shipment as record_shipment
from portal.orders.actions.tracking import take_tracking as take_tracking
