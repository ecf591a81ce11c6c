"""How long a lead waits for the numbers of a shop with a million orders, and how long the night takes to count them."""

from collections.abc import Iterator
from statistics import median
from time import perf_counter

from sqlalchemy import JSON, BigInteger, Boolean, Column, Integer, text

from bench.figure import Figure
from bench.stage import Stage
from bench.wire import Wire
from portal.kit.clock import now
from portal.kit.db import Model, db, is_sqlite, transaction
from portal.numbers.commands import numbers
from portal.numbers.periods import Period
from tests.accounts.builders import staff

ORDERS = 1_000_000
CUSTOMERS = ORDERS // 10
PRODUCTS = 300
YEARS = 3
AT_MOST_MS, NIGHT_AT_MOST = 300, 300
ROUNDS, WARM_UP = 12, 2


def measure(stage: Stage, database: str, orders: int = ORDERS) -> Iterator[Figure]:
    with stage.app.app_context():
        began = perf_counter()
        fill(orders)
        yield Figure(f"{orders:,} orders written, with all that belongs to them, {database}", round(perf_counter() - began), "s")
        began = perf_counter()
        told = stage.app.test_cli_runner().invoke(numbers, ["rebuild"])
        assert told.exit_code == 0, told.output
        yield Figure(f"all days of {orders:,} orders counted anew, {database}", round(perf_counter() - began), "s", NIGHT_AT_MOST)
        with transaction():
            lead = staff(role="lead").id
    with stage.web():
        wire = Wire(stage.url, stage.staff_cookies(lead))
        for period in Period:
            taken = [_timed(wire, f"/desk/numbers?period={period}") for _ in range(WARM_UP + ROUNDS)][WARM_UP:]
            yield Figure(f"numbers page at {orders:,} orders, {period}, p50, {database}", round(median(taken) * 1000), "ms", AT_MOST_MS)


def _timed(wire: Wire, path: str) -> float:
    began = perf_counter()
    answer = wire.get(path)
    taken = perf_counter() - began
    assert answer.status == 200, f"{path}: {answer.status}"
    return taken


