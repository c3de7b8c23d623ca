"""What the history of a ledger teaches about its partners, learnt once for each ledger."""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import Final

from threadpoolctl import threadpool_limits

from data.exporters.payments_files import learn_side
from forecasting.behaviour import Behaviour, PaymentHistory, history_of
from forecasting.group.learning import expectations_in
from forecasting.group.views import View
from forecasting.ledger import Ledger
from forecasting.ledger_build import with_overrides
from forecasting.overrides import Overrides
from forecasting.simulation.expectations import Expectations, expected
from forecasting.simulation.run_days import fast_pay_days

#: Days that the law of open invoices reaches at least, so that shorter horizons share one.
_REACH: Final = 365
#: Who asks for what another is learning waits for it instead of learning the same.
_ONE_AT_A_TIME: Final = threading.RLock()


def learnt(ledger: Ledger, horizon_days: int) -> Expectations:
    """How late and how surely partners pay, and how late we pay, as a projection of so many days draws it.

    The same learning as the verb `payments`, so that its receipts are those of the projection. Learning takes seconds on
    a long history; the last ledgers are remembered.
    """
    with _ONE_AT_A_TIME:
        return _learnt(ledger, max(horizon_days, _REACH))


def learnt_in(view: View, horizon_days: int) -> Expectations:
    """The same for one view of a group: learnt once from the whole group, so that its views meet the same payers."""
    if view.group is None:
        return learnt(view.ledger, horizon_days)
    return expectations_in(view, learnt(view.group.consolidated, horizon_days))


def learnt_customers(ledger: Ledger) -> tuple[PaymentHistory, Behaviour]:
    """The customers' history and what it teaches; of what the user overrides only trust matters here."""
    with _ONE_AT_A_TIME:
        return _customers(with_overrides(ledger, Overrides(trust=ledger.overrides.trust)))


def _on_one_thread() -> threadpool_limits:
    """Linear algebra without threads of its own.

    The matrices of learning are small: on a busy machine such threads spend its time waiting for each other.
    """
    return threadpool_limits(limits=1, user_api="blas")


@lru_cache(maxsize=3)
def _learnt(ledger: Ledger, days: int) -> Expectations:
    history, behaviour = learnt_customers(ledger)
    with _on_one_thread():
        return expected(ledger, history, behaviour, history_of(ledger, "supplier"), days, ledger.overrides)


@lru_cache(maxsize=3)
def _customers(ledger: Ledger) -> tuple[PaymentHistory, Behaviour]:
    with _on_one_thread():
        return learn_side(ledger, "customer", ledger.as_of, sampler=fast_pay_days)
