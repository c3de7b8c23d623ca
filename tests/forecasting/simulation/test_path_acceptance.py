"""Checks of domain section 9 on whole paths, with overdraft interest and VAT returns."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.ledger import PlannedFlow
from tests.forecasting import cases, make

quick = settings(max_examples=40, derandomize=True, deadline=None)
Seeds = st.integers(min_value=0, max_value=2**32)
START = "2026-01-01"


@quick
@given(Seeds)
def test_a_free_factor_only_shifts_cash_earlier(seed: int) -> None:
    """Check 3: no fee, no rate, no reserve, no delay, full draw: never less cash, the same in the end."""
    luck = random.Random(seed)
    first = cases.EARLIEST + luck.randrange(400)
    invoices = [
        make.invoice(
            f"I{k}", f"D{k % 3}", first + luck.randrange(60), first + 60 + luck.randrange(60), luck.randrange(1, 10**7)
        )
        for k in range(8)
    ]
    ledger, what = make.ledger(first, invoices), make.scenario(days=200)
    free = make.project(ledger, what, make.contract(first, index="0"))
    baseline = make.project(ledger, what)
    assert (free.balance_minor >= baseline.balance_minor).all()
    assert free.balance_minor[-1] == baseline.balance_minor[-1] == sum(i.amount_minor for i in invoices)


@quick
@given(Seeds)
def test_full_cover_leaves_the_vat_to_the_state_and_nothing_to_the_company(seed: int) -> None:
    """Check 4: 100 %, no limit, no deductible: the indemnity is the net debt, the VAT comes back as relief."""
    luck = random.Random(seed)
    invoices = [
        make.invoice(
            f"I{k}", "D", "2026-01-10", "2026-03-10", luck.randrange(1, 10**7), vat=luck.choice(("0.20", "0.10", "0.055"))
        )
        for k in range(luck.randrange(1, 6))
    ]
    what = make.scenario(make.insolvency("D", "2026-02-10"), days=120)
    result = make.project(make.ledger(START, invoices), what, None, make.policy(START, pct="1"))
    owed = sum(i.amount_minor for i in invoices)
    assert result.balance_minor[-1] == owed
    assert result.losses == {
        "unpaid": owed,
        "indemnity": make.total(result, "indemnity"),
        "vat_relief": make.total(result, "vat_relief"),
    }


@quick
@given(st.integers(min_value=10, max_value=10**8), st.integers(min_value=0, max_value=40))
def test_a_late_payment_costs_the_interest_of_its_days(amount: int, late: int) -> None:
    """Check 6: financed * k * rate / 360 within one cent per posted month, where interest itself bears none."""
    ledger = make.ledger(START, [make.invoice("A1", "A", "2026-01-05", "2026-02-10", amount)])
    contract = make.contract(START, index="0.02", margin="0.018", reserve_rate="0.10")

    def interest(days: int) -> tuple[int, int]:
        what = make.scenario(make.payment("A1", make.day("2026-02-10") + days), days=150)
        posted = [e.amount_minor for e in make.project(ledger, what, contract).events if e.code == "interest"]
        return sum(posted), len(posted)

    (usual, months), (longer, more) = interest(0), interest(late)
    financed = amount - round(amount / 10)
    expected = Fraction(financed * late) * Fraction("0.038") / 360
    assert abs(longer - usual - expected) <= months + more + 1


def test_overdraft_interest_is_posted_by_quarter_in_every_variant() -> None:
    """10 000.00 overdrawn from 15 January to 31 March: 76 days at 9 % / 360 = 190.00; highest debits 3 x 0.05 %."""
    planned = [PlannedFlow(day=make.day("2026-01-15"), amount_minor=-1_000_000, label="loan")]
    from decimal import Decimal

    ledger = make.ledger(START, planned=planned, overdraft_rate=Decimal("0.09"), overdraft_fee_rate=Decimal("0.0005"))
    for factoring, insurance in ((None, None), (make.contract(START), None), (None, make.policy(START))):
        result = make.project(ledger, make.scenario(days=120), factoring, insurance)
        assert make.cash(result, "bank_interest") == {"2026-04-01": -19_000 - 1_500}
        assert [f.amount_minor for f in result.flows if f.category == "bank_interest"] == [-19_000, -1_500]


def test_computed_vat_returns() -> None:
    """January: 200.00 collected on debits, 50.00 on a receipt, 100.00 deducted; February: a credit note, refunded."""
    from decimal import Decimal

    customers = [
        make.invoice("A1", "A", "2026-01-10", "2026-03-10", 120_000),
        make.invoice("S1", "A", "2025-12-10", "2026-01-20", 30_000, on_receipt=True),
        make.invoice("N1", "A", "2026-02-05", "2026-02-05", -24_000, credits="A1"),
        make.invoice("O1", "A", "2025-12-31", "2026-03-10", 60_000),
    ]
    suppliers = [make.invoice("B1", "B", "2026-01-31", "2026-03-01", 60_000)]
    ledger = make.ledger(START, customers, suppliers, vat_returns="computed", vat_day=31)
    result = make.project(ledger, make.scenario(days=120))
    assert make.cash(result, "vat_payment") == {"2026-01-31": -10_000, "2026-02-28": -15_000, "2026-03-31": 4_000}
    assert make.cash(make.project(replace(ledger, vat_returns="planned"), make.scenario(days=120)), "vat_payment") == {}
    assert Decimal("0.20") == ledger.customers.vat_rate[0]


def test_planned_flows_repeat_until_their_end() -> None:
    def days(every: str, until: str | None) -> list[str]:
        flow = PlannedFlow(day=make.day("2025-12-31"), amount_minor=-1, every=every, until=make.day(until))  # type: ignore[arg-type]
        return list(make.cash(make.project(make.ledger(START, planned=[flow]), make.scenario(days=120))))

    assert days("month", None) == ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]
    assert days("quarter", "2026-03-31") == ["2026-03-31"]
    assert days("week", "2026-01-21") == ["2026-01-07", "2026-01-14", "2026-01-21"]
    assert days("year", None) == days("", None) == []
