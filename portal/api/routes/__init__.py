"""Where the API is asked."""

from portal.api.routes import orders as orders
from portal.api.routes import page as page
from portal.api.routes import products as products
from portal.api.routes.serving import bp as bp
