"""A factoring contract as flat arrays: which invoice is bought when, under which approval, and when it comes back.

Days count from `as_of` (day 0), rates are whole millionths, amounts minor units. Source: domain 1.1 to 1.4.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from forecasting.dates import business_table, month_end, to_date, to_day
from forecasting.factoring.contract import DatedLimit, FactoringContract
from forecasting.ledger import NO_DAY, Ledger
from forecasting.simulation.kernel_book import DUE, ISSUE, Book, Rows
from forecasting.simulation.kernel_facts import NEVER, to_ppm
from forecasting.simulation.kernel_money import NO_LIMIT, PPM

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Flags = npt.NDArray[np.uint8]

#: Kinds of contract by what they do to cash (domain 1.1, 1.6).
ACCOUNT, SPOT, REVERSE, FORFAITING = 0, 1, 2, 3
_KINDS: Final = {"reverse": REVERSE, "spot": SPOT, "forfaiting": FORFAITING}
#: Contract types whose collections reach the company's pledged account first (domain 1.1, 1.5).
_SWEPT: Final = ("confidential", "notified_unmanaged")
#: An absent concentration cap.
NO_CAP: Final = -1


class Purchases(NamedTuple):
    """Which invoices count; read by the first stage only. A change here means a new exposure.

    buy_ptr, hand_ptr int64 (H + 1,) with the invoices that are bought and handed back on each day. held uint32: with the
    factor at the start. slot uint32 (n,): the approval that an invoice was bought under; slot_ptr int64 (D + 1,),
    slot_limit: each debtor's approvals in the order of their days. line_day int32 (D,): planned day of a debtor's first
    purchase (NEVER: none, or its line is open already). guarantor int64 (D,): the factor bears the debtor, bit 1 in the
    variant `factoring`, bit 2 in `both`. payout_days NEVER: no guarantee. share_relief: VAT relief leaves out what the
    factor guarantees. in_advance: interest is taken from each draw.
    """

    active: bool
    kind: int
    buy_ptr: Int64
    buy_invoice: Rows
    hand_ptr: Int64
    hand_invoice: Rows
    held: Rows
    slot: Rows
    slot_ptr: Int64
    slot_limit: Int64
    line_day: Int32
    guarantor: Int64
    cap_ppm: int
    at_purchase: bool
    sweep: bool
    payout_days: int
    guarantee_ppm: int
    share_relief: bool
    in_advance: bool


def lower_purchases(
    ledger: Ledger, book: Book, horizon_days: int, contract: FactoringContract | None, guarantor: Int64
) -> Purchases:
    """Who is bought when, under which approval, and when it comes back."""
    n, partner = len(ledger.customers), book.partner
    fund_day = np.full(n, NEVER, dtype=np.int32) if contract is None else _fund_days(ledger, book, contract)
    hand_day = np.full(n, NEVER, dtype=np.int32)
    kind = ACCOUNT if contract is None else _KINDS.get(contract.contract_type, ACCOUNT)
    sold = kind in (REVERSE, FORFAITING)
    if contract is not None and contract.recourse and contract.definancing_days is not None and not sold:
        funded = fund_day < NEVER
        back = np.maximum(book.days[:, DUE] + contract.definancing_days, fund_day)
        hand_day[funded] = np.maximum(back[funded], 0)
    slot_ptr, slot_limit, slot = _approvals(ledger, partner, fund_day, contract)
    buy_ptr, buy_invoice = _by_day(fund_day, horizon_days)
    hand_ptr, hand_invoice = _by_day(hand_day, horizon_days)
    line_day = np.full(len(ledger.partners), NEVER, dtype=np.int32)
    np.minimum.at(line_day, partner, fund_day)
    line_day[line_day < 0] = NEVER
    payout = None if contract is None or contract.recourse else contract.guarantee_payout_days
    return Purchases(
        active=contract is not None,
        kind=kind,
        buy_ptr=buy_ptr,
        buy_invoice=buy_invoice,
        hand_ptr=hand_ptr,
        hand_invoice=hand_invoice,
        held=np.flatnonzero(fund_day < 0).astype(np.uint32),
        slot=slot.astype(np.uint32),
        slot_ptr=slot_ptr,
        slot_limit=slot_limit,
        line_day=line_day,
        guarantor=guarantor,
        cap_ppm=NO_CAP if contract is None or contract.concentration_cap is None else to_ppm(contract.concentration_cap),
        at_purchase=contract is not None
        and contract.concentration_test == "at_purchase"
        and contract.concentration_cap is not None,
        sweep=contract is not None and contract.contract_type in _SWEPT,
        payout_days=NEVER if payout is None or sold else payout,
        guarantee_ppm=PPM if contract is None else to_ppm(contract.unpaid_guarantee_rate),
        share_relief=contract is not None and payout is not None and contract.vat_relief_on_guaranteed != "seller",
        in_advance=contract is not None and kind == ACCOUNT and contract.interest_mode == "advance",
    )


def _fund_days(ledger: Ledger, book: Book, contract: FactoringContract) -> Int32:
    """f of every invoice (domain 1.4 step 2): NEVER where it is not assigned, negative where it already was."""
    customers, as_of = ledger.customers, ledger.as_of
    remitted = _remittance_days(ledger, book, contract)
    issue, due = book.days[:, ISSUE], book.days[:, DUE]
    is_open = book.open_start > 0
    allowed = is_open & (due >= remitted) & _debtors(ledger, contract)[book.partner]
    if contract.max_invoice_age_days is not None:
        allowed &= remitted - issue <= contract.max_invoice_age_days
    if contract.max_term_days is not None:
        allowed &= due - issue <= contract.max_term_days
    fund = np.full(len(customers), NEVER, dtype=np.int64)
    if allowed.any():
        fund[allowed] = _after_business_days(remitted[allowed], as_of, contract.funding_delay_bd)
    end = NEVER if contract.termination_day is None else contract.termination_day - as_of
    fund[(fund >= end) | (fund < 0)] = NEVER
    held = (customers.assigned != NO_DAY) & (customers.assigned < as_of) & is_open
    fund[held] = customers.assigned[held].astype(np.int64) - as_of
    return fund.astype(np.int32)


def _remittance_days(ledger: Ledger, book: Book, contract: FactoringContract) -> Int32:
    """r: its own date, else the schedule; what was issued before the start goes in on the start date, or later.

    No invoice is remitted before it is issued.
    """
    start, issue = contract.start_day - ledger.as_of, book.days[:, ISSUE]
    given = ledger.customers.remittance != NO_DAY
    own = np.where(given, ledger.customers.remittance.astype(np.int64) - ledger.as_of, -NEVER)
    chosen = np.where(given, np.maximum(own, issue), _scheduled(issue, ledger.as_of, contract.remittance_schedule))
    return np.where(issue < start, np.maximum(own, start), chosen).astype(np.int32)


def _scheduled(issue: Int32, as_of: int, schedule: str) -> Int32:
    day = issue.astype(np.int64)
    if schedule == "daily":
        return _after_business_days(day, as_of, 0).astype(np.int32)
    if schedule == "weekly":  # day number 4 (1970-01-05) is a Monday
        return (day + (4 - (day + as_of)) % 7).astype(np.int32)
    if schedule == "monthly":
        known = {int(d): to_day(month_end(to_date(int(d) + as_of))) - as_of for d in np.unique(day)}
        return np.array([known[int(d)] for d in day], dtype=np.int32)
    return issue


def _after_business_days(day: npt.NDArray[np.int32] | Int64, as_of: int, count: int) -> Int64:
    """`count` business days after each day; for 0 the first business day on or after it."""
    if len(day) == 0:
        return np.empty(0, dtype=np.int64)
    low, high = int(day.min()), int(day.max())
    opens = np.flatnonzero(business_table(as_of + low, high - low + 30 + 3 * count)) + low
    if count == 0:
        return opens[np.searchsorted(opens, day, side="left")]
    return opens[np.searchsorted(opens, day, side="right") + count - 1]


def _debtors(ledger: Ledger, contract: FactoringContract) -> npt.NDArray[np.bool_]:
    """Which debtors may be assigned at all: type and list of the contract."""
    allowed = np.ones(len(ledger.partners), dtype=np.bool_)
    for d, partner in enumerate(ledger.partners):
        if (
            ("public" in contract.ineligible and partner.public_body)
            or ("foreign" in contract.ineligible and not partner.domestic)
            or ("intra_group" in contract.ineligible and partner.intra_group)
            or (contract.debtors_only is not None and partner.partner_id not in contract.debtors_only)
            or (contract.debtors_except is not None and partner.partner_id in contract.debtors_except)
        ):
            allowed[d] = False
    return allowed


def _approvals(
    ledger: Ledger, partner: Rows, fund_day: Int32, contract: FactoringContract | None
) -> tuple[Int64, Int64, Int64]:
    """Approval slots: a debtor's approval at the start, then one slot for each change, in the order of its days."""
    table = None if contract is None or contract.approvals is None else dict(contract.approvals)
    steps = limits_by_day(ledger, table, 0, () if contract is None else contract.approval_changes)
    ptr = np.concatenate([[0], np.cumsum([len(s) for s in steps])]).astype(np.int64)
    limit = np.array([amount for s in steps for _, amount in s], dtype=np.int64)
    slot = ptr[partner]
    for d, own in enumerate(steps):
        if len(own) > 1:
            mine = np.flatnonzero(partner == d)
            days = np.array([day for day, _ in own[1:]])
            slot[mine] += np.searchsorted(days, fund_day[mine], side="right")
    return ptr, limit, slot


def limits_by_day(
    ledger: Ledger, table: dict[str, int] | None, unlisted: int, changes: tuple[DatedLimit, ...]
) -> list[list[tuple[int, int]]]:
    """For each partner the (day, limit) steps in force, the first from always on; no table means no limit."""
    later: dict[str, list[tuple[int, int]]] = {}
    for change in changes:
        later.setdefault(change.partner_id, []).append((change.day - ledger.as_of, change.amount_minor))
    steps = []
    for partner in ledger.partners:
        base = NO_LIMIT if table is None else table.get(partner.partner_id, unlisted)
        steps.append([(-NEVER, base), *sorted(later.get(partner.partner_id, []))])
    return steps


def _by_day(day: Int32, horizon_days: int) -> tuple[Int64, Rows]:
    inside = np.flatnonzero((day >= 0) & (day < horizon_days))
    order = inside[np.lexsort((inside, day[inside]))]
    counts = np.bincount(day[inside], minlength=horizon_days)[:horizon_days]
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), order.astype(np.uint32)
