"""What the business ties up in cash: days that customers take, days that suppliers give, and the need between them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

import numpy as np

from forecasting.ledger import Ledger, Side
from forecasting.ledger_edit import side_of
from forecasting.money import round_ratio

#: The months to come that a figure rests on.
WINDOW_DAYS: Final = 365

Figure = Literal["sales", "purchases", "receivables", "payables", "need"]
FIGURES: Final[tuple[Figure, ...]] = ("sales", "purchases", "receivables", "payables", "need")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingCapital:
    """The trade working capital that the invoices to come tie up, by their terms; amounts with VAT, stock left aside.

    sales, purchases: issued within the window. receivables_minor, payables_minor: what is owed on an average day of it.
    need = receivables - payables. Days with two decimals: dso and dpo weigh days from issue to due by amounts;
    need_days = need in days of sales; cash_conversion_days = dso - dpo. None where there are no sales or purchases.
    """

    window_days: int
    sales_minor: int
    purchases_minor: int
    receivables_minor: int
    payables_minor: int
    dso_days: Decimal | None
    dpo_days: Decimal | None
    need_days: Decimal | None

    @property
    def need_minor(self) -> int:
        """Receivables less payables: what the company finances itself."""
        return self.receivables_minor - self.payables_minor

    @property
    def cash_conversion_days(self) -> Decimal | None:
        """Days between paying a supplier and being paid, stock left aside."""
        return None if self.dso_days is None or self.dpo_days is None else self.dso_days - self.dpo_days


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One line of an explanation: the code of a figure, before and after a change, in minor units."""

    code: Figure
    before_minor: int
    after_minor: int

    @property
    def change_minor(self) -> int:
        """After less before."""
        return self.after_minor - self.before_minor


def working_capital(ledger: Ledger, window_days: int = WINDOW_DAYS) -> WorkingCapital:
    """The working capital of the business to come, from the invoices issued in the `window_days` from `as_of` on.

    On an average day, sum(amount * (due - issue)) / window is owed: the level that the business keeps up in a steady year.
    """
    sales, sales_days = _weighed(ledger, "customer", window_days)
    purchases, purchase_days = _weighed(ledger, "supplier", window_days)
    receivables, payables = round_ratio(sales_days, window_days), round_ratio(purchase_days, window_days)
    return WorkingCapital(
        window_days=window_days,
        sales_minor=sales,
        purchases_minor=purchases,
        receivables_minor=receivables,
        payables_minor=payables,
        dso_days=_days(sales_days, sales),
        dpo_days=_days(purchase_days, purchases),
        need_days=_days((receivables - payables) * window_days, sales),
    )


def explained(before: Ledger, after: Ledger, window_days: int = WINDOW_DAYS) -> tuple[Effect, ...]:
    """What a change does to the working capital, figure by figure, those that move; the need is the last line.

    The change of the need is that of the receivables less that of the payables.
    """
    old, new = working_capital(before, window_days), working_capital(after, window_days)
    lines = (
        Effect(code=code, before_minor=getattr(old, f"{code}_minor"), after_minor=getattr(new, f"{code}_minor"))
        for code in FIGURES
    )
    return tuple(line for line in lines if line.change_minor or line.code == "need")


def _weighed(ledger: Ledger, side: Side, window_days: int) -> tuple[int, int]:
    """Amounts issued in the window, and the same times their days to the due date, as whole numbers."""
    invoices = side_of(ledger, side)
    inside = np.flatnonzero((invoices.issue >= ledger.as_of) & (invoices.issue < ledger.as_of + window_days))
    amount = invoices.amount_minor[inside].tolist()
    days = (invoices.due[inside].astype(np.int64) - invoices.issue[inside]).tolist()
    return sum(amount), sum(a * d for a, d in zip(amount, days, strict=True))


def _days(numerator: int, denominator: int) -> Decimal | None:
    return Decimal(round_ratio(100 * numerator, denominator)).scaleb(-2) if denominator > 0 else None
