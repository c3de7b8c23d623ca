"""The company's bank account on one path: every movement, the balance of each day, overdraft interest (domain 1.9)."""

from __future__ import annotations

from forecasting.dates import to_date, to_day
from forecasting.factoring.interest import first_business_day
from forecasting.ledger import Ledger
from forecasting.money import apply_rate, round_ratio
from forecasting.simulation.flows import Category, Flow

#: Overdraft interest runs on calendar days over this base.
OVERDRAFT_DAY_COUNT = 360
QUARTER_MONTHS = (1, 4, 7, 10)


class Bank:
    """A balance that moves by flows and charges its overdraft, quarter by quarter."""

    def __init__(self, ledger: Ledger) -> None:
        self.balance = ledger.opening_cash_minor
        self.flows: list[Flow] = []
        self.balances: list[int] = []
        self._rate, self._fee_rate = ledger.overdraft_rate, ledger.overdraft_fee_rate
        self._debit_days: dict[int, int] = {}
        self._highest: dict[int, int] = {}

    def move(self, flow: Flow) -> None:
        """A flow of today; a flow of 0 is none."""
        if flow.amount_minor:
            self.balance += flow.amount_minor
            self.flows.append(flow)

    def post(self, day: int, category: Category, amount_minor: int, partner_id: str = "", source_id: str = "") -> None:
        """A movement of today by its parts."""
        self.move(Flow(day=day, category=category, amount_minor=amount_minor, partner_id=partner_id, source_id=source_id))

    def post_interest(self, day: int) -> None:
        """On the first business day of a quarter, what the quarter before cost.

        Interest: round(sum over days of max(-balance, 0) * overdraft_rate / 360). Fee: round(overdraft_fee_rate * sum
        over months of the month's highest debit). Each is a posted amount of its own.
        """
        if to_date(day).month in QUARTER_MONTHS and day == first_business_day(day):
            numerator, denominator = self._rate.as_integer_ratio()
            start = _month(day)
            debit_days = sum(amount for month, amount in self._debit_days.items() if month < start)
            highest = sum(amount for month, amount in self._highest.items() if month < start)
            self._debit_days = {m: a for m, a in self._debit_days.items() if m >= start}
            self._highest = {m: a for m, a in self._highest.items() if m >= start}
            self.post(day, "bank_interest", -round_ratio(debit_days * numerator, denominator * OVERDRAFT_DAY_COUNT))
            self.post(day, "bank_interest", -apply_rate(highest, self._fee_rate))

    def close_day(self, day: int) -> None:
        """The balance at the end of a day."""
        self.balances.append(self.balance)
        debit = max(-self.balance, 0)
        month = _month(day)
        self._debit_days[month] = self._debit_days.get(month, 0) + debit
        self._highest[month] = max(self._highest.get(month, 0), debit)


def _month(day: int) -> int:
    return to_day(to_date(day).replace(day=1))
