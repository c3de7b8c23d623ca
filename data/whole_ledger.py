"""The ledger as the curves count it: what is stored, the business to come, the budget, and deliveries that are stopped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from data.access import Principal, may
from data.repository_budget import budget
from data.repository_company import setting
from data.repository_ledger import load_ledger
from data.repository_plans import stopped_deliveries
from data.store import Store
from forecasting.activity import BudgetLine, budgeted, completed
from forecasting.dates import to_day
from forecasting.ledger import Ledger
from forecasting.plan import Who, without

#: The setting that says whether the business to come is counted.
EXPECTED: Final = "expected_business"


def whole_ledger(store: Store, principal: Principal, as_of: date | None = None) -> Ledger:
    """What the screens project: the stored ledger continued from its history and its budget, unless that is switched off."""
    known = load_ledger(store, principal, as_of)
    if setting(store, principal, EXPECTED, "on") == "on":
        lines = budget(store, principal) if may(principal, "read_treasury") else ()
        known = continued(known, lines)
    return stopped(known, stopped_deliveries(store, principal))


def continued(known: Ledger, lines: tuple[BudgetLine, ...]) -> Ledger:
    """A ledger with the business to come: from its history, and from the budget where that speaks."""
    return budgeted(completed(known), lines)


def stopped(whole: Ledger, stops: Sequence[tuple[str, date]]) -> Ledger:
    """Customers to whom nothing is delivered any more are invoiced nothing from that day on."""
    for partner_id, day in stops:
        whole = without(whole, Who(side="customer", partner_id=partner_id, day=to_day(day)))
    return whole
