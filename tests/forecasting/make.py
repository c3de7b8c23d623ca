"""Ledgers, scenarios and contracts in a few words, for tests: dates as ISO text, amounts as whole minor units."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from forecasting.dates import to_date, to_day
from forecasting.factoring.contract import DatedLimit, DatedRate, FactoringContract
from forecasting.insurance.policy import InsurancePolicy
from forecasting.ledger import NO_AMOUNT, NO_DAY, Ledger, Partner, PlannedFlow, Side
from forecasting.ledger_build import InvoiceRecord, PartPayment, build_ledger, columns_of
from forecasting.scenario import (
    CollectionRequest,
    CreditNoteFact,
    DisputeFact,
    Insolvency,
    PaymentFact,
    Scenario,
)
from forecasting.simulation.certain import certain_facts
from forecasting.simulation.path import PathResult, project_path


def day(text: str | int | None) -> int:
    """A day number from ISO text; None is no day, a number stays."""
    if text is None:
        return NO_DAY
    return text if isinstance(text, int) else to_day(date.fromisoformat(text))


def iso(number: int) -> str:
    """ISO text of a day number."""
    return to_date(number).isoformat()


def invoice(
    invoice_id: str,
    partner_id: str,
    issue: str | int,
    due: str | int,
    amount_minor: int,
    *,
    vat: str = "0.20",
    paid: str | int | None = None,
    paid_minor: int = NO_AMOUNT,
    disputed: bool = False,
    remittance: str | int | None = None,
    assigned: str | int | None = None,
    delivery: str | int | None = None,
    net_minor: int = NO_AMOUNT,
    on_receipt: bool = False,
    credits: str = "",
) -> InvoiceRecord:
    """One invoice (or credit note, below 0) as a row."""
    return InvoiceRecord(
        invoice_id=invoice_id,
        partner_id=partner_id,
        issue=day(issue),
        due=day(due),
        amount_minor=amount_minor,
        vat_rate=Decimal(vat),
        paid=day(paid),
        paid_minor=paid_minor,
        disputed=disputed,
        remittance=day(remittance),
        assigned=day(assigned),
        delivery=day(delivery),
        net_minor=net_minor,
        on_receipt=on_receipt,
        credits=credits,
    )


def ledger(
    as_of: str | int,
    customers: Iterable[InvoiceRecord] = (),
    suppliers: Iterable[InvoiceRecord] = (),
    *,
    cash_minor: int = 0,
    partners: Iterable[Partner] = (),
    payments: Iterable[tuple[str, str, int]] = (),
    planned: Iterable[PlannedFlow] = (),
    **keys: Any,
) -> Ledger:
    """A ledger; `payments` are part payments of customers as (invoice_id, date, amount), `keys` go to build_ledger."""
    side: Side = "customer"
    return build_ledger(
        as_of=day(as_of),
        currency="EUR",
        opening_cash_minor=cash_minor,
        customers=columns_of(customers),
        suppliers=columns_of(suppliers),
        payments=[PartPayment(side=side, invoice_id=i, day=day(d), amount_minor=a) for i, d, a in payments],
        planned_flows=planned,
        partners=partners,
        **keys,
    )


def payment(invoice_id: str, when: str | int, amount_minor: int | None = None) -> PaymentFact:
    """An invoice is paid on a day."""
    return PaymentFact(invoice_id=invoice_id, day=day(when), amount_minor=amount_minor)


def never(invoice_id: str) -> PaymentFact:
    """An invoice is never paid."""
    return PaymentFact(invoice_id=invoice_id, never=True)


def insolvency(
    partner_id: str,
    judgment: str | int,
    *,
    declared: str | int | None = None,
    dividend: str = "0",
    dividend_date: str | int | None = None,
    irrecoverable: str | int | None = None,
    procedure: Any = "liquidation",
) -> Insolvency:
    """A debtor's judgment; declared to the insurer the same day unless said."""
    return Insolvency(
        partner_id=partner_id,
        judgment=day(judgment),
        declared=day(judgment if declared is None else declared),
        procedure=procedure,
        irrecoverable=day(irrecoverable),
        dividend_rate=Decimal(dividend),
        dividend_day=day(dividend_date),
    )


