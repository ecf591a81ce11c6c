"""What the desk shows, read in a constant number of queries."""

from portal.support.queries import audit as audit
from portal.support.queries import colleagues as colleagues
from portal.support.queries import known as known
from portal.support.queries import rules as rules
from portal.support.queries.finding import search as search
from portal.support.queries.looks import WantedLooks as WantedLooks
from portal.support.queries.looks import looks as looks
from portal.support.queries.order import desk_order as desk_order
from portal.support.queries.person import person as person
from portal.support.queries.tasks import opened as opened
from portal.support.queries.workers import has_looked as has_looked
from portal.support.queries.workers import workers as workers
