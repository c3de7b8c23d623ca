"""A believable company to try everything on: seeded, dated from a given day, at any size.

Ateliers Orvalise furnishes hotels, restaurants and shops: 60 customers, 40 suppliers, three years of paid history, today's
open items, a year of expected business, and cash that comes close to its floor in one season. Firms and people are invented.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

import numpy as np

from data.importers.protocol import BalanceRow, BankRow
from data.ledger_writing import write_ledger_folder
from data.ready_scenarios import ready_scenarios
from data.sample_bank import STATEMENT_DAYS, paid_by_day, statements
from data.sample_contracts import FACTORING_NAME, INSURANCE_NAME, factoring_offer, insurance_policy
from data.sample_details import Numbering, credit, dispute, numbers, part_payments
from data.sample_grid import SAMPLE_GRID
from data.sample_invoices import Trade, buy, customer_list, sell
from data.sample_names import CUSTOMERS, SUPPLIERS, Customer
from data.sample_plan import PURCHASES_SHARE, SALES_MINOR, VAT_DAY, fitting_cash, regular_flows, vat_flows
from forecasting.dates import to_day
from forecasting.ledger import NO_AMOUNT, NO_DAY, Account, Amounts, Ledger, Partner, PlannedFlow
from forecasting.ledger_build import InvoiceColumns, PartPayment, build_ledger

#: Rows of a sample of the usual size, both sides and all four years, and the limits that the command line checks.
SAMPLE_INVOICES: Final = 10_000
SAMPLE_INVOICES_MIN, SAMPLE_INVOICES_MAX = 500, 5_000_000
SAMPLE_NAME: Final = "Ateliers Orvalise"
_CUSTOMER_ROWS: Final = 0.62
_RATES: Final = {20: Decimal("0.20"), 0: Decimal(0)}
#: One-year default probabilities by rating, as an information agency might give them; small customers have none.
_PROBABILITY: Final = {"1": 0.001, "2": 0.003, "3": 0.006, "4": 0.012, "5": 0.025, "6": 0.05, "7": 0.16}
#: The names that the sample's scenarios carry in the store; screens word those that nobody has renamed in their language.
SCENARIO_NAMES: Final = {
    "later_15": "Tous les clients paient 15 jours plus tard",
    "largest_fails": "Le plus gros client fait défaut",
    "recession": "Récession",
    "all_of_it": "Tout à la fois",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleCompany:
    """The sample as rows: what a ledger is built of, with offers and scenarios as (name, TOML text)."""

    name: str
    as_of: int
    opening_cash_minor: int
    overdraft_limit_minor: int
    overdraft_rate: Decimal
    overdraft_fee_rate: Decimal
    cash_floor_minor: int
    customers: InvoiceColumns
    suppliers: InvoiceColumns
    payments: tuple[PartPayment, ...]
    planned_flows: tuple[PlannedFlow, ...]
    partners: tuple[Partner, ...]
    accounts: tuple[Account, ...]
    bank_lines: tuple[BankRow, ...]
    balances: tuple[BalanceRow, ...]
    factoring: tuple[str, str]
    insurance: tuple[str, str]
    scenarios: tuple[tuple[str, str, str], ...]

    def ledger(self) -> Ledger:
        """The sample as a ledger."""
        return build_ledger(
            as_of=self.as_of,
            currency="EUR",
            opening_cash_minor=self.opening_cash_minor,
            overdraft_limit_minor=self.overdraft_limit_minor,
            overdraft_rate=self.overdraft_rate,
            overdraft_fee_rate=self.overdraft_fee_rate,
            cash_floor_minor=self.cash_floor_minor,
            vat_day=VAT_DAY,
            vat_returns="planned",
            customers=self.customers,
            suppliers=self.suppliers,
            payments=self.payments,
            planned_flows=self.planned_flows,
            partners=self.partners,
            accounts=self.accounts,
        )


def sample_company(as_of: date, *, seed: int = 1, invoices: int = SAMPLE_INVOICES) -> SampleCompany:
    """The sample on the morning of a day, with about `invoices` rows in all; one seed always gives the same company.

    A larger sample has more customers and more, smaller invoices: both grow with the square root of the rows.
    """
    rng = np.random.default_rng(seed)
    growth = max(1.0, invoices / SAMPLE_INVOICES)
    scale = growth**0.5
    day = to_day(as_of)
    customers = customer_list(round(len(CUSTOMERS) * scale))
    sold = round(invoices * _CUSTOMER_ROWS)
    sales = sell(rng, day, customers, sold, round(SALES_MINOR * scale))
    sales = credit(rng, sales, day)
    sales, disputed = dispute(rng, sales, day)
    purchases = buy(rng, day, invoices - sold, round(SALES_MINOR * PURCHASES_SHARE * scale))
    purchases = credit(rng, purchases, day)
    sold_names = numbers(sales, day, Numbering("FA", "AV", "PV"))
    bought_names = numbers(purchases, day, Numbering("A", "AA", "PA"))
    payments = part_payments(rng, sales, sold_names, day)
    planned = [*regular_flows(day, scale), *vat_flows(day, sales, purchases, scale)]
    cash = fitting_cash(day, sales, purchases, planned, _owed(sales, customers, sold_names, payments), scale)
    accounts = _accounts(day, cash.opening_minor, cash.overdraft_minor)
    weeks_ago = day - STATEMENT_DAYS
    bank_lines, balances = statements(
        day,
        accounts,
        paid_by_day(sales, day, payments),
        paid_by_day(purchases, day),
        [*regular_flows(weeks_ago, scale), *vat_flows(weeks_ago, sales, purchases, scale)],
    )
    ids = _ids("C", len(customers))
    yearly = _yearly(sales, day, len(customers))
    return SampleCompany(
        name=SAMPLE_NAME,
        as_of=day,
        opening_cash_minor=cash.opening_minor,
        overdraft_limit_minor=cash.overdraft_minor,
        overdraft_rate=Decimal("0.0625"),
        overdraft_fee_rate=Decimal("0.0005"),
        cash_floor_minor=cash.floor_minor,
        customers=_columns(sales, sold_names, ids, disputed.tolist()),
        suppliers=_columns(purchases, bought_names, _ids("S", len(SUPPLIERS)), None),
        payments=tuple(payments),
        planned_flows=tuple(planned),
        partners=_partners(ids, customers, yearly),
        accounts=accounts,
        bank_lines=bank_lines,
        balances=balances,
        factoring=(
            FACTORING_NAME,
            factoring_offer(as_of, ids, customers, yearly),
        ),
        insurance=(INSURANCE_NAME, insurance_policy(as_of, ids, customers, yearly)),
        scenarios=tuple(
            (ready.code, name, ready.content.replace(f'"{ready.code}"', f'"{name}"', 1))
            for ready in ready_scenarios(as_of, ids[int(np.argmax(yearly))])
            for name in (SCENARIO_NAMES[ready.code],)
        ),
    )


def write_sample(sample: SampleCompany, folder: Path) -> None:
    """Write the sample as a ledger folder, with its offers, scenarios and a grid of offers as TOML files beside the ledger's own files."""
    write_ledger_folder(sample.ledger(), folder)
    (folder / "factoring.toml").write_text(sample.factoring[1], encoding="utf-8")
    (folder / "insurance.toml").write_text(sample.insurance[1], encoding="utf-8")
    (folder / "grid.toml").write_text(SAMPLE_GRID, encoding="utf-8")
    for code, _, text in sample.scenarios:
        (folder / f"scenario_{code}.toml").write_text(text, encoding="utf-8")


