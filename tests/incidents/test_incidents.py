"""Something went wrong: exactly those whom it concerns are told above each of their pages, until it ends or they put it away."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Customer, Role, Staff
from portal.carriers import ParcelStatus
from portal.incidents import actions
from portal.incidents.models import Concerned, Incident, NobodyMeant, SaidMeanwhile, When, Whom
from portal.incidents.queries import charges_of, concerned_by
from portal.kit import clock
from portal.kit.db import db, transaction
from portal.orders.models import OrderedLine
from portal.outbox.asking import ask_by_the_clock
from portal.subscriptions.models import Subscription
from portal.timeline import Actor, Entry
from tests.accounts.builders import address, customer, staff
from tests.browser import Browser, Sent, attribute, words
from tests.conftest import TODAY, Work
from tests.ground import at_once
from tests.orders.builders import order, parcel_that_is
from tests.questions import asked, questions
from tests.stripe import Stripe
from tests.subscriptions.builders import subscribe
from tests.support.conftest import looks

HONEY, OIL = OrderedLine("Honey", "HON", 1, 890), OrderedLine("Oil", "OIL", 1, 1440)
SAID: Sent = {"title-en": "Honey is recalled", "body-en": "Do not eat lot 7. Your money comes back by itself."}


@pytest.fixture
def lead(app: Flask) -> Browser:
    with app.app_context(), transaction():
        nora = staff("nora@halfjar.example", "Nora", role=Role.LEAD).id
    browser = Browser(app)
    browser.sign_in_staff(nora)
    return browser


@pytest.fixture
def people(app: Flask) -> dict[str, int]:
    """Ann has honey on its way with DHL to Germany; Bob oil, delivered; Cem honey, delivered by GLS to Türkiye; Dora nothing."""
    at = clock.now()
    with app.app_context(), transaction():
        found = {name: customer(f"{name}@example.com", name.title()) for name in ("ann", "bob", "cem", "dora")}
        for name, line, carrier, status, country in (
            ("ann", HONEY, "dhl", ParcelStatus.IN_TRANSIT, "DE"),
            ("bob", OIL, "dhl", ParcelStatus.DELIVERED, "DE"),
            ("cem", HONEY, "gls", ParcelStatus.DELIVERED, "TR"),
        ):
            bought = order(found[name], at, line, number=name)
            bought.address_id = address(found[name].id, country=country, at=at).id
            parcel_that_is(status, bought, carrier=carrier, tracking_number=f"{name}1234")
        return {name: person.id for name, person in found.items()}


def publishes(desk: Browser, whom: str, **more: str) -> int:
    """By the form that stands under the preview. Returns the incident's id."""
    page = desk.get(f"/desk/incidents/new?{whom}")
    form = page.select_one('form[action="/desk/incidents"]') or pytest.fail("there is no preview")
    hidden = {str(one["name"]): str(one["value"]) for one in form.select("input[type=hidden]")}
    desk.post("/desk/incidents", {**hidden, **SAID, **more})
    return int(desk.at.rpartition("/")[2])


def rewords(desk: Browser, incident: int, said: Sent, *, expect: int = 200) -> BeautifulSoup:
    """By the form that stands on its page by now."""
    seen = attribute(desk.get(f"/desk/incidents/{incident}"), "[name=seen]")
    return desk.post(f"/desk/incidents/{incident}/words", {**said, "seen": seen}, expect=expect)


def sees(app: Flask, customer_id: int, path: str = "/") -> BeautifulSoup:
    browser = Browser(app)
    browser.sign_in(customer_id)
    return browser.get(path)


def meant(app: Flask, people: dict[str, int], whom: Whom) -> set[str]:
    with app.app_context():
        ids = set(db.session.scalars(concerned_by(whom)))
    return {name for name, customer_id in people.items() if customer_id in ids}


