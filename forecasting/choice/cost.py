"""What protection costs, heading by heading: what the bank account shows and what the factor debits to its own account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from forecasting.simulation.flows import Category

#: Headings that move principal: advances come and go, and what they leave is told by the factor's account.
PRINCIPAL: Final[frozenset[Category]] = frozenset({"debtor_receipt", "direct_receipt", "factor_transfer", "cash_call"})


def cost_by_heading(
    change_minor: Mapping[Category, int], account_minor: Mapping[str, int], guaranteed_minor: int
) -> dict[str, int]:
    """Cost of protection over the horizon by heading (positive: it costs), zero headings left out.

    change_minor: flows with protection minus flows without, by heading, so that saved overdraft interest shows;
    account_minor: fees, interest and their VAT that the factor debits to its own account; guaranteed_minor: what a factor
    without recourse pays for failed debtors, which lowers the cost. Principal (receipts, draws, cash calls) is no cost.
    """
    found: dict[str, int] = dict(account_minor)
    found["guaranteed"] = -guaranteed_minor
    for category, change in change_minor.items():
        if category not in PRINCIPAL:
            found[category] = -change
    return {heading: amount for heading, amount in found.items() if amount}
