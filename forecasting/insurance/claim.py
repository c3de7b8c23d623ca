"""Claims through the waterfall, in the order in which a policy takes them (domain 2.3 steps 5 to 10)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from forecasting.dates import add_months, to_date, to_day
from forecasting.insurance.limits import Limits
from forecasting.insurance.policy import InsurancePolicy
from forecasting.money import apply_rate, round_ratio

Cause = Literal["insolvency", "protracted_default"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedClaim:
    """A claim as it is reported: `loss_net_minor` is eligible, without VAT, before the limit.

    `limit_minor` wins over the policy's limits; `named` False means the undeclared limit and percentage.
    """

    claim_id: str
    partner_id: str
    cause: Cause
    loss_day: int
    loss_net_minor: int
    limit_minor: int | None = None
    named: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A loss after the limit (step 5) with the percentage that covers it; `late`: declared after the deadline."""

    claim_id: str
    partner_id: str
    loss_day: int
    loss_minor: int
    insured_pct: Decimal
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Indemnity:
    """What the waterfall makes of one loss; what is left of AFL and maximum liability stands after the claim.

    Below the threshold every later step is 0 and the AFL is not eroded. `ml_left_minor` None: no maximum liability.
    """

    claim_id: str
    partner_id: str
    loss_day: int
    late: bool
    below_threshold: bool
    loss_minor: int
    after_percentage_minor: int
    after_deductible_minor: int
    afl_used_minor: int
    indemnity_minor: int
    afl_left_minor: int
    ml_left_minor: int | None


@dataclass(slots=True)
class _Year:
    """What one insurance year has left."""

    afl_minor: int
    ml_minor: int | None


def indemnities(policy: InsurancePolicy, claims: Iterable[ReportedClaim]) -> tuple[Indemnity, ...]:
    """What each reported claim brings, in the order of passage: by loss date, then claim_id.

    The limit is the one in force on the loss date; a loss outside the policy's life has no cover.
    """
    limits = Limits(policy)
    losses = []
    for claim in claims:
        named = claim.named and (claim.limit_minor is not None or limits.is_named(claim.partner_id, claim.loss_day))
        limit = claim.limit_minor if claim.named else None
        if not named:
            limit = policy.undeclared_limit_minor
        elif limit is None:
            limit = limits.on(claim.partner_id, claim.loss_day)
        losses.append(
            Loss(
                claim_id=claim.claim_id,
                partner_id=claim.partner_id,
                loss_day=claim.loss_day,
                loss_minor=claim.loss_net_minor if limit is None else min(claim.loss_net_minor, limit),
                insured_pct=limits.percentage(named),
            )
        )
    return waterfall(policy, losses)


def waterfall(policy: InsurancePolicy, losses: Iterable[Loss]) -> tuple[Indemnity, ...]:
    """Steps 6 to 10 for every loss, by loss date, then claim_id; AFL and ML are whole again in each insurance year.

    FR_STANDARD: x1 = round(pct * loss), x2 = max(0, x1 - deductible), a = min(AFL_left, x2), min(x2 - a, ML_left).
    EN_LOSS_FIRST: y = max(0, loss - deductible), a = min(AFL_left, y), min(ML_left, round(pct * (y - a))).
    """
    years: dict[int, _Year] = {}
    found = []
    for loss in sorted(losses, key=lambda item: (item.loss_day, item.claim_id)):
        year = years.setdefault(insurance_year(policy, loss.loss_day), _Year(policy.afl_minor, policy.max_liability_minor))
        found.append(_pass(policy, loss, year))
    return tuple(found)


def _pass(policy: InsurancePolicy, loss: Loss, year: _Year) -> Indemnity:
    amount = loss.loss_minor if in_force(policy, loss.loss_day) else 0
    below = amount <= policy.nql_minor
    percentage = deductible = used = paid = 0
    if not below and not loss.late:
        if policy.deductible_stage == "FR_STANDARD":
            percentage = apply_rate(amount, loss.insured_pct)
            deductible = max(0, percentage - policy.deductible_claim_minor)
            used = min(year.afl_minor, deductible)
            paid = deductible - used
        else:
            deductible = max(0, amount - policy.deductible_claim_minor)
            used = min(year.afl_minor, deductible)
            percentage = paid = apply_rate(deductible - used, loss.insured_pct)
        if year.ml_minor is not None:
            paid = min(paid, year.ml_minor)
            year.ml_minor -= paid
        year.afl_minor -= used
    return Indemnity(
        claim_id=loss.claim_id,
        partner_id=loss.partner_id,
        loss_day=loss.loss_day,
        late=loss.late,
        below_threshold=below,
        loss_minor=amount,
        after_percentage_minor=percentage,
        after_deductible_minor=deductible,
        afl_used_minor=used,
        indemnity_minor=paid,
        afl_left_minor=year.afl_minor,
        ml_left_minor=year.ml_minor,
    )


def insurance_year(policy: InsurancePolicy, day: int) -> int:
    """Which insurance year (twelve months from `start_date`) a day lies in, the first being 0; one endless year without."""
    if policy.start_day is None:
        return 0
    start, when = to_date(policy.start_day), to_date(day)
    years = when.year - start.year
    return years if to_day(add_months(start, 12 * years)) <= day else years - 1


def in_force(policy: InsurancePolicy, day: int) -> bool:
    """Whether a loss of that day is covered: not before `start_date`, not after `end_date` without renewal."""
    if policy.start_day is not None and day < policy.start_day:
        return False
    return policy.end_day is None or day <= policy.end_day or policy.renewal


def limited_loss(amounts: Iterable[tuple[int, int, int | None]], *, on_gross: bool) -> int:
    """Step 5: what a limit lets through of eligible debts (ttc, ht, limit on delivery), oldest first; None is no limit.

    max over k of min(S_k, L_k), S_k the running sum of ht; with `on_gross` (limit_basis TTC) half_up(S_k * min(1,
    L_k / ttc_k)), ttc_k the running sum with VAT.
    """
    gross = net = best = 0
    for ttc, ht, limit in amounts:
        gross += ttc
        net += ht
        if limit is None or (on_gross and gross <= limit):
            let_through = net
        elif on_gross:
            share = Fraction(net * limit, gross)
            let_through = round_ratio(share.numerator, share.denominator)
        else:
            let_through = min(net, limit)
        best = max(best, let_through)
    return best
