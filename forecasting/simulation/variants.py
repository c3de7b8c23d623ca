"""The variants of one certain path: the same facts without a contract, with either, with both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from forecasting.factoring.contract import FactoringContract
from forecasting.insurance.policy import InsurancePolicy
from forecasting.ledger import Ledger
from forecasting.scenario import Scenario
from forecasting.simulation.certain import certain_facts
from forecasting.simulation.flows import Category, Variant
from forecasting.simulation.path import PathResult, project_path


@dataclass(frozen=True, slots=True, kw_only=True)
class CertainProjection:
    """What is written happens, in each variant that the given contracts allow.

    `overdue_moved`: open invoices already overdue that are paid `overdue_days` after `as_of`.
    """

    results: Mapping[Variant, PathResult]
    overdue_moved: int

    def lowest(self, variant: Variant) -> tuple[int, int]:
        """The first day on which a variant's end-of-day balance is lowest, with that balance in minor units."""
        result = self.results[variant]
        index = int(result.balance_minor.argmin())
        return result.first_day + index, int(result.balance_minor[index])

    def ever_below(self, variant: Variant, bound_minor: int) -> bool:
        """Whether a variant's balance lies below a bound at the end of at least one day."""
        return bool((self.results[variant].balance_minor < bound_minor).any())

    def cost_minor(self, variant: Variant) -> dict[Category, int]:
        """What a variant changes over the horizon, heading by heading: its flows minus the baseline's, where not 0."""
        change: Counter[Category] = Counter()
        for flow in self.results[variant].flows:
            change[flow.category] += flow.amount_minor
        for flow in self.results["baseline"].flows:
            change[flow.category] -= flow.amount_minor
        return {category: amount for category, amount in sorted(change.items()) if amount}


def project_certain(
    ledger: Ledger,
    scenario: Scenario,
    factoring: FactoringContract | None = None,
    insurance: InsurancePolicy | None = None,
) -> CertainProjection:
    """The reference's answer to a certain scenario, for every variant that the given contracts allow.

    Raises InputRejected where the scenario's facts and the ledger contradict each other.
    """
    facts = certain_facts(ledger, scenario)
    contracts: dict[Variant, tuple[FactoringContract | None, InsurancePolicy | None]] = {"baseline": (None, None)}
    if factoring is not None:
        contracts["factoring"] = (factoring, None)
    if insurance is not None:
        contracts["insurance"] = (None, insurance)
    if factoring is not None and insurance is not None:
        contracts["both"] = (factoring, insurance)
    return CertainProjection(
        results={
            variant: project_path(ledger, facts, scenario.horizon_days, with_factor, with_insurer)
            for variant, (with_factor, with_insurer) in contracts.items()
        },
        overdue_moved=facts.moved_overdue,
    )
