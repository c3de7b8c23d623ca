"""Stress on sampled pay days: the same luck, later or fewer payments, nothing lost beyond the horizon."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import numpy.typing as npt

from forecasting.behaviour.clock import Clock
from forecasting.behaviour.history import PaymentHistory
from forecasting.behaviour.runs import PayDays
from forecasting.simulation.luck import path_states, step, uniforms

#: The counter of the word that decides whether a partner fails under a stress.
_FAILS = 1 << 43


def stressed_days(
    pay_day: PayDays,
    invoices: PaymentHistory,
    clock: Clock,
    horizon_days: int,
    *,
    multiply: Decimal = Decimal(1),
    add_days: int = 0,
    concerned: npt.NDArray[np.bool_] | None = None,
) -> PayDays:
    """Pay days when lateness is multiplied and everything shifted; int16 (N, n) days after `as_of`.

    Due on or after `as_of`: delta = pay - due, then due + (multiply * delta if delta > 0 else delta) + add_days. Already
    overdue: as_of + multiply * (pay - as_of) + add_days. Never before `as_of`, then on the next open day; days at or
    beyond the horizon read `horizon_days` (later, never lost). Products are rounded up to whole days, so that a factor
    above 1 never brings a payment forward. multiply = 1 and add_days = 0 is the identity. `concerned` bool (n,): which
    invoices.
    """
    assert multiply >= 0, "lateness cannot be multiplied by a negative number"
    if multiply == 1 and add_days == 0:
        return pay_day.copy()
    as_of = invoices.as_of
    due = np.maximum(invoices.due.astype(np.int64) - as_of, 0)
    late = pay_day.astype(np.int64) - due[None, :]
    top, bottom = multiply.as_integer_ratio()
    moved = due[None, :] + np.where(late > 0, -(-late * top // bottom), late) + add_days
    moved = clock.day[clock.at(as_of + np.maximum(moved, 0))].astype(np.int64) - as_of
    still_later = pay_day >= horizon_days
    result = np.where(still_later, horizon_days, np.minimum(moved, horizon_days)).astype(np.int16)
    return result if concerned is None else np.where(concerned[None, :], result, pay_day)


def failing(
    invoices: PaymentHistory, seed: int, paths: npt.NDArray[np.int64], probability: float, concerned: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Which partners fail on which path when each of the concerned ones fails with a chance; bool (N, C).

    One draw per path and partner, not per invoice: all invoices of a partner fail together. The partners that fail under
    a smaller chance also fail under a larger one. `concerned` bool (C,).
    """
    state = step(path_states(seed, paths)[:, None], invoices.partner_stable[None, :])
    fails: npt.NDArray[np.bool_] = (uniforms(step(state, _FAILS)) < probability) & concerned[None, :]
    return fails


def without_failing(pay_day: PayDays, invoices: PaymentHistory, fails: npt.NDArray[np.bool_], horizon_days: int) -> PayDays:
    """Pay days when failing partners pay nothing within the horizon; int16 (N, n)."""
    return np.where(fails[:, invoices.partner], np.int16(horizon_days), pay_day)
