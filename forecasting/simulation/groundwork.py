"""What all questions about one ledger have in common, laid out once: the ledger and contracts as arrays, drawn days."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from forecasting.factoring.contract import FactoringContract
from forecasting.insurance.policy import InsurancePolicy
from forecasting.ledger import Ledger
from forecasting.simulation.kernel_arrays import CompiledContracts, lower_ledger, relower
from forecasting.simulation.kernel_book import Book as LoweredBook
from forecasting.simulation.kernel_book import Calendar
from forecasting.simulation.run_days import DrawnDays

#: Pairs of contracts and horizons that are kept laid out.
_KEPT: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Groundwork:
    """The parts of an answer that neither shocks nor luck change; lend one to every question about the same ledger.

    It holds what would be computed again, bit for bit, so that no result depends on it. Threads may share it.
    """

    ledger: Ledger
    drawn: DrawnDays = field(default_factory=DrawnDays)
    _lowered: dict[int, tuple[Calendar, LoweredBook]] = field(default_factory=dict)
    _compiled: OrderedDict[tuple[int, FactoringContract | None, InsurancePolicy | None], CompiledContracts] = field(
        default_factory=OrderedDict
    )

    def lowered(self, horizon_days: int) -> tuple[Calendar, LoweredBook]:
        """The ledger as arrays, over so many days."""
        found = self._lowered.get(horizon_days)
        if found is None:
            found = lower_ledger(self.ledger, horizon_days)
            if len(self._lowered) < _KEPT:
                self._lowered[horizon_days] = found
        return found

    def compiled(
        self, horizon_days: int, factoring: FactoringContract | None, insurance: InsurancePolicy | None
    ) -> CompiledContracts:
        """The ledger and contracts as arrays, over so many days."""
        key = (horizon_days, factoring, insurance)
        found = self._compiled.get(key)
        if found is None:
            found = self._compiled[key] = relower(self.lowered(horizon_days), self.ledger, factoring, insurance)
            while len(self._compiled) > _KEPT:
                self._compiled.popitem(last=False)
        return found
