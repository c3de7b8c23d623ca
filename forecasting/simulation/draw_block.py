"""A block of drawn paths as the rows that the kernel and the reference read."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from forecasting.simulation.coming import Coming, business_block
from forecasting.simulation.disputes import Disputes, credit_of, settle_disputes
from forecasting.simulation.draw_plan import DrawPlan, Int16, Int32, Int64, Shared
from forecasting.simulation.draws import Stops, day_receipts, debtor_marks, path_luck, pay_days, stops
from forecasting.simulation.kernel_events import count_events, fill_events
from forecasting.simulation.kernel_facts import NEVER, ON_DEADLINE, PROCEDURES, BusinessBlock, FactsBlock, to_ppm


def draw_block(plan: DrawPlan, first: int, count: int, *, plain: bool = False) -> FactsBlock:
    """Paths first to first + count - 1 of a plan; each depends on the seed and its own number alone.

    `plain` draws the same bits without compiled code.
    """
    luck = path_luck(plan, np.arange(first, first + count))
    marks = debtor_marks(plan, luck, plain=plain)
    ends = stops(plan, luck, marks)
    days, found = pay_days(plan, luck, marks, ends.stop, plain=plain)
    disputes = settle_disputes(plan, luck, found, ends.stop, plain=plain)
    business = None if plan.coming is None else business_block(plan.coming, plan.seed, luck.paths)
    if business is not None:
        disputes = _credits_of(plan, business, disputes)
    receipts = (_plain_receipts if plain else _compiled_receipts)(plan, days, disputes)
    if business is not None and plan.coming is not None:
        _take_amounts(plan.coming, business, receipts)
    return _block(plan, count, receipts, disputes, ends, business)


def receipts_book(plan: DrawPlan, first: int, count: int) -> Int64:
    """What customers pay on each day of paths first to first + count - 1; int64 (count, H).

    The sums of the receipts of `draw_block`, without writing any of them down where all amounts are certain.
    """
    if plan.coming is not None:
        return _written_book(plan, draw_block(plan, first, count))
    luck = path_luck(plan, np.arange(first, first + count))
    marks = debtor_marks(plan, luck)
    ends = stops(plan, luck, marks)
    book: Int64 = day_receipts(plan, luck, marks, ends.stop)[:, : plan.horizon_days]
    book += shared_receipts(plan)
    return book


def _written_book(plan: DrawPlan, block: FactsBlock) -> Int64:
    book = np.zeros((len(block), plan.horizon_days), dtype=np.int64)
    np.add.at(book, (_paths(block.receipt_ptr), block.receipt_day), block.receipt_minor)
    return book


def shared_receipts(plan: DrawPlan) -> Int64:
    """What is known to come in on each day, the same on every path; int64 (H,)."""
    shared = np.zeros(plan.horizon_days, dtype=np.int64)
    np.add.at(shared, plan.known_receipts.day, plan.known_receipts.minor)
    return shared


Rows = tuple[Int64, Int64, Int64, Int64]
#: Receipts of a block: pointers of its paths, then invoice, day, amount.
Receipts = tuple[Int64, Int32, Int16, Int64]


def _plain_receipts(plan: DrawPlan, days: Int16, disputes: Disputes) -> Receipts:
    """What is paid within the horizon, known payments included, by path, day and invoice."""
    short = np.zeros(days.shape, dtype=np.int64)
    short[disputes.path, disputes.slot] = disputes.credit_minor
    path, slot = np.nonzero(days < plan.horizon_days)
    drawn = (path, plan.row[slot].astype(np.int64), days[path, slot].astype(np.int64), plan.minor[slot] - short[path, slot])
    path, row, day, minor = _merged(plan, drawn, _on_every_path(plan.known_receipts, len(days)))
    return _pointers(path, len(days)), row.astype(np.int32), day.astype(np.int16), minor


def _compiled_receipts(plan: DrawPlan, days: Int16, disputes: Disputes) -> Receipts:
    """The same by a counting sort; known payments stand beside the drawn ones, on the same day of every path."""
    known = plan.known_receipts
    all_days = np.column_stack([days, np.tile(known.day, (len(days), 1))]) if len(known.day) else days
    ptr = np.empty(len(days) + 1, dtype=np.int64)
    count_events(all_days, plan.horizon_days, ptr)
    invoice, event_day = np.empty(ptr[-1], dtype=np.int32), np.empty(ptr[-1], dtype=np.int16)
    amount = np.empty(ptr[-1], dtype=np.int64)
    fill_events(
        all_days,
        plan.by_row,
        np.concatenate([plan.row, known.row]) if len(known.row) else plan.row,
        np.concatenate([plan.minor, known.minor]) if len(known.row) else plan.minor,
        plan.horizon_days,
        ptr,
        _pointers(disputes.path, len(days)),
        disputes.slot,
        disputes.credit_minor,
        invoice,
        event_day,
        amount,
    )
    return ptr, invoice, event_day, amount


def _paths(ptr: Int64) -> Int64:
    """The path of each row."""
    return np.repeat(np.arange(len(ptr) - 1), np.diff(ptr))


def _credits_of(plan: DrawPlan, business: BusinessBlock, disputes: Disputes) -> Disputes:
    """Disputes with what their settlement credits of invoices whose amount the path decides."""
    assert plan.coming is not None
    place = plan.coming.index[plan.row[disputes.slot]]
    touched = np.flatnonzero((place >= 0) & (disputes.credit_minor > 0))
    amount = business.customer_minor[disputes.path[touched], place[touched]]
    credit = disputes.credit_minor.copy()
    credit[touched] = credit_of(plan, amount)
    return replace(disputes, credit_minor=credit)


def _take_amounts(coming: Coming, business: BusinessBlock, receipts: Receipts) -> None:
    """Receipts of invoices to come at the amounts of their path, changed in place."""
    ptr, invoice, _, minor = receipts
    change = business.customer_minor - coming.customers.base_minor
    place = coming.index[invoice]
    rows = np.flatnonzero(place >= 0)
    minor[rows] += change[_paths(ptr)[rows], place[rows]]


def _our_payments(plan: DrawPlan, count: int, business: BusinessBlock | None) -> Receipts:
    """What we pay to suppliers: once for all paths where they share it, else path by path."""
    shared = plan.our_payments
    if business is None or plan.coming is None or not len(plan.coming.suppliers):
        return np.array([0, len(shared.row)], dtype=np.int64), shared.row, shared.day, shared.minor
    minor = np.tile(shared.minor, (count, 1))
    place = plan.coming.supplier_index[shared.row]
    paid = np.flatnonzero(place >= 0)
    minor[:, paid] = business.supplier_minor[:, place[paid]]
    ptr = len(shared.row) * np.arange(count + 1, dtype=np.int64)
    return ptr, np.tile(shared.row, count), np.tile(shared.day, count), minor.reshape(-1)


def _cancelled(plan: DrawPlan, ends: Stops, business: BusinessBlock | None) -> Rows:
    """Credit notes, on their issue day, of what is not delivered any more: issued after the judgment, or after the seller
    noticed that the debtor pays nothing."""
    count = len(ends.stop)
    given = np.flatnonzero(plan.debtors.stop < plan.horizon_days)
    path = np.concatenate([np.repeat(np.arange(count), len(given)), ends.failure_path, ends.vanish_path])
    debtor = np.concatenate([np.tile(given, count), ends.failure_debtor, ends.vanish_debtor])
    noticed = ends.vanish_day + plan.assumptions.stop_delivery_days
    last = np.concatenate([np.tile(plan.debtors.stop[given], count), ends.failure_day, noticed])
    first, stop = plan.debtors.future[debtor], plan.debtors.ptr[debtor + 1]
    which = np.repeat(np.arange(len(path)), stop - first)
    slot = np.arange(len(which)) - np.repeat(np.cumsum(stop - first) - (stop - first), stop - first) + first[which]
    issue = plan.earliest_of(slot).astype(np.int64)
    gone = (issue > last[which]) & (issue < plan.horizon_days)
    # A debtor that vanished may fail later: one credit note is enough.
    path, slot = np.divmod(np.unique(path[which][gone] * len(plan.row) + slot[gone]), max(len(plan.row), 1))
    row, minor = plan.row[slot].astype(np.int64), plan.minor[slot]
    if business is not None and plan.coming is not None:
        place = plan.coming.index[row]
        own = np.flatnonzero(place >= 0)
        minor[own] = business.customer_minor[path[own], place[own]]
    return path, row, plan.earliest_of(slot).astype(np.int64), minor


def _on_every_path(shared: Shared, count: int) -> Rows:
    """Shared events repeated for each path."""
    row, day, minor = (np.tile(column.astype(np.int64), count) for column in (shared.row, shared.day, shared.minor))
    return np.repeat(np.arange(count), len(shared.row)), row, day, minor


def _merged(plan: DrawPlan, *families: Rows) -> Rows:
    """Rows of several families sorted by path, day and invoice."""
    path, row, day, minor = (np.concatenate(columns) for columns in zip(*families, strict=True))
    order = np.argsort((path * plan.horizon_days + day) * len(plan.invoices) + row, kind="stable")
    return path[order], row[order], day[order], minor[order]


def _pointers(path: Int64, count: int) -> Int64:
    return np.append(0, np.cumsum(np.bincount(path, minlength=count))).astype(np.int64)


def _block(
    plan: DrawPlan, count: int, receipts: Receipts, disputes: Disputes, ends: Stops, business: BusinessBlock | None
) -> FactsBlock:
    within = (disputes.credit_minor > 0) & (disputes.resolved < plan.horizon_days)
    settled = (
        disputes.path[within],
        plan.row[disputes.slot[within]].astype(np.int64),
        disputes.resolved[within],
        disputes.credit_minor[within],
    )
    credit = _merged(
        plan, settled, _cancelled(plan, ends, business), _on_every_path(plan.shared(plan.known.facts.credit_notes), count)
    )
    payment = _our_payments(plan, count, business)
    dispute = _dispute_rows(plan, count, disputes)
    failure = _failure_rows(plan, count, ends)
    request = _request_rows(plan, count, ends)
    return FactsBlock(
        as_of=plan.as_of,
        horizon_days=plan.horizon_days,
        drawn=np.ones(count, dtype=np.uint8),
        moved=np.zeros(count, dtype=np.int32),
        receipt_ptr=receipts[0],
        receipt_invoice=receipts[1],
        receipt_day=receipts[2],
        receipt_minor=receipts[3],
        payment_ptr=payment[0],
        payment_invoice=payment[1],
        payment_day=payment[2],
        payment_minor=payment[3],
        credit_ptr=_pointers(credit[0], count),
        credit_invoice=credit[1].astype(np.int32),
        credit_day=credit[2].astype(np.int16),
        credit_minor=credit[3],
        dispute_ptr=_pointers(dispute[:, 0], count),
        dispute_invoice=dispute[:, 1].astype(np.int32),
        dispute_day=dispute[:, 2].astype(np.int32),
        dispute_resolved=dispute[:, 3].astype(np.int32),
        failure_ptr=_pointers(failure[:, 0], count),
        failure_partner=failure[:, 1].astype(np.int32),
        failure_judgment=failure[:, 2].astype(np.int32),
        failure_declared=failure[:, 3].astype(np.int32),
        failure_procedure=failure[:, 4].astype(np.int32),
        failure_irrecoverable=failure[:, 5].astype(np.int32),
        failure_dividend_ppm=failure[:, 6].copy(),
        failure_dividend_day=failure[:, 7].astype(np.int32),
        request_ptr=_pointers(request[:, 0], count),
        request_partner=request[:, 1].astype(np.int32),
        request_day=request[:, 2].astype(np.int32),
        request_declared=request[:, 3].astype(np.int32),
        business=business,
    )


def _ordered(rows: Int64, given: list[list[int]], count: int) -> Int64:
    """Rows (path, entity, …), sorted, with the given ones on every path, sorted by path, then entity."""
    if not given:
        return rows
    each = np.array(given, dtype=np.int64).reshape(-1, rows.shape[1] - 1)
    shared = np.column_stack([np.repeat(np.arange(count), len(each)), np.tile(each, (count, 1))])
    merged = np.concatenate([rows, shared])
    return merged[np.lexsort(tuple(merged[:, k] for k in reversed(range(min(merged.shape[1], 4)))))]


def _dispute_rows(plan: DrawPlan, count: int, disputes: Disputes) -> Int64:
    row = plan.row[disputes.slot].astype(np.int64)
    drawn = np.column_stack([disputes.path, row, disputes.opened, disputes.resolved])
    drawn = drawn[np.argsort(disputes.path * len(plan.invoices) + row, kind="stable")]
    given = [[d.invoice, d.day - plan.as_of, _far(d.resolved, plan.as_of)] for d in plan.known.facts.disputes]
    return _ordered(drawn, given, count)


def _failure_rows(plan: DrawPlan, count: int, ends: Stops) -> Int64:
    """Drawn and given failures: path, partner, judgment, declared, procedure, irrecoverable, dividend ppm, dividend day."""
    debtors = plan.debtors
    recovery = debtors.recovery[ends.failure_debtor]
    days = debtors.dividend_days[ends.failure_procedure, recovery]
    drawn = np.column_stack(
        [
            ends.failure_path,
            debtors.partner[ends.failure_debtor],
            ends.failure_day,
            np.full(len(ends.failure_path), ON_DEADLINE),
            ends.failure_procedure,
            np.full(len(ends.failure_path), NEVER),
            debtors.dividend_ppm[ends.failure_procedure, recovery],
            ends.failure_day + days,
        ]
    )
    given = [
        [
            f.partner,
            f.judgment - plan.as_of,
            ON_DEADLINE if f.declared is None else f.declared - plan.as_of,
            PROCEDURES.index(f.procedure),
            _far(f.irrecoverable, plan.as_of),
            to_ppm(f.dividend_rate),
            _far(f.dividend_day, plan.as_of),
        ]
        for f in plan.known.facts.failures
    ]
    return _ordered(drawn, given, count)


def _far(day: int, as_of: int) -> int:
    """A day from as_of, NEVER where there is none."""
    return NEVER if day < -NEVER else day - as_of


def _request_rows(plan: DrawPlan, count: int, ends: Stops) -> Int64:
    """Requests for intervention: those of the scenario, and for debtors that vanish one on the policy's deadline."""
    given = [
        [
            r.partner,
            ON_DEADLINE if r.day is None else r.day - plan.as_of,
            ON_DEADLINE if r.declared is None else r.declared - plan.as_of,
        ]
        for r in plan.known.facts.requests
    ]
    partner = plan.debtors.partner[ends.vanish_debtor]
    asked = ~np.isin(partner, [row[0] for row in given])
    deadline = np.full(int(asked.sum()), ON_DEADLINE)
    drawn = np.column_stack([ends.vanish_path[asked], partner[asked], deadline, deadline])
    return _ordered(drawn, given, count)
