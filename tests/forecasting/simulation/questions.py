"""Small ledgers and questions that the tests of the simulation share."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal

import numpy as np

from bench.company import AS_OF, company, default_probabilities, delay_profiles
from forecasting.factoring.contract import DatedRate, FactoringContract
from forecasting.insurance.policy import Instalment, InsurancePolicy
from forecasting.ledger import Ledger
from forecasting.scenario import Scenario
from forecasting.simulation.draw_plan import DrawPlan, draw_plan
from forecasting.simulation.kernel_facts import FactsBlock

FACTORING = FactoringContract(
    contract_type="full_notified",
    recourse=True,
    start_day=AS_OF,
    index=(DatedRate(day=AS_OF - 100, rate=Decimal("0.02")),),
    margin=Decimal("0.018"),
    reserve_rate=Decimal("0.1"),
    service_fee_rate=Decimal("0.008"),
    vat_on_service=Decimal("0.2"),
    definancing_days=30,
    funding_delay_bd=1,
    concentration_cap=Decimal("0.3"),
)
INSURANCE = InsurancePolicy(
    insured_pct=Decimal("0.9"),
    start_day=AS_OF,
    premium_rate=Decimal("0.003"),
    planned_turnover_minor=10**8,
    instalments=(Instalment(day=AS_OF, share=Decimal(1)),),
    max_credit_days=120,
    declaration_days=30,
    waiting_months=5,
    payment_days=30,
)


def plan_of(ledger: Ledger, scenario: Scenario) -> DrawPlan:
    """A plan with a few delay curves and default probabilities."""
    return draw_plan(ledger, scenario, delay_profiles(ledger), default_probabilities(ledger))


def small(invoices: int = 120, *, seed: int = 1, debtors: int = 9) -> Ledger:
    """A small company with open, overdue and expected invoices."""
    return company(invoices, seed=seed, debtor_count=debtors, open_share=0.3)


def same_block(a: FactsBlock, b: FactsBlock) -> bool:
    """Whether two blocks hold the same bits."""
    return all(np.array_equal(getattr(a, f.name), getattr(b, f.name)) for f in fields(FactsBlock))
