"""The insurer's limit on each buyer, day by day, with the percentage that goes with it (domain 2.1, 2.2)."""

from __future__ import annotations

from decimal import Decimal

from forecasting.insurance.policy import InsurancePolicy


class Limits:
    """Named and undeclared buyers of a policy; a limit of None is no limit, a limit of 0 no cover."""

    def __init__(self, policy: InsurancePolicy) -> None:
        self._policy = policy
        self._table = None if policy.limits is None else dict(policy.limits)
        self._changes: dict[str, list[tuple[int, int]]] = {}
        for change in sorted(policy.limit_changes, key=lambda c: c.day):
            self._changes.setdefault(change.partner_id, []).append((change.day, change.amount_minor))

    def is_named(self, partner_id: str, day: int) -> bool:
        """Whether a buyer is named on a day: listed, or given a limit by then; everyone where there is no table."""
        if self._table is None or partner_id in self._table:
            return True
        return any(when <= day for when, _ in self._changes.get(partner_id, ()))

    def on(self, partner_id: str, day: int) -> int | None:
        """L(d): the latest change, else the table; an undeclared buyer has `undeclared_limit`."""
        limit = None if self._table is None else self._table.get(partner_id, self._policy.undeclared_limit_minor)
        for when, amount in self._changes.get(partner_id, ()):
            if when <= day:
                limit = amount
        return limit

    def percentage(self, named: bool) -> Decimal:
        """`insured_pct`, or `undeclared_pct` for an undeclared buyer where the policy gives one."""
        pct = self._policy.undeclared_pct
        return self._policy.insured_pct if named or pct is None else pct
