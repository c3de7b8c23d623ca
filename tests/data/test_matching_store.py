"""Bank lines close the invoices that a person says they paid, on their day; undone, everything is as before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from data import repository
from data.access import FINANCE, Principal
from data.importers.protocol import SourceFile
from data.loading import LoadRequest, load_files
from data.repository import Match, Store
from forecasting.dates import to_day
from forecasting.errors import AccessDenied
from tests.stores import new_store

SALES = """invoice_id,customer,issue_date,due_date,amount
FA-1001,Nordex SAS,2026-10-01,2026-10-31,1200.00
FA-1002,Nordex SAS,2026-10-05,2026-11-04,800.00
FA-1003,Garnier,2026-10-09,2026-11-08,500.00
FA-1004,Vasseur,2026-11-20,2026-12-20,333.33
"""
STATEMENT = """:20:STMT
:25:FR7612345678901234567890123
:28C:1/1
:60F:C261031EUR1000,00
:61:2611021102C1200,00NTRFNONREF//1
:86:VIR NORDEX SAS FA-1001
:61:2611051105C800,00NTRFNONREF//2
:86:NORDEX SAS FACTURE FA 1002
:61:2611101110C333,33NTRFNONREF//3
:86:VASSEUR
:62F:C261110EUR3333,33
-
"""


@pytest.fixture
def store(place: str) -> Iterator[Store]:
    with new_store(place) as opened:
        for name, text in (("clients.csv", SALES), ("bank.sta", STATEMENT)):
            (outcome,) = load_files(
                opened, FINANCE, [SourceFile(name=name, content=text.encode())], LoadRequest(side="customer")
            )
            assert outcome.rejected == 0 and outcome.accepted
        yield opened


def paid(store: Store) -> dict[str, int]:
    ledger = repository.load_ledger(store, FINANCE)
    return {ledger.customers.invoice_id[p.invoice]: p.day for p in ledger.payments}


def named(matches: tuple[Match, ...]) -> set[tuple[str, ...]]:
    return {tuple(number for _, _, number, _ in match.parts) for match in matches}


def test_what_is_named_is_sure_and_nobody_pays_before_the_invoice(store: Store) -> None:
    found = repository.proposed_matches(store, FINANCE)
    assert named(found) == {("FA-1001",), ("FA-1002",)}, "the line of 10 November comes before FA-1004 was issued"
    assert all(match.score >= 0.9 and "number" in match.reasons for match in found)


def test_a_payment_that_the_books_know_is_proposed_for_no_other_invoice(store: Store) -> None:
    """The line names FA-1001 and pays its amount: once a file says when it was paid, the line is no news."""
    settled = SALES.replace("due_date,amount", "due_date,amount,paid_date").replace("1200.00", "1200.00,2026-11-02")
    other = settled + "FA-1009,Nordex SAS,2026-10-06,2026-11-05,1200.00,\n"
    load_files(store, FINANCE, [SourceFile(name="later.csv", content=other.encode())], LoadRequest(side="customer"))
    assert named(repository.proposed_matches(store, FINANCE)) == {("FA-1002",)}


def test_accepted_lines_pay_on_their_day_and_come_back_when_undone(store: Store) -> None:
    found = repository.proposed_matches(store, FINANCE)
    repository.accept_matches(store, FINANCE, found)
    assert paid(store) == {"FA-1001": to_day(date(2026, 11, 2)), "FA-1002": to_day(date(2026, 11, 5))}
    assert repository.proposed_matches(store, FINANCE) == ()
    done = repository.decided_matches(store, FINANCE)
    assert named(done) == named(found)
    repository.take_back_match(store, FINANCE, found[0].line_key)
    assert len(paid(store)) == 1
    assert named(repository.proposed_matches(store, FINANCE)) == named(found[:1])


def test_a_line_set_aside_is_proposed_no_more(store: Store) -> None:
    found = repository.proposed_matches(store, FINANCE)
    repository.set_aside(store, FINANCE, found)
    assert repository.proposed_matches(store, FINANCE) == () and paid(store) == {}
    assert all(match.parts == () for match in repository.decided_matches(store, FINANCE))


def test_an_undone_statement_takes_its_payments_with_it(store: Store) -> None:
    repository.accept_matches(store, FINANCE, repository.proposed_matches(store, FINANCE))
    (statement,) = [r for r in repository.list_imports(store, FINANCE) if r.file == "bank.sta"]
    repository.undo_import(store, FINANCE, statement.import_id)
    assert paid(store) == {} and repository.decided_matches(store, FINANCE) == ()


def test_sales_sees_no_bank(store: Store) -> None:
    with pytest.raises(AccessDenied):
        repository.proposed_matches(store, Principal(role="sales", owner="x", name="x"))