@pytest.mark.parametrize(
    ("whom", "expected"),
    [
        (Whom(sku="HON"), {"ann", "cem"}),
        (Whom(carrier="dhl"), {"ann", "bob"}),
        (Whom(is_under_way=True), {"ann"}),
        (Whom(country="TR"), {"cem"}),
        (Whom(sku="HON", country="DE"), {"ann"}),
        (Whom(sku="HON", carrier="gls"), {"cem"}),
        (Whom(sku="OIL", is_under_way=True), set()),
        (Whom(sku="HON", when=When.CHARGED, first=clock.now().date(), last=clock.now().date()), set()),
        (Whom(sku="HON", when=When.ORDERED, first=TODAY.date(), last=TODAY.date()), {"ann", "cem"}),
        (Whom(sku="HON", when=When.ORDERED, first=date(2020, 1, 1), last=date(2020, 1, 2)), set()),
    ],
)
def test_who_is_meant_has_all_that_is_named(app: Flask, people: dict[str, int], whom: Whom, expected: set[str]) -> None:
    assert meant(app, people, whom) == expected
    assert Whom.from_json(whom.as_json()) == whom


def test_of_subscriptions_their_contents_and_the_days_of_their_deliveries_count(app: Flask, stripe: Stripe, work: Work) -> None:
    box = subscribe(app, stripe)
    work()
    her, first = {"alice": box.customer_id}, clock.now().date()
    with app.app_context():
        sku = db.session.get_one(Subscription, box.id).items[0].price.variant.sku
    assert meant(app, her, Whom(sku=sku)) == {"alice"} and meant(app, her, Whom(sku="NONE")) == set()
    for when in When.CHARGED, When.ARRIVES:
        assert meant(app, her, Whom(when=when, first=first, last=first + timedelta(days=45))) == {"alice"}
        assert meant(app, her, Whom(sku="NONE", when=when, first=first, last=first + timedelta(days=45))) == set()
        assert meant(app, her, Whom(when=when, first=first + timedelta(days=600), last=first + timedelta(days=601))) == set()


def test_what_arrives_on_a_day_was_charged_before(app: Flask) -> None:
    with app.app_context():
        day = clock.now().date() + timedelta(days=14)
        begin, end = charges_of(When.ARRIVES, day, day + timedelta(days=6))
        assert begin < end and begin.date() < day
        assert charges_of(When.CHARGED, day, day)[1] - charges_of(When.CHARGED, day, day)[0] == timedelta(days=1)


def test_exactly_those_are_told_on_every_page_until_it_ends(app: Flask, lead: Browser, people: dict[str, int], work: Work) -> None:
    incident = publishes(lead, "sku=HON", **{"title-tr": "Bal geri çağrıldı", "body-tr": "7 numaralı partiyi yemeyin."})
    work()
    for name, customer_id in people.items():
        for path in "/", "/orders", "/account":
            is_told = "Honey is recalled" in words(sees(app, customer_id, path))
            assert is_told is (name in ("ann", "cem")), (name, path)
    with app.app_context(), transaction():
        db.session.get_one(Customer, people["cem"]).locale = "tr"
    assert "Bal geri çağrıldı" in words(sees(app, people["cem"]))
    assert "Honey is recalled" not in words(lead.get("/desk"))
    lead.post(f"/desk/incidents/{incident}/end")
    assert "recalled" not in words(sees(app, people["ann"]))
    work()
    with app.app_context():
        assert not db.session.scalars(select(Customer).where(Customer.noticed_at.is_not(None))).all()


def test_a_shop_that_speaks_another_language_since_still_tells_it(app: Flask, lead: Browser, people: dict[str, int], work: Work) -> None:
    publishes(lead, "sku=HON")
    work()
    app.config["SHOP"] = replace(app.config["SHOP"], locale="ro")
    assert "Honey is recalled" in words(sees(app, people["ann"]))
    assert "Honey is recalled" in words(lead.get("/desk/incidents"))


