"""Second stage, the policy: claims through the waterfall, premiums with bonus or malus, the insurer's share (2.3, 2.4)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from forecasting.simulation.kernel_bank import post
from forecasting.simulation.kernel_book import Book, Calendar
from forecasting.simulation.kernel_facts import NEVER
from forecasting.simulation.kernel_money import NO_LIMIT, PPM, apply_ppm, fill, lowered, mul_div, share
from forecasting.simulation.kernel_policy import TO_COUNT, UNDECLARED, Policy
from forecasting.simulation.kernel_results import (
    CLAIM_COVERED,
    CLAIM_DEBT,
    CLAIM_IN_TIME,
    CLAIM_LOSS,
    CLAIM_LOSS_DAY,
    CLAIM_NAMED,
    CLAIM_PARTNER,
    CLAIM_PAY_FROM,
    CLAIM_PROTRACTED,
    INDEMNITY,
    INSURANCE_FEE,
    INSURER_SHARE,
    LOST_INDEMNITY,
    PREMIUM,
    RECOVERY_CLAIM,
    RECOVERY_DAY,
    RECOVERY_MINOR,
    RECOVERY_NET,
    Exposure,
    Outcome,
)

Int64 = npt.NDArray[np.int64]


@lowered
def insure(
    path: int,
    bit: int,
    to_factor: bool,
    calendar: Calendar,
    book: Book,
    policy: Policy,
    exposure: Exposure,
    room: Int64,
    bank: Int64,
    credit: Int64,
    out: Outcome,
) -> None:
    """Everything that the policy moves on one path, added to the day's bank flows or, if delegated, to the factor's credits.

    `bit` is the variant's in CLAIM_COVERED. bank, credit int64 (H,); room int64 (4, claims or years).
    """
    for t in range(calendar.days):
        if policy.fee[t] != 0:
            bank[t] += policy.fee[t]
            post(path, INSURANCE_FEE, t, policy.fee[t], out)
    first = exposure.claim_ptr[path]
    claims = exposure.claim[first : exposure.claim_ptr[path + 1]]
    paid = room[0, : claims.shape[0]]
    by_year = room[1, : policy.year_start.shape[0]]
    _waterfalls(bit, claims, book, policy, paid, by_year, room)
    for k in range(claims.shape[0]):
        day = claims[k, CLAIM_PAY_FROM] + policy.payment_days
        if paid[k] > 0 and 0 <= day < calendar.days:
            if to_factor:
                credit[day] += paid[k]
                out.loss[path, LOST_INDEMNITY] += paid[k]
            else:
                bank[day] += paid[k]
                post(path, INDEMNITY, day, paid[k], out)
    _give_back(path, bit, claims, paid, policy, exposure, bank, out)
    _premiums(path, by_year, exposure.outstanding[path], calendar, policy, bank, out)


@lowered
def year_of(day: int, policy: Policy) -> int:
    """The insurance year of a date of loss, -1 where it is not covered."""
    if day < policy.start or (day > policy.end and not policy.renewal):
        return -1
    year = 0
    while year + 1 < policy.year_start.shape[0] and policy.year_start[year + 1] <= day:
        year += 1
    return year


@lowered
def _before(a: Int64, b: Int64, book: Book) -> bool:
    sooner: int = a[CLAIM_LOSS_DAY] - b[CLAIM_LOSS_DAY]
    rank: int = book.claim_rank[a[CLAIM_PARTNER]] - book.claim_rank[b[CLAIM_PARTNER]]
    return sooner < 0 or (sooner == 0 and rank < 0)


@lowered
def _waterfalls(bit: int, claims: Int64, book: Book, policy: Policy, paid: Int64, by_year: Int64, room: Int64) -> None:
    """Claims by date of loss, then id, through steps 6 to 10 of 2.3; fills in each claim's and each year's indemnities."""
    afl_left = room[2, : by_year.shape[0]]
    done = room[3, : claims.shape[0]]
    fill(paid, 0)
    fill(by_year, 0)
    fill(afl_left, policy.afl)
    fill(done, 0)
    for _ in range(claims.shape[0]):
        k = -1
        for other in range(claims.shape[0]):
            if not done[other] and (k < 0 or _before(claims[other], claims[k], book)):
                k = other
        done[k] = 1
        year = year_of(claims[k, CLAIM_LOSS_DAY], policy)
        if year < 0 or not claims[k, CLAIM_COVERED] & bit or not claims[k, CLAIM_IN_TIME]:
            continue
        loss = claims[k, CLAIM_LOSS]
        if loss <= policy.nql:
            continue
        pct = policy.insured_ppm if claims[k, CLAIM_NAMED] else policy.undeclared_ppm
        if policy.loss_first:
            after = max(0, loss - policy.deductible)
            eroded = min(afl_left[year], after)
            owed = apply_ppm(after - eroded, pct)
        else:
            after = max(0, apply_ppm(loss, pct) - policy.deductible)
            eroded = min(afl_left[year], after)
            owed = after - eroded
        afl_left[year] -= eroded
        paid[k] = min(owed, policy.max_liability - by_year[year])
        by_year[year] += paid[k]


@lowered
def _give_back(
    path: int, bit: int, claims: Int64, paid: Int64, policy: Policy, exposure: Exposure, bank: Int64, out: Outcome
) -> None:
    """Of each recovery the insurer's share, and in protracted default the collection fee on the uncovered part.

    A loss outside the policy's life counts as a loss of 0.
    """
    for row in range(exposure.recovery_ptr[path], exposure.recovery_ptr[path + 1]):
        k = exposure.recovery[row, RECOVERY_CLAIM]
        day = exposure.recovery[row, RECOVERY_DAY]
        debt = claims[k, CLAIM_DEBT]
        if debt == 0 or not claims[k, CLAIM_COVERED] & bit:
            continue
        returned = mul_div(exposure.recovery[row, RECOVERY_NET], paid[k], debt)
        bank[day] -= returned
        post(path, INSURER_SHARE, day, -returned, out)
        if claims[k, CLAIM_PROTRACTED]:
            loss = claims[k, CLAIM_LOSS] if year_of(claims[k, CLAIM_LOSS_DAY], policy) >= 0 else 0
            cost = apply_ppm(exposure.recovery[row, RECOVERY_MINOR], policy.collection_ppm)
            own = mul_div(cost, debt - loss, debt)
            own += apply_ppm(own, policy.fee_vat_ppm)
            bank[day] -= own
            post(path, INSURANCE_FEE, day, -own, out)


@lowered
def _premiums(
    path: int, by_year: Int64, outstanding: int, calendar: Calendar, policy: Policy, bank: Int64, out: Outcome
) -> None:
    """Instalments of each year with their tax, the adjustment on declared turnover, bonus and malus (2.4)."""
    declared = outstanding if policy.declared == TO_COUNT else policy.declared
    earned = apply_ppm(declared, policy.rate_ppm) if declared != UNDECLARED else 0
    billed = policy.billed
    for year in range(policy.year_start.shape[0] if policy.renewal else 1):
        if year > 0:
            change = _bonus_malus(by_year[year - 1], max(billed, earned), policy)
            billed = mul_div(policy.base_minor, policy.base_ppm * (PPM + change), PPM * PPM)
        left = billed
        last = policy.share_ppm.shape[0] - 1
        for k in range(last + 1):
            part = left if k == last else apply_ppm(billed, policy.share_ppm[k])
            left -= part
            _bill(path, policy.share_day[year, k], part, calendar, policy, bank, out)
    if policy.adjustment_day < NEVER and declared != UNDECLARED:
        owed = earned - policy.billed
        if policy.has_minimum:
            owed = max(0, owed)
        _bill(path, policy.adjustment_day, owed, calendar, policy, bank, out)


@lowered
def _bill(path: int, day: int, amount: int, calendar: Calendar, policy: Policy, bank: Int64, out: Outcome) -> None:
    """A premium (below 0: a refund) with its tax, the rate of which is tca_rate * domestic_share."""
    if 0 <= day < calendar.days:
        whole = amount + share(amount, policy.tax_part, policy.tax_whole)
        bank[day] -= whole
        post(path, PREMIUM, day, -whole, out)


@lowered
def _bonus_malus(indemnities: int, premium: int, policy: Policy) -> int:
    """The first row of the grid whose bound the loss ratio does not pass; no row, no change."""
    for k in range(policy.grid_up_to.shape[0]):
        bound = policy.grid_up_to[k]
        change: int = policy.grid_change[k]
        if bound == NO_LIMIT or (indemnities * PPM <= bound * premium and (premium > 0 or indemnities == 0)):
            return change
    return 0
