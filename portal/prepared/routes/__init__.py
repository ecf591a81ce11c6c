"""What becomes of a form while staff prepare changes, and of one by which a customer approves a change; and the page of suggestions."""

from portal.prepared.routes import approving as approving
from portal.prepared.routes import trying as trying
from portal.prepared.routes.at_desk import desk_bp as desk_bp
from portal.prepared.routes.showing import bp as bp