def test_the_preview_says_how_many_and_who_and_leaves_looks(app: Flask, lead: Browser, people: dict[str, int]) -> None:
    page = lead.get("/desk/incidents/new?sku=HON")
    assert "2 customers" in words(page) and "Ann" in words(page) and "Cem" in words(page) and "Bob" not in words(page)
    assert {(whom, where) for _, whom, where in looks(app)} == {(people["ann"], "incident"), (people["cem"], "incident")}
    with app.app_context():
        assert db.session.scalars(select(Incident)).all() == []


def test_a_product_that_nobody_knows_is_said_to_be_none(lead: Browser, people: dict[str, int]) -> None:
    page = lead.get("/desk/incidents/new?sku=hon")
    assert "No product has the SKU hon." in words(page) and "Nobody at the moment" in words(page)
    assert "No product has" not in words(lead.get("/desk/incidents/new?sku=HON"))
    assert "No product has" not in words(lead.get("/desk/incidents/new?sku=OIL&country=TR")), "nobody, but it is known"


def test_of_two_taps_at_the_same_moment_one_is_published(app: Flask, lead: Browser, people: dict[str, int]) -> None:
    told = {"en": "Honey is recalled"}

    def publish(_: int) -> int:
        with transaction():
            by = Actor(staff_id=db.session.scalars(select(Staff.id)).one())
            return actions.publish(Whom(sku="HON"), told, told, draft="d" * 20, begins_at=None, ends_at=None, by=by, at=clock.now()).id

    assert len(set(at_once(app, 4, publish))) == 1
    with app.app_context():
        assert [entry.deed for entry in db.session.scalars(select(Entry).where(Entry.subject.like("incident:%")))] == ["publish incident"]


def test_new_words_cost_the_same_for_many_as_for_one(app: Flask, lead: Browser, people: dict[str, int], work: Work) -> None:
    incident = publishes(lead, "sku=HON")
    work()

    def reword(title: str) -> list[str]:
        at = clock.now()
        with app.app_context(), transaction():
            for one in db.session.scalars(select(Concerned)):
                one.dismissed_at = at
        with asked(app) as statements, app.app_context(), transaction():
            told = {"en": title}
            said = db.session.get_one(Incident, incident)
            actions.say_anew(said, told, told, seen=said.seen, by=Actor(staff_id=1), at=clock.now())
        return statements

    few = reword("Once")
    with app.app_context(), transaction():
        for _ in range(20):
            order(customer(), clock.now(), HONEY)
        actions.grow(at=clock.now())
    assert len(reword("Twice")) == len(few)
    assert "Twice" in words(sees(app, people["ann"]))


@pytest.mark.parametrize(
    "named", ["", "sku=&country=", "first=2026-12-01&last=", "first=2026-12-05&last=2026-12-01", "first=soon&last=later"]
)
def test_nobody_in_particular_is_refused_with_a_reason(app: Flask, lead: Browser, named: str) -> None:
    page = lead.get(f"/desk/incidents/new?{named}", expect=422 if named else 200)
    assert not page.select('form[action="/desk/incidents"]') and bool(page.select(".notice.bad")) is bool(named)


def test_what_is_not_said_in_the_shops_language_is_not_published(app: Flask, lead: Browser, people: dict[str, int]) -> None:
    page = lead.get("/desk/incidents/new?sku=HON")
    draft = attribute(page, "[name=draft]")
    told: Sent = {"sku": "HON", "draft": draft, "title-tr": "Bal", "body-tr": "Yemeyin."}
    page = lead.post("/desk/incidents", told, expect=422)
    assert "in the shop’s language at least" in words(page) and attribute(page, "#title-tr") == "Bal"
    for _ in range(2):
        lead.post("/desk/incidents", {**told, **SAID})
    page = lead.post("/desk/incidents", {**told, **SAID, "title-en": "Honey is fine"}, expect=409)
    assert "published already" in words(page) and attribute(page, "#title-en") == "Honey is fine", "gone back to, and written otherwise"
    with app.app_context():
        assert [one.titles["en"] for one in db.session.scalars(select(Incident))] == [SAID["title-en"]], "the same form twice makes one"


