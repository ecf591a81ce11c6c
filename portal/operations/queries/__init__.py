"""How things stand between us, the provider, the shop's own machines and the carriers: the desk and the command line read the same."""

from portal.operations.queries.comparing import LOOKS as LOOKS
from portal.operations.queries.comparing import RECONCILE as RECONCILE
from portal.operations.queries.comparing import Found as Found
from portal.operations.queries.comparing import Reconciliation as Reconciliation
from portal.operations.queries.comparing import last_reconciliation as last_reconciliation
from portal.operations.queries.comparing import open_differences as open_differences
from portal.operations.queries.failing import Failing as Failing
from portal.operations.queries.failing import failing_of as failing_of
from portal.operations.queries.failing import failing_work as failing_work
from portal.operations.queries.failing import work_that_fails as work_that_fails
from portal.operations.queries.figures import alarms as alarms
from portal.operations.queries.figures import calls as calls
from portal.operations.queries.figures import events_lately as events_lately
from portal.operations.queries.figures import worker_age as worker_age
from portal.operations.queries.work import Done as Done
from portal.operations.queries.work import customer_by as customer_by
from portal.operations.queries.work import oldest_at as oldest_at
from portal.operations.queries.work import status as status
from portal.operations.queries.work import stuck as stuck
