"""What is learnt of a ledger are its own payments: counted again, customer by customer, from the file and by the week."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import holidays
import numpy as np
import pytest

from data import repository
from data.access import FINANCE
from data.importers.protocol import SourceFile
from data.learning import learnt_customers
from data.loading import LoadRequest, load_files
from data.repository import Store
from data.sample import sample_company
from data.sample_store import fill_store
from forecasting.behaviour import Behaviour, PaymentHistory
from forecasting.behaviour.library import FIRST, LAST
from tests.stores import new_store

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def counted(pairs: dict[str, list[tuple[date, date]]], history: PaymentHistory) -> dict[str, Counter[int]]:
    """Lateness of each customer's payments in the business days of euro banks, each day moved on to one, by numpy's own calendar."""
    closed = sorted(holidays.financial_holidays("XECB", years=range(2020, 2030)))

    def late(due: date, paid: date) -> int:
        open_due, open_paid = np.busday_offset([due, paid], 0, roll="forward", holidays=closed)
        return int(np.clip(np.busday_count(open_due, open_paid, holidays=closed), FIRST, LAST))

    return {name: Counter(late(due, paid) for due, paid in pairs.get(name, [])) for name in history.partner_id}


def learnt_lateness(behaviour: Behaviour, history: PaymentHistory) -> dict[str, Counter[int]]:
    cells = np.rint(behaviour.curves.counts.paid).astype(int)
    return {
        name: Counter({FIRST + int(k): int(cells[c, k]) for k in np.flatnonzero(cells[c])})
        for c, name in enumerate(history.partner_id)
    }


@pytest.fixture
def store(place: str) -> Iterator[Store]:
    with new_store(place) as opened:
        yield opened


def test_the_sample_company_is_learnt_as_it_paid(store: Store) -> None:
    fill_store(store, FINANCE, sample_company(date(2026, 11, 2), invoices=3_000))
    ledger = repository.load_ledger(store, FINANCE)
    history, behaviour = learnt_customers(ledger)
    pairs: dict[str, list[tuple[date, date]]] = defaultdict(list)
    with store.read() as cursor:
        found = cursor.execute(
            "SELECT partner_id, due, paid FROM invoice WHERE side = 'customer' AND amount_minor > 0 AND paid < ?",
            [date(2026, 11, 2)],
        ).fetchall()
    for partner, due, paid in found:
        pairs[partner].append((due, paid))
    assert len(found) > 1_000
    assert behaviour.curves.counts.number.sum() == len(found)
    assert learnt_lateness(behaviour, history) == counted(pairs, history)


@pytest.mark.skipif(not SHARED.exists(), reason="the files of others are not at hand")
@pytest.mark.parametrize(("name", "learnt"), [("odicom_123456789FEC20200331.txt", True), ("sage_coala_2020.txt", False)])
def test_a_fec_teaches_its_lettered_payments_and_nothing_else(store: Store, name: str, learnt: bool) -> None:
    content = (SHARED / "fec" / name).read_bytes()
    load_files(store, FINANCE, [SourceFile(name=name, content=content)], LoadRequest())
    with store.read() as cursor:
        found = cursor.execute(
            "SELECT i.partner_id, coalesce(i.paid, p.last) FROM invoice i LEFT JOIN ("
            "  SELECT side, ledger_id, max(day) AS last, sum(amount_minor) AS paid_minor, bool_or(assumed) AS assumed"
            "  FROM payment_placed GROUP BY ALL"
            ") p USING (side, ledger_id) WHERE side = 'customer' AND amount_minor > 0"
            " AND ((i.paid IS NOT NULL AND NOT i.assumed) OR (p.paid_minor >= i.amount_minor AND NOT p.assumed))"
        ).fetchall()
    ledger = repository.load_ledger(store, FINANCE)
    history, behaviour = learnt_customers(ledger)
    assert (behaviour.curves.counts.number.sum() > 0) == learnt, "without lettering no delay can be known"
    learnt_of = {p: int(n) for p, n in zip(history.partner_id, behaviour.curves.counts.number, strict=True) if n}
    assert learnt_of == Counter(partner for partner, _ in found)
