"""The pages of subscriptions and deliveries, and what can be done on them: one file for each kind of deed."""

from portal.subscriptions.routes import address as address
from portal.subscriptions.routes import code as code
from portal.subscriptions.routes import contents as contents
from portal.subscriptions.routes import deliveries as deliveries
from portal.subscriptions.routes import ending as ending
from portal.subscriptions.routes import frequency as frequency
from portal.subscriptions.routes import outside as outside
from portal.subscriptions.routes import pausing as pausing
from portal.subscriptions.routes import showing as showing
from portal.subscriptions.routes.again import again_bp as again_bp
from portal.subscriptions.routes.door import bp as bp
from portal.subscriptions.routes.receipts import receipt_bp as receipt_bp
from portal.subscriptions.routes.undoing import undo_bp as undo_bp
