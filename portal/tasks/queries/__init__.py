"""What waits for the shop's people, as it is shown to them."""

from portal.tasks.queries.about import WaitingTask as WaitingTask
from portal.tasks.queries.about import waiting_about as waiting_about
from portal.tasks.queries.about import waiting_for as waiting_for
from portal.tasks.queries.people import Remembered as Remembered
from portal.tasks.queries.people import remembered as remembered
from portal.tasks.queries.people import vips as vips
from portal.tasks.queries.waiting import MOST as MOST
from portal.tasks.queries.waiting import Counted as Counted
from portal.tasks.queries.waiting import Line as Line
from portal.tasks.queries.waiting import Waiting as Waiting
from portal.tasks.queries.waiting import counted as counted
from portal.tasks.queries.waiting import mine as mine
from portal.tasks.queries.waiting import one as one
from portal.tasks.queries.waiting import waiting as waiting
