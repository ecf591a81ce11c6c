"""What the rules say, and how far a return is, in the reader's words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from portal.kit import i18n
from portal.kit.shop import shop
from portal.returns.models import Acceptance, Fault, Outcome, Reception, ReturnStatus, Way
from portal.returns.policy.eligibility import Against, Code, Still, Verdict
from portal.returns.policy.outcomes import Review
from portal.returns.policy.terms import Terms


@dataclass(frozen=True)
class Words:
    bold: str
    quiet: str = ""
    """What more there is to say; empty where the first says all."""


def said(words: Mapping[str, str]) -> str:
    """The shop's own words in the reader's language, else in the shop's, else in English, else in the first that there is."""
    for language in (i18n.language(), shop().locale[:2], "en"):
        if language in words:
            return words[language]
    return next(iter(words.values()), "")


def last_day(before: datetime) -> str:
    """The day that ends at this moment by the shop's clock: Monday 7 December."""
    return i18n.day((before - timedelta(seconds=1)).astimezone(shop().zone).date())


def verdict_told(verdict: Verdict, terms: Terms, *, category: str = "", taken_by: Sequence[str] = ()) -> Words:
    """Until when it can go back, or why not: the reason that says most."""
    if not verdict.may_return:
        return Words(_told(_foremost(verdict), terms, category, taken_by))
    if verdict.before is None:
        days = terms.withdrawal.days
        until = ngettext("Until %(num)s day after all of it has arrived", "Until %(num)s days after all of it has arrived", days)
    else:
        until = _("Until %(day)s", day=last_day(verdict.before))
    if verdict.swap_only:
        return Words(until, _("For another product only: the money can’t be given back"))
    if not verdict.by_policy:
        return Words(until, _("By your right to withdraw"))
    return Words(until, _("You have longer at this time of the year") if verdict.window == "seasons" else "")


def against_told(verdict: Verdict, terms: Terms, *, category: str = "", taken_by: Sequence[str] = ()) -> list[str]:
    """All reasons, each in a sentence."""
    return [_told(against, terms, category, taken_by) for against in verdict.against]


def still_told(still: Still) -> str:
    """As a link says it."""
    words: dict[Still, str] = {
        Still.WAIT: _("Wait until it is there"),
        Still.SEE: _("See how far it is"),
        Still.CLAIM: _("Report a problem"),
        Still.WRITE: _("Write to us"),
    }
    return words[still]


def reason_told(terms: Terms, key: str, detail: str = "", is_withdrawal: bool = False) -> str:
    """“It doesn’t taste as I expected: too bitter”. A withdrawal needs none; what was taken over from elsewhere may have none either."""
    reason = terms.reason(key)
    if reason is None:
        return str(_("Withdrawal from the contract") if is_withdrawal else _("No reason is known"))
    more = reason.detail(detail)
    return str(_("%(reason)s: %(detail)s", reason=said(reason.words), detail=said(more.words))) if more else said(reason.words)


def decline_told(terms: Terms, key: str) -> str:
    return next((said(one.words) for one in terms.decline_reasons if one.key == key), key)


def finding_told(terms: Terms, key: str) -> str:
    return next((said(one.words) for one in terms.findings if one.key == key), key)


def category_told(terms: Terms, key: str) -> str:
    """What customers call these goods; empty where the shop has no word for it."""
    return said(terms.categories.get(key, {}))


def status_told(status: ReturnStatus) -> str:
    words: dict[ReturnStatus, str] = {
        ReturnStatus.DRAFT: _("Not sent to us yet"),
        ReturnStatus.REQUESTED: _("Requested"),
        ReturnStatus.NEEDS_REVIEW: _("We are looking at it"),
        ReturnStatus.APPROVED: _("Approved"),
        ReturnStatus.CLOSED: _("Done"),
        ReturnStatus.DECLINED: _("Declined"),
        ReturnStatus.CANCELED: _("Cancelled"),
        ReturnStatus.EXPIRED: _("Expired"),
    }
    return words[status]


def began_told(name: str, is_exception: bool) -> str:
    """Who of the shop began a return for the customer."""
    if is_exception:
        return str(_("%(name)s from our support started it for you, as an exception from our rules.", name=name))
    return str(_("%(name)s from our support started it for you.", name=name))


def reception_told(reception: Reception) -> str:
    words: dict[Reception, str] = {
        Reception.AWAITING: _("Not here yet"),
        Reception.RECEIVED: _("Received"),
        Reception.PARTIALLY_RECEIVED: _("Received in part"),
        Reception.LOST_IN_TRANSIT: _("Lost on its way"),
        Reception.WRONG_ITEM: _("Something else came"),
        Reception.KEPT: _("Yours to keep"),
    }
    return words[reception]


