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
from forecasting.simulation.kernel_money import lowered

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

#: Columns of `Outcome.loss`: what debtors that failed, or default for good, still owe at the end of the horizon, with VAT;
#: what makes up for it (dividends, VAT, indemnities less what the insurer gets back, the factor's guarantee); the rest.
LOSSES: Final = ("unpaid", "recovery", "vat_relief", "indemnity", "insurer_share", "guarantee", "retained")
LOST_UNPAID: Final = LOSSES.index("unpaid")
LOST_INDEMNITY: Final = LOSSES.index("indemnity")
LOST_GUARANTEE: Final = LOSSES.index("guarantee")
#: Columns of `Outcome.account`: what the factor's account was debited with (before VAT, then its VAT), over the horizon.
ACCOUNT: Final = ("service_fee", "minimum_fee", "service_vat", "financing_fee", "financing_vat", "commitment_fee")
SERVICE_FEE: Final = 0
MINIMUM_FEE: Final = 1
SERVICE_VAT: Final = 2
FINANCING_FEE: Final = 3
FINANCING_VAT: Final = 4
COMMITMENT_FEE: Final = 5

#: Kinds of rows in `Exposure.turn` (kind, day, a, b). Bits: 1 in the variant `factoring`, 2 in `both`.
OTHERWISE: Final = 0  # bought for b instead of the planned a (0: not bought)
LINE: Final = 1  # a first purchase of a debtor more (a = 1) or fewer (a = -1) than planned
GUARANTEE: Final = 2  # the factor pays a; b: bits
FLOW: Final = 3  # the bank receives a more; b: 4 * heading + bits
SALE: Final = 4  # a claim of a is sold, b days before it falls due
DEAL: Final = 5  # a spot invoice of a is bought, b of it within the approval; day -1: before day 0
DEAL_PAID: Final = 6  # a is paid on it; b: 4 * number of the deal + bits
DEAL_BACK: Final = 7  # it goes back to the company; b as before

#: Columns of `Exposure.claim`.
CLAIM_PARTNER: Final = 0
CLAIM_LOSS_DAY: Final = 1
CLAIM_PROTRACTED: Final = 2  # 1: protracted default, 0: insolvency
CLAIM_PAY_FROM: Final = 3  # the day that payment_days count from
CLAIM_IN_TIME: Final = 4
CLAIM_LOSS: Final = 5  # after the limit
CLAIM_DEBT: Final = 6  # all debts open at the loss, before VAT
CLAIM_COVERED: Final = 7  # bit 1 in `insurance`, bit 2 in `both`
CLAIM_NAMED: Final = 8  # 1: named buyer, 0: undeclared
CLAIM_COLUMNS: Final = 9
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
    R after step 7 of domain 1.4. mean_due (B, H): mean due day of E, for interest in advance. daily (2, C, H) sums over
    the paths, total (2, B, C) over the days, of both kinds. unpaid, outstanding (B,): open at the end of debtors that
    never pay; month-end outstanding that a premium is computed on. The rest are rows of each path, `ptr` (B + 1,):
    departures from the remittance plan (`turn`), claims, recoveries.
    """

    base: Int64
    kept: Int64
    eligible_early: Int64
    eligible_late: Int64
    assigned: Int64
    mean_due: Int64
    daily: Int64
    total: Int64
    unpaid: Int64
    outstanding: Int64
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


@lowered
def post_everywhere(path: int, heading: int, day: int, amount: int, out: Exposure) -> None:
    """A flow that stands in every variant, under its heading; outside the horizon nothing is posted."""
    if day < 0 or day >= out.base.shape[1] or amount == 0:
        return
    out.base[path, day] += amount
    if out.kept.shape[0]:
        out.kept[path, day] += amount
    for kind in range(2):
        out.daily[kind, heading, day] += amount
        out.total[kind, path, heading] += amount


@lowered
def close_losses(path: int, out: Outcome) -> None:
    """What makes up for a path's losses, from the headings of its flows, and what the company bears of them."""
    out.loss[path, 1] += out.total[path, RECOVERY]
    out.loss[path, 2] += out.total[path, VAT_RELIEF] + out.total[path, VAT_RELIEF_REVERSAL]
    out.loss[path, LOST_INDEMNITY] += out.total[path, INDEMNITY]
    out.loss[path, 4] += out.total[path, INSURER_SHARE]
    made_up = 0
    for k in range(1, 6):
        made_up += out.loss[path, k]
    out.loss[path, 6] += out.loss[path, LOST_UNPAID] - made_up
