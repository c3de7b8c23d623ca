"""What is logged of calls and promises: kept, narrowed to own customers, and seen by the ledger that projections start from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np
import pytest

from data import repository as repo
from data.access import FINANCE, Principal
from data.repository import InvoiceFilter, Store
from data.sample_store import clear_store
from forecasting.dates import to_day
from forecasting.errors import AccessDenied, InputRejected
from forecasting.ledger import NO_DAY, Partner
from forecasting.scenario import Scenario
from forecasting.simulation.certain import certain_facts
from tests.data.rows import invoice, reading
from tests.stores import new_store

DAY = date(2026, 2, 10)
ANA = Principal(role="sales", owner="Ana", name="ana")
PROMISE: dict[str, Any] = {"step": "phone", "outcome": "promised", "promise_day": date(2026, 2, 27)}


@pytest.fixture
def store(place: str) -> Iterator[Store]:
    with new_store(place) as opened:
        rows = (invoice("F1", 100_00), invoice("F2", 60_00, open_minor=40_00), invoice("G1", 70_00, partner="C2"))
        repo.store_reading(opened, FINANCE, *reading(*rows))
        for name, owner in (("C1", "Ana"), ("C2", "Bob")):
            repo.save_partner(opened, FINANCE, Partner(partner_id=name, owner=owner))
        yield opened


def log(store: Store, who: Principal = FINANCE, partner_id: str = "C1", invoice_ids: Any = ("F1",), **more: Any) -> None:
    repo.log_action(store, who, **{"partner_id": partner_id, "invoice_ids": invoice_ids, "day": DAY, **more})


def receipts(store: Store, as_of: date) -> dict[str, tuple[int, int]]:
    ledger = repo.load_ledger(store, FINANCE, as_of)
    paid = certain_facts(ledger, Scenario(kind="certain")).receipts
    names = [ledger.customers.invoice_id[i] for i in paid.invoice.tolist()]
    return dict(zip(names, zip(paid.day.tolist(), paid.amount_minor.tolist(), strict=True), strict=True))


def test_a_promise_moves_the_forecast_until_its_day_has_passed(store: Store) -> None:
    before = repo.data_version(store, FINANCE)
    plain = receipts(store, DAY)
    log(store, invoice_ids=("F1", "F2"), **PROMISE)
    assert repo.data_version(store, FINANCE).ledger_write == before.ledger_write + 1
    promised = receipts(store, DAY)
    day = to_day(date(2026, 2, 27))
    assert promised == {**plain, "F1": (day, 100_00), "F2": (day, 40_00)}, "what is left of F2, not the whole of it"
    assert plain["F1"][0] != day
    later = date(2026, 2, 28)
    assert repo.load_ledger(store, FINANCE, later).customers.paid.tolist() == [NO_DAY] * 3
    assert receipts(store, later)["F1"][0] > day


def test_a_refusal_takes_the_promise_back_and_a_dispute_is_shown(store: Store) -> None:
    log(store, **PROMISE)
    log(store, step="phone", outcome="refused")
    assert NO_DAY in repo.load_ledger(store, FINANCE, DAY).customers.paid[:1]
    log(store, step="phone", outcome="disputed", owner="Ana", reason="dispute")
    assert np.flatnonzero(repo.load_ledger(store, FINANCE, DAY).customers.disputed).tolist() == [0]
    (row,) = repo.invoices(store, FINANCE, InvoiceFilter(status="disputed"), DAY).rows
    assert row.invoice_id == "F1"
    assert repo.customer_positions(store, FINANCE, DAY)[0].disputed_minor == 100_00
    log(store, step="phone", outcome="settled")
    assert not repo.load_ledger(store, FINANCE, DAY).customers.disputed.any()


def test_a_call_without_an_answer_changes_no_forecast(store: Store) -> None:
    before = repo.data_version(store, FINANCE)
    log(store, step="phone", outcome="no_answer", note=" engaged ")
    after = repo.data_version(store, FINANCE)
    assert (after.ledger_write, after.any_write) == (before.ledger_write, before.any_write + 1)
    (kept,) = repo.collection_log(store, FINANCE)
    assert (kept.invoice_ids, kept.day, kept.note) == (("F1",), to_day(DAY), "engaged")
    assert repo.audit_trail(store, FINANCE)[0].action == "collection.log"


def test_a_salesperson_logs_and_reads_own_customers_only(store: Store) -> None:
    log(store, ANA, step="phone", outcome="reached")
    log(store, partner_id="C2", invoice_ids=("G1",), step="phone", outcome="reached")
    repo.save_solvency_fact(store, FINANCE, partner_id="C2", day=DAY, kind="incident")
    assert [a.partner_id for a in repo.collection_log(store, ANA)] == ["C1"]
    assert [a.partner_id for a in repo.collection_log(store, FINANCE)] == ["C1", "C2"]
    assert not repo.solvency_facts(store, ANA) and repo.solvency_facts(store, FINANCE)
    with pytest.raises(AccessDenied):
        log(store, ANA, partner_id="C2", invoice_ids=("G1",), step="phone", outcome="reached")
    with pytest.raises(AccessDenied):
        log(store, ANA, invoice_ids=("G1",), step="phone", outcome="reached")
    with pytest.raises(AccessDenied):
        repo.save_solvency_fact(store, ANA, partner_id="C1", day=DAY, kind="incident")
    with pytest.raises(AccessDenied):
        log(store, Principal(role="viewer"), step="phone", outcome="reached")


def test_what_cannot_be_is_refused_before_anything_is_kept(store: Store) -> None:
    for wrong in ({**PROMISE, "promise_day": date(2026, 2, 9)}, {"step": "phone", "outcome": "disputed", "owner": " "}):
        with pytest.raises(InputRejected):
            log(store, **wrong)
    assert not repo.collection_log(store, FINANCE)


def test_another_company_begins_without_a_past(store: Store) -> None:
    log(store, **PROMISE)
    clear_store(store, FINANCE)
    assert not repo.collection_log(store, FINANCE)
