"""A process killed in the middle of imports and edits loses nothing that it acknowledged and leaves nothing half."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from data import repository as repo
from data.access import FINANCE
from data.repository import Store

ROOT = Path(__file__).resolve().parents[2]

#: Loads one file after another for ever, undoes some, edits the plan, and says what is done once it is.
WRITER = """
import sys
from data import repository as repo
from data.access import FINANCE
from forecasting.ledger import PlannedFlow
from tests.data.rows import invoice, reading
store, turn = repo.create_store(sys.argv[1]), int(sys.argv[2])
print("ready", flush=True)
for k in range(10_000):
    name = f"{turn}-{k}"
    rows = [invoice(f"{name}-{n}", 100 + n, source_row=n + 2) for n in range(1 + 37 * (k % 9))]
    receipt = repo.store_reading(store, FINANCE, *reading(*rows, name=name))
    print("stored", receipt.import_id, flush=True)
    if k % 4 == 3:
        repo.undo_import(store, FINANCE, receipt.import_id)
        print("undone", receipt.import_id, flush=True)
    repo.replace_planned_flows(store, FINANCE, [PlannedFlow(day=20_000, amount_minor=n) for n in range(k % 7 + 1)])
    print("planned", k % 7 + 1, flush=True)
    if k % 5 == 4:
        with store.read() as cursor:
            cursor.rollback()
            cursor.execute("CHECKPOINT")
            cursor.begin()
"""


def killed(place: str, turn: int, luck: random.Random) -> list[tuple[str, int]]:
    """What a writer had acknowledged when it was killed at a moment of its own luck."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, place, str(turn)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    heard = [process.stdout.readline() for _ in range(luck.randint(1, 12))]
    time.sleep(luck.uniform(0, 0.2))
    process.send_signal(signal.SIGKILL)
    lines = "".join((*heard, process.stdout.read())).split("\n")[:-1]
    process.wait()
    return [(verb, int(number)) for verb, number in (line.split() for line in lines)]


def check(store: Store, acknowledged: list[tuple[str, int]]) -> None:
    """Every acknowledged act stands, every import is whole, and nothing stands without its import."""
    records = {record.import_id: record for record in repo.list_imports(store, FINANCE)}
    for verb, number in acknowledged:
        if verb == "stored":
            assert number in records
        if verb == "undone":
            assert records[number].undone_at is not None
    with store.read() as cursor:
        counts = dict(cursor.execute("SELECT import_id, count(*) FROM invoice GROUP BY import_id").fetchall())
        sums = dict(
            cursor.execute("SELECT import_id, CAST(sum(amount_minor) AS BIGINT) FROM invoice GROUP BY import_id").fetchall()
        )
        audited = cursor.execute("SELECT count(*) FROM audit WHERE action = 'import.store'").fetchall()[0][0]
    live = {number for number, record in records.items() if record.undone_at is None}
    assert counts == {number: records[number].stored for number in live}
    assert sums == {number: records[number].total_minor["EUR"] for number in live}
    assert audited == len(records)
    assert repo.first_broken_seal(store, FINANCE) is None
    plans = [number for verb, number in acknowledged if verb == "planned"]
    flows = len(repo.planned_flows(store, FINANCE))
    if plans:
        # The act after the last acknowledged one may have been done without a word; a new writer begins with one flow.
        assert flows in {plans[-1], plans[-1] % 7 + 1, 1}
    assert len(repo.load_ledger(store, FINANCE).customers) == sum(counts.values())


def rounds(place: str, count: int, seed: int) -> Iterator[int]:
    luck, done = random.Random(seed), []
    for turn in range(count):
        acknowledged = killed(place, turn, luck)
        with repo.open_store(place) as store:
            done += acknowledged
            check(store, done if acknowledged else [act for act in done if act[0] != "planned"])
        yield len(acknowledged)


def test_killed_twice(any_place: str) -> None:
    assert sum(rounds(any_place, 2, seed=7)) > 0


@pytest.mark.proof
@pytest.mark.parametrize("seed", [11, 12, 13, 14])
def test_killed_two_hundred_times(any_place: str, seed: int) -> None:
    """Four stores of fifty rounds each."""
    assert sum(rounds(any_place, 50, seed=seed)) > 50
