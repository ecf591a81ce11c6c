"""Who lives in the demo, what they subscribe to, and what the shop sells."""

from dataclasses import dataclass

BIWEEKLY, FOUR_WEEKS, QUARTERLY = (2, "week"), (4, "week"), (3, "month")
RHYTHMS = (BIWEEKLY, FOUR_WEEKS, QUARTERLY)
SALE = {BIWEEKLY: 92, FOUR_WEEKS: 96, QUARTERLY: 100}
"""Percent of the price: who orders more often pays less."""


@dataclass(frozen=True)
class Goods:
    sku: str
    name: str
    variant: str
    picture: str
    group: str
    amount: int
    """In cents, every three months."""

    @property
    def category(self) -> str:
        """As the rules of returns name it."""
        return "care" if self.group == "care" else "food"

    @property
    def guide(self) -> str:
        return GUIDES.get(self.sku, "")


GUIDES = {
    "COF-500": "Keep it in its bag, closed, in a cupboard: not in the fridge, where it takes on water and smells.\n\n"
    "For a pot of filter coffee, 60 g to a litre, ground as coarse as sea salt. Let the water rest for half a minute first.\n\n"
    "Best within six weeks of the day that is stamped on the bottom.",
    "TEA-SEN": "One heaped teaspoon to a cup, with water of 70 degrees: hotter water makes it bitter.\n\n"
    "Two minutes the first time, one the second. The same leaves are good for three cups.",
    "PAN-OIL": "Keep it dark. It goes cloudy below 10 degrees and clears again on the table; both are as they should be.\n\n"
    "For salads, bread and gentle frying up to 180 degrees.",
    "CAR-BAL": "A piece as large as a pea for both hands. If your skin is broken or burns, wash it off and ask a doctor.\n\n"
    "With lemon, almond and beeswax: not for who is allergic to nuts.",
}
"""How these are used, in the shop's own words."""
GOODS = [
    Goods("COF-500", "Sidamo coffee beans", "500 g, whole, medium roast", "products/coffee.svg", "coffee", 1490),
    Goods("TEA-125", "Highland breakfast tea", "125 g tin, loose leaf", "products/tea.svg", "tea", 980),
    Goods("TEA-SEN", "Sencha", "100 g tin, loose leaf", "products/sencha.svg", "tea", 1180),
    Goods("TEA-CAM", "Camomile", "60 g tin, whole flowers", "products/camomile.svg", "tea", 780),
    Goods("TEA-ROO", "Rooibos", "125 g tin, loose leaf", "products/rooibos.svg", "tea", 860),
    Goods("PAN-OAT", "Rolled oats", "1 kg", "products/oats.svg", "pantry", 420),
    Goods("PAN-PAS", "Spelt pasta", "500 g, penne", "products/pasta.svg", "pantry", 390),
    Goods("PAN-OIL", "Olive oil", "1 l, from Crete, first pressing", "products/oil.svg", "pantry", 1580),
    Goods("PAN-HON", "Lime blossom honey", "500 g", "products/honey.svg", "spreads", 890),
    Goods("PAN-JAM", "Sour cherry jam", "340 g", "products/jam.svg", "spreads", 560),
    Goods("CAR-BAL", "Lemon hand balm", "75 ml", "products/balm.svg", "care", 690),
    Goods("CAR-SOA", "Oat soap", "3 bars of 100 g", "products/soap.svg", "care", 840),
]


@dataclass(frozen=True)
class Code:
    """A discount code that the shop has given out."""

    code: str
    coupon: dict[str, str | int]
    """As Stripe takes it."""
    words: str


CODES = [
    Code("WINTER10", {"percent_off": 10, "duration": "forever"}, "10 % off each delivery"),
    Code("THANKS5", {"amount_off": 500, "currency": "eur", "duration": "once"}, "€5 off the next delivery"),
]


@dataclass(frozen=True)
class Box:
    name: str
    rhythm: tuple[int, str]
    contents: dict[str, int]
    """Pieces by SKU."""
    begun: int
    """So many days ago."""
    hour: int = 19
    """Of the charge, in UTC."""


