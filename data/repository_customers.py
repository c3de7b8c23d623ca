"""What a customer owes, how late it pays, and which clauses of the contracts are about it: all that a salesperson may see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, TypeVar

from data.access import Principal, require
from data.contract_files import factoring_from_text, insurance_from_text
from data.repository_company import first_day, read_company
from data.repository_currency import Rates, read_rates
from data.repository_invoices import InvoiceFilter, list_invoices
from data.repository_library import ContractKind
from data.repository_partners import read_partners
from data.store import Cursor, Store
from forecasting.dates import to_day
from forecasting.errors import AccessDenied, InputRejected
from forecasting.factoring.contract import DatedRate, FactoringContract
from forecasting.insurance.policy import InsurancePolicy
from forecasting.ledger import NO_DAY, Ledger, Partner
from forecasting.ledger_build import build_ledger

_Contract = TypeVar("_Contract", FactoringContract, InsurancePolicy)

_POSITIONS: Final = """
    SELECT partner_id, currency,
           CAST(sum(open_minor) FILTER (status IN ('open', 'overdue', 'disputed')) AS BIGINT) AS owed,
           CAST(sum(open_minor) FILTER (status IN ('overdue', 'disputed') AND due < $as_of) AS BIGINT) AS overdue,
           CAST(sum(open_minor) FILTER (status = 'disputed') AS BIGINT) AS disputed,
           CAST(sum(open_minor) FILTER (status = 'credit_note') AS BIGINT) AS credit,
           CAST(sum(amount_minor) FILTER (issue >= $year_before AND issue < $as_of) AS BIGINT) AS invoiced,
           min(due) FILTER (status IN ('overdue', 'disputed') AND due < $as_of) AS oldest_due
    FROM listed GROUP BY partner_id, currency
"""
#: Each customer's last payments: how many of them, days late of each on average, share more than five days late.
_HABITS: Final = """
    WITH paid_ones AS (
        SELECT partner_id, paid - due AS late, row_number() OVER (PARTITION BY partner_id ORDER BY paid DESC, number) AS turn
        FROM listed WHERE paid < $as_of AND due IS NOT NULL AND amount_minor > 0
    )
    SELECT partner_id, count(*), avg(late), avg(CASE WHEN late > 5 THEN 1 ELSE 0 END) FILTER (turn <= 6)
    FROM paid_ones WHERE turn <= 24 GROUP BY partner_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerPosition:
    """One customer on the morning of a day, in the company's currency.

    `owed_minor` is all that is open, not yet due and disputed included; `overdue_minor` and `disputed_minor` are parts of it;
    `credit_minor` (negative) credit notes that name no invoice. `invoiced_year_minor` is the year before, with VAT.
    `mean_late_days` is over the last 24 payments at most (None: none), `habit` the share of the last six that came more than
    five days late (domain section 4, rule 2).
    """

    partner: Partner
    owed_minor: int
    overdue_minor: int
    disputed_minor: int
    credit_minor: int
    invoiced_year_minor: int
    oldest_due: date | None
    payments_seen: int
    mean_late_days: float | None
    habit: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerClauses:
    """The chosen contracts reduced to what they say of one customer: no price, no line, no balance, nobody else."""

    factoring: FactoringContract | None
    insurance: InsurancePolicy | None


def customer_positions(store: Store, principal: Principal, as_of: date | None = None) -> tuple[CustomerPosition, ...]:
    """Every customer that the person may see, the largest debt first."""
    require(principal, "read_customers")
    with store.read() as cursor:
        told = read_company(cursor)
        day = first_day(told, as_of)
        list_invoices(cursor, principal, InvoiceFilter(side="customer"), told, day)
        sums = _sums(cursor, day, read_rates(cursor, told.currency, to_day(day)))
        habits = {row[0]: row[1:] for row in cursor.execute(_HABITS, {"as_of": day}).fetchall()}
        known = {partner.partner_id: partner for partner in read_partners(cursor, principal)}
    found = [_position(known.get(name, Partner(partner_id=name)), sums[name], habits.get(name)) for name in sums]
    return tuple(sorted(found, key=lambda position: (-position.owed_minor, position.partner.partner_id)))


def _sums(cursor: Cursor, as_of: date, rates: Rates) -> dict[str, tuple[list[int], date | None]]:
    """Amounts by customer in the company's currency, with the oldest due date that has passed."""
    year_before = as_of.replace(year=as_of.year - 1, day=min(as_of.day, 28) if as_of.month == 2 else as_of.day)
    rows = cursor.execute(_POSITIONS, {"as_of": as_of, "year_before": year_before}).fetchall()
    sums: dict[str, tuple[list[int], date | None]] = {}
    for partner_id, currency, *amounts, oldest in rows:
        before, known = sums.get(partner_id, ([0] * len(amounts), None))
        added = [total + rates.convert_one(amount or 0, currency) for total, amount in zip(before, amounts, strict=True)]
        sums[partner_id] = added, min((day for day in (known, oldest) if day is not None), default=None)
    return sums


