"""An entity of a group by itself: its invoices and accounts, which with the others' add up to the group's."""

from __future__ import annotations

from dataclasses import replace

from forecasting.ledger import Account, Ledger
from forecasting.ledger_build import build_ledger, columns_of
from forecasting.plan.entity import entities, of_entity
from tests.forecasting import make

TODAY = "2026-01-05"


def group() -> Ledger:
    rows = [
        replace(make.invoice(f"F{k}", "A", "2026-01-02", "2026-02-01", 1_000 + k), entity=e)
        for k, e in enumerate(["Nord", "Sud", "", "Sud"])
    ]
    return build_ledger(
        as_of=make.day(TODAY),
        currency="EUR",
        opening_cash_minor=900,
        customers=columns_of(rows),
        accounts=[
            Account(account_id="1", entity="Nord", currency="EUR", balance_minor=500, day=make.day(TODAY)),
            Account(account_id="2", entity="Sud", currency="EUR", balance_minor=400, day=make.day(TODAY)),
            Account(account_id="3", entity="Sud", currency="USD", balance_minor=7, day=make.day(TODAY)),
        ],
    )


def test_each_entity_has_its_own_and_nothing_is_lost() -> None:
    whole = group()
    assert entities(whole) == ("Nord", "Sud")
    parts = [of_entity(whole, name) for name in (*entities(whole), "")]
    assert [p.opening_cash_minor for p in parts] == [500, 400, 0]
    assert sorted(i for p in parts for i in p.customers.invoice_id) == list(whole.customers.invoice_id)
    assert len({p.fingerprint for p in parts}) == 3