def acceptance_told(acceptance: Acceptance) -> str:
    words: dict[Acceptance, str] = {
        Acceptance.PENDING: _("Not looked at yet"),
        Acceptance.ACCEPTED: _("Accepted"),
        Acceptance.MANUAL_REVIEW: _("Being looked at"),
        Acceptance.REJECTED: _("Not accepted"),
    }
    return words[acceptance]


def outcome_told(outcome: Outcome) -> str:
    words: dict[Outcome, str] = {
        Outcome.REFUND: _("Money back"),
        Outcome.STORE_CREDIT: _("Store credit"),
        Outcome.EXCHANGE: _("Exchange"),
        Outcome.REPLACEMENT: _("The same again"),
        Outcome.KEEP: _("Money back, and you keep it"),
    }
    return words[outcome]


def way_told(way: Way) -> str:
    words: dict[Way, str] = {
        Way.CODE: _("Show a code, no printer"),
        Way.LABEL: _("Print a label"),
        Way.PICK_UP: _("Collected at your door"),
        Way.OWN: _("My own postage"),
        Way.NONE: _("Nothing to send"),
    }
    return words[way]


def fault_told(fault: Fault) -> str:
    """For staff."""
    words: dict[Fault, str] = {Fault.CUSTOMER: _("Customer’s choice"), Fault.MERCHANT: _("Our fault"), Fault.CARRIER: _("Carrier’s fault")}
    return words[fault]


def review_told(code: str) -> str:
    """Why a person has to look at it, for staff."""
    words: dict[Review, str] = {
        Review.BLOCKED: _("The customer is blocked"),
        Review.VALUE: _("Worth more than the rules decide alone"),
        Review.OFTEN: _("Many returns in a short time"),
        Review.REASON: _("Each return for this reason is looked at"),
        Review.NO_PHOTO: _("A photo is needed, and there is none"),
        Review.EXCEPTION: _("Begun by staff against the rules"),
    }
    return words[Review(code)]


def _foremost(verdict: Verdict) -> Against:
    """The first of the shop's own rules, or of what there is to send at all: the law's come last here, though they are looked at first."""
    own = [against for against in verdict.against if not against.rule.startswith("withdrawal.")]
    return (own or list(verdict.against))[0]


def _told(against: Against, terms: Terms, category: str, taken_by: Sequence[str]) -> str:
    match against.code:
        case Code.UNFULFILLED:
            return _unfulfilled(against.rule)
        case Code.RETURNED:
            return str(_("Already on its way back or reported: %(number)s", number=", ".join(taken_by)))
        case Code.FINAL_SALE:
            what = category_told(terms, category) if against.rule.startswith("final_sale.categories.") else ""
            return str(_("Final sale, as always: %(what)s", what=what) if what else _("Final sale: this can’t be sent back"))
        case Code.RETURN_WINDOW_EXPIRED:
            return _expired(against, terms, category)
        case Code.OTHER:
            return _other(against.rule, terms)


def _unfulfilled(rule: str) -> str:
    words: dict[str, str] = {
        "arrival": _("It hasn’t arrived yet. Once it is there, you can send it back"),
        "lost": _("It didn’t reach you. Tell us: we send it again or give the money back"),
        "cancelled": _("You cancelled it before it was packed"),
    }
    return words[rule]


def _expired(against: Against, terms: Terms, category: str) -> str:
    on = last_day(against.over_at) if against.over_at else ""
    if against.rule == "withdrawal.days":
        return str(_("The right to withdraw ended on %(day)s", day=on))
    if against.days is None:
        return str(_("The time ended on %(day)s, with what we give on top at this time of the year", day=on))
    what = category_told(terms, category) if against.rule.startswith("windows.categories.") else ""
    if what:
        return str(
            ngettext(
                "The time ended on %(day)s: %(what)s has %(num)s day from delivery",
                "The time ended on %(day)s: %(what)s has %(num)s days from delivery",
                against.days, day=on, what=what,
            )
        )  # fmt: skip
    return str(
        ngettext(
            "The time ended on %(day)s: it was %(num)s day from delivery",
            "The time ended on %(day)s: it was %(num)s days from delivery",
            against.days, day=on,
        )
    )  # fmt: skip


def _other(rule: str, terms: Terms) -> str:
    if rule == "returns_per_order":
        most = terms.returns_per_order or 0
        told: str = ngettext(
            "Our rules have %(num)s return for one order, and there was one",
            "Our rules have %(num)s returns for one order, and there were as many",
            most,
        )
        return told
    if rule == "blocked":
        return str(_("Write to us before you send this back"))
    if rule == "withdrawal.countries":
        return str(_("There is no right to withdraw by law where it was sent"))
    return str(_("The law has no right to withdraw for such goods"))
