"""Drawn paths of odd ledgers under both contracts: the engine and the reference agree to the cent."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.company import AS_OF
from forecasting.ledger import NO_DAY, Ledger, Partner
from forecasting.ledger_build import InvoiceColumns, PartPayment, build_ledger
from forecasting.scenario import (
    CollectionRequest,
    CreditNoteFact,
    Defaults,
    Delays,
    DisputeFact,
    Insolvency,
    PaymentFact,
    Scenario,
)
from forecasting.simulation.engine import evaluate, simulate
from tests.forecasting.simulation.questions import FACTORING, INSURANCE


def odd_ledger(seed: int, count: int = 40) -> Ledger:
    """History, part payments, credit notes of all kinds, flagged disputes, two VAT regimes, dated assignments."""
    rng = np.random.default_rng(seed)
    issue = AS_OF + rng.integers(-120, 200, count)
    amount = rng.integers(2_000, 900_000, count)
    names = [f"F{i:03d}" for i in range(count)]
    credits = [""] * count
    notes = rng.choice(count, 6, replace=False)
    amount[notes] = -rng.integers(500, 3_000, 6)
    for i in notes[:4]:
        target = int(rng.integers(0, count))
        credits[i] = names[target] if amount[target] > 0 else ""
    paid = np.where((issue < AS_OF - 60) & (rng.random(count) < 0.6), issue + 45, NO_DAY)
    later = (issue < AS_OF) & (paid == NO_DAY) & (rng.random(count) < 0.1)
    paid = np.where(later & (amount > 0), AS_OF + rng.integers(0, 40, count), paid)
    open_ones = [i for i in range(count) if issue[i] < AS_OF - 5 and paid[i] == NO_DAY and amount[i] > 0][:3]
    return build_ledger(
        as_of=AS_OF,
        currency="EUR",
        opening_cash_minor=2_000_000,
        overdraft_limit_minor=500_000,
        overdraft_rate=Decimal("0.11"),
        overdraft_fee_rate=Decimal("0.0005"),
        vat_returns="computed" if seed % 2 else "planned",
        customers=InvoiceColumns(
            invoice_id=names,
            partner_id=[f"D{p}" for p in rng.integers(0, 6, count)],
            issue=issue,
            due=issue + rng.choice([0, 30, 45, 60], count),
            amount_minor=amount,
            paid=paid,
            disputed=rng.random(count) < 0.08,
            on_receipt=rng.random(count) < 0.3,
            credits=credits,
            vat_rate=[Decimal("0.2") if v else Decimal("0.055") for v in rng.random(count) < 0.7],
        ),
        suppliers=InvoiceColumns(
            invoice_id=[f"A{i}" for i in range(8)],
            partner_id=[f"S{i % 3}" for i in range(8)],
            issue=AS_OF + rng.integers(-40, 100, 8),
            due=AS_OF + rng.integers(-20, 150, 8),
            amount_minor=rng.integers(1_000, 400_000, 8),
        ),
        payments=[
            PartPayment(side="customer", invoice_id=names[i], day=AS_OF + d, amount_minor=700)
            for i, d in zip(open_ones, (-4, 12, -2), strict=False)
        ],
        partners=[Partner(partner_id=f"D{p}", sector="trade" if p % 2 else "", domestic=p != 3) for p in range(6)],
    )


def facts_for(ledger: Ledger, seed: int) -> Scenario:
    """A stressed scenario with a fact of every kind on invoices that are open."""
    c = ledger.customers
    free = [i for i in range(len(c)) if c.amount_minor[i] > 5_000 and c.paid[i] == NO_DAY and c.issue[i] < AS_OF + 60]
    names = [c.invoice_id[i] for i in free[:5]]
    scenario = Scenario(
        seed=seed,
        horizon_days=260,
        path_count=6,
        delays=Delays(multiply=Decimal("1.4"), add_days=seed % 9),
        defaults=Defaults(multiply_probability=Decimal(12)),
        insolvencies=(
            Insolvency(
                partner_id="D5",
                judgment=AS_OF + 30,
                declared=AS_OF + 34,
                dividend_rate=Decimal("0.08"),
                dividend_day=AS_OF + 200,
            ),
        ),
        collection_requests=(CollectionRequest(partner_id="D4", day=AS_OF + 15, declared=AS_OF + 9),),
    )
    if seed % 3 == 0 or len(names) < 5:
        return scenario
    return replace(
        scenario,
        payments=(
            PaymentFact(invoice_id=names[0], day=AS_OF + 40, amount_minor=1_000),
            PaymentFact(invoice_id=names[1], never=True),
        ),
        credit_notes=(CreditNoteFact(invoice_id=names[2], day=AS_OF + 20, amount_minor=900),),
        disputes=(DisputeFact(invoice_id=names[3], day=AS_OF + 3, resolved=AS_OF + 44),),
    )


@settings(derandomize=True, max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_every_cent_agrees(seed: int) -> None:
    ledger = odd_ledger(seed)
    factoring = replace(
        FACTORING,
        recourse=seed % 4 != 0,
        guarantee_payout_days=30,
        reserve_mode="pooled" if seed % 5 == 0 else "per_invoice",
        fund_target_minor=300_000,
        draw_policy="on_demand" if seed % 7 == 0 else "full",
    )
    book = simulate(ledger, facts_for(ledger, seed))
    answer = evaluate(book, factoring, INSURANCE, check_paths=6)
    assert (answer.check_paths, answer.check_differences) == (6, 0)


@pytest.mark.proof
@settings(derandomize=True, max_examples=250, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_every_cent_agrees_at_length(seed: int) -> None:
    test_every_cent_agrees.hypothesis.inner_test(seed)  # type: ignore[attr-defined]
