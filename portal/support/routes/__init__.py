"""The pages of the desk: one file for each kind of work."""

from portal.support.routes import audit as audit
from portal.support.routes import claims as claims
from portal.support.routes import finding as finding
from portal.support.routes import incidents as incidents
from portal.support.routes import orders as orders
from portal.support.routes import queues as queues
from portal.support.routes import remembering as remembering
from portal.support.routes import returns as returns
from portal.support.routes import rules as rules
from portal.support.routes import starting as starting
from portal.support.routes import suggested as suggested
from portal.support.routes import sync as sync
from portal.support.routes import viewing as viewing
from portal.support.routes.door import bp as bp
from portal.support.routes.visits import visits_bp as visits_bp
