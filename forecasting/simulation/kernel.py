"""The kernel's front: blocks of paths through the compiled code, or through the same source uncompiled.

`kernel_results` shows how an engine calls it. No other module outside `kernel*.py` knows that numba is there.
"""

from __future__ import annotations

from typing import Any, Final

import numba
import numpy as np
import numpy.typing as npt

from forecasting.ledger import Ledger
from forecasting.simulation.flows import CATEGORIES, VARIANTS, Variant
from forecasting.simulation.kernel_account import Account
from forecasting.simulation.kernel_arrays import CompiledContracts, lower, same_exposure
from forecasting.simulation.kernel_bank import run_bank
from forecasting.simulation.kernel_book import Book, Calendar
from forecasting.simulation.kernel_clauses import ACCOUNT, SPOT, Purchases
from forecasting.simulation.kernel_desk import open_desk
from forecasting.simulation.kernel_exposure import expose
from forecasting.simulation.kernel_factoring import Diary, open_diary, read_turns, run_account
from forecasting.simulation.kernel_facts import FactsBlock, fact_arrays, facts_block, path_facts
from forecasting.simulation.kernel_insurance import insure
from forecasting.simulation.kernel_money import OPTIONS, add, fill
from forecasting.simulation.kernel_policy import Policy
from forecasting.simulation.kernel_products import run_product
from forecasting.simulation.kernel_results import (
    CLAIM_COLUMNS,
    LOST_UNPAID,
    RECOVERY_COLUMNS,
    Exposure,
    Outcome,
    allocate_outcome,
    close_losses,
    rows,
)

__all__ = [
    "CompiledContracts",
    "Exposure",
    "FactsBlock",
    "Outcome",
    "allocate_outcome",
    "compile_kernels",
    "evaluate_block",
    "expose_block",
    "facts_block",
    "lower",
    "path_facts",
    "rows",
    "same_exposure",
    "settle_block",
]


def settle(
    calendar: Calendar,
    book: Book,
    purchases: Purchases,
    account: Account,
    policy: Policy,
    exposure: Exposure,
    variant: int,
    diary: Diary,
    out: Outcome,
) -> None:
    """Second stage of one variant (index in VARIANTS) for every path of a block."""
    factored = variant == 1 or variant == 3
    insured = variant >= 2
    bit = 2 if factored and insured else 1
    kind = 1 if factored else 0
    add(exposure.daily[kind], out.daily)
    add(exposure.total[kind], out.total)
    for path in range(out.balance.shape[0]):
        out.loss[path, LOST_UNPAID] += exposure.unpaid[path]
        fill(diary.bank, 0)
        fill(diary.payout, 0)
        fill(diary.received, 0)
        if insured:
            to_factor = factored and policy.delegated and purchases.kind <= SPOT
            credit = diary.payout if purchases.kind == ACCOUNT else diary.received
            insure(path, bit, to_factor, calendar, book, policy, exposure, diary.room, diary.bank, credit, out)
        if factored:
            read_turns(path, bit, calendar, account, exposure, diary, out)
            if purchases.kind == ACCOUNT:
                run_account(path, calendar, book, purchases, account, exposure, diary, out)
            else:
                run_product(path, bit, calendar, book, purchases, account, exposure, diary, out)
        else:
            run_bank(path, calendar, book, exposure.base[path], diary.bank, diary.tally, out)
        close_losses(path, out)


_COMPILED: Final[dict[str, Any]] = {"nogil": True, "cache": True, **OPTIONS}
_expose_compiled = numba.njit(**_COMPILED)(expose)
_settle_compiled = numba.njit(**_COMPILED)(settle)


