"""Invoices financed one by one for a flat fee: advance less fee at purchase, the rest once it is paid (domain 1.6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from forecasting.dates import add_business_days, business_day_from
from forecasting.factoring.account import FactorAccount, Guarantee, Settlement
from forecasting.factoring.base import Assigned
from forecasting.factoring.contract import FactoringContract
from forecasting.money import apply_rate


@dataclass(slots=True)
class _Deal:
    """One invoice: what was advanced, what its debtor or a guarantee has paid, what of the rest was passed on."""

    advance_minor: int
    paid_minor: int = 0
    passed_minor: int = 0


class SpotAccount(FactorAccount):
    """A factor that settles each invoice by itself; no reserve, no interest. V is what waits to be paid out."""

    def __init__(self, contract: FactoringContract, *, first_day: int) -> None:
        super().__init__(contract, first_day=first_day)
        self._deals: dict[int, _Deal] = {}
        self._due: dict[int, int] = defaultdict(int)

    def reserve(self, day: int) -> int:
        """There is none."""
        return 0

    def availability(self, day: int) -> int:
        """What is settled and not yet paid out."""
        return sum(self._due.values())

    def post_interest(self, day: int) -> None:
        """A flat fee holds no interest."""

    def accrue(self, day: int) -> None:
        """A flat fee holds no interest."""

    def hand_back(self, day: int, invoice: int) -> None:
        """The company returns what the debtor's payments have not covered of the advance."""
        super().hand_back(day, invoice)
        self._return(day, invoice)

    def pay_guarantee(self, day: int, partner_id: str, *, covered: bool) -> Guarantee:
        """The guarantee counts as a payment; the part of an advance that it does not cover goes back."""
        payout = super().pay_guarantee(day, partner_id, covered=covered)
        for invoice in payout.invoices:
            self._paid(day, invoice, payout.shares.get(invoice, 0))
            self._return(day, invoice)
        return payout

    def receive(self, day: int, invoice: int, amount_minor: int) -> None:
        """The debtor pays: first the advance, the rest goes to the company on the next business day."""
        super().receive(day, invoice, amount_minor)
        self._paid(day, invoice, amount_minor)

    def receive_indemnity(self, day: int, partner_id: str, amount_minor: int) -> None:
        """No account is open: a delegated indemnity is passed on to the company on the next business day."""
        super().receive_indemnity(day, partner_id, amount_minor)
        self._due[add_business_days(day, 1)] += amount_minor

    def settle(self, day: int, bank_minor: int) -> Settlement:
        """Pays out, or claims, what falls due today."""
        amount = self._due.pop(day, 0)
        self.utilisation += amount
        if amount:
            self.tell(day, "transfer" if amount > 0 else "cash_call", abs(amount), None)
        return Settlement(cash_call_minor=max(0, -amount), transfer_minor=max(0, amount))

    def take_over(self, invoices: Sequence[Assigned]) -> None:
        """Invoices already financed: the opening utilisation is what was advanced on them, in the order of invoice_id."""
        super().take_over(invoices)
        left = self.utilisation
        for invoice in sorted(invoices, key=lambda i: i.invoice_id):
            advance = min(left, apply_rate(invoice.open_minor, self.contract.advance_rate))
            self._deals[invoice.invoice] = _Deal(advance)
            left -= advance

    def _enter(self, invoice: Assigned) -> None:
        """The advance is a share of what the approval lets through of the invoice."""
        before = self.base.eligible
        super()._enter(invoice)
        self._deals[invoice.invoice] = _Deal(apply_rate(max(0, self.base.eligible - before), self.contract.advance_rate))

    def _buy(self, day: int, invoice: Assigned) -> None:
        super()._buy(day, invoice)
        self._due[day] += self._deals[invoice.invoice].advance_minor

    def _fee(self, invoice: Assigned) -> int:
        """fee = round(flat_fee_rate * ttc)."""
        return apply_rate(invoice.open_minor, self.contract.flat_fee_rate)

    def _charge(self, day: int, code: str, amount_minor: int, vat_rate: Decimal, invoice: Assigned | None = None) -> None:
        """A fee is kept back from what is paid out that day."""
        before = self.utilisation
        super()._charge(day, code, amount_minor, vat_rate, invoice)
        self._due[business_day_from(day)] -= self.utilisation - before

    def _paid(self, day: int, invoice: int, amount_minor: int) -> None:
        deal = self._deals[invoice]
        deal.paid_minor += amount_minor
        rest = max(0, deal.paid_minor - deal.advance_minor) - deal.passed_minor
        deal.passed_minor += rest
        if rest:
            self._due[add_business_days(day, 1)] += rest

    def _return(self, day: int, invoice: int) -> None:
        deal = self._deals[invoice]
        self._due[business_day_from(day)] -= max(0, deal.advance_minor - deal.paid_minor)
