"""What each kind of deed in the history is called, for whoever reads it at the desk: short, and without its facts."""

from flask_babel import gettext as _


def deed_words() -> dict[str, str]:
    """By the key that the history keeps; one that is not here is shown as it is."""
    return {
        **_at_the_door(),
        **_of_the_staff(),
        **_of_a_subscription(),
        **_of_money(),
        **_of_parcels(),
        **_of_returns(),
        **_of_the_house(),
    }


def _at_the_door() -> dict[str, str]:
    """Signing in, and what belongs to it."""
    return {
        "sign-in asked": _("Sign-in mail asked for"),
        "code wrong": _("Wrong sign-in code"),
        "limit reached": _("A limit was reached"),
        "refused": _("Refused"),
        "signed in": _("Signed in"),
        "signed out": _("Signed out"),
        "other devices signed out": _("Other devices signed out"),
        "mail proven": _("Mail address proven"),
        "sign-in locked": _("Sign-in locked"),
        "sign-in stopped": _("Sign-in stopped"),
        "second step wrong": _("Wrong second step"),
        "second step taken again": _("Second step taken anew"),
        "second step reset": _("Second step reset"),
        "recovery codes made": _("Recovery codes made"),
        "recovery codes kept": _("Recovery codes kept"),
        "recovery code used": _("Recovery code used"),
        "app added": _("Authenticator app added"),
        "app changed": _("Authenticator app changed"),
        "passkey added": _("Passkey added"),
        "passkey removed": _("Passkey removed"),
        "impersonation started": _("Began to view as the customer"),
        "impersonation mode": _("Changed between looking and acting"),
        "impersonation ended": _("Stopped viewing as the customer"),
    }


def _of_the_staff() -> dict[str, str]:
    """Who works here, and what they do among themselves."""
    return {
        "staff added": _("Colleague added"),
        "staff shut out": _("Colleague shut out"),
        "staff let in again": _("Colleague let in again"),
        "role given": _("Role given"),
        "open task": _("Task opened"),
        "take task": _("Task taken"),
        "give task": _("Task given to a colleague"),
        "put task back": _("Task put back"),
        "finish task": _("Task done"),
        "reopen task": _("Task opened again"),
        "put task off": _("Task put off"),
        "take task up": _("Task taken up again"),
        "correct note on customer": _("Note on the customer corrected"),
        "remove note on customer": _("Note on the customer removed"),
        "keep note on customer": _("Note on the customer kept after all"),
        "note on customer": _("Note on the customer"),
        "mark as VIP": _("Marked as VIP"),
        "no VIP any more": _("No VIP any more"),
        "customer flagged": _("Customer flagged for returns"),
        "customer flag ended": _("Flag for returns taken away"),
        "policy made": _("Rules of returns changed"),
        "publish incident": _("Incident published"),
        "reword incident": _("Incident reworded"),
        "end incident": _("Incident ended"),
        "change prepared": _("Change prepared for the customer"),
        "change renewed": _("Change prepared anew"),
        "change declined": _("Prepared change declined"),
        "change withdrawn": _("Prepared change withdrawn"),
        "change overtaken": _("Prepared change overtaken by another"),
    }


def _of_a_subscription() -> dict[str, str]:
    """What a customer receives, and how often."""
    return {
        "skipped": _("Delivery skipped"),
        "unskipped": _("Delivery sent after all"),
        "moved": _("Delivery moved"),
        "moved with later": _("Delivery and all later ones moved"),
        "quantity": _("Quantity changed"),
        "swapped": _("Product swapped"),
        "added": _("Product added to the box"),
        "removed": _("Product taken out of the box"),
        "added once": _("Product added to one delivery"),
        "taken out once": _("Product taken out of one delivery"),
        "frequency": _("Frequency changed"),
        "paused": _("Subscription paused"),
        "resumed": _("Subscription resumed"),
        "cancelled": _("Subscription cancelled"),
        "cancelled for the end": _("Subscription cancelled for the end of the period"),
        "kept": _("Subscription kept after all"),
        "began again": _("Subscription started again"),
        "reasons given": _("Reasons for cancelling given"),
        "ended": _("Subscription ended"),
        "code": _("Discount code used"),
        "address": _("Delivery address changed"),
        "undone": _("Undone"),
        "changed at the provider": _("Changed at the payment provider"),
        "moved at the provider": _("Moved at the payment provider"),
        "overruled": _("Change at the payment provider overruled"),
        "set apart": _("Can’t be changed here any more"),
        "set free": _("Can be changed here again"),
    }


