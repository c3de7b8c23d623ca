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
from forecasting.behaviour.profiles import FIRST_OFFSET, OFFSETS, OWN_PROFILE_INVOICES
from forecasting.ledger import NO_DAY, Ledger
from forecasting.overrides import NONE
from forecasting.simulation.assumptions import ASSUMPTIONS, assumed_profiles
from forecasting.simulation.calibration import correlation_like_runs
from forecasting.simulation.coming import LevelErrors
from forecasting.simulation.run_days import Runs, runs_of
from forecasting.simulation.table import PROFILES_MAX

#: Open invoices up to which their payment runs are drawn day by day; beyond, their delays come from tables.
RUN_INVOICES_MAX: Final = 50_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Expectations:
    """How late and how surely every partner pays, and how late we pay.

    profiles: delays of customers for business to come; supplier_profiles: ours; default_probability float64 (partners,):
    of failing within one year. delay_correlation: what the lateness of two invoices of a debtor has in common, where
    delays come from tables. runs: the joint law of the customers' open invoices, None where they are too many or
    nothing was learnt; it reaches `run_days` days. luck_key int64 (partners,): the number that keys each partner's luck,
    None where that is the number of its own id. level_errors: how far a month of either side may come out, None where
    the ledger's own past forecasts tell it.
    """

    profiles: DelayProfiles
    supplier_profiles: DelayProfiles
    default_probability: npt.NDArray[np.float64]
    runs: Runs | None
    run_days: int = 0
    delay_correlation: float = ASSUMPTIONS.delay_correlation
    luck_key: npt.NDArray[np.int64] | None = None
    level_errors: LevelErrors | None = None


def assumed(ledger: Ledger) -> Expectations:
    """What the labelled assumptions say where nothing is learnt; a given default probability stands."""
    profiles = assumed_profiles(len(ledger.partners))
    given = [p.default_probability for p in ledger.partners]
    probability = np.array([ASSUMPTIONS.default_probability if p is None else p for p in given], dtype=np.float64)
    return Expectations(profiles=profiles, supplier_profiles=profiles, default_probability=probability, runs=None)


def expected(
    ledger: Ledger,
    history: PaymentHistory,
    behaviour: Behaviour,
    suppliers: PaymentHistory,
    horizon_days: int,
    overrides: Overrides = NONE,
) -> Expectations:
    """What the customers' learnt behaviour and our own habit say of the paths to come, on the morning of the ledger.

    The joint law of open invoices is that of the payment forecast with the same overrides, over at least its days, so
    that a projection receives what the forecast announces, number for number.
    """
    invoices = history.take(history.is_open)
    days = max(horizon_days, PMF_DAYS)
    runs = None
    if 0 < len(invoices) <= RUN_INVOICES_MAX:
        runs = runs_of(open_law(behaviour, invoices, days, overrides)[0], invoices.row)
    profiles = delay_profiles(behaviour, history, overrides=overrides)
    return Expectations(
        profiles=profiles,
        supplier_profiles=own_habit(suppliers),
        default_probability=failure_risk(history, ledger.partners).probability,
        runs=runs,
        run_days=days,
        delay_correlation=correlation_like_runs(ledger, profiles, runs) if runs else ASSUMPTIONS.delay_correlation,
    )


def own_habit(history: PaymentHistory) -> DelayProfiles:
    """How late we pay each supplier: what we did on its paid invoices where there are at least eight, else on all.

    A projection takes the median of a habit alone. Suppliers with most invoices come first where there are more than
    255; without any payment the habit is assumed.
    """
    paid = np.flatnonzero(history.paid != NO_DAY)
    if not len(paid):
        return assumed_profiles(history.partners)
    lateness = history.paid[paid].astype(np.int64) - history.due[paid]
    column = np.clip(lateness - FIRST_OFFSET, 0, OFFSETS - 1)
    number = np.bincount(history.partner[paid], minlength=history.partners)
    own = np.flatnonzero(number >= OWN_PROFILE_INVOICES)
    own = own[np.lexsort((own, -number[own]))][: PROFILES_MAX - 1]
    profile = np.zeros(history.partners, dtype=np.int32)
    profile[own] = 1 + np.arange(len(own))
    counts = np.zeros((1 + len(own), OFFSETS))
    np.add.at(counts, (profile[history.partner[paid]], column), 1.0)
    counts[0] = np.bincount(column, minlength=OFFSETS)
    pmf = counts / counts.sum(axis=1, keepdims=True)
    return DelayProfiles(pmf=pmf, profile=profile, assumed=np.zeros(len(pmf), dtype=np.bool_))