def expose_block(compiled: CompiledContracts, block: FactsBlock, *, state: bool = False, plain: bool = False) -> Exposure:
    """First stage: which invoices count on each path and day. `state` keeps R as well; `plain` runs uncompiled."""
    assert block.as_of == compiled.as_of, "facts and contracts speak of the same first day"
    assert block.horizon_days == compiled.calendar.days, "facts and contracts speak of the same horizon"
    run = expose if plain else _expose_compiled
    facts = fact_arrays(block)
    book = compiled.book
    if len(facts.coming_row):
        book = book._replace(money=book.money.copy())
    desk = open_desk(compiled.calendar, book, compiled.purchases, facts)
    paths, debtors = len(block), len(block.failure_partner) + len(block.request_partner)
    kept = 32 if compiled.purchases.kind == ACCOUNT else 1
    turns = paths * (64 + (len(compiled.purchases.buy_invoice) + len(compiled.purchases.held)) // kept)
    recoveries = 2 * debtors + 64
    while True:
        out = _allocate_exposure(compiled, paths, turns, debtors, recoveries, state)
        run(compiled.calendar, book, compiled.purchases, compiled.cover, facts, desk, out)
        if out.turn_ptr[-1] <= turns and out.recovery_ptr[-1] <= recoveries:
            return out
        turns, recoveries = max(turns, int(out.turn_ptr[-1])), max(recoveries, int(out.recovery_ptr[-1]))
        desk.level[:] = 0


def _allocate_exposure(
    compiled: CompiledContracts, paths: int, turns: int, claims: int, recoveries: int, state: bool
) -> Exposure:
    days, headings = compiled.calendar.days, len(CATEGORIES)
    factored = (paths, days) if compiled.purchases.active else (0, 0)

    def zeros(*shape: int) -> npt.NDArray[np.int64]:
        return np.zeros(shape, dtype=np.int64)

    return Exposure(
        base=zeros(paths, days),
        kept=zeros(*factored),
        eligible_early=zeros(*factored),
        eligible_late=zeros(*factored),
        assigned=zeros(*(factored if state else (0, 0))),
        mean_due=zeros(*(factored if compiled.purchases.in_advance else (0, 0))),
        daily=zeros(2, headings, days),
        total=zeros(2, paths, headings),
        unpaid=zeros(paths),
        outstanding=zeros(paths),
        turn_ptr=zeros(paths + 1),
        turn=zeros(turns, 4),
        claim_ptr=zeros(paths + 1),
        claim=zeros(claims, CLAIM_COLUMNS),
        recovery_ptr=zeros(paths + 1),
        recovery=zeros(recoveries, RECOVERY_COLUMNS),
    )


def settle_block(
    compiled: CompiledContracts, exposure: Exposure, variant: Variant, out: Outcome, *, plain: bool = False
) -> None:
    """Second stage: amounts, rates and the bank account of one variant. `out.state` needs an exposure with its own."""
    assert variant in compiled.variants, f"no contract for the variant {variant}"
    assert len(out.balance) == len(exposure.base), "one row of the outcome for each path"
    run = settle if plain else _settle_compiled
    diary = open_diary(
        compiled.calendar.days,
        len(compiled.account.month_ppm),
        int(np.diff(exposure.claim_ptr).max(initial=0)),
        len(compiled.policy.year_start),
        1 if compiled.purchases.kind == ACCOUNT else int(np.diff(exposure.turn_ptr).max(initial=0)),
    )
    run(
        compiled.calendar,
        compiled.book,
        compiled.purchases,
        compiled.account,
        compiled.policy,
        exposure,
        VARIANTS.index(variant),
        diary,
        out,
    )


def evaluate_block(
    compiled: CompiledContracts, block: FactsBlock, variant: Variant, out: Outcome, *, plain: bool = False
) -> None:
    """Both stages for one variant; for several, expose once and settle each."""
    exposure = expose_block(compiled, block, state=len(out.state) > 0, plain=plain)
    settle_block(compiled, exposure, variant, out, plain=plain)


def compile_kernels(ledger: Ledger) -> None:
    """Compiles both stages, or loads them from the cache, on no path at all; call it in a thread of its own.

    Any ledger does: the compiled code depends on the kinds of the arrays, not on what they hold.
    """
    compiled = lower(ledger, 1)
    block = facts_block((), ledger.as_of, 1)
    exposure = expose_block(compiled, block)
    settle_block(compiled, exposure, "baseline", allocate_outcome(0, 1))