def test_in_no_language_is_only_half_of_it_said(app: Flask, lead: Browser, people: dict[str, int]) -> None:
    incident = publishes(lead, "sku=HON")
    page = rewords(lead, incident, {**SAID, "title-tr": "Bal"}, expect=422)
    assert "In Türkçe say both" in words(page) and attribute(page, "#title-tr") == "Bal"
    rewords(lead, incident, {**SAID, "title-tr": "Bal", "body-tr": "Yemeyin."})


def test_who_put_it_away_sees_it_again_only_in_new_words(app: Flask, lead: Browser, people: dict[str, int], work: Work) -> None:
    incident = publishes(lead, "sku=HON")
    work()
    ann = Browser(app)
    ann.sign_in(people["ann"])
    ann.get("/orders")
    page = ann.post(f"/incidents/{incident}/dismiss")
    assert ann.at == "/orders" and "recalled" not in words(page)
    assert "recalled" in words(sees(app, people["cem"]))
    rewords(lead, incident, SAID)
    assert "recalled" not in words(ann.get("/")), "nothing was changed"
    page = rewords(lead, incident, {**SAID, "title-en": "Honey and oil are recalled"})
    assert "Said anew" in words(page)
    assert "Honey and oil" in words(ann.get("/"))
    with app.app_context():
        deeds = [entry.deed for entry in db.session.scalars(select(Entry).where(Entry.subject == f"incident:{incident}"))]
    assert deeds == ["publish incident", "reword incident"]


def test_who_comes_to_be_concerned_is_told_too(
    app: Flask, lead: Browser, people: dict[str, int], work: Work, time: Callable[[timedelta], None]
) -> None:
    publishes(lead, "sku=HON")
    work()
    with app.app_context(), transaction():
        order(db.session.get_one(Customer, people["dora"]), clock.now(), HONEY)
    assert "recalled" not in words(sees(app, people["dora"]))
    time(timedelta(minutes=11))
    with app.app_context(), transaction():
        ask_by_the_clock(at=clock.now())
    work()
    assert "recalled" in words(sees(app, people["dora"]))


def test_it_begins_and_ends_by_itself(
    app: Flask, lead: Browser, people: dict[str, int], work: Work, time: Callable[[timedelta], None]
) -> None:
    today = clock.now().date()
    publishes(lead, "sku=HON", begins=(today + timedelta(days=2)).isoformat(), ends=(today + timedelta(days=3)).isoformat())
    for days, is_told in (0, False), (2, True), (2, False):
        time(timedelta(days=days))
        work()
        assert ("recalled" in words(sees(app, people["ann"]))) is is_told, days


def test_whom_none_concerns_is_asked_for_nothing(app: Flask, lead: Browser, people: dict[str, int], work: Work) -> None:
    browsers = {name: Browser(app) for name in ("ann", "bob")}
    for name, browser in browsers.items():
        browser.sign_in(people[name])
        browser.get("/orders")
    before = {name: questions(app, browser, "/account") for name, browser in browsers.items()}
    publishes(lead, "sku=HON")
    work()
    after = {name: questions(app, browser, "/account") for name, browser in browsers.items()}
    assert after == {"ann": before["ann"] + 1, "bob": before["bob"]}


def test_nobody_puts_away_what_is_not_theirs_and_no_agent_publishes(app: Flask, lead: Browser, people: dict[str, int], work: Work) -> None:
    incident = publishes(lead, "sku=HON")
    work()
    bob = Browser(app)
    bob.sign_in(people["bob"])
    bob.post(f"/incidents/{incident}/dismiss", expect=404)
    with app.app_context():
        assert not db.session.scalars(select(Concerned).where(Concerned.dismissed_at.is_not(None))).all()
    with app.app_context(), transaction():
        jonas = staff().id
    agent = Browser(app)
    agent.sign_in_staff(jonas)
    agent.get("/desk/incidents", expect=403)
    agent.post(f"/desk/incidents/{incident}/end", expect=403)


