"""The business to come: adds up, counts nothing twice, and foretells real months better than two naive rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.activity import ibm, rolling, sales_said, scores
from forecasting.activity import (
    completed,
    expected_business,
    expected_count,
    fit_level,
    is_expected,
    month_factors,
    month_quantiles,
    outlook,
    with_expected,
    without_expected,
)
from forecasting.activity.history import month_of, working_days
from forecasting.activity.level import MonthlySeries
from forecasting.activity.partners import usual_terms
from forecasting.dates import Terms, add_months, due_on, to_date, to_day
from forecasting.ledger import Ledger
from forecasting.ledger_build import InvoiceRecord, build_ledger, columns_of
from forecasting.ledger_edit import rebuilt, records_of

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
AS_OF = date(2026, 3, 2)


def ledger(customers: list[InvoiceRecord], suppliers: list[InvoiceRecord] | None = None, as_of: date = AS_OF) -> Ledger:
    return build_ledger(
        as_of=to_day(as_of),
        currency="EUR",
        opening_cash_minor=0,
        customers=columns_of(customers),
        suppliers=columns_of(suppliers or []),
    )


def monthly(name: str, amount_minor: int, *, months: int = 24, day: int = 15, until: int = 1) -> list[InvoiceRecord]:
    """One invoice a month on a day of the month, 45 days end of month, the last `until` months before AS_OF."""
    found = []
    for k in range(until, until + months):
        issue = add_months(AS_OF.replace(day=1), -k).replace(day=day)
        due = due_on(issue, Terms(days=45, method="A"))
        found.append(
            InvoiceRecord(
                invoice_id=f"{name}-{issue.isoformat()}",
                partner_id=name,
                issue=to_day(issue),
                due=to_day(due),
                amount_minor=amount_minor,
                vat_rate=Decimal("0.10"),
                on_receipt=True,
                entity="Lyon",
            )
        )
    return found


def series(amount: list[float], first: int = 12 * 2023) -> MonthlySeries:
    values = np.array(amount)
    days = working_days(first, len(amount), every_day=False)
    return MonthlySeries(first_month=first, amount=values, squares=values * 10.0, business_days=days)


def test_a_customer_that_is_invoiced_every_month_goes_on_being_so() -> None:
    books = ledger(monthly("rent", 120_000))
    coming = expected_business(books, 12).customers
    assert len(coming) == 12
    assert {r.partner_id for r in coming} == {"rent"}
    for record in coming:
        issue = to_date(record.issue)
        assert abs(record.amount_minor - 120_000) < 12_000
        assert abs(issue.day - 15) <= 4
        assert record.due == to_day(due_on(issue, Terms(days=45, method="A")))
        assert (record.vat_rate, record.on_receipt, record.entity) == (Decimal("0.10"), True, "Lyon")


@pytest.mark.parametrize("terms", [Terms(days=30, method="net"), Terms(days=45, method="A"), Terms(days=45, method="B")])
def test_terms_are_read_from_issue_and_due_dates(terms: Terms) -> None:
    issue = np.array([to_day(date(2025, m, d)) for m in range(1, 13) for d in (3, 17)], dtype=np.int64)
    due = np.array([to_day(due_on(to_date(int(i)), terms)) for i in issue], dtype=np.int64)
    assert usual_terms(issue, due) == terms


def test_a_month_that_is_weak_every_year_is_expected_weak() -> None:
    year = [1e6, 1e6, 1e6, 1e6, 1e6, 1e6, 1e6, 3e5, 1e6, 1e6, 1e6, 1e6]
    season = fit_level(series(year * 3)).season
    assert season[7] < 0.5
    assert season.mean() == pytest.approx(1.0)
    assert fit_level(series(year[:11])).season.tolist() == [1.0] * 12


def test_chance_is_no_season() -> None:
    """Invoices of one size in random number: what chance explains is not taken for the month of the year."""
    rng = np.random.default_rng(3)
    number = rng.poisson(30, 24).astype(np.float64)
    days = working_days(12 * 2023, 24, every_day=False)
    books = MonthlySeries(first_month=12 * 2023, amount=number * 1e4, squares=number * 1e8, business_days=days)
    raw = number[:12] / number[:12].mean() - 1.0
    assert np.abs(fit_level(books).season - 1.0).mean() < 0.4 * np.abs(raw).mean()


def test_one_exceptional_invoice_does_not_bend_the_year() -> None:
    usual = [1e6] * 20
    bent = fit_level(series([*usual[:-3], 5e7, *usual[:2]])).level
    assert bent < 2e6


def test_a_growing_company_is_expected_to_grow_a_little_more_and_then_level_off() -> None:
    level = fit_level(series([1e6 * 1.02**k for k in range(24)]))
    ahead = level.months(24, np.full(24, level.usual_days)) / level.season[(level.first_ahead + np.arange(24)) % 12]
    assert ahead[0] < ahead[5] < ahead[23] < ahead[5] * 1.02


amounts = st.lists(st.integers(1_000, 9_000_000), min_size=1, max_size=7)


@st.composite
def books(draw: st.DrawFn) -> Ledger:
    """Partners invoiced every so many days, over up to three years, some invoices already known for days to come."""
    rows: list[InvoiceRecord] = []
    day = to_day(AS_OF) + draw(st.integers(0, 30))
    for p, amount in enumerate(draw(amounts)):
        every, length = draw(st.integers(3, 200)), draw(st.integers(1, 1_000))
        stop = day + draw(st.sampled_from([-200, -5, 0, 0, 40]))
        for k, issue in enumerate(range(stop - length, stop, every)):
            sign = -1 if k % 11 == 10 else 1
            rows.append(
                InvoiceRecord(
                    invoice_id=f"{p}-{k}", partner_id=f"P{p}", issue=issue, due=issue + 30, amount_minor=sign * (amount + k)
                )
            )
    return ledger(rows, as_of=to_date(day))


@settings(max_examples=60, derandomize=True, deadline=None)
@given(books())
def test_expected_and_known_add_up_to_the_month_and_nothing_counts_twice(known: Ledger) -> None:
    view = outlook(known, "customer", 12)
    coming = expected_business(known, 12).customers
    gaps = np.maximum(view.expected_minor - view.known_minor, 0)
    assert sum(r.amount_minor for r in coming) == int(gaps.sum())
    if coming:
        by_month = np.bincount(month_of([r.issue for r in coming]) - view.months[0], [r.amount_minor for r in coming], 12)
        # What rare customers bring may come in a later month, never earlier.
        assert (np.cumsum(by_month) <= np.cumsum(gaps)).all()
    assert all(r.issue >= known.as_of and r.due >= r.issue and r.amount_minor > 0 for r in coming)
    assert len({r.invoice_id for r in coming}) == len(coming)


@settings(max_examples=20, derandomize=True, deadline=None)
@given(books())
def test_expected_business_is_put_in_and_taken_out_again(known: Ledger) -> None:
    full = with_expected(known, 6)
    assert without_expected(full) == known
    assert with_expected(full, 6) == full


def test_a_side_that_brings_its_own_business_is_left_as_it_is() -> None:
    sales, costs = monthly("a", 500_000), monthly("s", 200_000)
    budget = [replace(r, invoice_id=f"budget {r.invoice_id}", issue=r.issue + 365, due=r.due + 365) for r in sales[:12]]
    both = completed(ledger(sales, costs), 12)
    assert expected_count(both) == 24
    assert without_expected(both) == ledger(sales, costs)
    planned = completed(ledger([*sales, *budget], costs), 12)
    assert records_of(planned, "customer") == records_of(ledger([*sales, *budget]), "customer")
    assert expected_count(planned) == 12
    assert completed(planned, 12) == planned
    assert completed(ledger([]), 12) == ledger([])


def test_an_invoice_that_arrives_takes_the_place_of_as_much_expectation() -> None:
    rows = monthly("a", 500_000) + monthly("b", 300_000, day=5)
    before = expected_business(ledger(rows), 6).customers
    real = replace(rows[0], invoice_id="real", issue=to_day(date(2026, 4, 10)), due=to_day(date(2026, 5, 31)))
    after = expected_business(ledger([*rows, real]), 6).customers
    assert sum(r.amount_minor for r in before) - sum(r.amount_minor for r in after) == 500_000


def test_a_large_customer_gone_quiet_is_not_expected_back() -> None:
    gone = monthly("gone", 900_000, until=8)
    rows = [*monthly("stays", 600_000), *gone]
    view = outlook(ledger(rows), "customer", 6)
    assert [ledger(rows).partners[p].partner_id for p in view.lost_partners] == ["gone"]
    assert view.expected_minor[1:] == pytest.approx(600_000, rel=0.12)


def test_nothing_issued_nothing_expected() -> None:
    assert expected_business(ledger([]), 12) == expected_business(ledger([]), 1)
    assert expected_business(ledger([]), 12).customers == ()
    with pytest.raises(ValueError, match="49"):
        outlook(ledger([]), "customer", 49)


def test_rows_in_another_order_give_the_same_business() -> None:
    rows = [*monthly("a", 500_000), *monthly("b", 300_000), *monthly("c", 70_001, day=28)]
    assert expected_business(ledger(rows)) == expected_business(ledger(rows[::-1]))


def test_luck_of_a_month_is_its_own() -> None:
    rows = monthly("a", 500_000) + monthly("b", 300_000, day=5)
    view = outlook(ledger(rows, rows), "customer", 6)
    many = month_factors(view, 7, np.arange(4_000))
    assert (many[:50] == month_factors(view, 7, np.arange(50))).all()
    assert (many[:, :3] == month_factors(outlook(ledger(rows), "customer", 3), 7, np.arange(4_000))).all()
    assert not np.array_equal(many, month_factors(outlook(ledger(rows, rows), "supplier", 6), 7, np.arange(4_000)))
    bands = month_quantiles(view, np.array([0.1, 0.5, 0.9]))
    inside = (many * view.expected_minor >= bands[0]) & (many * view.expected_minor <= bands[2])
    assert inside.mean() == pytest.approx(0.8, abs=0.03)
    assert (bands[1] == view.expected_minor).all()


def test_taking_rows_out_and_in_again_changes_nothing() -> None:
    books_ = ledger(monthly("a", 500_000), monthly("s", 300_000))
    same = rebuilt(books_, customers=records_of(books_, "customer"), suppliers=records_of(books_, "supplier"))
    assert same == books_
    assert all(not is_expected(name) for name in books_.customers.invoice_id)


@pytest.mark.skipif(not (SHARED / "receivables").exists(), reason="third-party receivables are not beside the repository")
def test_real_sales_are_foretold_better_than_by_last_year_and_by_the_last_three_months() -> None:
    """IBM late payment histories, months 13 to 23 from the months before, one to six months ahead."""
    cells = rolling(ibm(SHARED), "customer", 12 * 2012, 12, 23, sales_said("customer"))
    everything = scores(cells)[-1]
    assert everything.ours < min(everything.last_year, everything.last_three)
    assert 0.75 <= everything.inside_80 <= 0.95
    assert 0.85 <= everything.inside_90 <= 0.98
