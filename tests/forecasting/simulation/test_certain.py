"""A certain scenario says who pays when (file interface, "The scenario")."""

from __future__ import annotations

import pytest

from forecasting.errors import InputRejected
from forecasting.ledger import Ledger, Partner
from forecasting.ledger_build import PartPayment
from forecasting.scenario import Delays, PaymentFact, Scenario, Shock
from forecasting.simulation.certain import certain_facts
from tests.forecasting import make


def receipts(ledger: Ledger, what: Scenario) -> dict[str, list[tuple[str, int]]]:
    """Payments by invoice as (date, amount)."""
    facts, found = certain_facts(ledger, what), dict[str, list[tuple[str, int]]]()
    rows = zip(
        facts.receipts.invoice.tolist(), facts.receipts.day.tolist(), facts.receipts.amount_minor.tolist(), strict=True
    )
    for invoice, day, amount in rows:
        found.setdefault(ledger.customers.invoice_id[invoice], []).append((make.iso(day), amount))
    return found


def one(due: str = "2026-03-15", **keys: object) -> Ledger:
    return make.ledger("2026-02-01", [make.invoice("A1", "ALPHA", "2026-01-15", due, 100_000, **keys)])  # type: ignore[arg-type]


def test_without_a_fact_an_invoice_is_paid_on_its_due_date_even_a_sunday() -> None:
    assert receipts(one(), make.scenario()) == {"A1": [("2026-03-15", 100_000)]}


def test_business_days_only_moves_it_to_monday() -> None:
    assert receipts(one(), make.scenario(business_days_only=True)) == {"A1": [("2026-03-16", 100_000)]}


def test_delays_add_days_and_multiply_nothing() -> None:
    from decimal import Decimal

    late = make.scenario(delays=Delays(add_days=10, multiply=Decimal("1.3")))
    assert receipts(one(), late) == {"A1": [("2026-03-25", 100_000)]}


def test_the_nearest_row_of_delays_counts() -> None:
    partners = [
        Partner(partner_id="ALPHA", segment="export"),
        Partner(partner_id="BETA", segment="export"),
        Partner(partner_id="C"),
    ]
    invoices = [make.invoice(f"{p}1", p, "2026-01-15", "2026-03-15", 100_000) for p in ("ALPHA", "BETA", "C")]
    ledger = make.ledger("2026-02-01", invoices, partners=partners)
    shocks = (Shock(segment="export", delays=Delays(add_days=15)), Shock(partner_id="ALPHA", delays=Delays(add_days=2)))
    got = receipts(ledger, make.scenario(delays=Delays(add_days=10), shocks=shocks))
    assert got == {"ALPHA1": [("2026-03-17", 100_000)], "BETA1": [("2026-03-30", 100_000)], "C1": [("2026-03-25", 100_000)]}


def test_an_overdue_invoice_moves_to_the_first_business_day_after_the_wait() -> None:
    """as_of + 13 is Saturday 14 February 2026."""
    ledger = one("2026-01-20")
    facts = certain_facts(ledger, make.scenario(overdue_days=13))
    assert receipts(ledger, make.scenario(overdue_days=13)) == {"A1": [("2026-02-16", 100_000)]}
    assert facts.moved_overdue == 1


def test_a_part_payment_leaves_the_rest_unpaid_unless_another_fact_pays_it() -> None:
    part = make.payment("A1", "2026-03-01", 40_000)
    assert receipts(one(), make.scenario(part)) == {"A1": [("2026-03-01", 40_000)]}
    rest = make.payment("A1", "2026-04-01")
    assert receipts(one(), make.scenario(rest, part)) == {"A1": [("2026-03-01", 40_000), ("2026-04-01", 60_000)]}


def test_never_is_never() -> None:
    assert receipts(one(), make.scenario(make.never("A1"))) == {}


def test_a_payment_above_what_is_open_is_a_problem() -> None:
    facts = [make.payment("A1", "2026-03-01", 40_000), make.payment("A1", "2026-03-02", 60_001)]
    with pytest.raises(InputRejected) as rejected:
        certain_facts(one(), make.scenario(*facts))
    assert [p.code for p in rejected.value.problems] == ["facts.payment_above_open"]
    assert dict(rejected.value.problems[0].values) == {"id": "A1", "paid": "600.01", "open": "600.00"}


def test_a_credit_note_of_the_same_day_comes_before_the_payment() -> None:
    facts = [make.credit_note("A1", "2026-03-01", 30_000), make.payment("A1", "2026-03-01", 70_001)]
    with pytest.raises(InputRejected):
        certain_facts(one(), make.scenario(*facts))
    whole = make.scenario(make.credit_note("A1", "2026-03-01", 30_000), make.payment("A1", "2026-03-01"))
    assert receipts(one(), whole) == {"A1": [("2026-03-01", 70_000)]}


