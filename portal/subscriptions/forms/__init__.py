"""What a browser may send: what was typed is kept, and what is wrong with it is said beside it."""

from portal.subscriptions.forms.code import CodeForm as CodeForm
from portal.subscriptions.forms.contents import FrequencyForm as FrequencyForm
from portal.subscriptions.forms.contents import QuantityForm as QuantityForm
from portal.subscriptions.forms.contents import SwapForm as SwapForm
from portal.subscriptions.forms.ending import CancelForm as CancelForm
from portal.subscriptions.forms.ending import ReasonsForm as ReasonsForm
from portal.subscriptions.forms.moving import MoveForm as MoveForm
from portal.subscriptions.forms.pausing import PauseForm as PauseForm
from portal.subscriptions.forms.pausing import ResumeForm as ResumeForm