def _of_money() -> dict[str, str]:
    """What was charged, and what went back."""
    return {
        "charged": _("Charged"),
        "not charged": _("Not charged"),
        "payment failed": _("Payment failed"),
        "overcharged": _("Too much was charged"),
        "paid": _("Invoice paid"),
        "not paid": _("Invoice not paid"),
        "credited": _("Credit given"),
        "credit taken back": _("Credit taken back"),
        "refunded": _("Refunded"),
        "refund failed": _("Refund did not arrive"),
        "card added": _("Card added"),
        "card chosen": _("Default card chosen"),
        "card removed": _("Card removed"),
        "card gone": _("Card gone at the payment provider"),
        "card chosen there": _("Default card chosen at the payment provider"),
        "account gone": _("Account gone at the payment provider"),
        "address added": _("Address added"),
        "address corrected": _("Address corrected"),
        "address removed": _("Address removed"),
        "address chosen for all": _("Address chosen for everything"),
        "change language": _("Language or time zone changed"),
    }


def _of_parcels() -> dict[str, str]:
    """What was sent, and where it is."""
    return {
        "packed": _("Order packed"),
        "line cancelled": _("Line of an order cancelled"),
        "other address": _("Order gets another address"),
        "parcel recorded": _("Parcel recorded"),
        "contents changed": _("Contents of a parcel changed"),
        "carrier told": _("Carrier and number told"),
        "expected date told": _("Day of arrival told"),
        "expected date moved": _("Day of arrival moved"),
        "shipped": _("Parcel left"),
        "out for delivery": _("Out for delivery"),
        "ready to pick up": _("Ready to be picked up"),
        "delivered": _("Parcel delivered"),
        "returned to sender": _("Parcel went back to the shop"),
        "will not arrive": _("Parcel will not arrive"),
        "parcel cancelled": _("Parcel cancelled"),
        "incident": _("Trouble with a parcel"),
        "late": _("Parcel late"),
        "no scan for days": _("No news of a parcel for days"),
        "looked at again and again": _("Parcel looked at again and again"),
    }


def _of_returns() -> dict[str, str]:
    """What comes back, and what was wrong with it."""
    return {
        "submit return": _("Return sent in"),
        "approve return": _("Return approved"),
        "decline return": _("Return declined"),
        "cancel return": _("Return cancelled"),
        "expire return": _("Return expired"),
        "remind of return": _("Customer reminded of a return"),
        "label bought": _("Return label bought"),
        "order pick-up": _("Pick-up asked for"),
        "pick-up ordered": _("Pick-up ordered"),
        "other way back": _("Another way back chosen"),
        "show receipt": _("Receipt of posting shown"),
        "tell parcel number": _("Number of a return parcel told"),
        "return sent": _("Return on its way"),
        "return delivered": _("Return parcel arrived"),
        "return sent back to customer": _("Return parcel went back to the customer"),
        "return will not arrive": _("Return parcel will not arrive"),
        "receive return": _("Return received"),
        "inspect return": _("Return looked at and decided"),
        "look again": _("Return to be looked at again"),
        "miss the rest": _("Nobody waits for the rest"),
        "object to return": _("Customer disagrees about a return"),
        "reopen return": _("Return opened again"),
        "close return": _("Return closed"),
        "note on return": _("Note on a return"),
        "word on return": _("Word to the customer on a return"),
        "paid out": _("Money of a return goes back"),
        "given by hand": _("Money given back by hand"),
        "asked for another way": _("Money asked for another way"),
        "credit to card asked": _("Credit asked back to the card"),
        "credit was spent": _("Credit was spent, not put on the card"),
        "exchange chosen again": _("Exchange chosen again"),
        "exchange awaits payment": _("Exchange waits for payment"),
        "exchange called off": _("Exchange called off"),
        "exchange ordered": _("Exchange ordered"),
        "replacement ordered": _("Replacement ordered"),
        "difference paid": _("Difference of an exchange paid"),
        "withdrawal declared": _("Withdrawal declared"),
        "open claim": _("Problem told"),
        "approve claim": _("Claim approved"),
        "deny claim": _("Claim declined"),
        "resolve claim": _("Claim done"),
        "cancel claim": _("Claim taken back"),
        "note on claim": _("Note on a claim"),
    }


def _of_the_house() -> dict[str, str]:
    """What operators and the shop's own systems do."""
    return {
        "retry work": _("Failed work tried again"),
        "retry all work": _("All failed work tried again"),
        "replay event": _("Event of the payment provider done once more"),
        "look up at provider": _("Customer looked up at the payment provider"),
        "reconcile": _("All compared with the payment provider"),
        "endpoint added": _("Webhook endpoint added"),
        "endpoint removed": _("Webhook endpoint removed"),
        "endpoint switched on": _("Webhook endpoint switched on"),
        "secret rotated": _("Webhook secret changed"),
        "sent again": _("Webhooks sent again"),
        "API key added": _("API key added"),
        "API key revoked": _("API key revoked"),
        "product first told": _("Product first told"),
        "product told": _("Product changed"),
        "anchors begun anew": _("Proofs of the history begun anew"),
    }
