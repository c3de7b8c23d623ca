"""The assigned invoices with what they carry: outstanding R, eligible base E (domain 1.3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from forecasting.factoring.approval import Approvals
from forecasting.factoring.contract import FactoringContract
from forecasting.money import apply_rate, round_ratio


@dataclass(slots=True)
class Assigned:
    """One assigned invoice as the factor sees it.

    `open_minor` is still to be collected by the factor, `transit_minor` of it lies on the pledged account and waits for
    its sweep; `financed_minor` is fin_i of the test at purchase (None: no such test); `part_minor` is what it adds to
    its debtor's eligible sum.
    """

    invoice: int
    invoice_id: str
    partner_id: str
    issue: int
    due: int
    funded: int
    open_minor: int
    disputed: bool = False
    financed_minor: int | None = None
    part_minor: int = 0
    transit_minor: int = 0

    @property
    def unpaid_minor(self) -> int:
        """What the debtor still owes."""
        return self.open_minor - self.transit_minor

    @property
    def in_base_minor(self) -> int:
        """min(open_i, fin_i), whether eligible today or not."""
        return self.open_minor if self.financed_minor is None else min(self.open_minor, self.financed_minor)


@dataclass(slots=True)
class Position:
    """One debtor's assigned invoices, in the order of purchase, with the sums of what is open and of what is eligible."""

    partner_id: str
    invoices: dict[int, Assigned] = field(default_factory=dict)
    eligible_minor: int = 0
    outstanding_minor: int = 0


