"""What operators do with keys, and how a request is let in and done once."""

from portal.api.actions.keys import Caller as Caller
from portal.api.actions.keys import NameTaken as NameTaken
from portal.api.actions.keys import TooFast as TooFast
from portal.api.actions.keys import add_key as add_key
from portal.api.actions.keys import let_in as let_in
from portal.api.actions.keys import revoke_key as revoke_key
from portal.api.actions.repeats import InFlight as InFlight
from portal.api.actions.repeats import KeptAnswer as KeptAnswer
from portal.api.actions.repeats import Overtaken as Overtaken
from portal.api.actions.repeats import SentBefore as SentBefore
from portal.api.actions.repeats import Turn as Turn
from portal.api.actions.repeats import begin as begin
from portal.api.actions.repeats import forget_old as forget_old
from portal.api.actions.repeats import give_up as give_up
from portal.api.actions.repeats import keep as keep
