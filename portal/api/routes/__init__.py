"""Where the API is asked. The order is that of its page."""

from portal.api.routes import products as products  # isort: split

from portal.api.routes import orders as orders  # isort: split

from portal.api.routes import shipments as shipments  # isort: split

from portal.api.routes import returns as returns  # isort: split

from portal.api.routes import changes as changes
from portal.api.routes import page as page
from portal.api.routes.serving import bp as bp