def test_of_two_who_reword_at_once_the_second_sees_both_and_loses_nothing(lead: Browser, people: dict[str, int]) -> None:
    incident, path = publishes(lead, "sku=HON"), "/desk/incidents/{}/words"
    seen = attribute(lead.get(f"/desk/incidents/{incident}"), "[name=seen]")
    hers: Sent = {**SAID, "title-en": "Lot 7 of the honey is recalled", "seen": seen}
    his: Sent = {**SAID, "body-en": "Do not eat it.\r\nWe pay it back.", "seen": seen}
    for _ in range(2):
        lead.post(path.format(incident), hers)
    page = lead.post(path.format(incident), his, expect=409)
    assert "A colleague said it anew while you wrote" in words(page)
    assert words(page.select("#body-en")[0]) == "Do not eat it. We pay it back.", "what he typed stands in the form"
    assert "As it reads now Lot 7 of the honey is recalled Do not eat lot 7." in words(page), "and what she said beside it"
    assert words(page).count("As it reads now") == 1, "not of a language that both left alone"
    assert "We pay it back" not in words(lead.get(f"/desk/incidents/{incident}").select(".timeline")[0])
    lead.post(path.format(incident), {**his, "seen": attribute(page, "[name=seen]")})
    assert "We pay it back" in words(lead.get(f"/desk/incidents/{incident}")), "he has seen hers, and says his all the same"


def test_of_words_sent_at_the_same_moment_one_is_kept(app: Flask, lead: Browser, people: dict[str, int]) -> None:
    incident = publishes(lead, "sku=HON")
    with app.app_context():
        seen = db.session.get_one(Incident, incident).seen

    def reword(number: int) -> bool:
        told = {"en": f"Honey, said for the {number}th time"}
        try:
            with transaction():
                one = db.session.scalars(select(Incident).where(Incident.id == incident).with_for_update()).one()
                actions.say_anew(one, told, told, seen=seen, by=Actor(staff_id=1), at=clock.now())
        except SaidMeanwhile:
            return False
        return True

    assert sum(at_once(app, 3, reword)) == 1


def test_what_is_over_stays_as_it_was_and_shows_what_was_typed_too_late(app: Flask, lead: Browser, people: dict[str, int]) -> None:
    incident = publishes(lead, "sku=HON")
    seen = attribute(lead.get(f"/desk/incidents/{incident}"), "[name=seen]")
    lead.post(f"/desk/incidents/{incident}/end")
    lead.post(f"/desk/incidents/{incident}/end", expect=422)
    page = lead.post(f"/desk/incidents/{incident}/words", {**SAID, "title-en": "Other", "seen": seen}, expect=422)
    assert "What you typed, not said: English Other" in words(page)
    assert "Other" not in words(lead.get(f"/desk/incidents/{incident}"))


def test_what_was_said_in_a_language_that_is_spoken_no_more_is_still_read_at_the_desk(app: Flask, lead: Browser) -> None:
    incident = publishes(lead, "sku=HON")
    with app.app_context(), transaction():
        said = db.session.get_one(Incident, incident)
        said.titles, said.bodies = {**said.titles, "de": "Honig"}, {**said.bodies, "de": "Nicht essen."}
    lead.post(f"/desk/incidents/{incident}/end")
    assert "Deutsch Honig Nicht essen." in words(lead.get(f"/desk/incidents/{incident}"))


def test_an_empty_wish_names_nobody() -> None:
    with pytest.raises(NobodyMeant):
        Whom().must_name_somebody()
