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
from forecasting.simulation.kernel_arrays import CompiledContracts, lower, same_exposure
from forecasting.simulation.kernel_bank import run_bank
from forecasting.simulation.kernel_book import Book, Calendar
from forecasting.simulation.kernel_clauses import ACCOUNT, Account, Purchases
from forecasting.simulation.kernel_exposure import expose, open_desk
from forecasting.simulation.kernel_factoring import Diary, add_bank_fees, open_diary, read_turns, run_account
from forecasting.simulation.kernel_facts import FactsBlock, fact_arrays, facts_block, path_facts
from forecasting.simulation.kernel_insurance import insure
from forecasting.simulation.kernel_money import OPTIONS, add, fill, lowered
from forecasting.simulation.kernel_policy import Policy
from forecasting.simulation.kernel_results import (
    CLAIM_COLUMNS,
    LOSSES,
    RECOVERY_COLUMNS,
    Exposure,
    Outcome,
    allocate_outcome,
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
    kind = 1 if factored else 0
    add(exposure.daily[kind], out.daily)
    add(exposure.total[kind], out.total)
    add(exposure.loss, out.loss)
    for path in range(out.balance.shape[0]):
        fill(diary.bank, 0)
        fill(diary.payout, 0)
        if insured:
            _insure(path, factored, calendar, book, purchases, policy, exposure, diary, out)
        if not factored:
            run_bank(path, calendar, book, exposure.base[path], diary.bank, diary.tally, out)
            continue
        read_turns(path, 2 if insured else 1, calendar, purchases, account, exposure, diary, out)
        if purchases.kind == ACCOUNT:
            run_account(path, calendar, book, purchases, account, exposure, diary, out)
        else:
            add_bank_fees(path, calendar, account, diary, out)
            run_bank(path, calendar, book, exposure.kept[path], diary.bank, diary.tally, out)


@lowered
def _insure(
    path: int,
    factored: bool,
    calendar: Calendar,
    book: Book,
    purchases: Purchases,
    policy: Policy,
    exposure: Exposure,
    diary: Diary,
    out: Outcome,
) -> None:
    """The policy beside the factor (bit 2) or alone (bit 1); a delegated indemnity goes to the factor's account."""
    to_factor = factored and policy.delegated and purchases.kind == ACCOUNT
    bit = 2 if factored else 1
    insure(path, bit, to_factor, calendar, book, policy, exposure, diary.room, diary.bank, diary.payout, out)


_OPTIONS: Final[dict[str, Any]] = {"nogil": True, "cache": True, **OPTIONS}
_expose_compiled = numba.njit(**_OPTIONS)(expose)
_settle_compiled = numba.njit(**_OPTIONS)(settle)


def expose_block(compiled: CompiledContracts, block: FactsBlock, *, state: bool = False, plain: bool = False) -> Exposure:
    """First stage: which invoices count on each path and day. `state` keeps R as well; `plain` runs uncompiled."""
    assert block.as_of == compiled.as_of, "facts and contracts speak of the same first day"
    assert block.horizon_days == compiled.calendar.days, "facts and contracts speak of the same horizon"
    run = expose if plain else _expose_compiled
    facts = fact_arrays(block)
    desk = open_desk(compiled.calendar, compiled.book, compiled.purchases, facts)
    paths = len(block)
    debtors = len(block.failure_partner) + len(block.request_partner)
    turns = paths * (64 + len(compiled.purchases.buy_invoice) // (32 if compiled.purchases.kind == ACCOUNT else 1))
    recoveries = 2 * debtors + 64
    while True:
        out = _allocate_exposure(compiled, paths, turns, debtors, recoveries, state)
        run(compiled.calendar, compiled.book, compiled.purchases, compiled.cover, facts, desk, out)
        if out.turn_ptr[-1] <= turns and out.recovery_ptr[-1] <= recoveries:
            return out
        turns, recoveries = max(turns, int(out.turn_ptr[-1])), max(recoveries, int(out.recovery_ptr[-1]))


def _allocate_exposure(
    compiled: CompiledContracts, paths: int, turns: int, claims: int, recoveries: int, state: bool
) -> Exposure:
    days, headings = compiled.calendar.days, len(CATEGORIES)
    factored = (paths, days) if compiled.purchases.active else (0, 0)
    account = factored if compiled.purchases.kind == ACCOUNT else (0, 0)

    def zeros(*shape: int) -> npt.NDArray[np.int64]:
        return np.zeros(shape, dtype=np.int64)

    return Exposure(
        base=zeros(paths, days),
        kept=zeros(*factored),
        eligible_early=zeros(*account),
        eligible_late=zeros(*account),
        assigned=zeros(*(account if state else (0, 0))),
        daily=zeros(2, headings, days),
        total=zeros(2, paths, headings),
        loss=zeros(paths, len(LOSSES)),
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
    months, years = len(compiled.account.month_ppm), len(compiled.policy.year_start)
    diary = open_diary(compiled.calendar.days, months, int(np.diff(exposure.claim_ptr).max(initial=0)), years)
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
