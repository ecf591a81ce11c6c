"""What waits for the shop's people: each with its reason, its age and the time until which it was promised."""

from portal.tasks.kinds import KINDS as KINDS
from portal.tasks.kinds import Queue as Queue
from portal.tasks.kinds import ends_by_deed as ends_by_deed
from portal.tasks.locks import hold_task as hold_task
from portal.tasks.refusals import NotThen as NotThen
