"""The bank flows of a path that no contract touches: suppliers, planned flows, computed VAT returns."""

from __future__ import annotations

from collections.abc import Iterator

from forecasting.dates import add_months, to_date, to_day
from forecasting.ledger import NO_DAY, Ledger, PlannedFlow
from forecasting.simulation.facts import PathFacts
from forecasting.simulation.flows import Flow
from forecasting.vat import computed_returns

_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def operating_flows(ledger: Ledger, facts: PathFacts, last_day: int) -> Iterator[Flow]:
    """Every flow from `as_of` to the last day that is the same whatever the contracts (step 1 of domain 1.4)."""
    yield from _supplier_payments(ledger, facts, last_day)
    for planned in (flow for flow in ledger.planned_flows if flow.is_counted):
        for day in planned_days(planned, ledger.as_of, last_day):
            yield Flow(
                day=day,
                category="planned_flow",
                amount_minor=planned.amount_minor,
                source_id=planned.label or planned.category,
            )
    if ledger.vat_returns == "computed":
        returns = computed_returns(
            ledger,
            receipts=facts.receipts,
            payments=facts.payments,
            credit_notes=facts.credit_notes,
            last_day=last_day,
        )
        for vat in returns:
            yield Flow(day=vat.day, category="vat_payment", amount_minor=-vat.payable_minor)


def planned_days(planned: PlannedFlow, first_day: int, last_day: int) -> Iterator[int]:
    """The days of a planned flow between two days, both included: one, or every so often until `until` (included).

    Months, quarters and years keep the day of the month, clamped to the month end.
    """
    end = last_day if planned.until == NO_DAY else min(last_day, planned.until)
    if not planned.every:
        if first_day <= planned.day <= last_day:
            yield planned.day
        return
    count, start = 0, to_date(planned.day)
    while True:
        if planned.every == "week":
            day = planned.day + 7 * count
        else:
            day = to_day(add_months(start, count * _MONTHS[planned.every]))
        if day > end:
            return
        if day >= first_day:
            yield day
        count += 1


def _supplier_payments(ledger: Ledger, facts: PathFacts, last_day: int) -> Iterator[Flow]:
    suppliers, payments = ledger.suppliers, facts.payments
    rows = zip(payments.invoice.tolist(), payments.day.tolist(), payments.amount_minor.tolist(), strict=True)
    for invoice, day, amount in rows:
        if ledger.as_of <= day <= last_day:
            yield Flow(
                day=day,
                category="supplier_payment",
                amount_minor=-amount,
                partner_id=ledger.partners[int(suppliers.partner[invoice])].partner_id,
                source_id=suppliers.invoice_id[invoice],
            )
