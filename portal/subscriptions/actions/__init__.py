"""What can be done with subscriptions and their deliveries. Called from an open transaction, with the subscription locked."""

from portal.subscriptions.actions.address import send_to as send_to
from portal.subscriptions.actions.contents import add_product as add_product
from portal.subscriptions.actions.contents import change_frequency as change_frequency
from portal.subscriptions.actions.contents import remove_product as remove_product
from portal.subscriptions.actions.contents import set_quantity as set_quantity
from portal.subscriptions.actions.contents import swap_product as swap_product
from portal.subscriptions.actions.deliveries import hold_for_exchange as hold_for_exchange
from portal.subscriptions.actions.deliveries import move_delivery as move_delivery
from portal.subscriptions.actions.deliveries import move_with_later as move_with_later
from portal.subscriptions.actions.deliveries import skip_delivery as skip_delivery
from portal.subscriptions.actions.deliveries import unskip_delivery as unskip_delivery
from portal.subscriptions.actions.discount import use_code as use_code
from portal.subscriptions.actions.ending import begin_again as begin_again
from portal.subscriptions.actions.ending import cancel as cancel
from portal.subscriptions.actions.ending import give_reasons as give_reasons
from portal.subscriptions.actions.ending import keep as keep
from portal.subscriptions.actions.one_time import add_once as add_once
from portal.subscriptions.actions.one_time import take_out_once as take_out_once
from portal.subscriptions.actions.pausing import pause as pause
from portal.subscriptions.actions.pausing import resume as resume
from portal.subscriptions.actions.taking_in import is_known as is_known
from portal.subscriptions.actions.taking_in import take_in as take_in
from portal.subscriptions.actions.undoing import look_undone as look_undone
from portal.subscriptions.actions.undoing import put_back as put_back
from portal.subscriptions.actions.undoing import undo as undo
