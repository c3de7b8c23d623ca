"""What protection costs, heading by heading: what the bank account shows and what the factor debits to its own account."""

from __future__ import annotations

from typing import Final

from forecasting.curve import Curve
from forecasting.simulation.flows import Category

#: Headings that move principal: advances come and go, and what they leave is told by the factor's account.
_PRINCIPAL: Final[frozenset[Category]] = frozenset({"debtor_receipt", "direct_receipt", "factor_transfer", "cash_call"})


def costs_minor(curve: Curve) -> dict[str, int]:
    """Cost of a variant over the horizon by heading (positive: it costs), zero headings left out.

    Fees, interest and their VAT from the factor's account; every other heading's difference from the baseline on the
    bank account, so that saved overdraft interest shows; less what a factor without recourse pays for failed debtors.
    """
    found: dict[str, int] = dict(curve.account_minor)
    found["guaranteed"] = -curve.loss_minor.get("guarantee", 0)
    for category, change in curve.cost_minor.items():
        if category not in _PRINCIPAL:
            found[category] = -change
    return {heading: amount for heading, amount in found.items() if amount}
