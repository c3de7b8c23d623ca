"""Means of an account, working capital, quality of a portfolio, presets, differing clauses, one day told."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from forecasting.factoring.guards import contradictions as factoring_contradictions
from forecasting.insurance.guards import contradictions as insurance_contradictions
from forecasting.offers.clauses import differing
from forecasting.offers.presets import (
    FACTORING_PRESETS,
    INSURANCE_PRESETS,
    factoring_preset,
    instalments_of,
    insurance_preset,
    turnover_minor,
)
from forecasting.offers.quality import quality
from forecasting.offers.telling import day_told
from forecasting.offers.usage import guards, mean_use, outstanding, working_capital
from forecasting.simulation.certain import certain_facts
from forecasting.simulation.path import project_path
from tests.forecasting import make
from tests.pages.fixtures.company import small_ledger

TODAY = "2026-01-01"


def test_means_begin_with_the_first_assignment() -> None:
    ledger = make.ledger(TODAY, [make.invoice("A1", "A", "2026-01-05", "2026-01-15", 100_000)])
    told = make.project(ledger, make.scenario(days=20), make.contract(TODAY, reserve_rate="0.10"))
    found = mean_use(told)
    first = int(np.flatnonzero(told.assigned_minor)[0])
    assert found.days == 20 - first
    assert found.assigned_minor == round(100_000 * 10 / found.days)
    assert found.reserve_minor == round(10_000 * 10 / found.days)


def test_working_capital_counts_what_is_open_day_by_day() -> None:
    ledger = make.ledger(
        TODAY,
        [
            make.invoice("A1", "A", "2025-12-20", "2026-01-06", 90_000),
            make.invoice("A2", "A", "2026-01-03", "2026-01-09", 30_000),
        ],
        [make.invoice("S1", "S", "2026-01-02", "2026-01-04", 50_000)],
    )
    asked = make.scenario(days=10)
    facts = certain_facts(ledger, asked)
    owed = outstanding(ledger.customers, facts.receipts, ledger.as_of, 10)
    assert owed.tolist() == [90_000] * 2 + [120_000] * 3 + [30_000] * 3 + [0] * 2
    told = project_path(ledger, facts, 10)
    found = working_capital(ledger, facts, told)
    assert found.need_minor == 63_000 - 10_000
    assert found.need_days == Fraction(53_000 * 10, 30_000)
    assert found.with_factor_minor == found.need_minor and found.reported_days == found.economic_days


def test_quality_per_hundred_invoices() -> None:
    ledger = make.ledger(
        "2026-06-01",
        [
            make.invoice("A1", "A", "2026-01-01", "2026-02-01", 100, paid="2026-03-04"),
            make.invoice("A2", "A", "2026-01-01", "2026-02-01", 100, paid="2026-03-03"),
            make.invoice("A3", "A", "2026-01-01", "2026-04-01", 100),
            make.invoice("A4", "A", "2026-05-01", "2026-07-01", 100, disputed=True),
            make.invoice("N1", "A", "2026-05-01", "2026-07-01", -10, credits="A4"),
        ],
    )
    found = quality(ledger, 1_000, 870)
    assert found.invoices == 4 and found.disputes == 25 and found.credit_notes == 25
    assert found.late == Fraction(2, 3), "31 days and still unpaid are late, 30 days are not"
    assert found.ineligible == Fraction(13, 100)
    assert quality(make.ledger(TODAY)).late is None


@pytest.mark.parametrize("kind", FACTORING_PRESETS)
def test_ready_factoring_offers_hold_no_contradiction(kind: str) -> None:
    contract = factoring_preset(small_ledger(), kind)
    assert factoring_contradictions(contract) == ()
    told = make.project(small_ledger(), make.scenario(days=120), contract)
    assert told.assigned_minor.max() > 0 or kind in ("reverse", "spot"), kind


@pytest.mark.parametrize("kind", INSURANCE_PRESETS)
def test_ready_policies_hold_no_contradiction(kind: str) -> None:
    policy = insurance_preset(small_ledger(), kind)
    assert insurance_contradictions(policy) == ()
    assert policy.max_liability_minor == 30 * (policy.premium_min_minor or 0)


def test_turnover_stands_before_vat_without_public_bodies() -> None:
    whole, net = (turnover_minor(small_ledger(), with_vat=vat) for vat in (True, False))
    assert 0 < net < whole


def test_instalments_add_up_to_the_whole() -> None:
    dues = instalments_of(make.day("2026-01-31"), 3)
    assert sum(i.share for i in dues) == 1 and len({i.day for i in dues}) == 3
    assert instalments_of(make.day(TODAY), 1) == ()


def test_offers_are_told_apart_by_their_clauses() -> None:
    one = make.contract(TODAY, name="one", margin="0.01", funding_delay_bd=1)
    assert differing([one, replace(one, name="other")]) == ()
    assert differing([one, replace(one, margin=Decimal("0.02"), recourse=False)]) == ("recourse", "margin")
    assert differing([one]) == ()


def test_a_day_is_told_with_its_balances() -> None:
    ledger = make.ledger(TODAY, [make.invoice("A1", "A", "2026-01-05", "2026-02-15", 100_000)])
    told = make.project(ledger, make.scenario(days=60), make.contract(TODAY, service_fee_rate="0.01"))
    found = day_told(told, make.day("2026-01-05"))
    assert [e.code for e in found.events] == ["purchased", "service_fee", "transfer"]
    assert [f.category for f in found.flows] == ["factor_transfer"]
    assert (found.assigned_minor, found.utilisation_minor, found.balance_minor) == (100_000, 100_000, 99_000)
    assert guards(told, make.project(ledger, make.scenario(days=60))) is not None
