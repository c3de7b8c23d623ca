"""VAT collected less VAT deducted is VAT returned plus VAT still due, to the cent; every invoice ends in one way."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.dates import to_date
from forecasting.ledger_build import InvoiceRecord
from forecasting.simulation.path import PathResult
from tests.forecasting import make

quick = settings(max_examples=60, derandomize=True, deadline=None)
START = "2026-01-05"
FIRST = make.day(START)

Row = tuple[int, int, int, bool]
Rows = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 60), st.integers(1, 10**8), st.booleans()), max_size=8)


def vat(amount: int) -> int:
    """What is left of an amount with 20 % VAT when its net, rounded half up, is taken off."""
    return amount - int((Decimal(amount) / Decimal("1.2")).quantize(Decimal(1), ROUND_HALF_UP))


def told(sales: list[Row], bills: list[Row], days: int) -> PathResult:
    def rows(given_rows: list[Row], mark: str) -> list[InvoiceRecord]:
        return [
            make.invoice(
                f"{mark}{k}", mark, FIRST + issue, FIRST + issue + term, amount,
                on_receipt=on_receipt,
            )
            for k, (issue, term, amount, on_receipt) in enumerate(given_rows)
        ]  # fmt: skip

    ledger = make.ledger(START, rows(sales, "C"), rows(bills, "S"), vat_returns="computed", vat_day=24)
    return make.project(ledger, make.scenario(days=days))


def dated(rows: list[Row], flows: list[tuple[int, int]]) -> list[tuple[date, int]]:
    """The day on which each VAT falls due: of the invoice on debits, of its payment on receipts."""
    paid = [(to_date(day), vat(abs(amount))) for day, amount in flows]
    return [(to_date(FIRST + issue), vat(amount)) for issue, _, amount, late in rows if not late] + paid


@quick
@given(Rows, Rows, st.integers(20, 220))
def test_vat_is_returned_or_still_due(sales: list[Row], bills: list[Row], days: int) -> None:
    path = told(sales, bills, days)
    last = to_date(FIRST + days - 1)

    def receipts(category: str, rows: list[Row], mark: str) -> list[tuple[int, int]]:
        on_receipt = {f"{mark}{k}" for k, row in enumerate(rows) if row[3]}
        return [(f.day, f.amount_minor) for f in path.flows if f.category == category and f.source_id in on_receipt]

    collected = dated(sales, receipts("debtor_receipt", sales, "C"))
    deducted = dated(bills, receipts("supplier_payment", bills, "S"))
    returned = -sum(f.amount_minor for f in path.flows if f.category == "vat_payment")

    def still_due(when: date) -> bool:
        following = date(when.year + when.month // 12, when.month % 12 + 1, 24)
        return following > last

    total = sum(v for _, v in collected) - sum(v for _, v in deducted)
    due = sum(v for d, v in collected if still_due(d)) - sum(v for d, v in deducted if still_due(d))
    assert total == returned + due


@quick
@given(Rows, st.integers(1, 200))
def test_every_invoice_is_paid_or_still_open(sales: list[Row], days: int) -> None:
    path = told(sales, [], days)
    paid: dict[str, int] = {}
    for flow in path.flows:
        if flow.category == "debtor_receipt":
            paid[flow.source_id] = paid.get(flow.source_id, 0) + flow.amount_minor
    for k, (issue, term, amount, _) in enumerate(sales):
        due = FIRST + issue + term
        assert paid.get(f"C{k}", 0) == (amount if due < FIRST + days else 0)
