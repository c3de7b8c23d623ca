"""The clocks of a policy: stop of deliveries, declaration deadline, date of loss, payment (domain 2.4).

Days are calendar days; no date of this room moves to a business day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from forecasting.dates import add_months, to_date, to_day
from forecasting.insurance.claim import Cause
from forecasting.insurance.policy import InsurancePolicy
from forecasting.ledger import Partner

#: A deadline is announced so many days before.
WARNING_DAYS: Final = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class OldestUnpaid:
    """The oldest invoice that the ledger shows unpaid at the end of a day, with all that its debtor then owes."""

    issue: int
    due: int
    balance_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimDates:
    """The dates of one claim; `stop` and `deadline` are None where the policy has no such rule.

    `late`: declared after the deadline although the duty to declare existed; the claim is then forfeited.
    """

    cause: Cause
    loss: int
    stop: int | None
    deadline: int | None
    declared: int
    pay: int
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A day by which a debtor's overdue must be declared, and the day from which to warn of it."""

    partner_id: str
    stop: int
    deadline: int
    warning: int
    balance_minor: int


def max_credit_days(policy: InsurancePolicy, partner: Partner) -> int | None:
    """The maximum credit period of a buyer: the export one abroad, where the policy gives it."""
    if not partner.domestic and policy.max_credit_days_export is not None:
        return policy.max_credit_days_export
    return policy.max_credit_days


def stop_day(policy: InsurancePolicy, partner: Partner, oldest: OldestUnpaid | None) -> int | None:
    """The last day on which a delivery is covered, by `stop_rule`, from the oldest unpaid invoice; None: no stop."""
    if oldest is None:
        return None
    if policy.stop_rule == "extension":
        return oldest.due + policy.extension_days
    credit = max_credit_days(policy, partner)
    return None if credit is None else oldest.issue + credit


def insolvency_dates(
    policy: InsurancePolicy, partner: Partner, *, judgment: int, declared: int | None, oldest: OldestUnpaid | None
) -> ClaimDates:
    """An insolvency: loss on the judgment, deadline = judgment + declaration_days, pay = declared + payment_days.

    `oldest` as on the judgment day. `declared` None: on the deadline.
    """
    stop = stop_day(policy, partner, oldest)
    deadline = None if policy.declaration_days is None else judgment + policy.declaration_days
    if declared is None:
        declared = judgment if deadline is None else deadline
    return ClaimDates(
        cause="insolvency",
        loss=judgment,
        stop=judgment if stop is None else min(judgment, stop),
        deadline=deadline,
        declared=declared,
        pay=declared + policy.payment_days,
        late=_late(policy, declared, deadline, oldest),
    )


def protracted_dates(
    policy: InsurancePolicy, partner: Partner, *, requested: int, declared: int, oldest: OldestUnpaid | None
) -> ClaimDates:
    """A protracted default: loss = request + waiting_months, deadline = stop + declaration_days, pay = loss + payment_days.

    `oldest` as on the declaration day; what the deadline tests is the declaration, what waits is the request.
    """
    stop = stop_day(policy, partner, oldest)
    deadline = None if stop is None or policy.declaration_days is None else stop + policy.declaration_days
    loss = loss_of_request(policy, requested)
    return ClaimDates(
        cause="protracted_default",
        loss=loss,
        stop=stop,
        deadline=deadline,
        declared=declared,
        pay=loss + policy.payment_days,
        late=_late(policy, declared, deadline, oldest),
    )


def loss_of_request(policy: InsurancePolicy, requested: int) -> int:
    """Request for intervention + waiting_months, calendar months clamped to the month end."""
    return to_day(add_months(to_date(requested), policy.waiting_months))


def deadline_of(policy: InsurancePolicy, partner: Partner, oldest: OldestUnpaid | None) -> Deadline | None:
    """The declaration deadline that a debtor's oldest unpaid invoice sets today; None: none, or nothing to declare."""
    stop = stop_day(policy, partner, oldest)
    if stop is None or oldest is None or policy.declaration_days is None or not _duty(policy, oldest):
        return None
    deadline = stop + policy.declaration_days
    return Deadline(
        partner_id=partner.partner_id,
        stop=stop,
        deadline=deadline,
        warning=deadline - WARNING_DAYS,
        balance_minor=oldest.balance_minor,
    )


def calendar(deadlines: Iterable[Deadline]) -> tuple[Deadline, ...]:
    """Deadlines in the order in which they fall."""
    return tuple(sorted(deadlines, key=lambda d: (d.deadline, d.partner_id)))


def _duty(policy: InsurancePolicy, oldest: OldestUnpaid | None) -> bool:
    """Whether the balance, VAT included, reaches the threshold under which nothing need be declared."""
    return oldest is not None and oldest.balance_minor >= policy.declaration_threshold_minor


def _late(policy: InsurancePolicy, declared: int, deadline: int | None, oldest: OldestUnpaid | None) -> bool:
    return deadline is not None and declared > deadline and _duty(policy, oldest)
