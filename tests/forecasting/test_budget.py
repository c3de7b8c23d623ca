"""A budget: months come to what it says, what is invoiced counts in, scopes take precedence, other months stay."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.activity import NEW_CUSTOMERS, BudgetLine, budgeted, completed
from forecasting.activity.history import month_of
from forecasting.dates import to_day
from forecasting.ledger import NO_DAY, Ledger, Partner
from forecasting.ledger_build import InvoiceRecord, build_ledger, columns_of

AS_OF = to_day(date(2026, 11, 16))
NOW = int(month_of(AS_OF))


def ledger() -> Ledger:
    """Three customers invoiced twice a month for two years at 20 % VAT, one in a segment of its own."""
    rows = []
    for number, (partner, amount) in enumerate((("A", 120_000), ("B", 60_000), ("C", 24_000))):
        for k in range(48):
            issue = AS_OF - 1 - 15 * k - number
            rows.append(
                InvoiceRecord(
                    invoice_id=f"{partner}{k}", partner_id=partner, issue=issue, due=issue + 30, amount_minor=amount,
                    paid=issue + 33 if issue + 33 < AS_OF else NO_DAY, vat_rate=Decimal("0.20"),
                )
            )  # fmt: skip
    return build_ledger(
        as_of=AS_OF,
        currency="EUR",
        opening_cash_minor=0,
        customers=columns_of(rows),
        partners=[Partner(partner_id=p, segment="big" if p == "A" else "small") for p in "ABC"],
    )


def total(of: Ledger, month: int, partner: str = "") -> int:
    side = of.customers
    chosen = month_of(side.issue) == month
    if partner:
        chosen &= np.array([of.partners[p].partner_id == partner for p in side.partner])
    return int(side.amount_minor[chosen].sum())


def test_a_month_comes_to_what_the_budget_says_and_others_stay() -> None:
    plain = completed(ledger())
    asked = budgeted(plain, [BudgetLine(side="customer", month=NOW + 2, net_minor=1_000_000)])
    assert total(asked, NOW + 2) == 1_200_000
    assert total(asked, NOW + 3) == total(plain, NOW + 3)
    assert budgeted(plain, []) is plain


def test_what_is_invoiced_counts_in_and_is_never_taken_away() -> None:
    plain = completed(ledger())
    known = total(ledger(), NOW)
    assert known > 0
    assert total(budgeted(plain, [BudgetLine(side="customer", month=NOW, net_minor=5_000_000)]), NOW) == 6_000_000
    assert total(budgeted(plain, [BudgetLine(side="customer", month=NOW, net_minor=0)]), NOW) == known


def test_a_partner_comes_before_its_segment_and_a_segment_before_all() -> None:
    lines = [
        BudgetLine(side="customer", month=NOW + 1, net_minor=2_000_000),
        BudgetLine(side="customer", month=NOW + 1, net_minor=400_000, scope="segment", name="small"),
        BudgetLine(side="customer", month=NOW + 1, net_minor=100_000, scope="partner", name="B"),
        BudgetLine(side="customer", month=NOW + 1, net_minor=250_000, scope="new"),
    ]
    asked = budgeted(completed(ledger()), lines)
    assert total(asked, NOW + 1, "B") == 120_000
    assert total(asked, NOW + 1, "C") == 480_000 - 120_000
    assert total(asked, NOW + 1, NEW_CUSTOMERS) == 300_000
    assert total(asked, NOW + 1) == 2_400_000


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=6))
def test_any_budget_is_kept_to_the_cent(nets: list[int]) -> None:
    lines = [BudgetLine(side="customer", month=NOW + 1 + k, net_minor=net) for k, net in enumerate(nets)]
    asked = budgeted(completed(ledger()), lines)
    for line in lines:
        assert total(asked, line.month) == (line.net_minor * 6 * 2 + 5) // 10


def test_a_month_beyond_what_is_expected_is_carried_by_one_invoice() -> None:
    empty = build_ledger(as_of=AS_OF, currency="EUR", opening_cash_minor=0)
    asked = budgeted(
        empty,
        [BudgetLine(side="customer", month=NOW, net_minor=100), BudgetLine(side="supplier", month=NOW + 1, net_minor=200)],
    )
    assert total(asked, NOW) == 120
    assert asked.suppliers.amount_minor.tolist() == [240]
    assert (asked.customers.issue >= AS_OF).all()


@pytest.mark.parametrize("month", [NOW, NOW + 5])
def test_the_same_budget_gives_the_same_ledger(month: int) -> None:
    line = BudgetLine(side="customer", month=month, net_minor=777_777)
    assert budgeted(completed(ledger()), [line]) == budgeted(completed(ledger()), [line])
