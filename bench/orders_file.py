"""How fast a file of orders is brought in, and whether a hundred times as many rows need more memory.

Alone, it writes such a file: `python -m bench.orders_file 500000 orders.csv`.
"""

import csv
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from time import perf_counter

from bench.figure import Figure
from bench.stage import ROOT, Stage

FEW, MANY = 10_000, 1_000_000
"""Rows."""
BEGAN = datetime(2020, 1, 1)  # noqa: DTZ001 (as a shop writes it)
COLUMNS = (
    "order_number", "placed_at", "email", "name", "currency", "sku", "title", "quantity", "unit_price", "discount", "shipping",
    "ship_line1", "ship_postcode", "ship_city", "ship_country",
)  # fmt: skip


def write(rows: int, file: Path) -> None:
    """Orders of one to seven lines, of one customer for each five of them; always the same."""
    random, written, number = Random(rows), 0, 0
    with file.open("w", newline="", encoding="utf-8") as out:
        rows_out = csv.writer(out)
        rows_out.writerow(COLUMNS)
        while written < rows:
            number += 1
            person = random.randrange(1 + number // 5)
            placed = BEGAN + timedelta(minutes=2 * number)
            order = f"L-{number}", placed.isoformat(" "), f"person{person}@example.org", f"Person {person}", "EUR"
            to = f"Kastanienallee {person}", "10435", "Berlin", "DE"
            for _ in range(min(random.randint(1, 7), rows - written)):
                product = random.randrange(5000)
                cost = f"{random.randint(1, 99)}.{random.randint(0, 99):02}"
                line = f"SKU-{product}", f"Product {product}, as it is called", random.randint(1, 5), cost, "0.50", "4.90"
                rows_out.writerow((*order, *line, *to))
                written += 1


def bring_in(stage: Stage, rows: int) -> tuple[float, int]:
    """Into a database of its own. Seconds, and the most memory that the process had, in KB."""
    file = stage.folder / f"orders-{rows}.csv"
    write(rows, file)
    environment = {**stage.environment, "DATABASE_URL": f"sqlite:///{stage.folder / f'orders-{rows}.sqlite'}"}
    subprocess.run(stage.portal("db", "upgrade"), env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
    began = perf_counter()
    running = subprocess.Popen(stage.portal("import", "orders", str(file)), env=environment, cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(running.pid, 0)
    taken = perf_counter() - began
    if status:
        raise RuntimeError(f"The import of {rows} rows ended with {os.waitstatus_to_exitcode(status)}.")
    return taken, used.ru_maxrss


def measure(stage: Stage) -> list[Figure]:
    _, little = bring_in(stage, FEW)
    seconds, much = bring_in(stage, MANY)
    return [
        Figure("orders import: rows per second", round(MANY / seconds), "rows/s"),
        Figure("orders import: memory at 1,000,000 rows over 10,000", round(much / little, 2), "×", 1.2),
        Figure("orders import: memory at 1,000,000 rows", round(much / 1024), "MB"),
    ]


if __name__ == "__main__":
    write(int(sys.argv[1]), Path(sys.argv[2]))
