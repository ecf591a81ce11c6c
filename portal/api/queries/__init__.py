"""What the API shows, in as many questions for a page of a hundred as for one row."""

from portal.api.queries.changes import changes as changes
from portal.api.queries.orders import order as order
from portal.api.queries.orders import orders as orders
from portal.api.queries.products import product as product
from portal.api.queries.products import products as products
from portal.api.queries.products import stock as stock
from portal.api.queries.products import stock_of as stock_of
from portal.api.queries.products import stock_of_all as stock_of_all
from portal.api.queries.products import variants as variants
from portal.api.queries.returns import claim as claim
from portal.api.queries.returns import claims as claims
from portal.api.queries.returns import return_ as return_
from portal.api.queries.returns import returns as returns
from portal.api.queries.shipments import shipment as shipment
from portal.api.queries.shipments import shipments as shipments
