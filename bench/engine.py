"""The whole answer: what a change of contract costs against the full run, clause by clause; bands; payment runs."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Final

import numpy as np

from bench.company import AS_OF, company, expectations
from bench.measure import fastest
from forecasting.behaviour.runs import Habits, RunLaw, run_law, sample_pay_days
from forecasting.factoring.contract import DatedRate, FactoringContract
from forecasting.insurance.policy import Instalment, InsurancePolicy
from forecasting.scenario import Scenario
from forecasting.simulation.bands import PERCENTS, day_order, rank_of
from forecasting.simulation.engine import evaluate, simulate
from forecasting.simulation.run_days import run_pay_days, runs_of

FACTORING: Final = FactoringContract(
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
INSURANCE: Final = InsurancePolicy(
    insured_pct=Decimal("0.9"),
    start_day=AS_OF,
    premium_rate=Decimal("0.003"),
    planned_turnover_minor=10**9,
    instalments=(Instalment(day=AS_OF, share=Decimal(1)),),
    max_credit_days=120,
    declaration_days=30,
    waiting_months=5,
    payment_days=30,
)
#: A change of each kind of clause: price-like ones, then those that decide which invoices count.
PRICES: Final = {
    "service_fee_rate": replace(FACTORING, service_fee_rate=Decimal("0.009")),
    "margin": replace(FACTORING, margin=Decimal("0.02")),
    "reserve_rate": replace(FACTORING, reserve_rate=Decimal("0.15")),
    "funding_ceiling": replace(FACTORING, funding_ceiling_minor=10**9),
    "draw_policy": replace(FACTORING, draw_policy="on_demand"),
}
RULES: Final = {
    "definancing_days": replace(FACTORING, definancing_days=60),
    "concentration_cap": replace(FACTORING, concentration_cap=Decimal("0.2")),
    "approvals": replace(FACTORING, approvals=(("D000001", 10**8),)),
}


def contract_changes(invoice_count: int, paths: int, rounds: int) -> dict[str, float]:
    """Time of a change of one clause as a share of the full run, both contracts and bands included, by clause."""
    ledger = company(invoice_count, open_share=0.1)
    learnt = expectations(ledger)
    scenario = Scenario(path_count=paths)
    # Clauses that decide which invoices count have a book of their own: each finds the one before it there.
    prices, rules = (simulate(ledger, scenario, learnt=learnt) for _ in range(2))

    def full() -> None:
        evaluate(simulate(ledger, scenario, learnt=learnt), FACTORING, INSURANCE)

    ways: dict[str, Callable[[], object]] = {"full": full}
    ways |= {name: partial(evaluate, prices, contract, INSURANCE) for name, contract in PRICES.items()}
    ways["insured_pct"] = partial(evaluate, prices, FACTORING, replace(INSURANCE, insured_pct=Decimal("0.8")))
    ways |= {name: partial(evaluate, rules, contract, INSURANCE) for name, contract in RULES.items()}
    seconds = fastest(ways, rounds)
    return {name: spent / seconds["full"] for name, spent in seconds.items() if name != "full"}


def bands_ratio(paths: int, rounds: int) -> float:
    """How many times np.partition takes the time of the exact bands of 365 days, on two threads, counts included."""
    balance = np.cumsum(np.random.default_rng(1).normal(0, 1e6, (paths, 365)), axis=1).astype(np.int64)
    ranks = [rank_of(percent, paths) for percent in PERCENTS]
    seconds = fastest(
        {"bands": partial(day_order, balance, (0, -(10**6))), "partition": partial(np.partition, balance, ranks, axis=0)},
        rounds,
    )
    return seconds["partition"] / seconds["bands"]


def open_law(invoices: int, partners: int, seed: int = 1) -> RunLaw:
    """A joint law of open invoices that are paid in half a month or so."""
    rng = np.random.default_rng(seed)
    days = np.flatnonzero(np.arange(180) % 7 < 5).astype(np.int32)
    return run_law(
        as_of=AS_OF,
        day=(AS_OF + days).astype(np.int32),
        partner=rng.integers(0, partners, invoices).astype(np.int32),
        stable=rng.integers(-(2**62), 2**62, invoices),
        partner_stable=rng.integers(-(2**62), 2**62, partners),
        hazard=rng.uniform(0.001, 0.12, (invoices, len(days))),
        habits=Habits(run=np.full(partners, 0.3), habit=np.full(partners, 0.1), economy=0.03),
    )


def runs_ratio(paths: int, rounds: int) -> tuple[float, float]:
    """How many times the NumPy form of payment runs takes the time of the compiled one on two threads; nanoseconds an
    invoice and path."""
    law = open_law(500, 60)
    runs, numbers = runs_of(law, np.arange(500, dtype=np.int32)), np.arange(paths)

    def compiled() -> None:
        with ThreadPoolExecutor(max_workers=2) as pool:
            list(pool.map(lambda part: run_pay_days(runs, 1, part, 180), np.array_split(numbers, 8)))

    seconds = fastest({"numpy": partial(sample_pay_days, law, 1, numbers, 180), "compiled": compiled}, rounds)
    return seconds["numpy"] / seconds["compiled"], seconds["compiled"] / (500 * paths) * 1e9
