"""A budget goes to a spreadsheet and back, moves the ledger of the screen, and is refused with row and column."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from data import repository
from data.access import FINANCE
from data.budget_files import budget_from_text, budget_text
from data.repository import Store
from forecasting.activity import BudgetLine
from forecasting.errors import InputRejected
from tests.stores import new_store

LINES = (
    BudgetLine(side="customer", month=12 * 2027, net_minor=12_345_67),
    BudgetLine(side="customer", month=12 * 2027 + 1, net_minor=0, scope="segment", name="Export; loin"),
    BudgetLine(side="supplier", month=12 * 2027 + 1, net_minor=9_00, scope="partner", name="S1"),
)
MONTHS = [12 * 2027, 12 * 2027 + 1]


@pytest.fixture
def store(place: str) -> Iterator[Store]:
    with new_store(place) as opened:
        yield opened


def test_what_is_written_is_read(store: Store) -> None:
    assert budget_from_text("b.csv", budget_text(LINES, MONTHS, 2), 2) == LINES
    repository.replace_budget(store, FINANCE, LINES)
    assert set(repository.budget(store, FINANCE)) == set(LINES)
    repository.replace_budget(store, FINANCE, ())
    assert repository.budget(store, FINANCE) == ()


def test_a_spreadsheets_french_amounts_are_read() -> None:
    text = "side;scope;name;2027-01\ncustomer;all;;12 345,67\n"
    assert budget_from_text("b.csv", text, 2) == LINES[:1]


@pytest.mark.parametrize(
    ("text", "code", "row", "column"),
    [
        ("", "budget.header", 1, "side, scope, name"),
        ("side,scope,name,mars\n", "budget.month", 1, "mars"),
        ("side,scope,name,2027-13\n", "budget.month", 1, "2027-13"),
        ("side,scope,name,2027-01\nbank,all,,1\n", "budget.side", 2, "side"),
        ("side,scope,name,2027-01\ncustomer,all,X,1\n", "budget.scope", 2, "scope"),
        ("side,scope,name,2027-01\ncustomer,all,,-5\n", "budget.amount", 2, "2027-01"),
        ("side,scope,name,2027-01\ncustomer,all,,=1+1\n", "budget.amount", 2, "2027-01"),
    ],
)
def test_what_is_wrong_is_named(text: str, code: str, row: int, column: str) -> None:
    with pytest.raises(InputRejected) as refused:
        budget_from_text("b.csv", text, 2)
    (found,) = refused.value.problems
    assert (found.code, found.row, found.column) == (code, row, column)