def _position(
    partner: Partner, sums: tuple[list[int], date | None], habits: tuple[int, float, float | None] | None
) -> CustomerPosition:
    (owed, overdue, disputed, credit, invoiced), oldest = sums
    seen, mean, habit = habits or (0, None, None)
    return CustomerPosition(
        partner=partner,
        owed_minor=owed,
        overdue_minor=overdue,
        disputed_minor=disputed,
        credit_minor=credit,
        invoiced_year_minor=invoiced,
        oldest_due=oldest,
        payments_seen=seen,
        mean_late_days=mean,
        habit=habit,
    )


def customer_clauses(store: Store, principal: Principal, partner_id: str) -> CustomerClauses:
    """What the chosen contracts say of one customer, for an order to be judged by; AccessDenied for another's customer."""
    require(principal, "read_customers")
    with store.read() as cursor:
        if partner_id not in {partner.partner_id for partner in read_partners(cursor, principal)}:
            raise AccessDenied(f"{partner_id} is no customer of this person")
        book = _book(cursor, read_company(cursor).currency)
        factoring, insurance = _chosen(cursor, "factoring"), _chosen(cursor, "insurance")
    found = _read(lambda: factoring_from_text("", factoring, book).record) if factoring else None
    policy = _read(lambda: insurance_from_text("", insurance, book).record) if insurance else None
    return CustomerClauses(
        factoring=_factoring_for(found, partner_id) if found else None,
        insurance=_insurance_for(policy, partner_id) if policy else None,
    )


def _read(reading: Callable[[], _Contract]) -> _Contract | None:
    """A contract that cannot be read any more says nothing of anybody: its faults would name other customers."""
    try:
        return reading()
    except InputRejected:
        return None


def _book(cursor: Cursor, currency: str) -> Ledger:
    """The currency and the ids that a contract's text may name."""
    names = cursor.execute("SELECT partner_id FROM partner UNION SELECT partner_id FROM invoice").fetchall()
    partners = [Partner(partner_id=name) for (name,) in names]
    return build_ledger(as_of=0, currency=currency, opening_cash_minor=0, partners=partners)


def _chosen(cursor: Cursor, kind: ContractKind) -> str:
    rows = cursor.execute("SELECT content FROM contract WHERE kind = ? AND chosen", [kind]).fetchall()
    return str(rows[0][0]) if rows else ""


def _factoring_for(whole: FactoringContract, partner_id: str) -> FactoringContract:
    return FactoringContract(
        contract_type=whole.contract_type,
        recourse=whole.recourse,
        start_day=whole.start_day,
        # A contract needs an index; what the money costs is the treasury's.
        index=(DatedRate(day=NO_DAY, rate=Decimal(0)),) if whole.index else (),
        advance_rate=whole.advance_rate,
        reserve_rate=whole.reserve_rate,
        unpaid_guarantee_rate=whole.unpaid_guarantee_rate,
        guarantee_payout_days=whole.guarantee_payout_days,
        definancing_days=whole.definancing_days,
        max_invoice_age_days=whole.max_invoice_age_days,
        max_term_days=whole.max_term_days,
        ineligible=whole.ineligible,
        debtors_only=_only(whole.debtors_only, partner_id),
        debtors_except=_only(whole.debtors_except, partner_id),
        approvals=None if whole.approvals is None else tuple(row for row in whole.approvals if row[0] == partner_id),
        approval_changes=tuple(change for change in whole.approval_changes if change.partner_id == partner_id),
        funding_delay_bd=whole.funding_delay_bd,
        remittance_schedule=whole.remittance_schedule,
        termination_day=whole.termination_day,
        cover_source=tuple(row for row in whole.cover_source if row[0] == partner_id),
    )


def _insurance_for(whole: InsurancePolicy, partner_id: str) -> InsurancePolicy:
    return InsurancePolicy(
        insured_pct=whole.insured_pct,
        start_day=whole.start_day,
        end_day=whole.end_day,
        limits=None if whole.limits is None else tuple(row for row in whole.limits if row[0] == partner_id),
        limit_changes=tuple(change for change in whole.limit_changes if change.partner_id == partner_id),
        limit_basis=whole.limit_basis,
        undeclared_limit_minor=whole.undeclared_limit_minor,
        undeclared_pct=whole.undeclared_pct,
        max_credit_days=whole.max_credit_days,
        max_credit_days_export=whole.max_credit_days_export,
        extension_days=whole.extension_days,
        stop_rule=whole.stop_rule,
        waiting_months=whole.waiting_months,
        cover_source=tuple(row for row in whole.cover_source if row[0] == partner_id),
    )


def _only(named: tuple[str, ...] | None, partner_id: str) -> tuple[str, ...] | None:
    return None if named is None else tuple(name for name in named if name == partner_id)
