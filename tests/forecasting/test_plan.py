"""What is planned and what might change: words with their numbers, loans to the cent, what-ifs that conserve."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.dates import to_date, to_day
from forecasting.ledger import Ledger, Partner, PlannedFlow, Side
from forecasting.ledger_build import InvoiceRecord, PartPayment, build_ledger, columns_of
from forecasting.ledger_edit import records_of
from forecasting.money import apply_rate
from forecasting.plan import (
    AddedOrder,
    Loan,
    Who,
    counted_flows,
    explained,
    happens,
    loan_flows,
    rows_to_come,
    scaled,
    schedule,
    shifted_terms,
    weighted_flows,
    with_order,
    without,
    working_capital,
)

AS_OF = to_day(date(2026, 3, 2))
SALES, PURCHASES = Who(side="customer"), Who(side="supplier")


def flow(amount_minor: int, label: str = "machine") -> PlannedFlow:
    return PlannedFlow(day=AS_OF + 30, amount_minor=amount_minor, category="investment", label=label)


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    """Both sides with past and coming invoices, credit notes, part payments and known payment days."""
    payments, sides = [], {}
    for side in ("customer", "supplier"):
        rows = []
        for k in range(draw(st.integers(0, 14))):
            issue = AS_OF + draw(st.integers(-90, 300))
            paid = issue + draw(st.integers(0, 40)) if draw(st.integers(0, 5)) == 0 else -(2**31)
            rows.append(
                InvoiceRecord(
                    invoice_id=f"{k}",
                    partner_id=f"{side}{draw(st.integers(0, 3))}",
                    issue=issue,
                    due=issue + draw(st.integers(0, 90)),
                    amount_minor=draw(st.integers(1, 10_000_000)),
                    paid=paid,
                )
            )
        if rows:
            first = rows[0]
            rows.append(replace(first, invoice_id="credit", amount_minor=-1 - first.amount_minor // 5, credits="0"))
            if draw(st.booleans()):
                payments.append(PartPayment(side=side, invoice_id="0", day=AS_OF - 3, amount_minor=1))
        sides[side] = columns_of(rows)
    return build_ledger(
        as_of=AS_OF,
        currency="EUR",
        opening_cash_minor=5,
        customers=sides["customer"],
        suppliers=sides["supplier"],
        payments=payments,
        planned_flows=[flow(-70)],
        partners=[Partner(partner_id="customer0", segment="hotels"), Partner(partner_id="customer1", segment="hotels")],
    )


whos = st.builds(
    Who,
    side=st.sampled_from(["customer", "supplier"]),
    partner_id=st.sampled_from(["", "", "customer0", "supplier1", "nobody"]),
    day=st.sampled_from([-(2**31), AS_OF + 60]),
)


def rows(ledger: Ledger, side: Side) -> dict[str, InvoiceRecord]:
    return {r.invoice_id: r for r in records_of(ledger, side)}


@settings(max_examples=60, derandomize=True, deadline=None)
@given(ledgers(), whos)
def test_a_change_of_nothing_changes_nothing(ledger: Ledger, who: Who) -> None:
    assert scaled(ledger, who, Decimal(0)) == ledger
    assert shifted_terms(ledger, who, 0) == ledger
    assert shifted_terms(shifted_terms(ledger, who, 40), who, -40) == ledger


@settings(max_examples=60, derandomize=True, deadline=None)
@given(ledgers(), whos, st.integers(-99, 200))
def test_sales_up_or_down_move_each_invoice_to_come_by_the_rate_and_nothing_else(
    ledger: Ledger, who: Who, percent: int
) -> None:
    rate = Decimal(percent) / 100
    after, touched = scaled(ledger, who, rate), set(rows_to_come(ledger, who).tolist())
    new = rows(after, who.side)
    for i, old in enumerate(records_of(ledger, who.side)):
        said = apply_rate(old.amount_minor, 1 + rate) if i in touched else old.amount_minor
        if old.invoice_id in new:
            assert new[old.invoice_id] == replace(old, amount_minor=said)
        else:
            assert said == 0 or old.credits
        assert (old.issue >= max(AS_OF, who.day)) or i not in touched
    other: Side = "supplier" if who.side == "customer" else "customer"
    assert records_of(after, other) == records_of(ledger, other)
    assert (after.planned_flows, after.opening_cash_minor) == (ledger.planned_flows, ledger.opening_cash_minor)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(ledgers(), whos)
def test_a_lost_customer_takes_its_invoices_to_come_and_no_other(ledger: Ledger, who: Who) -> None:
    after, touched = without(ledger, who), rows_to_come(ledger, who).tolist()
    old, new = rows(ledger, who.side), rows(after, who.side)
    gone = [r for name, r in old.items() if name not in new]
    assert sum(r.amount_minor for r in old.values()) - sum(r.amount_minor for r in gone) == sum(
        r.amount_minor for r in new.values()
    )
    names = {list(old)[i] for i in touched}
    assert {r.invoice_id for r in gone} == names | {r.invoice_id for r in old.values() if r.credits in names and r.credits}
    assert all(old[name] == r for name, r in new.items())
    assert scaled(ledger, who, Decimal(-1)) == after


@settings(max_examples=60, derandomize=True, deadline=None)
@given(ledgers(), whos, st.integers(-60, 60))
def test_other_terms_move_due_dates_alone(ledger: Ledger, who: Who, days: int) -> None:
    after, touched = shifted_terms(ledger, who, days), set(rows_to_come(ledger, who).tolist())
    for i, (old, new) in enumerate(zip(records_of(ledger, who.side), records_of(after, who.side), strict=True)):
        due = max(old.issue, old.due + days) if i in touched else old.due
        assert new == replace(old, due=due)


def test_a_segment_is_its_partners() -> None:
    books = build_ledger(
        as_of=AS_OF,
        currency="EUR",
        opening_cash_minor=0,
        customers=columns_of(
            InvoiceRecord(invoice_id=p, partner_id=p, issue=AS_OF, due=AS_OF + 30, amount_minor=100) for p in "abc"
        ),
        partners=[Partner(partner_id="a", segment="hotels"), Partner(partner_id="b", segment="hotels")],
    )
    after = without(books, Who(side="customer", segment="hotels"))
    assert after.customers.invoice_id == ("c",)


def steady(terms: int = 60) -> Ledger:
    """A year of sales of 1,000.00 a day at 60 days and purchases of 600.00 a day at 30 days."""

    def side(amount_minor: int, days: int) -> list[InvoiceRecord]:
        return [
            InvoiceRecord(
                invoice_id=f"{k}", partner_id="p", issue=AS_OF + k, due=AS_OF + k + days, amount_minor=amount_minor
            )
            for k in range(365)
        ]

    return build_ledger(
        as_of=AS_OF,
        currency="EUR",
        opening_cash_minor=0,
        customers=columns_of(side(100_000, terms)),
        suppliers=columns_of(side(60_000, 30)),
    )


def test_working_capital_of_a_steady_year() -> None:
    """60 days of 1,000.00 owed to us, 30 days of 600.00 owed by us: a need of 42,000.00, or 42 days of sales."""
    found = working_capital(steady())
    assert (found.receivables_minor, found.payables_minor, found.need_minor) == (6_000_000, 1_800_000, 4_200_000)
    assert (found.dso_days, found.dpo_days, found.need_days) == (Decimal("60.00"), Decimal("30.00"), Decimal("42.00"))
    assert found.cash_conversion_days == Decimal("30.00")


def test_growth_and_terms_are_explained_by_what_they_tie_up() -> None:
    lines = {e.code: e.change_minor for e in explained(steady(), scaled(steady(), SALES, Decimal("0.10")))}
    assert lines == {"sales": 3_650_000, "receivables": 600_000, "need": 600_000}
    lines = {e.code: e.change_minor for e in explained(steady(), shifted_terms(steady(), PURCHASES, 10))}
    assert lines == {"payables": 600_000, "need": -600_000}
    assert {e.code for e in explained(steady(), steady())} == {"need"}


def test_a_big_order_brings_its_invoice_and_its_purchases() -> None:
    order = AddedOrder(
        name="hotel",
        partner_id="new",
        issue=AS_OF + 60,
        due=AS_OF + 120,
        amount_minor=5_000_000,
        supplier_id="p",
        cost_minor=3_000_000,
        cost_issue=AS_OF + 10,
        cost_due=AS_OF + 40,
    )
    before, after = steady(), with_order(steady(), order)
    lines = {e.code: e.change_minor for e in explained(before, after)}
    assert (lines["sales"], lines["purchases"]) == (5_000_000, 3_000_000)
    added = rows(after, "customer").keys() - rows(before, "customer").keys()
    assert added == rows(after, "supplier").keys() - rows(before, "supplier").keys() == {"order:hotel"}
    assert without(after, Who(side="customer", partner_id="new")).customers.invoice_id == before.customers.invoice_id
    with pytest.raises(ValueError, match="first projected day"):
        with_order(before, replace(order, cost_issue=AS_OF - 1))
    with pytest.raises(ValueError, match="all of it"):
        scaled(before, SALES, Decimal("-1.01"))


def test_words_stand_for_their_numbers() -> None:
    items = [
        flow(-1_001, "sure"),
        replace(flow(-1_001, "likely"), certainty="likely"),
        replace(flow(1_001, "possible"), certainty="possible"),
    ]
    assert [f.amount_minor for f in weighted_flows(items)] == [-1_001, -751, 400]
    assert [len(counted_flows(items, word)) for word in ("sure", "likely", "possible")] == [1, 2, 3]
    came = happens(items, 5, np.arange(20_000))
    assert came.mean(axis=0) == pytest.approx([1.0, 0.75, 0.40], abs=0.015)
    assert (came[:100] == happens(items, 5, np.arange(100))).all()
    assert (came[:, 1:2] == happens(items[1:2], 5, np.arange(20_000))).all()
    surer = happens([replace(items[2], certainty="likely")], 5, np.arange(20_000))
    assert (came[:, 2:] <= surer).all()


def test_a_loan_of_the_text_books() -> None:
    """100,000 over 12 months at 6 %: 8,606.64 a month (100,000 * 0.005 / (1 - 1.005^-12) = 8,606.643)."""
    found = schedule(Loan(principal_minor=10_000_000, rate_pa=Decimal("0.06"), months=12, first_day=AS_OF))
    assert found[0].amount_minor == 860_664
    assert (found[0].interest_minor, found[0].principal_minor) == (50_000, 810_664)
    assert to_date(found[11].day) == date(2027, 2, 2)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.integers(1, 10**11), st.integers(0, 2_000), st.integers(1, 360))
def test_instalments_repay_the_loan_to_the_cent(principal: int, basis_points: int, months: int) -> None:
    loan = Loan(principal_minor=principal, rate_pa=Decimal(basis_points) / 10_000, months=months, first_day=AS_OF)
    found = schedule(loan)
    assert sum(i.principal_minor for i in found) == principal
    assert found[-1].left_minor == 0
    assert all(i.interest_minor >= 0 and i.left_minor >= 0 for i in found)
    # The last instalment takes the half cents of all others; those of a loan too small for cents end early.
    if principal >= 10**8:
        assert len({i.amount_minor for i in found[:-1]}) <= 1
    half = AS_OF + 180
    assert sum(f.amount_minor for f in loan_flows(loan, half)) == -sum(i.amount_minor for i in found if i.day >= half)
