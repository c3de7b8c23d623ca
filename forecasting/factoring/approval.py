"""How much of a debtor the factor approves, with changes that act on later purchases only (domain 1.4 step 4)."""

from __future__ import annotations

from collections.abc import Iterable

from forecasting.factoring.contract import FactoringContract


class Approvals:
    """The approval of each debtor by day; None stands for no limit."""

    def __init__(self, contract: FactoringContract) -> None:
        self._table = None if contract.approvals is None else dict(contract.approvals)
        self._changes: dict[str, list[tuple[int, int]]] = {}
        for change in sorted(contract.approval_changes, key=lambda c: c.day):
            self._changes.setdefault(change.partner_id, []).append((change.day, change.amount_minor))

    def changes_for(self, partner_id: str) -> bool:
        """Whether a debtor's approval ever changes."""
        return partner_id in self._changes

    def on(self, partner_id: str, day: int) -> int | None:
        """The approval in force on a day: the latest change, else the table, where an unlisted debtor has 0."""
        limit = None if self._table is None else self._table.get(partner_id, 0)
        for when, amount in self._changes.get(partner_id, ()):
            if when <= day:
                limit = amount
        return limit

    def covered(self, partner_id: str, amounts: Iterable[tuple[int, int]]) -> int:
        """What the approval lets through of amounts (day of purchase, amount) in the order of their purchase.

        max over k of min(S_k, L(f_k)), S_k the running sum: with one approval min(sum, L_d); after a cut, invoices
        bought before keep the old approval (the rule of domain 2.3 step 5, read for the factor).
        """
        total, best = 0, 0
        for funded, amount in amounts:
            total += amount
            limit = self.on(partner_id, funded)
            best = max(best, total if limit is None else min(total, limit))
        return best
