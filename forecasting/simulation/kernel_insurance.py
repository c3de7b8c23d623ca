"""Second stage, the policy: claims through the waterfall, premiums with bonus or malus, the insurer's share (2.3, 2.4)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from forecasting.simulation.kernel_bank import post
from forecasting.simulation.kernel_book import Book, Calendar
from forecasting.simulation.kernel_money import NO_LIMIT, PPM, apply_ppm, fill, lowered, mul_div
from forecasting.simulation.kernel_policy import Policy
from forecasting.simulation.kernel_results import (
    CLAIM_COVERED,
    CLAIM_DEBT,
    CLAIM_IN_TIME,
    CLAIM_LOSS,
    CLAIM_LOSS_DAY,
    CLAIM_PARTNER,
    CLAIM_PAY_FROM,
    CLAIM_PROTRACTED,
    INDEMNITY,
    INSURANCE_FEE,
    INSURER_SHARE,
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
        if policy.premium[t] != 0:
            bank[t] += policy.premium[t]
            post(path, PREMIUM, t, policy.premium[t], out)
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
            out.loss[path, 3] += paid[k]
            if to_factor:
                credit[day] += paid[k]
            else:
                bank[day] += paid[k]
                post(path, INDEMNITY, day, paid[k], out)
    _give_back(path, bit, claims, paid, calendar, policy, exposure, bank, out)
    if policy.renewal:
        _renewals(path, by_year, calendar, policy, bank, out)


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
        pct = policy.pct_ppm[claims[k, CLAIM_PARTNER]]
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
    path: int,
    bit: int,
    claims: Int64,
    paid: Int64,
    calendar: Calendar,
    policy: Policy,
    exposure: Exposure,
    bank: Int64,
    out: Outcome,
) -> None:
    """Of each recovery the insurer's share, and in protracted default the collection fee on the uncovered part."""
    for row in range(exposure.recovery_ptr[path], exposure.recovery_ptr[path + 1]):
        k = exposure.recovery[row, RECOVERY_CLAIM]
        day = exposure.recovery[row, RECOVERY_DAY]
        debt = claims[k, CLAIM_DEBT]
        if debt == 0 or not claims[k, CLAIM_COVERED] & bit or year_of(claims[k, CLAIM_LOSS_DAY], policy) < 0:
            continue
        share = mul_div(exposure.recovery[row, RECOVERY_NET], paid[k], debt)
        if share > 0:
            bank[day] -= share
            post(path, INSURER_SHARE, day, -share, out)
            out.loss[path, 4] += share
        if claims[k, CLAIM_PROTRACTED]:
            cost = apply_ppm(exposure.recovery[row, RECOVERY_MINOR], policy.collection_ppm)
            own = mul_div(cost, max(0, debt - claims[k, CLAIM_LOSS]), debt)
            own += apply_ppm(own, policy.fee_vat_ppm)
            bank[day] -= own
            post(path, INSURANCE_FEE, day, -own, out)


@lowered
def _renewals(path: int, by_year: Int64, calendar: Calendar, policy: Policy, bank: Int64, out: Outcome) -> None:
    """Each next year bills the premium times (1 + change), the change being read in the grid at the year's loss ratio."""
    billed = policy.billed
    for year in range(1, policy.year_start.shape[0]):
        change = _bonus_malus(by_year[year - 1], max(billed, policy.declared_premium), policy)
        billed = mul_div(policy.base_minor, policy.base_ppm * (PPM + change), PPM * PPM)
        left = billed
        for k in range(policy.share_ppm.shape[0]):
            part = apply_ppm(billed, policy.share_ppm[k])
            if k == policy.share_ppm.shape[0] - 1:
                part = left
            left -= part
            amount = -(part + round_ratio_tax(part, policy.tax_ppm2))
            day = policy.share_day[year, k]
            if 0 <= day < calendar.days and amount != 0:
                bank[day] += amount
                post(path, PREMIUM, day, amount, out)


@lowered
def round_ratio_tax(part: int, tax_ppm2: int) -> int:
    """Tax on an instalment; the rate is in millionths of millionths (tca_rate * domestic_share)."""
    if part < 0:
        return -mul_div(-part, tax_ppm2, PPM * PPM)
    return mul_div(part, tax_ppm2, PPM * PPM)


@lowered
def _bonus_malus(indemnities: int, premium: int, policy: Policy) -> int:
    """The first row of the grid whose bound the loss ratio does not pass; no row, no change."""
    for k in range(policy.grid_up_to.shape[0]):
        bound = policy.grid_up_to[k]
        change: int = policy.grid_change[k]
        if bound == NO_LIMIT or indemnities * PPM <= bound * premium:
            return change
    return 0
