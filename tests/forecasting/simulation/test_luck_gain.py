"""What stratified years and shared luck are worth, measured on the book itself."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pytest

from bench.company import company, default_probabilities, delay_profiles
from forecasting.scenario import Defaults, Delays, Scenario
from forecasting.simulation import draws
from forecasting.simulation.draw_block import receipts_book
from forecasting.simulation.draw_plan import draw_plan
from forecasting.simulation.luck import path_states, uniforms, words

LEDGER = company(2_500)
DAY = 180


def paid(seed: int, scenario: Scenario, paths: int = 512) -> npt.NDArray[np.float64]:
    """What customers have paid by a day, path by path."""
    plan = draw_plan(LEDGER, replace(scenario, seed=seed), delay_profiles(LEDGER), default_probabilities(LEDGER))
    # Delays that move with the year as much as measured bands do.
    plan = replace(plan, assumptions=replace(plan.assumptions, delay_systematic=0.8))
    return receipts_book(plan, 0, paths)[:, :DAY].sum(axis=1).astype(np.float64)


@pytest.mark.proof
def test_a_stratified_year_needs_fewer_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    """Variance of the mean and of the 5 % band over 60 seeds, against independent years at equal paths.

    What can be gained is the year's share of the variance, about a half in this company.
    """
    seeds = range(60)
    spread = [(x.mean(), np.quantile(x, 0.05)) for x in (paid(seed, Scenario()) for seed in seeds)]

    def independent(seed: int, paths: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        from scipy.special import ndtri

        factors: npt.NDArray[np.float64] = ndtri(uniforms(words(seed, paths, 99, 1)))
        return factors

    monkeypatch.setattr(draws, "systematic_factors", independent)
    plain = [(x.mean(), np.quantile(x, 0.05)) for x in (paid(seed, Scenario()) for seed in seeds)]
    gain = np.var(plain, axis=0) / np.var(spread, axis=0)
    assert gain[0] > 1.5
    assert gain[1] > 1.05


@pytest.mark.proof
def test_shared_luck_makes_differences_sharp() -> None:
    """Variance of the effect of a stress, against the same stress under luck of its own."""
    stress = Scenario(defaults=Defaults(multiply_probability=Decimal("1.5")), delays=Delays(multiply=Decimal("1.25")))
    shared, apart = [], []
    for seed in range(40):
        base = paid(seed, Scenario())
        shared.append(paid(seed, stress).mean() - base.mean())
        apart.append(paid(1_000 + seed, stress).mean() - base.mean())
    assert np.var(apart) / np.var(shared) > 5


def test_paths_of_different_seeds_differ() -> None:
    assert not np.array_equal(path_states(1, np.arange(5)), path_states(2, np.arange(5)))
