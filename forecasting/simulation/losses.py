"""What debtors never pay on a path, and who bears it (domain 1.4 step 6, 2.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from forecasting.simulation.facts import PathFacts
from forecasting.simulation.flows import Category, Event, Flow
from forecasting.simulation.receivables import Receivable, Receivables

#: Headings that make up for a loss, by the name under which they are counted.
_MADE_UP: Final[dict[Category, str]] = {
    "recovery": "recovery",
    "vat_relief": "vat_relief",
    "vat_relief_reversal": "vat_relief",
    "indemnity": "indemnity",
    "insurer_share": "insurer_share",
}


def losses_of_path(
    facts: PathFacts, receivables: Receivables, flows: Iterable[Flow], events: Iterable[Event], last_day: int
) -> Mapping[str, int]:
    """Up to the last day, what is lost on debtors and what of it comes back; `retained` is the company's own part.

    `unpaid`: open with VAT at the end, of debtors that failed or default for good; in a certain scenario also of
    invoices that no fact ever pays and that are due. `retained` = unpaid - recovery - vat_relief - indemnity
    - insurer_share (below 0) - guarantee. Names with nothing to count are left out.
    """
    found = {"unpaid": sum(r.open_at_end(last_day) for r in filter(_lost_on(facts, last_day), receivables))}
    for flow in flows:
        name = _MADE_UP.get(flow.category)
        if name:
            found[name] = found.get(name, 0) + flow.amount_minor
    guarantee = sum(e.amount_minor for e in events if e.code == "guarantee_paid")
    delegated = sum(e.amount_minor for e in events if e.code == "delegated_indemnity")
    found["guarantee"] = guarantee
    found["indemnity"] = found.get("indemnity", 0) + delegated
    found["retained"] = found["unpaid"] - sum(amount for name, amount in found.items() if name != "unpaid")
    return {name: amount for name, amount in found.items() if amount}


def _lost_on(facts: PathFacts, last_day: int) -> Callable[[Receivable], bool]:
    """Whether what is open of an invoice at the end counts as lost."""
    failed = {f.partner for f in facts.failures if f.judgment <= last_day}
    in_default = {r.partner for r in facts.requests if r.day is None or r.day <= last_day}

    def lost(receivable: Receivable) -> bool:
        if receivable.amount_minor <= 0 or receivable.issue > last_day:
            return False
        if receivable.partner in failed:
            return True
        paid_later = any(day > last_day for day, _, _ in receivable.steps)
        never = facts.kind == "certain" and not paid_later
        return receivable.due <= last_day and (never or receivable.partner in in_default)

    return lost
