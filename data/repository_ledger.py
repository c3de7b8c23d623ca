"""The store as a `Ledger`: the one read that every projection starts from, narrowed to what the person may see."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from data.access import Principal, may, require
from data.repository_bank import read_accounts
from data.repository_company import Company, first_day, read_company
from data.repository_currency import Rates, read_rates
from data.repository_opening import OpeningCash, read_opening
from data.repository_overrides import standing_overrides
from data.repository_partners import read_partners
from data.repository_plan import read_planned_flows
from data.repository_plans import standing_instalments
from data.repository_rows import read_part_payments, read_side, within_amounts
from data.store import Store
from forecasting.dates import to_day
from forecasting.ledger import Account, Ledger, Side
from forecasting.ledger_build import build_ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class DataVersion:
    """What every cache is keyed by: `any_write` counts all changes, `ledger_write` those that a projection can see."""

    store_id: str
    any_write: int
    ledger_write: int

    @property
    def ledger_key(self) -> str:
        """Changes whenever a ledger loaded from this store could."""
        return f"{self.store_id}:{self.ledger_write}"


def data_version(store: Store, principal: Principal) -> DataVersion:
    """The counts of changes; cheap, to be asked at every run of a page."""
    require(principal, "read_customers")
    with store.read() as cursor:
        row = cursor.execute("SELECT store_id, any_write, ledger_write FROM data_version").fetchall()[0]
    return DataVersion(store_id=row[0], any_write=row[1], ledger_write=row[2])


def load_ledger(store: Store, principal: Principal, as_of: date | None = None) -> Ledger:
    """Everything known on the morning of `as_of` (the company's own day where none is given), as one ledger.

    A salesperson's ledger holds the invoices of own customers and nothing of the treasury: no suppliers, planned flows,
    accounts, balances or limits. Amounts in other currencies are converted at the latest rate known on that day.
    """
    require(principal, "read_customers")
    narrow = principal.own_customers_only
    with store.read() as cursor:
        told = read_company(cursor)
        first = first_day(told, as_of)
        day = to_day(first)
        rates = read_rates(cursor, told.currency, day)
        sides: tuple[Side, ...] = ("customer",) if narrow else ("customer", "supplier")
        columns, payments = {}, []
        for side in sides:
            columns[side], implied = read_side(cursor, side, principal, told, rates, day)
            agreed = standing_instalments(cursor, day) if side == "customer" else []
            known = set(columns[side].invoice_id)
            parts = [*implied, *read_part_payments(cursor, side, principal, rates)]
            parts += [part for part in agreed if part.invoice_id in known]
            payments += within_amounts(parts, columns[side])
        treasury = may(principal, "read_treasury")
        return build_ledger(
            as_of=day,
            currency=told.currency,
            customers=columns["customer"],
            suppliers=columns.get("supplier"),
            payments=payments,
            partners=read_partners(cursor, principal),
            planned_flows=read_planned_flows(cursor) if treasury else (),
            accounts=_rated(read_accounts(cursor, day), rates) if treasury else (),
            **_treasury(told, read_opening(cursor, told, first, rates)) if treasury else {"opening_cash_minor": 0},
            vat_day=told.vat_day,
            vat_returns=told.vat_returns,
            overrides=standing_overrides(cursor),
        )


def _rated(accounts: tuple[Account, ...], rates: Rates) -> tuple[Account, ...]:
    """Accounts with what their currency is worth, where an entity's own balance needs it."""
    foreign = rates.foreign
    return tuple(replace(a, rate=rates.per_unit(a.currency)) if a.entity and a.currency in foreign else a for a in accounts)


def _treasury(told: Company, opening: OpeningCash) -> dict[str, Any]:
    return {
        "opening_cash_minor": opening.amount_minor,
        "overdraft_limit_minor": told.overdraft_limit_minor or 0,
        "overdraft_rate": told.overdraft_rate,
        "overdraft_fee_rate": told.overdraft_fee_rate,
        "cash_floor_minor": told.cash_floor_minor or 0,
    }
