"""What the tables hold, counted by day."""

from portal.numbers.queries.counting import count_days as count_days
from portal.numbers.queries.counting import first_day as first_day
from portal.numbers.queries.counts import Counts as Counts
from portal.numbers.queries.pauses import paused_by_day as paused_by_day
