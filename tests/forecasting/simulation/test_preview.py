"""The oracle: exact mean and variance of the law that is drawn, held against Monte Carlo."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pytest

from bench.company import AS_OF, company, default_probabilities, delay_profiles, expectations
from forecasting.ledger import Ledger
from forecasting.scenario import Defaults, Delays, Insolvency, Scenario, Shock
from forecasting.simulation.draw_block import receipts_book
from forecasting.simulation.draw_plan import DrawPlan, draw_plan
from forecasting.simulation.engine import evaluate, simulate
from forecasting.simulation.luck import BATCHES
from forecasting.simulation.preview import mean_balance, mean_receipts, variance_of_receipts
from tests.forecasting.simulation.test_draws_runs import plan_with_runs

STRESSED = Scenario(
    seed=2,
    delays=Delays(add_days=9, multiply=Decimal("1.4")),
    defaults=Defaults(multiply_probability=Decimal(4)),
    shocks=(Shock(segment="segment 2", delays=Delays(add_days=-3)),),
)
FAILED = Scenario(
    seed=5,
    business_days_only=False,
    insolvencies=(Insolvency(partner_id="D000004", judgment=AS_OF + 50, declared=AS_OF + 51),),
)


def plan_of(ledger: Ledger, scenario: Scenario) -> DrawPlan:
    return draw_plan(ledger, scenario, delay_profiles(ledger), default_probabilities(ledger))


def book(plan: DrawPlan, paths: int) -> npt.NDArray[np.int64]:
    return np.concatenate([receipts_book(plan, first, 400) for first in range(0, paths, 400)])


def scores(plan: DrawPlan, paths: int) -> npt.NDArray[np.float64]:
    """How many standard errors the Monte Carlo mean of each day lies from the exact one.

    What one day brings is mostly each debtor's own affair, so that the error is that of independent draws.
    """
    drawn = book(plan, paths)
    error = drawn.std(axis=0) / np.sqrt(paths)
    apart = drawn.mean(axis=0) - mean_receipts(plan)
    return np.where(error > 0, apart / np.where(error > 0, error, 1), np.abs(apart) > 1e-6)


@pytest.mark.parametrize("scenario", [Scenario(), STRESSED, FAILED])
def test_the_mean_of_every_day(scenario: Scenario) -> None:
    found = scores(plan_of(company(1_200), scenario), 8_000)
    assert np.abs(found).max() < 4
    assert (found[found != 0] ** 2).mean() == pytest.approx(1, abs=0.25)


def test_the_mean_up_to_a_day() -> None:
    """Sums over many days move with the year, which is stratified: their error comes from the 16 batches."""
    plan = plan_of(company(1_200), Scenario())
    batches = np.cumsum(book(plan, 8_000), axis=1).reshape(-1, BATCHES, 365).mean(axis=0)
    error = batches.std(axis=0, ddof=1) / np.sqrt(BATCHES)
    found = ((batches.mean(axis=0) - np.cumsum(mean_receipts(plan))) / np.where(error > 0, error, np.inf))[
        [20, 90, 180, 364]
    ]
    assert np.abs(found).max() < 4


def test_the_mean_of_the_joint_law() -> None:
    plan = plan_with_runs(company(400, debtor_count=30, open_share=0.5), Scenario())
    assert np.abs(scores(plan, 8_000)).max() < 4


@pytest.mark.parametrize("scenario", [Scenario(), STRESSED, FAILED])
@pytest.mark.parametrize("day", [20, 90, 250])
def test_the_variance_of_a_day(scenario: Scenario, day: int) -> None:
    """Cumulative receipts; the error of a sample variance follows from its kurtosis."""
    plan = plan_of(company(600), scenario)
    paid = book(plan, 12_000)[:, : day + 1].sum(axis=1).astype(np.float64)
    variance = paid.var()
    kurtosis = ((paid - paid.mean()) ** 4).mean() / variance**2
    score = (variance / variance_of_receipts(plan, day) - 1) / np.sqrt((kurtosis - 1) / len(paid))
    assert abs(score) < 4


def test_the_mean_balance_is_there_before_any_path() -> None:
    """Without failures there is neither dividend nor relief, without overdraft no interest: the curve's own mean."""
    ledger = replace(company(800), overdraft_rate=Decimal(0))
    learnt = replace(expectations(ledger), default_probability=np.zeros(len(ledger.partners)))
    drawn = simulate(ledger, Scenario(path_count=2_000), learnt=learnt)
    curve = evaluate(drawn).curves["baseline"]
    error = (curve.p95_minor - curve.p05_minor) / 3.29 / np.sqrt(2_000)
    assert (np.abs(mean_balance(ledger, drawn.plan) - curve.mean_minor) <= 4 * error + 1).all()


def test_a_bad_year_widens_the_band() -> None:
    """Debtors that are late together in a bad year weigh the more, the more debtors there are."""
    shares = []
    for invoices in (150, 700):
        ledger = company(invoices)
        plan = plan_of(ledger, Scenario())
        apart = replace(plan.assumptions, delay_systematic=0.0)
        alone = draw_plan(ledger, Scenario(), delay_profiles(ledger), default_probabilities(ledger), apart)
        shares.append(variance_of_receipts(alone, 180) / variance_of_receipts(plan, 180))
    assert 0.5 < shares[1] < shares[0] < 1


@pytest.mark.proof
def test_the_mean_of_every_day_at_length() -> None:
    found = scores(plan_of(company(10_000), Scenario()), 40_000)
    assert np.abs(found).max() < 4


@pytest.mark.proof
def test_the_variance_at_length() -> None:
    plan = plan_of(company(10_000), Scenario())
    paid = np.cumsum(book(plan, 40_000), axis=1)
    for day in (30, 90, 180, 360):
        values = paid[:, day].astype(np.float64)
        kurtosis = ((values - values.mean()) ** 4).mean() / values.var() ** 2
        score = (values.var() / variance_of_receipts(plan, day) - 1) / np.sqrt((kurtosis - 1) / len(values))
        assert abs(score) < 4
