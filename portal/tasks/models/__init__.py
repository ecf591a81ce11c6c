"""What waits, who goes first, and what the shop's people wrote down for each other."""

from portal.tasks.models.note import StaffNote as StaffNote
from portal.tasks.models.task import StaffTask as StaffTask
from portal.tasks.models.vip import Vip as Vip
