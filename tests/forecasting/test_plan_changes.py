"""Several what-ifs at once: each step changes one thing, the last ledger has all of them, nothing asked changes nothing."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from forecasting.ledger import Ledger
from forecasting.plan.changes import Changes, Order, steps
from tests.pages.fixtures.company import small_ledger


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return small_ledger()


def to_come(ledger: Ledger, side: str) -> int:
    invoices = ledger.customers if side == "customer" else ledger.suppliers
    return int(invoices.amount_minor[invoices.issue >= ledger.as_of].sum())


def test_nothing_asked_changes_nothing(ledger: Ledger) -> None:
    assert steps(ledger, Changes()) == ()


def test_every_step_is_there_in_order_and_changes_the_ledger(ledger: Ledger) -> None:
    who = ledger.partners[int(ledger.customers.partner[-1])].partner_id
    order = Order(partner_id=who, amount_minor=10_000_000, in_days=40, due_days=60, cost_rate=Decimal("0.4"))
    asked = Changes(
        lost=who, sales_rate=Decimal("0.1"), order=order, purchases_rate=Decimal("-0.05"), customer_days=10,
        supplier_days=-5, wages_days=3,
    )  # fmt: skip
    found = steps(ledger, asked)
    codes = [code for code, _ in found]
    assert codes == ["lost", "sales", "order", "purchases", "customer_terms", "supplier_terms", "wages"]
    prints = [ledger.fingerprint, *(one.fingerprint for _, one in found)]
    assert len(set(prints)) == len(prints)
    after = dict(found)
    assert to_come(after["order"], "customer") == to_come(after["sales"], "customer") + 10_000_000
    assert to_come(after["order"], "supplier") == to_come(after["sales"], "supplier") + 4_000_000
    assert to_come(after["purchases"], "supplier") < to_come(after["order"], "supplier")
    last = after["wages"]
    before_days = [f.day for f in ledger.planned_flows if f.category == "wages"]
    assert [f.day for f in last.planned_flows if f.category == "wages"] == [day + 3 for day in before_days]


def test_a_step_alone_is_the_step_among_others(ledger: Ledger) -> None:
    both = Changes(sales_rate=Decimal("0.2"), wages_days=5)
    alone = steps(ledger, replace(both, wages_days=0))
    assert steps(ledger, both)[0][1].fingerprint == alone[0][1].fingerprint


def test_terms_of_a_segment_touch_that_segment_alone(ledger: Ledger) -> None:
    segments = [p.segment for p in ledger.partners if p.segment]
    chosen = segments[0]
    ((_, moved),) = steps(ledger, Changes(customer_days=30, segment=chosen))
    changed = (moved.customers.due != ledger.customers.due).nonzero()[0].tolist()
    assert all(ledger.partners[int(ledger.customers.partner[k])].segment == chosen for k in changed)
