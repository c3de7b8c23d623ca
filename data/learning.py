"""What the history of a ledger teaches about its partners, learnt once for each ledger."""

from __future__ import annotations

from functools import lru_cache

from data.exporters.payments_files import learn_side
from data.holidays import calendars
from forecasting.behaviour import Behaviour, PaymentHistory, history_of, learn
from forecasting.ledger import Ledger
from forecasting.simulation.expectations import Expectations, expected

Side = tuple[PaymentHistory, Behaviour]


def learnt(ledger: Ledger, horizon_days: int) -> Expectations:
    """How late and how surely partners pay, and how late we pay, as a projection of so many days draws it.

    The same learning as the verb `payments`, so that its receipts are those of the projection. Learning takes seconds on
    a long history; the last ledgers are remembered.
    """
    customers, suppliers = _sides(ledger)
    return expected(ledger, customers, suppliers, horizon_days)


@lru_cache(maxsize=2)
def _sides(ledger: Ledger) -> tuple[Side, Side]:
    return learn_side(ledger, "customer", ledger.as_of), _suppliers(ledger)


def _suppliers(ledger: Ledger) -> Side:
    """How late we pay: the projection takes medians alone, so that past forecasts need not be replayed."""
    history = history_of(ledger, "supplier")
    first = int(history.issue.min()) if len(history) else ledger.as_of
    return history, learn(history, ledger.as_of, calendars(first, ledger.as_of), self_calibration=False)
