"""Who did what, on whose behalf, and how it was before."""

from portal.timeline.chain import ANCHOR as ANCHOR
from portal.timeline.chain import hold_history as hold_history
from portal.timeline.chain import on_entry as on_entry
from portal.timeline.history import ChangedSince as ChangedSince
from portal.timeline.history import Deed as Deed
from portal.timeline.history import changed_since as changed_since
from portal.timeline.history import deed as deed
from portal.timeline.history import key as key
from portal.timeline.history import note as note
from portal.timeline.history import put_back as put_back
from portal.timeline.models import Actor as Actor
from portal.timeline.models import Entry as Entry
from portal.timeline.sync import CHECK as CHECK
from portal.timeline.sync import FORGET as FORGET

PROVIDER = Actor(system="provider")
SCHEDULE = Actor(system="schedule")
