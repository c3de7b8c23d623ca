"""The sample's treasury: planned flows that agree with its invoices, and cash that makes the year worth watching."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from data.sample_invoices import EXPECTED_DAYS, Trade
from forecasting.dates import add_months, business_day_from, month_end, to_date, to_day
from forecasting.ledger import NO_DAY, Amounts, PlannedFlow
from forecasting.simulation.operations import planned_days

#: Yearly or single amounts for a year of 18.9 M EUR of sales before VAT, in cents.
SALES_MINOR: Final = 1_890_000_000
PURCHASES_SHARE: Final = 0.605
WAGES, _BONUS, _CHARGES, _RENT, _LOAN = 23_860_000, 17_400_000, 17_620_000, 11_880_000, 4_135_000
_TAX, _LOCAL_TAX, _INSURANCE, _DIVIDEND, _MACHINE = 6_200_000, 5_800_000, 6_400_000, 25_000_000, 18_000_000
#: The rent is invoiced with VAT.
_RENT_VAT: Final = _RENT // 6
_LOAN_MONTHS_LEFT: Final = 38
VAT_DAY: Final = 24
#: The floor, and how far above it the likely year stays at its lowest: chance then breaks it in about one year of three.
_FLOOR, _MARGIN = 30_000_000, 42_000_000

Every = Literal["", "week", "month", "quarter", "year"]


def regular_flows(as_of: int, scale: float) -> list[PlannedFlow]:
    """Wages, charges, rent, loan, taxes, insurance, dividend and one machine, each from its first day on or after `as_of`."""
    today = to_date(as_of)
    loan_end = to_day(add_months(_next_on(today, 5), _LOAN_MONTHS_LEFT - 1))
    rows: list[tuple[date, int, str, str, Every, int]] = [
        (_next_on(today, 28), WAGES, "wages", "Salaires nets", "month", NO_DAY),
        (_next_in(today, (12,), 20), _BONUS, "wages", "Treizième mois", "year", NO_DAY),
        (_next_on(today, 5), _CHARGES, "social_charges", "Urssaf, retraite et prélèvement à la source", "month", NO_DAY),
        (_next_in(today, (1, 4, 7, 10), 2), _RENT, "rent", "Loyer de l’atelier et des bureaux", "quarter", NO_DAY),
        (
            _next_on(today, 5),
            _LOAN,
            "loan",
            f"Prêt équipement, {_LOAN_MONTHS_LEFT} mensualités restantes",
            "month",
            loan_end,
        ),
        (_next_in(today, (3, 6, 9, 12), 15), _TAX, "corporate_tax", "Acompte d’impôt sur les sociétés", "quarter", NO_DAY),
        (_next_in(today, (12,), 15), _LOCAL_TAX, "corporate_tax", "Cotisation foncière des entreprises", "year", NO_DAY),
        (_next_in(today, (1,), 5), _INSURANCE, "other", "Assurances de l’année", "year", NO_DAY),
        (_next_in(today, (6,), 20), _DIVIDEND, "other", "Dividende", "year", NO_DAY),
        (_next_in(today, (9,), 10), _MACHINE, "investment", "Centre d’usinage, solde", "", NO_DAY),
    ]
    return [
        PlannedFlow(
            day=to_day(day) if every == "month" else business_day_from(to_day(day)),
            amount_minor=-round(amount * scale),
            category=category,
            label=label,
            every=every,
            until=until,
        )
        for day, amount, category, label, every, until in rows
    ]


def vat_flows(as_of: int, sales: Trade, purchases: Trade, scale: float) -> list[PlannedFlow]:
    """A VAT return for each month whose VAT day lies within the year to come: collected less deductible, of that month.

    VAT of an invoice is its amount less half_up(amount / 1.20), on its month of issue; the rent's VAT is deducted in the
    first month of its quarter. A month with more to deduct carries the rest over to the next one.
    """
    rent_vat = round(_RENT_VAT * scale)
    balance = _vat_by_month(sales)
    for key, vat in _vat_by_month(purchases).items():
        balance[key] = balance.get(key, 0) - vat
    flows: list[PlannedFlow] = []
    carried = 0
    month = add_months(to_date(as_of).replace(day=1), -1)
    while True:
        pay = to_day(add_months(month, 1).replace(day=VAT_DAY))
        if pay >= as_of + EXPECTED_DAYS:
            return flows
        key = (month.year - 1970) * 12 + month.month - 1
        due = balance.get(key, 0) - (rent_vat if month.month in (1, 4, 7, 10) else 0) + (carried if pay >= as_of else 0)
        if pay >= as_of:
            carried = min(due, 0)
            if due > 0:
                label = f"TVA de {month:%m/%Y}"
                flows.append(PlannedFlow(day=business_day_from(pay), amount_minor=-due, category="vat", label=label))
        month = add_months(month, 1)


def _vat_by_month(trade: Trade) -> dict[int, int]:
    """VAT by month of issue, months counted from January 1970."""
    months = trade.issue.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    size = np.abs(trade.amount_minor)
    # half_up(size / 1.20) in whole cents: (10 size + 6) // 12.
    vat = np.where(trade.vat_percent == 20, np.sign(trade.amount_minor) * (size - (10 * size + 6) // 12), 0)
    found, place = np.unique(months, return_inverse=True)
    sums = np.zeros(len(found), dtype=np.int64)
    np.add.at(sums, place, vat)
    return dict(zip(found.tolist(), sums.tolist(), strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cash:
    """Opening balance, floor and authorised overdraft that go with a year of flows."""

    opening_minor: int
    floor_minor: int
    overdraft_minor: int


def fitting_cash(
    as_of: int, sales: Trade, purchases: Trade, planned: Sequence[PlannedFlow], owed: Amounts, scale: float
) -> Cash:
    """Cash with which the likely year comes close to the floor once, and with which 15 more days break the overdraft.

    `owed` is what is still expected of each customer invoice. In the likely year everybody is as late as on average.
    """
    likely = _likely(sales, as_of, as_of + 7)
    out = _daily(as_of, _likely(purchases, as_of, as_of), -np.where(purchases.paid == NO_DAY, purchases.paid_minor, 0), 0)
    for flow in planned:
        for day in planned_days(flow, as_of, as_of + EXPECTED_DAYS - 1):
            out[day - as_of] += flow.amount_minor
    on_time = np.cumsum(out + _daily(as_of, likely, owed, 0))
    late = np.cumsum(out + _daily(as_of, likely, owed, 15))
    unit = 5_000_000
    floor = _to_unit(_FLOOR * scale, unit)
    opening = floor + _to_unit(_MARGIN * scale, 100_000) - int(on_time.min())
    broken = -(opening + int(late.min()))
    return Cash(opening_minor=opening, floor_minor=floor, overdraft_minor=max(unit, _to_unit(0.72 * broken, unit)))


def _likely(trade: Trade, as_of: int, overdue: int) -> npt.NDArray[np.int32]:
    """The day on which each invoice is paid if its partner is as late as on average; the day `overdue` where that is past."""
    paid = (trade.paid != NO_DAY) & (trade.amount_minor > 0)
    late = np.bincount(trade.partner[paid], weights=(trade.paid - trade.due)[paid], minlength=int(trade.partner.max()) + 1)
    count = np.bincount(trade.partner[paid], minlength=len(late))
    day: npt.NDArray[np.int32] = (trade.due + np.rint(late / np.maximum(count, 1))[trade.partner]).astype(np.int32)
    return np.where(day < as_of, overdue, day).astype(np.int32)


def _to_unit(amount: float, unit: int) -> int:
    return round(amount / unit) * unit


def _daily(as_of: int, day: npt.NDArray[np.int32], amount: Amounts, later: int) -> Amounts:
    """Amounts by day of the year to come; what falls outside is left out."""
    place = day.astype(np.int64) + later - as_of
    inside = (place >= 0) & (place < EXPECTED_DAYS) & (day != NO_DAY)
    sums = np.zeros(EXPECTED_DAYS, dtype=np.int64)
    np.add.at(sums, place[inside], amount[inside])
    return sums


def _next_on(today: date, day: int) -> date:
    """The next `day` of a month, today included."""
    this = today.replace(day=min(day, month_end(today).day))
    return this if this >= today else add_months(today.replace(day=1), 1).replace(day=day)


def _next_in(today: date, months: tuple[int, ...], day: int) -> date:
    """The next such day of one of these months, today included."""
    return min(
        when
        for year in (today.year, today.year + 1)
        for when in (date(year, month, day) for month in months)
        if when >= today
    )
