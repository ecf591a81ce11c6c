"""What the pages show of orders: just that, in as many questions for ten thousand as for ten."""

from portal.orders.finding import Wanted as Wanted
from portal.orders.queries.lately import Lately as Lately
from portal.orders.queries.lately import ParcelOnItsWay as ParcelOnItsWay
from portal.orders.queries.lately import lately as lately
from portal.orders.queries.listing import OrderHead as OrderHead
from portal.orders.queries.listing import OrderInList as OrderInList
from portal.orders.queries.listing import OrdersPage as OrdersPage
from portal.orders.queries.listing import is_unclaimed as is_unclaimed
from portal.orders.queries.listing import orders_page as orders_page
from portal.orders.queries.listing import years as years
from portal.orders.queries.numbers import numbers_like as numbers_like
from portal.orders.queries.one import anybodys_order as anybodys_order
from portal.orders.queries.one import order as order
from portal.orders.queries.parcels import parcel as parcel
from portal.orders.shown import ShownOrder as ShownOrder
from portal.orders.shown import ShownParcel as ShownParcel
from portal.orders.shown import Sums as Sums