def test_every_unknown_name_is_told_at_once() -> None:
    facts = [
        make.payment("X1", "2026-03-01"), make.credit_note("X2", "2026-03-01", 1), make.dispute("X3", "2026-03-01"),
        make.insolvency("NOBODY", "2026-03-01"), make.request("NOBODY", "2026-03-01"),
    ]  # fmt: skip
    with pytest.raises(InputRejected) as rejected:
        certain_facts(one(), make.scenario(*facts))
    assert len(rejected.value.problems) == 5


def test_from_its_judgment_on_a_partner_pays_explicit_facts_alone() -> None:
    failed = make.insolvency("ALPHA", "2026-03-15")
    assert receipts(one(), make.scenario(failed)) == {}
    assert receipts(one("2026-03-14"), make.scenario(failed)) == {"A1": [("2026-03-14", 100_000)]}
    explicit = make.payment("A1", "2026-06-01", 20_000)
    assert receipts(one(), make.scenario(failed, explicit)) == {"A1": [("2026-06-01", 20_000)]}


def test_two_judgments_of_one_partner_are_a_problem() -> None:
    facts = [make.insolvency("ALPHA", "2026-03-15"), make.insolvency("ALPHA", "2026-04-15")]
    with pytest.raises(InputRejected, match="judged_twice"):
        certain_facts(one(), make.scenario(*facts))


def test_what_the_ledger_knows_of_the_future_is_certain() -> None:
    assert receipts(one(paid="2026-02-20"), make.scenario()) == {"A1": [("2026-02-20", 100_000)]}
    assert receipts(one(paid="2026-02-20", paid_minor=30_000), make.scenario()) == {"A1": [("2026-02-20", 30_000)]}


def test_what_was_settled_before_moves_no_cash() -> None:
    assert receipts(one(paid="2026-01-20"), make.scenario()) == {}
    assert receipts(one(paid="2026-01-20", paid_minor=30_000), make.scenario()) == {}


def test_a_part_payment_of_the_past_leaves_the_rest_due() -> None:
    ledger = make.ledger(
        "2026-02-01",
        [make.invoice("A1", "ALPHA", "2026-01-15", "2026-03-15", 100_000)],
        payments=[("A1", "2026-01-20", 25_000)],
    )
    assert receipts(ledger, make.scenario()) == {"A1": [("2026-03-15", 75_000)]}


def test_a_credit_note_of_the_ledger_reduces_its_invoice() -> None:
    ledger = make.ledger(
        "2026-02-01",
        [
            make.invoice("A1", "ALPHA", "2026-01-15", "2026-03-15", 100_000),
            make.invoice("N1", "ALPHA", "2026-01-25", "2026-01-25", -30_000, credits="A1"),
            make.invoice("N2", "ALPHA", "2026-02-05", "2026-04-01", -5_000),
        ],
    )
    assert receipts(ledger, make.scenario()) == {"A1": [("2026-03-15", 70_000)], "N2": [("2026-04-01", -5_000)]}
    assert make.cash(make.project(ledger, make.scenario())) == {"2026-03-15": 70_000, "2026-04-01": -5_000}


def test_suppliers_are_paid_on_their_due_date_or_by_fact() -> None:
    bills = [make.invoice(f"S{k}", "SUP", "2026-01-10", due, 50_000) for k, due in enumerate(("2026-03-10", "2026-01-20"))]
    ledger = make.ledger("2026-02-01", (), bills)
    what = make.scenario(PaymentFact(invoice_id="S0", day=make.day("2026-05-05")), overdue_days=15)
    assert make.cash(make.project(ledger, what)) == {"2026-02-16": -50_000, "2026-05-05": -50_000}


def test_part_payments_name_their_side() -> None:
    ledger = make.ledger("2026-02-01", (), [make.invoice("S1", "SUP", "2026-01-10", "2026-03-10", 50_000)])
    from forecasting.ledger_build import build_ledger, columns_of

    ledger = build_ledger(
        as_of=ledger.as_of,
        currency="EUR",
        opening_cash_minor=0,
        suppliers=columns_of([make.invoice("S1", "SUP", "2026-01-10", "2026-03-10", 50_000)]),
        payments=[PartPayment(side="supplier", invoice_id="S1", day=make.day("2026-01-20"), amount_minor=20_000)],
    )
    assert make.cash(make.project(ledger, make.scenario())) == {"2026-03-10": -30_000}


def test_a_flagged_dispute_ends_when_the_scenario_says_so() -> None:
    ledger = one(disputed=True)
    facts = certain_facts(ledger, make.scenario(make.dispute("A1", "2026-02-10", "2026-03-01")))
    assert {(d.day, d.resolved) for d in facts.disputes} == {
        (make.day("2026-01-15"), make.day("2026-03-01")),
        (make.day("2026-02-10"), make.day("2026-03-01")),
    }
