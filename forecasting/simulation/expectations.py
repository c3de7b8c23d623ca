"""What was learnt about partners, in the form in which paths are drawn from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from forecasting.behaviour import (
    Behaviour,
    DelayProfiles,
    Overrides,
    PaymentHistory,
    delay_profiles,
    failure_risk,
)
from forecasting.behaviour.forecast import PMF_DAYS, open_law
from forecasting.behaviour.overrides import NONE
from forecasting.ledger import Ledger
from forecasting.simulation.assumptions import ASSUMPTIONS, assumed_profiles
from forecasting.simulation.run_days import Runs, runs_of

#: Open invoices up to which their payment runs are drawn day by day; beyond, their delays come from tables.
RUN_INVOICES_MAX: Final = 50_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Expectations:
    """How late and how surely every partner pays, and how late we pay.

    profiles: delays of customers for business to come; supplier_profiles: ours; default_probability float64 (partners,):
    of failing within one year. runs: the joint law of the customers' open invoices, None where they are too many or
    nothing was learnt; it reaches `run_days` days.
    """

    profiles: DelayProfiles
    supplier_profiles: DelayProfiles
    default_probability: npt.NDArray[np.float64]
    runs: Runs | None
    run_days: int = 0


def assumed(ledger: Ledger) -> Expectations:
    """What the labelled assumptions say where nothing is learnt; a given default probability stands."""
    profiles = assumed_profiles(len(ledger.partners))
    given = [p.default_probability for p in ledger.partners]
    probability = np.array([ASSUMPTIONS.default_probability if p is None else p for p in given], dtype=np.float64)
    return Expectations(profiles=profiles, supplier_profiles=profiles, default_probability=probability, runs=None)


def expected(
    ledger: Ledger,
    customers: tuple[PaymentHistory, Behaviour],
    suppliers: tuple[PaymentHistory, Behaviour],
    horizon_days: int,
    overrides: Overrides = NONE,
) -> Expectations:
    """What two learnt behaviours say of the paths to come, on the morning of the ledger.

    The joint law of open invoices is that of the payment forecast with the same overrides, over at least its days, so
    that a projection receives what the forecast announces, number for number.
    """
    history, behaviour = customers
    invoices = history.take(history.is_open)
    days = max(horizon_days, PMF_DAYS)
    runs = None
    if 0 < len(invoices) <= RUN_INVOICES_MAX:
        runs = runs_of(open_law(behaviour, invoices, days, overrides)[0], invoices.row)
    supplier_history, supplier_behaviour = suppliers
    return Expectations(
        profiles=delay_profiles(behaviour, history),
        supplier_profiles=delay_profiles(supplier_behaviour, supplier_history),
        default_probability=failure_risk(history, ledger.partners).probability,
        runs=runs,
        run_days=days,
    )