@dataclass(frozen=True)
class Person:
    email: str
    name: str
    situation: str
    locale: str
    boxes: tuple[Box, ...]
    paused: int | None = None
    """So many days ago, for three months."""
    declined: int | None = None
    """So many days ago the bank began to refuse the card."""
    cancelled: int | None = None
    """So many days ago."""
    credit: int = 0
    """In cents."""
    home: tuple[str, str, str, str] = ("", "", "", "")
    """Street and number, postcode, city, country."""


PEOPLE = [
    Person("mira@example.com", "Mira Okafor", "two active subscriptions", "en", (
        Box("Pantry box", FOUR_WEEKS, {"COF-500": 1, "TEA-125": 1, "PAN-OAT": 2, "CAR-BAL": 1}, begun=75),
        Box("Oil box", QUARTERLY, {"PAN-OIL": 1}, begun=43),
    ), home=("Lindenallee 12", "04105", "Leipzig", "DE")),
    Person("jonas@example.com", "Jonas Weber", "paused", "en", (
        Box("Coffee box", FOUR_WEEKS, {"COF-500": 2}, begun=80),
    ), paused=20, home=("Am Hang 3", "01099", "Dresden", "DE")),
    Person("elif@example.com", "Elif Yılmaz", "past due: the last payment failed", "en", (
        Box("Tea box", FOUR_WEEKS, {"TEA-125": 1, "TEA-SEN": 1}, begun=86),
    ), declined=10, credit=350, home=("Oranienstraße 44", "10969", "Berlin", "DE")),
    Person("andrei@example.com", "Andrei Popescu", "cancelled", "en", (
        Box("Care box", FOUR_WEEKS, {"CAR-SOA": 1, "CAR-BAL": 2}, begun=90),
    ), cancelled=12),
    Person("sofia@example.com", "Sofia Lindqvist-Papadopoulou van den Berg", "many subscriptions", "en", tuple(
        Box(name, rhythm, contents, begun=70 - 3 * number) for number, (name, rhythm, contents) in enumerate([
            ("Office coffee", BIWEEKLY, {"COF-500": 6}),
            ("Office tea", FOUR_WEEKS, {"TEA-125": 2, "TEA-SEN": 2, "TEA-ROO": 1, "TEA-CAM": 1}),
            ("Kitchen basics", FOUR_WEEKS, {"PAN-OAT": 3, "PAN-PAS": 6, "PAN-OIL": 1}),
            ("Sunday breakfast", BIWEEKLY, {"PAN-HON": 1, "PAN-JAM": 2}),
            ("Bathroom", QUARTERLY, {"CAR-SOA": 2}),
            ("Hand balm", QUARTERLY, {"CAR-BAL": 3}),
            ("For my parents, with love from all four of us", FOUR_WEEKS, {"COF-500": 1, "PAN-HON": 1}),
            ("Pasta", BIWEEKLY, {"PAN-PAS": 4}),
            ("Evening tea", FOUR_WEEKS, {"TEA-CAM": 1, "TEA-ROO": 1}),
            ("Green tea", QUARTERLY, {"TEA-SEN": 3}),
            ("Jam", QUARTERLY, {"PAN-JAM": 4}),
            ("Oats", FOUR_WEEKS, {"PAN-OAT": 4}),
        ])
    ), credit=1250, home=("Mariahilfer Straße 101, Stiege 3, Tür 27", "1060", "Wien", "AT")),
]  # fmt: skip


@dataclass(frozen=True)
class Worker:
    email: str
    name: str
    role: str
    secret: str
    """What their authenticator app shares with the portal. It opens this demo and nothing else."""


STAFF = [
    Worker("ada@halfjar.example", "Ada Brandt", "agent", "LATCHKEYDEMOADAAGENT22222222ADA2"),
    Worker("nora@halfjar.example", "Nora Lindt", "lead", "LATCHKEYDEMONORALEAD2222222NORA2"),
    Worker("tom@halfjar.example", "Tom Reyes", "admin", "LATCHKEYDEMOTOMADMIN22222222TOM2"),
]
HISTORY_DAYS = 95
"""So many days ago the shop of the demo opened."""
