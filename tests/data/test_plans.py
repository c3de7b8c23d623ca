"""Plans, stops of deliveries and contacts: kept, in force in the ledger, broken when missed, seen by their own only."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from data import repository
from data.access import FINANCE, Principal
from data.importers.protocol import SourceFile
from data.loading import LoadRequest, load_files
from data.repository import Contact, Store
from forecasting.dates import to_day
from forecasting.errors import AccessDenied
from forecasting.ledger import Ledger
from tests.stores import new_store

SALES = """invoice_id,customer,issue_date,due_date,amount
F1,Nordex,2026-08-01,2026-08-31,900.00
F2,Nordex,2026-08-10,2026-09-09,300.00
F3,Garnier,2026-08-10,2026-09-09,500.00
"""
TODAY = date(2026, 11, 2)
PARTS = [("F1", date(2026, 11, 9), 600_00), ("F1", date(2026, 11, 16), 300_00), ("F2", date(2026, 11, 16), 300_00)]
STRANGER = Principal(role="sales", owner="somebody", name="somebody")


@pytest.fixture
def store(place: str) -> Iterator[Store]:
    with new_store(place) as opened:
        load_files(
            opened, FINANCE, [SourceFile(name="c.csv", content=SALES.encode())], LoadRequest(side="customer", as_of=TODAY)
        )
        yield opened


def nordex(store: Store) -> str:
    return next(p.partner_id for p in repository.partners(store, FINANCE) if "nordex" in (p.name or p.partner_id).lower())


def coming(of: Ledger) -> list[tuple[str, int, int]]:
    return [(of.customers.invoice_id[p.invoice], p.day, p.amount_minor) for p in of.payments]


def agree(store: Store) -> None:
    repository.agree_plan(store, FINANCE, partner_id=nordex(store), every="week", agreed_on=TODAY, parts=PARTS)


def test_a_plan_takes_the_place_of_what_was_expected(store: Store) -> None:
    agree(store)
    assert coming(repository.load_ledger(store, FINANCE, TODAY)) == [(n, to_day(d), a) for n, d, a in PARTS]
    (plan,) = repository.agreed_plans(store, FINANCE)
    assert plan.parts == tuple(sorted(PARTS, key=lambda p: (p[1], p[0]))) and plan.every == "week"
    repository.end_plan(store, FINANCE, nordex(store))
    assert coming(repository.load_ledger(store, FINANCE, TODAY)) == [] and repository.agreed_plans(store, FINANCE) == ()


def test_a_missed_instalment_breaks_the_plan(store: Store) -> None:
    """Domain 4: the first missed instalment makes the whole debt due again."""
    agree(store)
    assert coming(repository.load_ledger(store, FINANCE, date(2026, 11, 9))) != []
    assert coming(repository.load_ledger(store, FINANCE, date(2026, 11, 10))) == []


def test_a_new_plan_replaces_the_old_one(store: Store) -> None:
    agree(store)
    repository.agree_plan(
        store, FINANCE, partner_id=nordex(store), every="month", agreed_on=TODAY, parts=[("F1", date(2026, 12, 2), 900_00)]
    )
    assert coming(repository.load_ledger(store, FINANCE, TODAY)) == [("F1", to_day(date(2026, 12, 2)), 900_00)]


def test_a_stop_stands_until_the_case_is_settled(store: Store) -> None:
    def log(outcome: str) -> None:
        repository.log_action(
            store, FINANCE, partner_id=nordex(store), invoice_ids=["F1"], day=TODAY, step="stop_delivery", outcome=outcome  # type: ignore[arg-type]
        )  # fmt: skip

    log("sent")
    assert repository.stopped_deliveries(store, FINANCE) == ((nordex(store), TODAY),)
    assert repository.stopped_deliveries(store, STRANGER) == ()
    log("settled")
    assert repository.stopped_deliveries(store, FINANCE) == ()


def test_contacts_are_kept_and_seen_by_their_own(store: Store) -> None:
    given = (Contact(role="accounts", name="Anne", phone="01 02", email="a@b.fr"), Contact(role="buyer", name="Jean"))
    repository.replace_contacts(store, FINANCE, nordex(store), given)
    assert repository.contacts(store, FINANCE, nordex(store)) == given
    with pytest.raises(AccessDenied):
        repository.contacts(store, STRANGER, nordex(store))
    with pytest.raises(AccessDenied):
        repository.agree_plan(store, STRANGER, partner_id=nordex(store), every="week", agreed_on=TODAY, parts=PARTS)
