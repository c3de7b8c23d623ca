"""What the kernel writes for a block of paths: exposures (first stage) and outcomes (second stage).

How an engine calls the kernel (all functions live in `forecasting.simulation.kernel`):

    compiled = lower(ledger, horizon_days, factoring, insurance)      plain Python, once per question
    exposure = expose_block(compiled, block)                          first stage: which invoices count, per path and day
    outcome = allocate_outcome(len(block), horizon_days)              or views into arrays over all paths: `rows`
    settle_block(compiled, exposure, "factoring", outcome)            second stage: amounts, rates, the bank account
    evaluate_block(compiled, block, "factoring", outcome)             both stages in one call

`exposure_key(factoring, insurance)` holds the clauses that the first stage reads: while it stays equal (rates, fees,
reserve, ceiling, floor, draw policy, all amounts of the policy may differ) an exposure serves another `compiled`.
Every function takes `plain=True` to run the very same source uncompiled, while `compile_kernels()` works in another
thread. The compiled functions are serial and free the interpreter lock: split the paths into blocks, one call a thread.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from forecasting.simulation.flows import CATEGORIES

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

#: Columns of `Outcome.loss`: what debtors that failed, or were handed to the insurer, still owe at the end of the horizon,
#: with VAT; the liquidators' dividends; the factor's guarantee; indemnities; what the insurer got back.
LOSSES: Final = ("unpaid", "dividend", "guaranteed", "indemnified", "to_insurer")
#: Columns of `Outcome.account`: what the factor's account was debited with (before VAT, then its VAT), over the horizon.
ACCOUNT: Final = ("service_fee", "minimum_fee", "service_vat", "financing_fee", "financing_vat", "commitment_fee")

#: Kinds of rows in `Exposure.turn` (kind, day, a, b).
OTHERWISE: Final = 0  # bought for b instead of the planned a (0: not bought)
LINE: Final = 1  # a first purchase of a debtor more (a = 1) or fewer (a = -1) than planned
GUARANTEE: Final = 2  # the factor pays a; b: bit 1 in `factoring`, bit 2 in `both`
FLOW: Final = 3  # the bank receives a more; b: 4 * heading + the same bits
PRODUCT: Final = 4  # a discount product buys a, b days before it falls due
REST: Final = 5  # a spot invoice of a is paid in full: its rest is due

#: Columns of `Exposure.claim`.
CLAIM_PARTNER: Final = 0
CLAIM_LOSS_DAY: Final = 1
CLAIM_PROTRACTED: Final = 2  # 1: protracted default, 0: insolvency
CLAIM_PAY_FROM: Final = 3  # the day that payment_days count from
CLAIM_IN_TIME: Final = 4
CLAIM_LOSS: Final = 5  # after the limit
CLAIM_DEBT: Final = 6  # all debts open at the loss, before VAT
CLAIM_COVERED: Final = 7  # bit 1 in `insurance`, bit 2 in `both`
CLAIM_COLUMNS: Final = 8
#: Columns of `Exposure.recovery`: the claim's row within its path, the day, the amount with and before VAT.
RECOVERY_CLAIM: Final = 0
RECOVERY_DAY: Final = 1
RECOVERY_MINOR: Final = 2
RECOVERY_NET: Final = 3
RECOVERY_COLUMNS: Final = 4

DEBTOR_RECEIPT: Final = CATEGORIES.index("debtor_receipt")
DIRECT_RECEIPT: Final = CATEGORIES.index("direct_receipt")
SUPPLIER_PAYMENT: Final = CATEGORIES.index("supplier_payment")
PLANNED_FLOW: Final = CATEGORIES.index("planned_flow")
BANK_INTEREST: Final = CATEGORIES.index("bank_interest")
VAT_PAYMENT: Final = CATEGORIES.index("vat_payment")
VAT_RELIEF: Final = CATEGORIES.index("vat_relief")
VAT_RELIEF_REVERSAL: Final = CATEGORIES.index("vat_relief_reversal")
RECOVERY: Final = CATEGORIES.index("recovery")
FACTOR_TRANSFER: Final = CATEGORIES.index("factor_transfer")
CASH_CALL: Final = CATEGORIES.index("cash_call")
FACTOR_FEE: Final = CATEGORIES.index("factor_fee")
PREMIUM: Final = CATEGORIES.index("premium")
INSURANCE_FEE: Final = CATEGORIES.index("insurance_fee")
INDEMNITY: Final = CATEGORIES.index("indemnity")
INSURER_SHARE: Final = CATEGORIES.index("insurer_share")


class Exposure(NamedTuple):
    """Per path and day what depends only on which invoices count; B paths, H days, C headings, int64 unless said.

    base, kept (B, H): the day's bank flows but for interest and contracts, with all receipts (baseline, insurance), or
    with those alone that the factor does not take. eligible_early, eligible_late, assigned (B, H): E after step 5, E and
    R after step 7 of domain 1.4. daily (2, C, H) sums over the paths, total (2, B, C) over the days, of both kinds.
    The rest are rows of each path, `ptr` (B + 1,): departures from the remittance plan (`turn`), claims, recoveries.
    """

    base: Int64
    kept: Int64
    eligible_early: Int64
    eligible_late: Int64
    assigned: Int64
    daily: Int64
    total: Int64
    loss: Int64
    turn_ptr: Int64
    turn: Int64
    claim_ptr: Int64
    claim: Int64
    recovery_ptr: Int64
    recovery: Int64


class Outcome(NamedTuple):
    """One variant's figures for a block; int64. All but the balance are added to what stands there: start from zeros.

    balance (B, H): end of day. daily (C, H): sums over the block's paths. total (B, C): over the days. loss (B, len(LOSSES)), account (B, len(ACCOUNT)). state (B, H, 5): utilisation, eligible, reserve,
    availability, assigned at the end of the day; (0, 0, 0) where it is not wanted.
    """

    balance: Int64
    daily: Int64
    total: Int64
    loss: Int64
    account: Int64
    state: Int64


def allocate_outcome(path_count: int, horizon_days: int, *, state: bool = False) -> Outcome:
    """Room for one variant's figures over a number of paths."""
    headings = len(CATEGORIES)
    return Outcome(
        balance=np.zeros((path_count, horizon_days), dtype=np.int64),
        daily=np.zeros((headings, horizon_days), dtype=np.int64),
        total=np.zeros((path_count, headings), dtype=np.int64),
        loss=np.zeros((path_count, len(LOSSES)), dtype=np.int64),
        account=np.zeros((path_count, len(ACCOUNT)), dtype=np.int64),
        state=np.zeros((path_count, horizon_days, 5) if state else (0, 0, 0), dtype=np.int64),
    )


def rows(outcome: Outcome, first: int, stop: int) -> Outcome:
    """The part of an outcome that belongs to paths first to stop - 1; its `daily` is fresh, to be added by the caller."""
    return Outcome(
        balance=outcome.balance[first:stop],
        daily=np.zeros_like(outcome.daily),
        total=outcome.total[first:stop],
        loss=outcome.loss[first:stop],
        account=outcome.account[first:stop],
        state=outcome.state[first:stop],
    )
