"""A budget in place of the run rate: what months are to bring, by side, by segment or partner, as the invoices to come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final, Literal

import numpy as np

from forecasting.activity.history import EXPECTED_PREFIX, month_of
from forecasting.dates import month_end, to_date, to_day
from forecasting.ledger import NO_AMOUNT, Invoices, Ledger, Side
from forecasting.ledger_build import VAT_RATE_DEFAULT, InvoiceRecord
from forecasting.ledger_edit import rebuilt, records_of, side_of
from forecasting.money import net_of_vat, round_ratio

Scope = Literal["all", "segment", "partner", "new"]
#: The partner that stands for customers nobody knows yet; it behaves as customers without history do.
NEW_CUSTOMERS: Final = "expected:new"
#: Days until what has no habit is due, and the months of history that say how much VAT is in a sale.
_DUE_DAYS: Final = 45
_YEAR_DAYS: Final = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetLine:
    """What one month is to bring before VAT: of all, of a segment, of one partner, or of customers still to be won.

    month: months since year 0 (12 * year + month - 1). A line about a partner counts before its segment's, a segment's
    before that of all.
    """

    side: Side
    month: int
    net_minor: int
    scope: Scope = "all"
    name: str = ""


def budgeted(ledger: Ledger, lines: Sequence[BudgetLine]) -> Ledger:
    """The ledger whose invoices to come make what the budget says, month by month; other months stay as they are.

    gross = net * (gross / net of the side's last twelve months). Of each month and scope, what real invoices already bring
    stands; those still to be issued are scaled so that both together make the budget, cent for cent; where nothing was
    expected, one invoice in the middle of the month carries it. A budget below what is invoiced already leaves no expected invoice.
    """
    for side in ("customer", "supplier"):
        mine = [line for line in lines if line.side == side]
        if mine:
            ledger = _side_budgeted(ledger, side, mine)
    return ledger


def _side_budgeted(ledger: Ledger, side: Side, lines: Iterable[BudgetLine]) -> Ledger:
    records = list(records_of(ledger, side))
    segment = {p.partner_id: p.segment for p in ledger.partners}
    gross = gross_share(ledger, side)
    by_month: dict[int, list[int]] = {}
    for k, month in enumerate(month_of([row.issue for row in records]).tolist()):
        by_month.setdefault(month, []).append(k)
    settled: set[int] = set()
    order = {"new": 0, "partner": 1, "segment": 2, "all": 3}
    for line in sorted(lines, key=lambda line: (line.month, order[line.scope], line.name)):
        inside = [k for k in by_month.get(line.month, ()) if _concerns(line, records[k].partner_id, segment)]
        free = [k for k in inside if records[k].issue >= ledger.as_of and k not in settled]
        taken = sum(records[k].amount_minor for k in inside if k not in set(free))
        target = max(0, round_ratio(line.net_minor * gross.numerator, gross.denominator) - taken)
        now = sum(records[k].amount_minor for k in free)
        if now > 0:
            running = 0
            for k in free:
                before = round_ratio(target * running, now)
                running += records[k].amount_minor
                records[k] = replace(records[k], amount_minor=round_ratio(target * running, now) - before)
        elif target > 0:
            free = [len(records)]
            by_month.setdefault(line.month, []).append(len(records))
            records.append(_carrier(ledger, side, line, target))
        settled |= set(free)
    kept = tuple(row for row in records if row.amount_minor or row.issue < ledger.as_of)
    return rebuilt(ledger, customers=kept) if side == "customer" else rebuilt(ledger, suppliers=kept)


def _concerns(line: BudgetLine, partner_id: str, segment: dict[str, str]) -> bool:
    if line.scope == "partner":
        return partner_id == line.name
    if line.scope == "segment":
        return segment.get(partner_id, "") == line.name
    return partner_id == NEW_CUSTOMERS if line.scope == "new" else True


def _carrier(ledger: Ledger, side: Side, line: BudgetLine, amount_minor: int) -> InvoiceRecord:
    """One invoice in the middle of a month (from `as_of` on at the earliest) for what nobody was expected to bring."""
    year, month = divmod(line.month, 12)
    first = to_date(to_day(to_date(ledger.as_of).replace(year=year, month=month + 1, day=1)))
    issue = min(max(to_day(first) + 14, ledger.as_of), to_day(month_end(first)))
    partner = (
        NEW_CUSTOMERS if line.scope == "new" else line.name if line.scope == "partner" else _largest(ledger, side, line)
    )
    return InvoiceRecord(
        invoice_id=f"{EXPECTED_PREFIX}{partner}:{year:04d}-{month + 1:02d}:budget",
        partner_id=partner,
        issue=issue,
        due=issue + _DUE_DAYS,
        amount_minor=amount_minor,
        vat_rate=VAT_RATE_DEFAULT,
    )


def _largest(ledger: Ledger, side: Side, line: BudgetLine) -> str:
    """The partner of the scope with the largest sum of invoices; the side's stand-in where there is none."""
    invoices = side_of(ledger, side)
    total = np.bincount(invoices.partner, invoices.amount_minor.astype(np.float64), len(ledger.partners))
    places: list[int] = np.argsort(-total, kind="stable").tolist()
    for place in places:
        partner = ledger.partners[place]
        if total[place] > 0 and (line.scope != "segment" or partner.segment == line.name):
            return partner.partner_id
    return NEW_CUSTOMERS if side == "customer" else "expected:suppliers"


def _net(invoices: Invoices, row: int) -> int:
    told = int(invoices.net_minor[row])
    return told if told != NO_AMOUNT else net_of_vat(int(invoices.amount_minor[row]), invoices.vat_rate[row])


def gross_share(ledger: Ledger, side: Side) -> Fraction:
    """Amounts with VAT over amounts before VAT of the side's last twelve months; 1.20 where nothing was invoiced."""
    invoices = side_of(ledger, side)
    rows = np.flatnonzero((invoices.issue < ledger.as_of) & (invoices.issue >= ledger.as_of - _YEAR_DAYS))
    gross = int(invoices.amount_minor[rows].sum())
    net = sum(_net(invoices, k) for k in rows.tolist())
    return Fraction(gross, net) if net > 0 and gross > 0 else 1 + Fraction(VAT_RATE_DEFAULT)