def fill(orders: int) -> None:
    """By the database itself, from running numbers: how they would have got there is not what is measured."""
    customers, began = CUSTOMERS * orders // ORDERS, int(now().timestamp()) - YEARS * 365 * 86400
    step = YEARS * 365 * 86400 / orders

    def moment(seconds: str) -> str:
        since = f"({began} + {seconds})"
        return f"strftime('%Y-%m-%d %H:%M:%S.000000', {since}, 'unixepoch')" if is_sqlite() else f"to_timestamp({since})"

    ordered = f"i * {step:.3f}"
    whose = f"1 + (i * 7919) % {customers}"
    _insert("customer", customers, email="'c' || i || '@example.com'", name="'Customer ' || i")
    _insert(
        "orders", orders, number="'N-' || i", placed_at=moment(ordered), currency="'EUR'", total="2000", source="'subscription'",
        customer_id=whose,
    )  # fmt: skip
    for place in 0, 1:
        product = f"(i * 31 + i / 7 + {place} * 17) % {PRODUCTS}"
        _insert(
            "order_line", orders, order_id="i", position=str(place), title=f"'Product ' || {product}", sku=f"'SKU-' || {product}",
            quantity=f"1 + (i + {place}) % 3", unit_amount="500", amount="1000",
        )  # fmt: skip
    lived = f"i * {YEARS * 365 * 86400 // customers}"
    _insert(
        "subscription", customers, customer_id="i", provider_ref="'sub_' || i", currency="'EUR'", every_count="1", every_unit="'month'",
        status="CASE WHEN i % 3 = 0 THEN 'canceled' ELSE 'active' END", started_at=moment(lived),
        ended_at=f"CASE WHEN i % 3 = 0 THEN {moment(f'{lived} + 86400 * (1 + i % 40)')} END",
    )  # fmt: skip
    _insert(
        "cancellation", customers // 3, subscription_id="i * 3", reference="'C-' || i", asked_at=moment(f"i * 3 * {step * 10:.3f}"),
        reasons="CASE WHEN i % 4 = 0 THEN '[]' ELSE '[\"too much\"]' END",
        taken_back_at=f"CASE WHEN i % 5 = 0 THEN {moment('i')} END",
    )  # fmt: skip
    _insert("billing_account", customers, customer_id="i", provider_ref="'cus_' || i", currency="'EUR'")
    _insert(
        "invoice", orders, account_id=whose, provider_ref="'in_' || i", written_at=moment(ordered), total="2000", due="2000", paid="2000",
        currency="'EUR'", status="'paid'",
    )  # fmt: skip
    _insert(
        "attempt", orders, invoice_id="i", provider_ref="'ch_' || i", tried_at=moment(ordered), amount="2000",
        result="CASE WHEN i % 30 = 0 THEN 'refused' ELSE 'paid' END",
    )  # fmt: skip
    some = orders // 20
    submitted = f"i * {step * 20:.3f}"
    _insert(
        "return_", some, rma="'R-' || i", draft="'d' || i", currency="'EUR'", started_at=moment(submitted), submitted_at=moment(submitted),
        status="'closed'", received_at=moment(f"{submitted} + 3600 * (i % 200)"),
    )  # fmt: skip
    _insert("return_item", some, return_id="i", order_line_id="i * 20", quantity="1", reason="CASE i % 3 WHEN 0 THEN '' ELSE 'damaged' END")
    _insert(
        "payout", some, return_id="i", order_id="i * 20", kind="'refund'", amount="1000", currency="'EUR'",
        decided_at=moment(f"{submitted} + 3600 * (i % 200 + i % 90)"),
    )  # fmt: skip
    _insert(
        "refund", some, account_id=f"1 + i % {customers}", attempt_id="i * 20", because="'b' || i", why="'return'", amount="1000",
        currency="'EUR'", status="'succeeded'", key="'k' || i", asked_at=moment(submitted),
    )  # fmt: skip
    _insert(
        "shipment", orders, ref="'P-' || i", order_id="i", carrier="CASE i % 3 WHEN 0 THEN 'dhl' ELSE 'dpd' END", status="'delivered'",
        delivered_at=moment(f"{ordered} + 86400 * 2"), expected_on=f"date({moment(f'{ordered} + 86400 * (1 + i % 4)')})",
    )  # fmt: skip
    paused = "CASE WHEN i % 50 = 0 THEN '{\"subscription:' || (1 + i % %s) || '\": {\"is_paused\": true}}' ELSE '{}' END".replace(
        "%s", str(customers)
    )
    _insert(
        "timeline", orders, subject=f"'subscription:' || (1 + i % {customers})",
        deed="CASE i % 100 WHEN 0 THEN 'paused' WHEN 50 THEN 'resumed' ELSE 'skipped' END", at=moment(ordered),
        after=paused.replace("true", "' || CASE WHEN i % 100 = 0 THEN 'true' ELSE 'false' END || '"),
    )  # fmt: skip
    _insert(
        "offered", customers, subscription_id="i", reason="'too much'", kinds="'[\"skip\", \"less often\"]'",
        shown_at=moment(f"i * {step * 10:.3f}"), opened="CASE WHEN i % 3 = 0 THEN 'skip' END", entry_id="CASE WHEN i % 6 = 0 THEN i END",
    )  # fmt: skip
    with transaction():
        db.session.execute(text("ANALYZE"))


def _insert(table: str, count: int, **told: str) -> None:
    """So many rows, from 1 on; what can't be empty and is not told is nothing, in its own kind."""
    columns = Model.metadata.tables[table].columns
    values = {column.name: _nothing(column) for column in columns if not column.nullable and not column.primary_key} | told
    rows = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
    if not is_sqlite():
        rows = f"WITH n(i) AS (SELECT generate_series(CAST(1 AS bigint), {count}))"
        kinds = {column.name: "json" for column in columns if isinstance(column.type, JSON)}
        values = {name: f"({value})::{kinds[name]}" if name in kinds else value for name, value in values.items()}
    with transaction():
        db.session.execute(
            text(f"INSERT INTO {table} ({', '.join(values)}) {rows} SELECT {', '.join(values.values())} FROM n".replace(":", "\\:"))
        )


def _nothing(column: Column[object]) -> str:
    if isinstance(column.type, Boolean):
        return "false"
    if isinstance(column.type, Integer | BigInteger):
        return "0"
    return "'{}'" if isinstance(column.type, JSON) else "''"
