"""How long somebody at the desk waits for who is meant, among very many customers."""

from collections.abc import Callable, Iterator, Sequence
from random import Random
from statistics import quantiles
from time import perf_counter
from urllib.parse import quote

from sqlalchemy import text

from bench.figure import Figure
from bench.stage import Stage
from bench.wire import Wire
from portal.accounts.models import CustomerWord
from portal.accounts.models.word import words_of
from portal.kit.db import db, is_sqlite, transaction
from tests.accounts.builders import staff

CUSTOMERS = {"postgresql": 1_000_000, "sqlite": 100_000}
AT_MOST_MS = {"postgresql": 50}
SEARCHES, WARM_UP = 60, 10
AT_ONCE = 20_000
FIRST, LAST = 3_000, 60_000
"""Names that there are. The first of them are everywhere, the last of them are rare, as in any country."""
BEGINNINGS, ENDS = ("m", "al", "el", "ş", "ste", "io", "k", "ay", "ra", "jo", "th", "ö"), "aeiou"
MIDDLES = "ar", "i", "e", "an", "ou", "ım"


def measure(stage: Stage, database: str) -> Iterator[Figure]:
    count = CUSTOMERS[database]
    with stage.app.app_context():
        began = perf_counter()
        people = Crowd(count)
        people.fill()
        yield Figure(f"{count:,} customers written, with their words, {database}", round(perf_counter() - began), "s")
        with transaction():
            jonas = staff().id
    with stage.web():
        wire = Wire(stage.url, stage.staff_cookies(jonas))
        every: list[float] = []
        for kind, typed in people.searches().items():
            wire.reopen()
            taken = _timed(wire, typed)
            every += taken
            yield Figure(f"search by {kind} among {count:,}, p95, {database}", _p95(taken), "ms")
        yield Figure(f"search among {count:,}, all kinds, p95, {database}", _p95(every), "ms", AT_MOST_MS.get(database))


def _timed(wire: Wire, typed: Callable[[], str]) -> list[float]:
    """Of the whole page, with the looks that are kept before it is sent."""
    taken = []
    for number in range(WARM_UP + SEARCHES):
        path = f"/desk/search?q={quote(typed())}"
        began = perf_counter()
        answer = wire.get(path)
        taken += [perf_counter() - began] if number >= WARM_UP else []
        assert answer.status in (200, 303), f"{path}: {answer.status}"
    return taken


def _p95(taken: list[float]) -> float:
    return round(quantiles(taken, n=20)[-1] * 1000, 1)


class Crowd:
    """Very many customers, each with a name, an address of mail and a number to call: the same at each run."""

    def __init__(self, count: int) -> None:
        self.count, self.random = count, Random(20261127)
        self.first = list(dict.fromkeys(self._name(2) for _ in range(FIRST * 2)))[:FIRST]
        self.last = list(dict.fromkeys(self._name(4) for _ in range(LAST * 2)))[:LAST]

    def fill(self) -> None:
        """Straight into the tables: how they would have got there is not what is measured. The indexes of the words come after them."""
        indexes = CustomerWord.__table__.indexes  # type: ignore[attr-defined]
        with transaction():
            for index in indexes:
                index.drop(db.session.connection())
        for start in range(1, self.count + 1, AT_ONCE):
            numbers = range(start, min(start + AT_ONCE, self.count + 1))
            people = [(number, *self._person(number)) for number in numbers]
            words = [(number, word) for number, email, name, phone in people for word in sorted(words_of(email, [name], [phone]))]
            with transaction():
                write("customer", ("id", "email", "name"), [(number, email, name) for number, email, name, _ in people])
                write("customer_word", ("customer_id", "word"), words)
        with transaction():
            for index in indexes:
                index.create(db.session.connection())
            if not is_sqlite():
                db.session.execute(text("SELECT setval(pg_get_serial_sequence('customer', 'id'), (SELECT max(id) FROM customer))"))
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:  # as the server does by itself, later
            connection.exec_driver_sql("ANALYZE" if is_sqlite() else "VACUUM ANALYZE")

    def searches(self) -> dict[str, Callable[[], str]]:
        """What somebody may type, by its kind."""
        some = Random(7)

        def person() -> tuple[str, str, str]:
            return self._person(some.randint(1, self.count))

        return {
            "e-mail": lambda: person()[0],
            "the beginning of an e-mail": lambda: person()[0][: some.randint(4, 9)],
            "name": lambda: person()[1],
            "parts of a name, turned round": lambda: " ".join(part[:3] for part in reversed(person()[1].split())),
            "two or three letters": lambda: person()[1][: some.randint(2, 3)],
            "phone": lambda: person()[2],
            "a number that is nobody's": lambda: f"HA-{some.randint(10**6, 10**7)}",
            "a payment that is nobody's": lambda: f"pi_3{some.getrandbits(100):x}",
            "a line of a mail's head": lambda: f"From: Somebody <help@shop.example> To: {person()[0]}",
            "a domain": lambda: "example.com",
            "a name and a domain": lambda: f"{person()[1].split()[0]} example.com",
            "part of a number": lambda: f"Order {some.randint(10**6, 10**7)}",
            "an e-mail with a slip": lambda: self._slip(person()[0], some),
            "a name with a slip": lambda: self._slip(person()[1].split()[1], some),
            "two names, one with a slip": lambda: " ".join((person()[1].split()[0], self._slip(person()[1].split()[1], some))),
            "two names that nobody has together": lambda: f"{self._seldom(self.first, 1)} {self._seldom(self.last, 1)[:2]}x",
        }

    def _person(self, number: int) -> tuple[str, str, str]:
        """Address of mail, name, phone."""
        chance = Random(number)
        first, last = (names[min(int(len(names) * chance.random() ** 3), len(names) - 1)] for names in (self.first, self.last))
        return f"{first}.{last}{number}@example.com", f"{first.title()} {last.title()}", f"+49 15{chance.randrange(10**8, 10**9)}"

    def _seldom(self, names: list[str], power: int) -> str:
        return names[int(len(names) * self.random.random() ** power) // 2]

    def _slip(self, word: str, chance: Random) -> str:
        """Two letters turned round."""
        at = chance.randrange(1, len(word) - 2)
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]

    def _name(self, syllables: int) -> str:
        parts = (self.random.choice(MIDDLES) + self.random.choice("nrlstkmdv") for _ in range(syllables - 1))
        return self.random.choice(BEGINNINGS) + "".join(parts) + self.random.choice(ENDS)


def write(table: str, columns: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> None:
    cursor = db.session.connection().connection.cursor()
    if is_sqlite():
        cursor.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})", rows)
        return
    with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
