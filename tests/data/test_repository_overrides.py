"""What people know better: kept with who and when, in the ledger while in force, gone without a trace once taken back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from data import repository as repo
from data.access import Principal
from data.repository import Override, Store
from forecasting.dates import to_day
from forecasting.errors import InputRejected
from forecasting.ledger import NO_DAY, Ledger, Partner
from forecasting.overrides import NONE, DelayShift, Trust
from tests.data.rows import invoice, reading
from tests.stores import new_store

ANNE = Principal(role="finance", name="Anne")
DAY = date(2026, 11, 25)
PROMISED = date(2026, 12, 18)


@pytest.fixture
def store(place: str) -> Iterator[Store]:
    with new_store(place) as opened:
        repo.save_partner(opened, ANNE, Partner(partner_id="C", segment="shops", owner="Inès"))
        repo.save_partner(opened, ANNE, Partner(partner_id="D", segment="shops"))
        repo.store_reading(opened, ANNE, *reading(invoice("F1", 12_000, partner="C"), invoice("F2", 500, partner="D")))
        yield opened


def loaded(store: Store) -> Ledger:
    return repo.load_ledger(store, ANNE, DAY)


def paid(store: Store, name: str) -> int:
    ledger = loaded(store)
    return int(ledger.customers.paid[ledger.customers.invoice_id.index(name)])


def test_an_expected_day_is_a_fact_of_the_ledger_until_it_is_taken_back_or_over(store: Store) -> None:
    plain = loaded(store)
    number = repo.save_override(store, ANNE, Override(kind="expected", partner_id="C", ledger_id="F1", day=PROMISED))
    assert paid(store, "F1") == to_day(PROMISED) and paid(store, "F2") == NO_DAY
    later = repo.load_ledger(store, ANNE, date(2026, 12, 19))
    assert later.customers.paid[later.customers.invoice_id.index("F1")] == NO_DAY, "its day has passed"
    repo.end_override(store, ANNE, number)
    assert loaded(store).fingerprint == plain.fingerprint


def test_what_is_said_of_the_same_thing_replaces_what_was_said(store: Store) -> None:
    repo.save_override(store, ANNE, Override(kind="excluded", partner_id="C", ledger_id="F1"))
    assert loaded(store).overrides.excluded == ("F1",)
    repo.save_override(store, ANNE, Override(kind="expected", partner_id="C", ledger_id="F1", day=PROMISED))
    assert loaded(store).overrides == NONE, "an invoice that is expected on a day is not excluded"
    for days in (5, 12):
        repo.save_override(store, ANNE, Override(kind="shift", segment="shops", days=days))
    repo.save_override(store, ANNE, Override(kind="shift", partner_id="C", days=-3))
    repo.save_override(store, ANNE, Override(kind="trust", partner_id="C", level="high"))
    said = loaded(store).overrides
    assert set(said.shifts) == {DelayShift(segment="shops", days=12), DelayShift(partner_id="C", days=-3)}
    assert said.trust == (Trust(partner_id="C", level="high"),)


def test_who_said_and_took_back_what_stays_known(store: Store) -> None:
    number = repo.save_override(store, ANNE, Override(kind="trust", partner_id="C", level="low", note=" new owner "))
    repo.end_override(store, Principal(role="finance", name="Paul"), number)
    (kept,) = repo.overrides(store, ANNE, partner_id="C")
    assert not kept.in_force and kept.recorded_by == "Anne" and kept.ended_by == "Paul" and kept.said.note == "new owner"
    trail = [(e.actor, e.action, e.subject) for e in repo.audit_trail(store, ANNE)][:2]
    assert trail == [("Paul", "override.end", "C"), ("Anne", "override.save", "C")]


def test_each_sees_what_concerns_own_customers(store: Store) -> None:
    repo.save_override(store, ANNE, Override(kind="shift", segment="shops", days=12))
    repo.save_override(store, ANNE, Override(kind="trust", partner_id="C", level="low"))
    repo.save_override(store, ANNE, Override(kind="trust", partner_id="D", level="low"))
    assert len(repo.overrides(store, ANNE)) == 3
    assert {k.said.partner_id for k in repo.overrides(store, ANNE, partner_id="C")} == {"C", ""}
    ines = Principal(role="sales", owner="Inès")
    assert [k.said.partner_id for k in repo.overrides(store, ines)] == ["C"]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (Override(kind="expected", partner_id="C", ledger_id="F1"), "override.no_day"),
        (Override(kind="excluded", partner_id="C", ledger_id="F2"), "override.no_invoice"),
        (Override(kind="shift", partner_id="C", days=0), "override.shift"),
        (Override(kind="shift", partner_id="C", days=999), "override.shift"),
        (Override(kind="trust", partner_id="C"), "override.trust"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(store: Store, said: Override, code: str) -> None:
    before = repo.data_version(store, ANNE)
    with pytest.raises(InputRejected) as refused:
        repo.save_override(store, ANNE, said)
    assert [p.code for p in refused.value.problems] == [code]
    assert repo.data_version(store, ANNE) == before and not repo.overrides(store, ANNE)
