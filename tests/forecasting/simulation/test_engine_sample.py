"""The engine on the sample company, as a user first meets it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from data.learning import learnt
from data.sample import sample_company
from forecasting.behaviour import forecast_open, history_of
from forecasting.scenario import Scenario
from forecasting.simulation.assumptions import ASSUMPTIONS
from forecasting.simulation.calibration import open_plan, weekly_width
from forecasting.simulation.run_days import run_pay_days


@pytest.mark.proof
def test_laws_agree_on_the_sample_company() -> None:
    """The weekly band of the tables within 10 % of the payment runs'; the runs' days those of `payments`."""
    from data.exporters.payments_files import learn_side

    ledger = sample_company(as_of=date(2026, 3, 4)).ledger()
    known = learnt(ledger, Scenario().horizon_days)
    assert known.runs is not None
    tables = replace(ASSUMPTIONS, delay_correlation=known.delay_correlation)
    ratio = weekly_width(open_plan(ledger, known.profiles, tables, None, known.runs)) / weekly_width(
        open_plan(ledger, known.profiles, ASSUMPTIONS, known.runs)
    )
    assert ratio == pytest.approx(1, abs=0.1)
    history, behaviour = learn_side(ledger, "customer", ledger.as_of)
    assert len(history) == len(history_of(ledger, "customer"))
    forecast = forecast_open(behaviour, history, ledger.as_of, 50, 1)
    days = run_pay_days(known.runs, 1, np.arange(50), forecast.horizon_days)
    assert np.array_equal(days, forecast.pay_day)