class BorrowingBase:
    """R and E of one contract. E is recomputed from the debtors' sums whenever something has changed."""

    def __init__(self, contract: FactoringContract) -> None:
        self.outstanding = 0
        self._contract = contract
        self._approvals = Approvals(contract)
        self._at_purchase = contract.concentration_test == "at_purchase" and contract.concentration_cap is not None
        self._invoices: dict[int, Assigned] = {}
        self._positions: dict[str, Position] = {}
        self._eligible: int | None = 0

    def __contains__(self, invoice: int) -> bool:
        return invoice in self._invoices

    def __getitem__(self, invoice: int) -> Assigned:
        return self._invoices[invoice]

    def get(self, invoice: int) -> Assigned | None:
        """An assigned invoice, None where it is not (or no longer) with the factor."""
        return self._invoices.get(invoice)

    def of(self, partner_id: str) -> tuple[Assigned, ...]:
        """A debtor's assigned invoices, in the order of purchase."""
        position = self._positions.get(partner_id)
        return tuple(position.invoices.values()) if position else ()

    @property
    def eligible(self) -> int:
        """E = sum over debtors of min(sum of eligible open_i, L_d, round(cap * R)); an absent clause drops out."""
        if self._eligible is None:
            cap = self._cap() if not self._at_purchase else None
            self._eligible = sum(self._of_debtor(p, cap) for p in self._positions.values() if p.eligible_minor)
        return self._eligible

    def enter(self, invoice: Assigned) -> None:
        """An invoice comes in."""
        self._invoices[invoice.invoice] = invoice
        position = self._positions.setdefault(invoice.partner_id, Position(invoice.partner_id))
        position.invoices[invoice.invoice] = invoice
        self._outstand(invoice, invoice.open_minor)
        self._refresh(invoice)

    def leave(self, invoice: int) -> Assigned:
        """An invoice goes out, with all that is open of it."""
        gone = self._invoices.pop(invoice)
        position = self._positions[gone.partner_id]
        del position.invoices[invoice]
        position.eligible_minor -= gone.part_minor
        self._outstand(gone, -gone.open_minor)
        self._eligible = None
        return gone

    def reduce(self, invoice: int, amount_minor: int) -> None:
        """A credit note or a payment takes an amount off what is open."""
        held = self._invoices[invoice]
        held.open_minor -= amount_minor
        self._outstand(held, -amount_minor)
        self._refresh(held)

    def dispute(self, invoice: int, disputed: bool) -> None:
        """An invoice leaves E, or enters it again; it stays in R."""
        held = self._invoices[invoice]
        held.disputed = disputed
        self._refresh(held)

    def test_at_purchase(self, bought: Iterable[Assigned]) -> None:
        """fin_i = min(open_i, max(0, round(cap * R) - sum of min(open_k, fin_k) of the debtor's other invoices)).

        In the order of invoice_id, R after all purchases of the day; invoices still without fin_k count 0.
        """
        if not self._at_purchase:
            return
        given = sorted(bought, key=lambda invoice: invoice.invoice_id)
        for invoice in given:
            invoice.financed_minor = 0
        cap = self._cap()
        assert cap is not None
        for invoice in given:
            others = sum(o.in_base_minor for o in self.of(invoice.partner_id) if o is not invoice)
            invoice.financed_minor = min(invoice.open_minor, max(0, cap - others))
            self._refresh(invoice)

    def guaranteed(self, partner_id: str) -> int:
        """min(sum of open undisputed invoices of d, L_d)."""
        clean = [(i.funded, i.unpaid_minor) for i in self.of(partner_id) if not i.disputed]
        return self._approvals.covered(partner_id, clean)

    def average_due(self, day: int) -> int:
        """The due date of the eligible invoices, weighed by what is open, rounded to a day; the day itself if none."""
        clean = [i for i in self._invoices.values() if i.part_minor > 0]
        total = sum(i.part_minor for i in clean)
        return round_ratio(sum(i.part_minor * i.due for i in clean), total) if total else day

    def has_room(self, invoice: Assigned, bought: Iterable[Assigned]) -> bool:
        """Whether the debtor's approval lets a whole further invoice through, beside those bought the same day."""
        same_day = (i for i in bought if i.partner_id == invoice.partner_id)
        amounts = [(i.funded, i.open_minor) for i in (*self.of(invoice.partner_id), *same_day, invoice)]
        return self._approvals.covered(invoice.partner_id, amounts) >= sum(amount for _, amount in amounts)

    def unfinanced(self) -> Iterator[tuple[str, str, int]]:
        """(debtor, clause, amount) of what is assigned and not financed: disputed, unapproved, over_limit, over_concentration."""
        cap = None if self._at_purchase else self._cap()
        for partner_id, position in self._positions.items():
            held, eligible = position.outstanding_minor, position.eligible_minor
            if held != eligible:
                disputed = sum(i.open_minor for i in position.invoices.values() if i.disputed)
                yield partner_id, "disputed", disputed
                yield partner_id, "over_concentration", held - disputed - eligible
            approved = self._of_debtor(position, None)
            if approved < eligible:
                yield partner_id, "over_limit" if approved else "unapproved", eligible - approved
            if cap is not None and cap < approved:
                yield partner_id, "over_concentration", approved - cap

    def _outstand(self, invoice: Assigned, change_minor: int) -> None:
        self.outstanding += change_minor
        self._positions[invoice.partner_id].outstanding_minor += change_minor

    def _cap(self) -> int | None:
        cap = self._contract.concentration_cap
        return None if cap is None else apply_rate(self.outstanding, cap)

    def _of_debtor(self, position: Position, cap: int | None) -> int:
        if self._approvals.changes_for(position.partner_id):
            parts = [(i.funded, i.part_minor) for i in position.invoices.values()]
            approved = self._approvals.covered(position.partner_id, parts)
        else:
            limit = self._approvals.on(position.partner_id, 0)
            approved = position.eligible_minor if limit is None else min(position.eligible_minor, limit)
        return approved if cap is None else min(approved, cap)

    def _refresh(self, invoice: Assigned) -> None:
        part = 0 if invoice.disputed else invoice.in_base_minor
        self._positions[invoice.partner_id].eligible_minor += part - invoice.part_minor
        invoice.part_minor = part
        self._eligible = None
