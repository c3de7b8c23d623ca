"""What a debtor's failure moves in every variant: dividend, VAT relief, VAT given back on later receipts (domain 2.4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from forecasting.ledger import NO_DAY, Ledger
from forecasting.money import apply_rate, round_ratio
from forecasting.simulation.facts import Failure
from forecasting.simulation.flows import Category, Flow
from forecasting.simulation.receivables import PAYMENT, Receivable
from forecasting.vat import NetShare, share_by_rate, vat_day_after, vat_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Relief:
    """VAT taken back on one invoice: `open_minor` at the day that opens the right, of it `relieved_minor` with VAT."""

    invoice: int
    net: NetShare
    open_minor: int
    relieved_minor: int


def open_at_judgment(failure: Failure, debts: Sequence[Receivable]) -> dict[int, int]:
    """What is open of each of the debtor's invoices at the end of the judgment day, disputed ones included."""
    found = {d.index: d.open_at_end(failure.judgment) for d in debts if d.issue <= failure.judgment}
    return {index: amount for index, amount in found.items() if amount > 0}


def dividend_minor(failure: Failure, debts: Sequence[Receivable]) -> int:
    """half_up(dividend * open TTC at the end of the judgment day); 0 where none is announced."""
    if failure.dividend_day == NO_DAY:
        return 0
    return apply_rate(sum(open_at_judgment(failure, debts).values()), failure.dividend_rate)


def relief_opens(failure: Failure) -> int:
    """The day that opens the right to VAT relief: a liquidation's judgment, else the day found irrecoverable; or NO_DAY."""
    return failure.judgment if failure.procedure == "liquidation" else failure.irrecoverable


def reliefs(failure: Failure, debts: Sequence[Receivable], guaranteed: Mapping[int, int]) -> tuple[Relief, ...]:
    """The invoices whose VAT was due on debits and is taken back, less the part that a factor guaranteed and paid."""
    day = relief_opens(failure)
    if day == NO_DAY:
        return ()
    found = []
    for debt in debts:
        is_open = debt.open_at_end(day) if debt.issue <= day else 0
        if is_open > 0 and not debt.on_receipt:
            own = is_open - min(is_open, guaranteed.get(debt.index, 0))
            found.append(Relief(invoice=debt.index, net=debt.net, open_minor=is_open, relieved_minor=own))
    return tuple(found)


def dividend_flow(ledger: Ledger, failure: Failure, debts: Sequence[Receivable]) -> Flow:
    """The liquidator's dividend, perhaps of 0 or beyond the horizon; it may come on the judgment day itself."""
    partner_id = ledger.partners[failure.partner].partner_id
    return Flow(
        day=failure.dividend_day,
        category="recovery",
        amount_minor=dividend_minor(failure, debts),
        partner_id=partner_id,
        source_id=partner_id,
    )


def relief_flows(
    ledger: Ledger, failure: Failure, debts: Sequence[Receivable], guaranteed: Mapping[int, int]
) -> tuple[Flow, ...]:
    """VAT relief and reversals of one failure, in any order, some of them perhaps beyond the horizon.

    `guaranteed` is what a factor pays for each invoice (empty: nothing, or the relief stays with the seller).
    """
    partner_id = ledger.partners[failure.partner].partner_id
    amounts: dict[tuple[Category, int], int] = defaultdict(int)
    dividend = dividend_minor(failure, debts)
    taken = reliefs(failure, debts, guaranteed)
    if taken:
        relief_day = vat_day_after(relief_opens(failure), ledger.vat_day)
        amounts["vat_relief", relief_day] += sum(vat_in(r.relieved_minor, r.net) for r in taken)
        for day, vat in _given_back(failure, debts, taken, dividend):
            amounts["vat_relief_reversal", max(vat_day_after(day, ledger.vat_day), relief_day)] -= vat
    return tuple(
        Flow(day=day, category=category, amount_minor=amount, partner_id=partner_id, source_id=partner_id)
        for (category, day), amount in sorted(amounts.items())
        if amount
    )


def _given_back(
    failure: Failure, debts: Sequence[Receivable], taken: Sequence[Relief], dividend: int
) -> list[tuple[int, int]]:
    """(day, VAT) of each later receipt on invoices whose VAT was taken back; payments keep their invoice's label."""
    by_invoice = {relief.invoice: relief for relief in taken}
    opened = relief_opens(failure)
    found = []
    for debt in debts:
        relief = by_invoice.get(debt.index)
        for day, kind, amount in debt.steps:
            if relief and kind == PAYMENT and day > opened:
                found.append((day, vat_in(round_ratio(amount * relief.relieved_minor, relief.open_minor), relief.net)))
    if dividend:
        found.append((failure.dividend_day, _vat_of_dividend(failure, debts, taken, dividend)))
    return found


def _vat_of_dividend(failure: Failure, debts: Sequence[Receivable], taken: Sequence[Relief], dividend: int) -> int:
    """The VAT in the dividend: shared over rates by what was open of each, within a rate by the part relieved."""
    open_by_rate: dict[NetShare, int] = defaultdict(int)
    at_judgment = open_at_judgment(failure, debts)
    for debt in debts:
        open_by_rate[debt.net] += at_judgment.get(debt.index, 0)
    relieved: dict[NetShare, int] = defaultdict(int)
    for relief in taken:
        relieved[relief.net] += relief.relieved_minor
    opened = relief_opens(failure)
    base: dict[NetShare, int] = defaultdict(int)
    for debt in debts:
        base[debt.net] += max(0, debt.open_at_end(opened)) if debt.issue <= opened else 0
    return sum(
        vat_in(round_ratio(part * relieved[rate], base[rate]), rate)
        for rate, part in share_by_rate(dividend, open_by_rate).items()
        if base[rate]
    )
