"""Claims sold outright at a discount: reverse factoring on the supplier's side, forfaiting (domain 1.6)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from forecasting.factoring.account import FactorAccount, Settlement
from forecasting.factoring.base import Assigned
from forecasting.factoring.contract import FactoringContract
from forecasting.factoring.interest import interest, rate_of_month
from forecasting.money import round_ratio

#: Sales that end with the discount: the buyer of the claim bears the debtor, nothing comes later.
SOLD_OUTRIGHT: Final = frozenset({"reverse", "forfaiting"})


class DiscountedSale(FactorAccount):
    """A bank that buys claims at a discount, without recourse. U is what it has bought and not yet collected."""

    def __init__(self, contract: FactoringContract, *, first_day: int) -> None:
        super().__init__(contract, first_day=first_day)
        self._proceeds = 0

    def reserve(self, day: int) -> int:
        """There is none."""
        return 0

    def availability(self, day: int) -> int:
        """Everything is paid out on the day of the sale."""
        return 0

    def accepts(self, invoice: Assigned, bought: Sequence[Assigned]) -> bool:
        """A claim is bought whole or not at all: undisputed, and within the bank's approval of its debtor."""
        return not invoice.disputed and self.base.has_room(invoice, bought)

    def post_interest(self, day: int) -> None:
        """The discount is the interest."""

    def accrue(self, day: int) -> None:
        """The discount is the interest."""

    def credit(self, day: int, invoice: int, amount_minor: int) -> None:
        """The claim was sold: a later credit note moves no cash."""
        self.base.reduce(invoice, amount_minor)
        self.utilisation -= amount_minor
        self.tell(day, "credit_note_sold", amount_minor, self.base[invoice])

    def settle(self, day: int, bank_minor: int) -> Settlement:
        """transfer = ttc - discount - fee * (1 + vat), on f."""
        proceeds, self._proceeds = self._proceeds, 0
        self.utilisation += proceeds
        if proceeds:
            self.tell(day, "transfer", proceeds, None)
        return Settlement(transfer_minor=proceeds)

    def _buy(self, day: int, invoice: Assigned) -> None:
        before = self.utilisation
        super()._buy(day, invoice)
        discount = discount_minor(self.contract, day, invoice.open_minor, invoice.due)
        self._charge(day, "discount", discount, self.contract.vat_on_financing, invoice)
        self._proceeds += invoice.open_minor - (self.utilisation - before)


def discount_minor(contract: FactoringContract, day: int, amount_minor: int, due: int) -> int:
    """What a sale on a day costs in interest up to the due date.

    Straight: round(ttc * rate * days / day_count). Forfaiting by true yield: ttc - round(ttc / (1 + rate * days /
    day_count)).
    """
    days, rate = max(0, due - day), rate_of_month(contract, day)
    if contract.contract_type == "forfaiting" and contract.discount_method == "true_yield":
        proceeds = amount_minor / (1 + Fraction(rate) * days / contract.day_count)
        return amount_minor - round_ratio(proceeds.numerator, proceeds.denominator)
    return interest(amount_minor * days, rate, contract.day_count)
