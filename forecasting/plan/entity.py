"""One entity of a group by itself: its invoices and its accounts; what nobody says whose it is stays with the group."""

from __future__ import annotations

import numpy as np

from forecasting.ledger import Ledger
from forecasting.ledger_build import with_opening
from forecasting.ledger_edit import columns_from, rebuilt, side_of


def entities(ledger: Ledger) -> tuple[str, ...]:
    """The names of the entities that invoices or accounts carry."""
    named = {*ledger.customers.entity, *ledger.suppliers.entity, *(a.entity for a in ledger.accounts)}
    return tuple(sorted(named - {""}))


def of_entity(ledger: Ledger, entity: str) -> Ledger:
    """The ledger of one entity: its invoices, no planned flows (they name no entity), and the balances of its accounts.

    Opening cash is the sum of its accounts in the company's currency. The entities of a group and what names none add up
    to the group's invoices.
    """

    def kept(side: str) -> np.ndarray:
        names = side_of(ledger, "customer" if side == "customer" else "supplier").entity
        return np.fromiter((name == entity for name in names), dtype=np.bool_, count=len(names))

    alone = rebuilt(
        ledger,
        customers=columns_from(ledger, "customer", kept("customer")),
        suppliers=columns_from(ledger, "supplier", kept("supplier")),
        planned_flows=(),
    )
    own = [a for a in ledger.accounts if a.entity == entity and a.currency == ledger.currency]
    return with_opening(
        alone,
        opening_cash_minor=sum(a.balance_minor for a in own),
        overdraft_limit_minor=sum(a.overdraft_limit_minor for a in own),
    )
