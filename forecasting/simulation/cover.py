"""Who bears each debtor's insolvency, so that the same invoice is never paid twice (domain 2.4)."""

from __future__ import annotations

from forecasting.factoring.contract import CoverSource, FactoringContract
from forecasting.insurance.policy import InsurancePolicy


class Cover:
    """The cover of each debtor in one variant.

    `[cover_source]` decides where it names the debtor (the factoring contract's row first). Else: the policy where it
    limits the debtor (a limit above 0, or no table of limits), otherwise the factor; a factor with recourse bears
    nothing, so that the policy then covers the debtor as far as it does.
    """

    def __init__(self, factoring: FactoringContract | None, insurance: InsurancePolicy | None) -> None:
        self._factoring, self._insurance = factoring, insurance
        self._named: dict[str, CoverSource] = dict(insurance.cover_source) if insurance else {}
        self._named.update(dict(factoring.cover_source) if factoring else {})
        self._limited: set[str] | None = None
        if insurance is not None and insurance.limits is not None:
            raised = {change.partner_id for change in insurance.limit_changes if change.amount_minor > 0}
            self._limited = raised | {partner_id for partner_id, limit in insurance.limits if limit > 0}

    def source(self, partner_id: str) -> CoverSource:
        """Who covers a debtor."""
        if partner_id in self._named:
            return self._named[partner_id]
        if self._factoring is None:
            return "own_policy"
        if self._insurance is None:
            return "factor"
        limited = self._limited is None or partner_id in self._limited
        return "own_policy" if limited or self._factoring.recourse else "factor"

    def by_factor(self, partner_id: str) -> bool:
        """Whether a factor without recourse guarantees the debtor."""
        return self._factoring is not None and not self._factoring.recourse and self.source(partner_id) == "factor"

    def by_policy(self, partner_id: str) -> bool:
        """Whether the company's own policy takes the debtor's claim."""
        return self._insurance is not None and self.source(partner_id) == "own_policy"
