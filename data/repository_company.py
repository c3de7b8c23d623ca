"""What the company says of itself: opening balance, overdraft, floor, currency, identifiers, and what is still to ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal

from data.access import Principal, may, require
from data.repository_audit import append_audit
from data.store import Cursor, Store
from forecasting.ledger import VatReturns

#: Which day is the first projected one: that of the opening balance, today, or the one written down.
AsOfMode = Literal["balance", "today", "fixed"]

Missing = Literal[
    "opening_balance", "overdraft", "cash_floor", "regular_payments", "customer_invoices", "supplier_invoices"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """The company's settings; None stands where nobody has said anything yet.

    `opening_cash_minor` is the balance of the morning of `opening_date`. `overdraft_limit_minor` is a positive amount (0:
    no authorised overdraft), rates are yearly. `customer_terms` and `supplier_terms` give a due date where neither the
    invoice nor its partner does. `own_ids` are SIREN, SIRET, VAT numbers, IBANs or names of the company.
    """

    name: str = ""
    currency: str = "EUR"
    country: str = "FR"
    as_of_mode: AsOfMode = "balance"
    as_of: date | None = None
    opening_cash_minor: int | None = None
    opening_date: date | None = None
    overdraft_limit_minor: int | None = None
    overdraft_rate: Decimal = Decimal(0)
    overdraft_fee_rate: Decimal = Decimal(0)
    cash_floor_minor: int | None = None
    vat_day: int = 24
    vat_returns: VatReturns = "planned"
    customer_terms: str = ""
    supplier_terms: str = ""
    regular_payments_told: bool = False
    own_ids: tuple[str, ...] = ()


_COLUMNS: Final = tuple(f.name for f in fields(Company) if f.name != "own_ids")
#: What a person without the treasury may know of the company.
_PUBLIC: Final = ("name", "currency", "country")


def company(store: Store, principal: Principal) -> Company:
    """The company's settings; a salesperson gets name, currency and country, and nothing of the treasury."""
    require(principal, "read_customers")
    with store.read() as cursor:
        whole = read_company(cursor)
    if may(principal, "read_treasury"):
        return whole
    return Company(**{name: getattr(whole, name) for name in _PUBLIC})


def read_company(cursor: Cursor) -> Company:
    """The settings inside an open read, unguarded: callers have checked the person's rights."""
    row = cursor.execute(f"SELECT {', '.join(_COLUMNS)} FROM company").fetchall()[0]
    values: dict[str, Any] = dict(zip(_COLUMNS, row, strict=True))
    for name in ("overdraft_rate", "overdraft_fee_rate"):
        values[name] = plain_rate(values[name])
    own = cursor.execute("SELECT identifier FROM own_identifier ORDER BY identifier").fetchall()
    return Company(**values, own_ids=tuple(identifier for (identifier,) in own))


def first_day(told: Company, as_of: date | None = None) -> date:
    """The first projected day: the one asked for, else by the company's mode; today where nothing is said."""
    if as_of is not None:
        return as_of
    fixed = {"balance": told.opening_date, "fixed": told.as_of, "today": None}[told.as_of_mode]
    return fixed or date.today()


def plain_rate(rate: Decimal) -> Decimal:
    """A rate without the zeros that the store appends: 0.200000 is 0.2."""
    normal = rate.normalize()
    return normal.quantize(Decimal(1)) if normal == normal.to_integral_value() else normal


def save_company(store: Store, principal: Principal, settings: Company) -> None:
    """Replace the company's settings."""
    require(principal, "change_data")

    def change(cursor: Cursor) -> None:
        before = asdict(read_company(cursor))
        values = [getattr(settings, name) for name in _COLUMNS]
        cursor.execute(f"UPDATE company SET {', '.join(f'{name} = ?' for name in _COLUMNS)}", values)
        cursor.execute("DELETE FROM own_identifier WHERE NOT list_contains(?, identifier)", [list(settings.own_ids)])
        for identifier in settings.own_ids:
            cursor.execute("INSERT INTO own_identifier VALUES (?) ON CONFLICT DO NOTHING", [identifier])
        changed = {name: value for name, value in asdict(settings).items() if value != before[name]}
        append_audit(cursor, principal, "company.save", **changed)

    store.write(change)


def missing_settings(store: Store, principal: Principal) -> tuple[Missing, ...]:
    """What is still to be asked before the curve means what it seems to mean, in the order of asking."""
    require(principal, "read_treasury")
    with store.read() as cursor:
        told = read_company(cursor)
        planned = cursor.execute("SELECT count(*) FROM planned_flow").fetchall()[0][0]
        stated = cursor.execute("SELECT count(*) FROM bank_balance").fetchall()[0][0]
        sides = {side for (side,) in cursor.execute("SELECT DISTINCT side FROM invoice").fetchall()}
    lacking: dict[Missing, bool] = {
        "opening_balance": told.opening_cash_minor is None and not stated,
        "overdraft": told.overdraft_limit_minor is None,
        "cash_floor": told.cash_floor_minor is None,
        "regular_payments": not planned and not told.regular_payments_told,
        "customer_invoices": "customer" not in sides,
        "supplier_invoices": "supplier" not in sides,
    }
    return tuple(code for code, lacks in lacking.items() if lacks)


def setting(store: Store, principal: Principal, name: str, default: str = "") -> str:
    """One remembered choice that is no figure, such as the language."""
    require(principal, "read_customers")
    with store.read() as cursor:
        rows = cursor.execute("SELECT value FROM setting WHERE name = ?", [name]).fetchall()
    return str(rows[0][0]) if rows else default


def save_settings(store: Store, principal: Principal, values: Mapping[str, str]) -> None:
    """Remember choices by name."""
    require(principal, "change_data")

    def change(cursor: Cursor) -> None:
        for name, value in values.items():
            cursor.execute(
                "INSERT INTO setting VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", [name, value]
            )

    store.write(change, ledger=False)
