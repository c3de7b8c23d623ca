"""One view of the cash page as figures: what a pack is printed from, and what a snapshot freezes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from data.repository import InvoiceLine
from forecasting.ledger import Amounts
from forecasting.simulation.flows import Variant
from pages.ui.cash_words import Outlook
from pages.ui.causes import Cause
from pages.ui.charts.weeks import Heading
from pages.ui.decide_words import Weighed

#: Invoices that a pack lists, the largest first; a file of everything is the ledger's own export.
INVOICE_LIMIT = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A question with its whole answer: curves, causes and flows of every variant, open invoices, names.

    `causes` are signed minor units that lead from cash today to the variant's lowest point; `daily` the mean flow per
    heading and day, int64 (H,); `invoices` the open ones, largest first, of `invoice_count` in all; `weighed` what the
    search for an offer has found under the same question, None where nobody has asked for it.
    """

    outlook: Outlook
    causes: Mapping[Variant, tuple[tuple[Cause, int], ...]]
    daily: Mapping[Variant, Mapping[Heading, Amounts]]
    invoices: tuple[InvoiceLine, ...]
    invoice_count: int
    company: str = ""
    scenario: str = ""
    factoring: str = ""
    insurance: str = ""
    comment: str = ""
    weighed: Weighed | None = None

    def of(self, variant: Variant) -> View:
        """The same view with the fan, causes and weeks of another variant."""
        question = replace(self.outlook.question, band=variant)
        return replace(self, outlook=replace(self.outlook, question=question))

    @property
    def shown(self) -> Variant:
        """The variant that carries the fan."""
        return self.outlook.shown