def _ids(prefix: str, count: int) -> list[str]:
    width = max(3, len(str(count)))
    return [f"{prefix}{k + 1:0{width}d}" for k in range(count)]


def _columns(trade: Trade, names: list[str], ids: Sequence[str], disputed: list[bool] | None) -> InvoiceColumns:
    settled = trade.paid != NO_DAY
    partial = settled & (trade.paid_minor != trade.amount_minor)
    return InvoiceColumns(
        invoice_id=names,
        partner_id=[ids[p] for p in trade.partner.tolist()],
        issue=trade.issue,
        due=trade.due,
        amount_minor=trade.amount_minor,
        vat_rate=[_RATES[percent] for percent in trade.vat_percent.tolist()],
        paid=trade.paid,
        paid_minor=np.where(partial, trade.paid_minor, NO_AMOUNT),
        disputed=disputed,
        credits=[names[target] if target >= 0 else "" for target in trade.credits.tolist()],
    )


def _owed(trade: Trade, customers: Sequence[Customer], names: list[str], payments: Sequence[PartPayment]) -> Amounts:
    """What each invoice still brings: nothing once paid or from the failing customer, else its amount less part payments."""
    failing = np.array([c.habit == "failing" for c in customers])[trade.partner]
    owed = np.where((trade.paid == NO_DAY) & (trade.amount_minor > 0) & ~failing, trade.paid_minor, 0)
    place = {payment.invoice_id: payment.amount_minor for payment in payments}
    for i, name in enumerate(names):
        if name in place:
            owed[i] -= place[name]
    return owed


def _yearly(trade: Trade, as_of: int, count: int) -> Amounts:
    """What each customer was invoiced with VAT in the year before `as_of`."""
    recent = (trade.issue >= as_of - 365) & (trade.issue < as_of)
    sums = np.zeros(count, dtype=np.int64)
    np.add.at(sums, trade.partner[recent], trade.amount_minor[recent])
    return sums


def _partners(ids: Sequence[str], customers: Sequence[Customer], yearly: Amounts) -> tuple[Partner, ...]:
    buyers = [
        Partner(
            partner_id=partner_id,
            name=c.name,
            segment=c.segment,
            sector=c.sector,
            country=c.country,
            default_probability=_PROBABILITY[c.rating] if c.share else None,
            rating=c.rating,
            domestic=c.country == "FR",
            public_body=c.segment == "Secteur public",
            terms=c.terms,
            credit_limit_minor=-(-int(gross) // 5_000_000) * 1_000_000,
            owner=c.owner,
        )
        for partner_id, c, gross in zip(ids, customers, yearly.tolist(), strict=True)
    ]
    sellers = [
        Partner(
            partner_id=partner_id,
            name=s.name,
            segment="Fournisseurs",
            sector=s.sector,
            country=s.country,
            domestic=s.country == "FR",
            terms=s.terms,
        )
        for partner_id, s in zip(_ids("S", len(SUPPLIERS)), SUPPLIERS, strict=True)
    ]
    return (*buyers, *sellers)


def _accounts(as_of: int, opening_minor: int, overdraft_minor: int) -> tuple[Account, ...]:
    """Two accounts whose balances make the opening cash: the overdraft is on the first."""
    second = opening_minor // 5 // 100_000 * 100_000
    shared = {"entity": "", "currency": "EUR", "day": as_of}
    return (
        Account(
            account_id="512100 Compte courant",
            balance_minor=opening_minor - second,
            overdraft_limit_minor=overdraft_minor,
            overdraft_rate=Decimal("0.0625"),
            **shared,  # type: ignore[arg-type]
        ),
        Account(account_id="512200 Compte d’encaissement", balance_minor=second, **shared),  # type: ignore[arg-type]
    )
