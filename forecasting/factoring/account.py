"""The factor account of one contract on one path, one day at a time, in the order of domain 1.4.

`FactorAccount` is told what happens (purchases, credit notes, disputes, judgments, receipts) and keeps U beside the
borrowing base; E, G, A and V are functions of the state, computed whenever they are asked for. A day goes through the
methods in the order in which they stand here; the number in a docstring is the step of 1.4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from forecasting.dates import add_months, is_business_day, to_date
from forecasting.factoring.base import Assigned, BorrowingBase
from forecasting.factoring.contract import FactoringContract
from forecasting.factoring.draws import drawn
from forecasting.factoring.interest import Accrual, AdvanceInterest
from forecasting.money import apply_rate
from forecasting.simulation.flows import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarantee:
    """A guarantee payout: K_d on the account, its share of each invoice (oldest first), R_d and all that left the factor.

    R_d is what debtors still owed on p: money that lies on the pledged account is not in it.
    """

    paid_minor: int
    assigned_minor: int
    shares: Mapping[int, int]
    invoices: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What a day moves between factor and bank: a cash call (paid by the company) and a transfer (received)."""

    cash_call_minor: int = 0
    transfer_minor: int = 0


class FactorAccount:
    """A factor account that lives through a path; amounts are minor units with VAT."""

    def __init__(self, contract: FactoringContract, *, first_day: int) -> None:
        self.contract = contract
        self.utilisation = contract.opening_utilisation_minor
        self.base = BorrowingBase(contract)
        self.events: list[Event] = []
        self._first_day = first_day
        self._fund = (
            0
            if contract.termination_day is not None and contract.termination_day < first_day
            else contract.opening_fund_minor
        )
        self._fees_of_year = 0
        self._lines: set[str] = set()
        self._accrual = Accrual(contract)
        self._advance = AdvanceInterest(contract)
        self._true_up = 0
        self._repaid = 0
        self._before_receipts = 0
        self._unvalued: dict[int, int] = {}
        self._unfinanced: dict[tuple[str, str], int] = {}
        self._held = 0

    # State (domain 1.3)

    def reserve(self, day: int) -> int:
        """G: round(rho * E), or the pooled fund; the extra reserve adds to either. 0 under the draw policy none."""
        if self.contract.draw_policy == "none" or day < self.contract.start_day:
            return 0
        pooled = self.contract.reserve_mode == "pooled"
        held = self._fund if pooled else apply_rate(self.base.eligible, self.contract.reserve_rate)
        return held + self.contract.reserve_extra_minor

    def ceiling(self, day: int) -> int:
        """A = min(round(q * E), funding_ceiling) - G, or min(round(q * E) - G, funding_ceiling) (OP-18)."""
        if self.contract.draw_policy == "none":
            return 0
        funding = apply_rate(self.base.eligible, self.contract.advance_rate)
        limit, held = self.contract.funding_ceiling_minor, self.reserve(day)
        if limit is None:
            return funding - held
        return min(funding - held, limit) if self.contract.ceiling_basis == "funds_in_use" else min(funding, limit) - held

    def availability(self, day: int) -> int:
        """V = A - U."""
        return self.ceiling(day) - self.utilisation

    def holds(self, invoice: int) -> bool:
        """Whether the factor owns an invoice at this moment."""
        return invoice in self.base

    def owned(self, partner_id: str) -> tuple[Assigned, ...]:
        """A debtor's invoices that the factor owns, in the order of purchase."""
        return self.base.of(partner_id)

    def accepts(self, invoice: Assigned, bought: Sequence[Assigned]) -> bool:
        """Whether the factor buys a remitted invoice beside those it buys today: it does, whatever it then finances."""
        return invoice.open_minor > 0

    # A day

    def take_over(self, invoices: Sequence[Assigned]) -> None:
        """Before the first day: invoices already with the factor are in R, and in E as far as eligible, without fee."""
        for invoice in invoices:
            self._enter(invoice)
            self._lines.add(invoice.partner_id)
        self.base.test_at_purchase(invoices)
        self._held = self.reserve(self._first_day)

    def open_day(self, day: int) -> None:
        """Step 0: the morning of termination frees the pooled fund; on an anniversary the annual minimum falls due."""
        self._unvalued.pop(day, None)
        if day == self.contract.termination_day:
            self._fund = 0
            self._note_retention(day, "retention")
        if is_anniversary(self.contract, day):
            missing = max(0, self.contract.service_fee_min_year_minor - self._fees_of_year)
            self._fees_of_year = 0
            self._charge(day, "annual_minimum", missing, self.contract.vat_on_service)

    def purchase(self, day: int, invoices: Sequence[Assigned]) -> tuple[str, ...]:
        """Step 2: buys invoices, given in the order of invoice_id; returns the debtors whose line opens."""
        for invoice in invoices:
            self._enter(invoice)
        self.base.test_at_purchase(invoices)
        opened: list[str] = []
        for invoice in invoices:
            self._buy(day, invoice)
            if invoice.partner_id not in self._lines:
                self._lines.add(invoice.partner_id)
                opened.append(invoice.partner_id)
        self._note_retention(day, "retention_at_purchase")
        return tuple(opened)

    def post_interest(self, day: int) -> None:
        """Step 3: on the first business day of a month, the interest of the month before."""
        financed, unused = self._accrual.due(day)
        self._charge(day, "interest", financed, self.contract.vat_on_financing)
        self._charge(day, "commitment_fee", unused, self.contract.vat_on_service)
        self._charge(day, "interest_true_up", self._true_up, self.contract.vat_on_financing)
        self._true_up = 0

    def credit(self, day: int, invoice: int, amount_minor: int) -> None:
        """Step 4: a credit note reduces what is open."""
        held = self.base[invoice]
        self.base.reduce(invoice, amount_minor)
        self.tell(day, "credit_note", amount_minor, held)

    def dispute(self, day: int, invoice: int, disputed: bool) -> None:
        """Step 4: a dispute takes the invoice out of E; settled, it comes back."""
        held = self.base[invoice]
        if held.disputed != disputed:
            self.base.dispute(invoice, disputed)
            self.tell(day, "disputed" if disputed else "dispute_resolved", held.open_minor, held)

    def await_sweep(self, day: int, invoice: int, amount_minor: int) -> None:
        """Step 7 under a sweep: the debtor has paid to the pledged account; the invoice stays in R and E until swept."""
        held = self.base[invoice]
        held.transit_minor += amount_minor
        self.tell(day, "pledged_receipt", amount_minor, held)

    def sweep(self, day: int, invoice: int, amount_minor: int) -> None:
        """Step 4: what a debtor paid to the pledged account reaches the factor; what it frees goes back the same day."""
        held = self.base.get(invoice)
        if held:
            held.transit_minor -= amount_minor
            self.base.reduce(invoice, amount_minor)
        self._receive(amount_minor)
        self._value_later(day, amount_minor)
        self.tell(day, "swept" if held else "swept_after_hand_back", amount_minor, held)

    def hand_back(self, day: int, invoice: int) -> None:
        """Step 5: definancing; the invoice leaves E and R, fees are not refunded."""
        held = self.base.leave(invoice)
        self.tell(day, "handed_back", held.unpaid_minor, held)

    def before_receipts(self, day: int) -> None:
        """V0, the availability after step 5."""
        self._before_receipts = self.availability(day)

    def pay_guarantee(self, day: int, partner_id: str, *, covered: bool) -> Guarantee:
        """Step 6: K_d = round(min(sum of open undisputed invoices of d, L_d) * unpaid_guarantee_rate).

        All invoices of the debtor leave R and E; R_d - K_d is handed back as a loss. `covered` False: the factor does
        not bear this debtor's insolvency, K_d is 0.
        """
        owned = self.base.of(partner_id)
        shares = self.guaranteed_shares(partner_id) if covered else {}
        paid = sum(shares.values())
        for held in owned:
            self.base.leave(held.invoice)
            share = shares.get(held.invoice, 0)
            self.tell(day, "guarantee_paid", share, held, loss_minor=held.unpaid_minor - share)
        self._receive(paid)
        return Guarantee(
            paid_minor=paid,
            assigned_minor=sum(h.unpaid_minor for h in owned),
            shares=shares,
            invoices=tuple(h.invoice for h in owned),
        )

    def guaranteed_shares(self, partner_id: str) -> dict[int, int]:
        """K_d as it would be now, over the debtor's open undisputed invoices, oldest first."""
        left = apply_rate(self.base.guaranteed(partner_id), self.contract.unpaid_guarantee_rate)
        shares: dict[int, int] = {}
        for held in sorted(self.base.of(partner_id), key=lambda i: (i.issue, i.invoice_id)):
            shares[held.invoice] = 0 if held.disputed else min(left, held.unpaid_minor)
            left -= shares[held.invoice]
        return shares

    def receive(self, day: int, invoice: int, amount_minor: int) -> None:
        """Step 7: the debtor pays the factor; U and the open amount fall."""
        held = self.base[invoice]
        self.base.reduce(invoice, amount_minor)
        self._receive(amount_minor)
        self._value_later(day, amount_minor)
        self.tell(day, "factor_receipt", amount_minor, held)

    def receive_indemnity(self, day: int, partner_id: str, amount_minor: int) -> None:
        """Step 7: an indemnity delegated to the factor reduces U."""
        self._receive(amount_minor)
        self.events.append(Event(day=day, code="delegated_indemnity", amount_minor=amount_minor, partner_id=partner_id))

    def settle(self, day: int, bank_minor: int) -> Settlement:
        """Steps 8 and 9, on business days: a cash call (unless netted) where V < 0, a transfer of V less what is pending."""
        if self.contract.interest_mode == "advance" and self._repaid:
            self._charge(day, "interest_true_up", self._advance.repay(day, self._repaid), self.contract.vat_on_financing)
        self._repaid = 0
        available = self.availability(day)
        pending = max(0, available - self._before_receipts)
        if not is_business_day(day) or day < self.contract.start_day:
            return Settlement()
        if available < 0 and self.contract.shortfall_policy == "cash_call":
            self.utilisation += available
            self._true_up += self._advance.repay(day, -available)
            self.events.append(Event(day=day, code="cash_call", amount_minor=-available))
            return Settlement(cash_call_minor=-available)
        if available <= pending:
            return Settlement()
        transfer = drawn(self.contract, day, available_minor=available - pending, bank_minor=bank_minor)
        return Settlement(transfer_minor=self._transfer(day, transfer)) if transfer else Settlement()

    def accrue(self, day: int) -> None:
        """Step 10: the day counts max(U, 0), with receipts that are not yet in value."""
        self._note_retention(day, "retention")
        unused = self.ceiling(day) - max(self.utilisation, 0)
        self._accrual.add(day, self.utilisation + sum(self._unvalued.values()), unused)

    def explain_base(self, day: int) -> None:
        """Notes for each debtor what a clause newly keeps from being financed, and 0 where it no longer does."""
        now: dict[tuple[str, str], int] = {}
        for partner_id, clause, amount in self.base.unfinanced():
            if amount:
                now[partner_id, clause] = now.get((partner_id, clause), 0) + amount
        for key in sorted(now.keys() | self._unfinanced.keys()):
            amount = now.get(key, 0)
            if amount != self._unfinanced.get(key, 0):
                code = f"unfinanced.{key[1]}"
                self.events.append(Event(day=day, code=code, amount_minor=amount, partner_id=key[0]))
        self._unfinanced = now

    # Postings

    def _note_retention(self, day: int, code: str) -> None:
        """Notes by how much G has changed since it was last looked at."""
        held = self.reserve(day)
        if held != self._held:
            self.tell(day, code, held - self._held, None)
            self._held = held

    def _enter(self, invoice: Assigned) -> None:
        self.base.enter(invoice)

    def _fee(self, invoice: Assigned) -> int:
        """fee = max(round(phi * open_i), min_invoice)."""
        rate, least = self.contract.service_fee_rate, self.contract.service_fee_min_invoice_minor
        return max(apply_rate(invoice.open_minor, rate), least)

    def _buy(self, day: int, invoice: Assigned) -> None:
        """The fee; the pooled fund takes min(round(rho * open_i), T - G)."""
        fee = self._fee(invoice)
        self._fees_of_year += fee
        self.tell(day, "purchased", invoice.open_minor, invoice)
        self._charge(day, "service_fee", fee, self.contract.vat_on_service, invoice)
        if self.contract.reserve_mode == "pooled" and self.contract.fund_target_minor is not None:
            withheld = apply_rate(invoice.open_minor, self.contract.reserve_rate)
            self._fund += min(withheld, self.contract.fund_target_minor - self._fund)

    def _charge(self, day: int, code: str, amount_minor: int, vat_rate: Decimal, invoice: Assigned | None = None) -> None:
        """U += amount + round(vat * amount)."""
        if not amount_minor:
            return
        vat = apply_rate(amount_minor, vat_rate)
        self.utilisation += amount_minor + vat
        self.tell(day, code, amount_minor, invoice, vat_minor=vat)

    def _receive(self, amount_minor: int) -> None:
        """U falls."""
        self.utilisation -= amount_minor
        self._repaid += amount_minor

    def _value_later(self, day: int, amount_minor: int) -> None:
        """The interest of the days until the value date of a debtor's payment still counts the amount."""
        if self.contract.receipt_value_days and amount_minor:
            valued = day + self.contract.receipt_value_days
            self._unvalued[valued] = self._unvalued.get(valued, 0) + amount_minor

    def _transfer(self, day: int, amount_minor: int) -> int:
        """U += transfer; with interest in advance the bank gets the transfer less its interest."""
        self.utilisation += amount_minor
        prepaid = 0
        if self.contract.interest_mode == "advance":
            prepaid = self._advance.draw(day, amount_minor, max(day, self.base.average_due(day)))
            prepaid += apply_rate(prepaid, self.contract.vat_on_financing)
        self.tell(day, "transfer", amount_minor, None, prepaid_minor=prepaid)
        return amount_minor - prepaid

    def tell(self, day: int, code: str, amount_minor: int, invoice: Assigned | None, **values: int) -> None:
        """Notes one step for the explanation."""
        self.events.append(
            Event(
                day=day,
                code=code,
                amount_minor=amount_minor,
                partner_id=invoice.partner_id if invoice else "",
                invoice_id=invoice.invoice_id if invoice else "",
                values=tuple(values.items()),
            )
        )


def is_anniversary(contract: FactoringContract, day: int) -> bool:
    """Whether a day is `anniversary_date` or the same day of a later year, once the contract has started."""
    if contract.anniversary_day is None or day < contract.anniversary_day or day <= contract.start_day:
        return False
    first, when = to_date(contract.anniversary_day), to_date(day)
    return when == add_months(first, 12 * (when.year - first.year))
