"""When the open invoices will be paid: chances per day, sampled pay days, receipts per path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from forecasting.behaviour.history import PaymentHistory
from forecasting.behaviour.learning import Behaviour, hazards
from forecasting.behaviour.overrides import overridden
from forecasting.behaviour.recalibration import habits_at
from forecasting.behaviour.runs import PayDays, RunLaw, payment_chances, run_law, sample_pay_days
from forecasting.overrides import NONE, Overrides

Floats = npt.NDArray[np.float64]

#: Calendar days with a chance of their own in `pmf` (one more column holds later or never), and days of receipts.
PMF_DAYS: Final = 180
RECEIPT_DAYS: Final = 91


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OpenForecast:
    """The forecast of n open invoices from the morning of `as_of`, on N paths.

    invoices: the open invoices, in the order of the ledger; pmf float64 (n, 181): chance of being paid on `as_of + k`, the
    last column later or never; pay_day int16 (N, n): days after `as_of`, `horizon_days` for later or never;
    receipts_minor int64 (N, 91): what comes in per path and day; law: the joint law that was drawn from.
    """

    invoices: PaymentHistory
    pmf: Floats
    pay_day: PayDays
    receipts_minor: npt.NDArray[np.int64]
    law: RunLaw
    horizon_days: int


def forecast_open(
    behaviour: Behaviour,
    history: PaymentHistory,
    as_of: int,
    paths: int,
    seed: int,
    horizon_days: int = PMF_DAYS,
    overrides: Overrides = NONE,
) -> OpenForecast:
    """Forecasts every open invoice: its own chances per day, and joint paths that keep payment runs together.

    The first paths of a longer run are the paths of a shorter one; each invoice's luck is its own.
    """
    assert behaviour.as_of == as_of == history.as_of, "behaviour and history must be of the same morning"
    invoices = history.take(history.is_open)
    law, pmf = open_law(behaviour, invoices, max(horizon_days, PMF_DAYS), overrides)
    pay_day = sample_pay_days(law, seed, np.arange(paths, dtype=np.int64), horizon_days)
    np.minimum(pay_day, horizon_days, out=pay_day)
    return OpenForecast(
        invoices=invoices,
        pmf=pmf,
        pay_day=pay_day,
        receipts_minor=receipts(pay_day, invoices.open_minor, RECEIPT_DAYS),
        law=law,
        horizon_days=horizon_days,
    )


def open_law(
    behaviour: Behaviour, invoices: PaymentHistory, days: int, overrides: Overrides = NONE
) -> tuple[RunLaw, Floats]:
    """The joint law of open invoices over `days` calendar days, and their chances per day (n, 181)."""
    day, plain, _ = hazards(behaviour, behaviour.curves, invoices, days)
    hazard = overridden(plain, day, invoices, behaviour.clock, overrides)
    law = run_law(
        as_of=invoices.as_of,
        day=day,
        partner=invoices.partner,
        stable=invoices.stable,
        partner_stable=invoices.partner_stable,
        hazard=hazard,
        habits=habits_at(behaviour.widening.level, behaviour.run_share, behaviour.lasting),
    )
    chance = payment_chances(hazard)
    pmf = np.zeros((len(invoices), PMF_DAYS + 1))
    inside = day - invoices.as_of < PMF_DAYS
    pmf[:, (day - invoices.as_of)[inside]] = chance[:, inside]
    pmf[:, PMF_DAYS] = np.maximum(1.0 - pmf[:, :PMF_DAYS].sum(axis=1), 0.0)
    return law, pmf


def receipts(pay_day: PayDays, open_minor: npt.NDArray[np.int64], days: int) -> npt.NDArray[np.int64]:
    """What comes in on each of the first `days` days of each path, in minor units; int64 (paths, days).

    Sums are whole numbers: below 2^53 per cell, so that float accumulation is exact.
    """
    paths = len(pay_day)
    table = np.zeros((paths, days), dtype=np.int64)
    for start in range(0, paths, 250):
        part = pay_day[start : start + 250].astype(np.int64)
        key = np.arange(len(part))[:, None] * (days + 1) + np.minimum(part, days)
        weight = np.broadcast_to(open_minor.astype(np.float64), part.shape)
        sums = np.bincount(key.ravel(), weight.ravel(), len(part) * (days + 1))
        table[start : start + 250] = sums.reshape(len(part), days + 1)[:, :days].astype(np.int64)
    return table