def credit_note(invoice_id: str, when: str | int, amount_minor: int) -> CreditNoteFact:
    """A credit note on an invoice."""
    return CreditNoteFact(invoice_id=invoice_id, day=day(when), amount_minor=amount_minor)


def dispute(invoice_id: str, when: str | int, resolved: str | int | None = None) -> DisputeFact:
    """An invoice is disputed from a day on."""
    return DisputeFact(invoice_id=invoice_id, day=day(when), resolved=day(resolved))


def request(partner_id: str, when: str | int, declared: str | int | None = None) -> CollectionRequest:
    """The insurer is asked to intervene."""
    return CollectionRequest(partner_id=partner_id, day=day(when), declared=day(when if declared is None else declared))


def scenario(*facts: object, days: int = 365, **keys: Any) -> Scenario:
    """A certain scenario of facts in any order."""

    def of(kind: type) -> tuple[Any, ...]:
        return tuple(fact for fact in facts if isinstance(fact, kind))

    return Scenario(
        kind="certain",
        horizon_days=days,
        business_days_only=keys.pop("business_days_only", False),
        payments=of(PaymentFact),
        insolvencies=of(Insolvency),
        credit_notes=of(CreditNoteFact),
        disputes=of(DisputeFact),
        collection_requests=of(CollectionRequest),
        **keys,
    )


def _rates(keys: dict[str, Any]) -> dict[str, Any]:
    """Decimal rates from text, days from ISO text under names that end in _day, the rest as it is."""
    found: dict[str, Any] = {}
    for name, value in keys.items():
        if name.endswith("_day") and isinstance(value, str):
            found[name] = day(value)
        elif isinstance(value, str) and value[:1] in "-.0123456789":
            found[name] = Decimal(value)
        else:
            found[name] = value
    return found


def contract(start: str | int, *, index: str | tuple[tuple[str, str], ...] = "0.0202", **keys: Any) -> FactoringContract:
    """A notified recourse contract from a start date, every other clause absent unless given."""
    rows = (("1970-01-01", index),) if isinstance(index, str) else index
    keys = {"contract_type": "full_notified", "recourse": True, **keys}
    return FactoringContract(
        start_day=day(start), index=tuple(DatedRate(day=day(d), rate=Decimal(r)) for d, r in rows), **_rates(keys)
    )


def policy(start: str | int | None = None, *, pct: str = "0.90", **keys: Any) -> InsurancePolicy:
    """A policy with its insured percentage, every other clause absent unless given."""
    return InsurancePolicy(insured_pct=Decimal(pct), start_day=None if start is None else day(start), **_rates(keys))


def limit_change(partner_id: str, when: str | int, amount_minor: int) -> DatedLimit:
    """A limit or an approval that holds from a day on."""
    return DatedLimit(partner_id=partner_id, day=day(when), amount_minor=amount_minor)


def project(
    of: Ledger,
    what: Scenario,
    factoring: FactoringContract | None = None,
    insurance: InsurancePolicy | None = None,
) -> PathResult:
    """One variant of a certain scenario."""
    return project_path(of, certain_facts(of, what), what.horizon_days, factoring, insurance)


def cash(result: PathResult, *categories: str) -> dict[str, int]:
    """Flows by date, of the given categories (all where none is given), days without any left out."""
    found: dict[str, int] = {}
    for flow in result.flows:
        if not categories or flow.category in categories:
            found[iso(flow.day)] = found.get(iso(flow.day), 0) + flow.amount_minor
    return {when: amount for when, amount in found.items() if amount}


def total(result: PathResult, *categories: str) -> int:
    """The sum of the flows of some categories (all where none is given)."""
    return sum(flow.amount_minor for flow in result.flows if not categories or flow.category in categories)


def with_clause(of: FactoringContract, **keys: Any) -> FactoringContract:
    """The same contract with other clauses."""
    return replace(of, **_rates(keys))
