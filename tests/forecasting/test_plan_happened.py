"""What newer data say of what was expected: each open invoice stands in one place, and cash is explained to the cent."""

from __future__ import annotations

from forecasting.plan.happened import since
from tests.forecasting import make

BEFORE, AFTER = "2026-03-02", "2026-03-16"


def test_each_invoice_is_told_once_and_cash_adds_up() -> None:
    old = [
        make.invoice("paid", "A", "2026-02-01", "2026-03-05", 100_00),
        make.invoice("part", "A", "2026-02-01", "2026-03-06", 80_00),
        make.invoice("late", "B", "2026-02-01", "2026-03-10", 70_00),
        make.invoice("early", "B", "2026-02-20", "2026-04-10", 60_00),
        make.invoice("gone", "B", "2026-02-20", "2026-04-10", 5_00),
        make.invoice("settled", "B", "2026-01-01", "2026-02-01", 999_00, paid="2026-02-03"),
    ]
    bills = [make.invoice("bill", "S", "2026-02-01", "2026-03-05", 40_00)]
    new = [
        make.invoice("paid", "A", "2026-02-01", "2026-03-05", 100_00, paid="2026-03-05"),
        *old[1:3],
        make.invoice("early", "B", "2026-02-20", "2026-04-10", 60_00, paid="2026-03-12"),
        old[5],
        make.invoice("fresh", "C", "2026-03-09", "2026-04-10", 33_00),
    ]
    before = make.ledger(BEFORE, old, bills, cash_minor=1_000_00)
    after = make.ledger(
        AFTER,
        new,
        [make.invoice("bill", "S", "2026-02-01", "2026-03-05", 40_00, paid="2026-03-05")],
        payments=[("part", "2026-03-06", 30_00)],
        cash_minor=1_000_00 + 100_00 + 60_00 + 30_00 - 40_00 - 7_00,
    )
    found = since(before, after)
    told = {(line.kind, line.invoice_id): line.amount_minor for line in found.lines}
    assert told == {
        ("happened", "paid"): 100_00,
        ("happened", "part"): 30_00,
        ("missing", "part"): 50_00,
        ("missing", "late"): 70_00,
        ("early", "early"): 60_00,
        ("gone", "gone"): 5_00,
        ("new", "fresh"): 33_00,
        ("happened", "bill"): 40_00,
    }
    assert found.unexplained_minor == -7_00
    assert since(before, before).lines == ()
