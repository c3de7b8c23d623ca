"""A ledger folder becomes a `Ledger`, or the list of everything that is wrong with it.

The files and their columns are those of the file interface. Row order, column order and unknown columns change nothing.
Amounts in another currency are converted at the rate in force on `as_of` (ledger currency for one unit of the other).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from data.columns import Table, read_table
from data.ledger_columns import (
    ACCOUNTS,
    EXCHANGE_RATES,
    INVOICES,
    PARTNER_TEXTS,
    PARTNERS,
    PAYMENTS,
    PLANNED_FLOWS,
    Columns,
)
from data.ledger_invoices import Rates, read_invoices, read_part_payments
from data.toml_values import TomlTable, read_toml
from data.values import (
    BadValue,
    checked_share,
    parse_amount,
    parse_currency,
    parse_day,
    parse_flag,
    parse_positive_amount,
    parse_positive_rate,
)
from forecasting.dates import LAST_DATE, to_date, to_day
from forecasting.errors import InputRejected, Problem
from forecasting.ledger import NO_DAY, Account, Ledger, Partner, PlannedFlow
from forecasting.ledger_build import VAT_DAY_DEFAULT, build_ledger
from forecasting.money import Currency
from forecasting.plan import CERTAINTIES

EVERY: Final = ("week", "month", "quarter", "year")


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerReading:
    """A ledger, with what is worth a warning."""

    ledger: Ledger
    warnings: tuple[Problem, ...] = ()


def read_ledger_folder(folder: Path) -> LedgerReading:
    """The ledger of a folder; raises InputRejected with every problem of every file."""
    return _Folder(folder).read()


class _Folder:
    """A folder while it is read: the head first, since everything else depends on day and currency."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []
        self.tables: list[Table] = []

    def read(self) -> LedgerReading:
        head = self._head()
        currency = head["currency"] or "EUR"
        as_of = head["as_of"] or to_day(LAST_DATE)
        exponent = Currency(currency).exponent
        rates = self._rates(currency, as_of)
        partners = self._partners(exponent)
        terms = {partner.partner_id: partner.terms for partner in partners}
        customers = read_invoices(self._table("customer_invoices.csv", INVOICES), "customer", rates, terms)
        suppliers = read_invoices(self._table("supplier_invoices.csv", INVOICES), "supplier", rates, terms)
        payments = read_part_payments(self._table("payments.csv", PAYMENTS, optional=True), (customers, suppliers), rates)
        planned = self._planned(exponent)
        accounts = self._accounts(currency, rates)
        self._reject()
        ledger = build_ledger(
            **head,
            customers=customers.columns,
            suppliers=suppliers.columns,
            payments=payments,
            planned_flows=planned,
            partners=partners,
            accounts=accounts,
        )
        return LedgerReading(ledger=ledger, warnings=tuple(self.problems))

    def _reject(self) -> None:
        for table in self.tables:
            self.problems += sorted(table.problems, key=lambda found: found.row or 0)
        if any(found.severity == "error" for found in self.problems):
            raise InputRejected(tuple(self.problems))

    def _table(self, name: str, columns: Columns, *, optional: bool = False) -> Table:
        path = self.folder / name
        if path.is_file():
            table = read_table(path, required=columns.required, optional=columns.optional)
        else:
            table = Table(str(path), {}, [], [])
            if not optional:
                table.wrong(None, "", "file.missing")
        self.tables.append(table)
        return table

    def _head(self) -> dict[str, Any]:
        """The values of ledger.toml by the argument names of `build_ledger`; None where one is wrong."""
        try:
            file = read_toml(self.folder / "ledger.toml")
        except InputRejected as rejected:
            self.problems += rejected.problems
            return dict.fromkeys(("currency", "as_of"))
        top = file.top
        currency = top.read("currency", _currency, None, required=True)
        exponent = Currency(currency or "EUR").exponent
        head = {
            "as_of": top.day("as_of", None, required=True),
            "currency": currency,
            "opening_cash_minor": _required_amount(top, "opening_cash", exponent),
            "overdraft_limit_minor": top.amount("overdraft_limit", 0, exponent),
            "overdraft_rate": top.positive_rate("overdraft_rate", Decimal(0)),
            "overdraft_fee_rate": top.positive_rate("overdraft_fee_rate", Decimal(0)),
            "cash_floor_minor": top.amount("cash_floor", 0, exponent, signed=True),
            "vat_day": top.read("vat_day", _month_day, VAT_DAY_DEFAULT),
            "vat_returns": top.choice("vat_returns", ("planned", "computed"), "planned"),
        }
        try:
            self.problems += file.finish(unknown_keys="warning")
        except InputRejected as rejected:
            self.problems += rejected.problems
        return head

    def _rates(self, currency: str, as_of: int) -> Rates:
        table = self._table("exchange_rates.csv", EXCHANGE_RATES, optional=True)
        codes = table.values("currency", parse_currency, "", required=True)
        days = table.values("date", parse_day, NO_DAY, required=True)
        found = table.values("rate", _exchange_rate, Decimal(1), required=True)
        latest: dict[str, tuple[int, Decimal]] = {}
        seen: set[tuple[str, int]] = set()
        for index, (code, day, rate) in enumerate(zip(codes, days, found, strict=True)):
            if (code, day) in seen:
                table.wrong(index, "date", "ledger.exchange_rate_twice", code=code, date=to_date(day))
            seen.add((code, day))
            if latest.get(code, (NO_DAY, rate))[0] <= day <= as_of:
                latest[code] = (day, rate)
        return Rates(currency=currency, as_of=as_of, rates={code: rate for code, (_, rate) in latest.items()})

    def _partners(self, exponent: int) -> list[Partner]:
        table = self._table("partners.csv", PARTNERS, optional=True)
        if not table.columns:
            return []
        ids = table.unique("partner_id")
        text = {name: table.text(name) for name in PARTNER_TEXTS}
        columns: dict[str, list[Any]] = {
            "default_probability": table.values("default_probability", _probability),
            "domestic": table.values("domestic", parse_flag, True),
            "public_body": table.values("public_body", parse_flag, False),
            "intra_group": table.values("intra_group", parse_flag, False),
            "credit_limit_minor": table.values("credit_limit", lambda t: parse_positive_amount(t, exponent)),
            **{name: list(column) for name, column in text.items()},
        }
        names = list(columns)
        return [
            Partner(partner_id=partner_id, **dict(zip(names, row, strict=True)))
            for partner_id, row in zip(ids, zip(*columns.values(), strict=True), strict=True)
            if partner_id
        ]

    def _planned(self, exponent: int) -> list[PlannedFlow]:
        table = self._table("planned_flows.csv", PLANNED_FLOWS, optional=True)
        days = table.values("date", parse_day, NO_DAY, required=True)
        amounts = table.values("amount", lambda t: parse_amount(t, exponent), 0, required=True)
        every = table.values("every", _every, "")
        until = table.values("until", parse_day, NO_DAY)
        certainty = table.values("certainty", _certainty, "sure")
        for index, (day, last, rhythm) in enumerate(zip(days, until, every, strict=True)):
            if last != NO_DAY and not rhythm:
                table.wrong(index, "until", "ledger.until_without_every")
            elif last != NO_DAY and last < day:
                table.wrong(index, "until", "ledger.until_before_date", date=to_date(day), until=to_date(last))
        rows = zip(days, amounts, table.text("category"), table.text("label"), every, until, certainty, strict=True)
        return [
            PlannedFlow(
                day=day, amount_minor=amount, category=category, label=label, every=rhythm, until=last, certainty=sure
            )
            for day, amount, category, label, rhythm, last, sure in rows
        ]

    def _accounts(self, currency: str, known: Rates) -> list[Account]:
        table = self._table("accounts.csv", ACCOUNTS, optional=True)
        ids = table.unique("account_id")
        codes = table.values("currency", parse_currency, currency)
        days = table.values("date", parse_day, NO_DAY, required=True)
        rates = table.values("overdraft_rate", parse_positive_rate, Decimal(0))
        balances = _own_amounts(table, "balance", codes, parse_amount, required=True)
        limits = _own_amounts(table, "overdraft_limit", codes, parse_positive_amount)
        rows = zip(ids, table.text("entity"), codes, balances, days, limits, rates, strict=True)
        return [
            Account(
                account_id=account_id,
                entity=entity,
                currency=code,
                balance_minor=balance,
                day=day,
                overdraft_limit_minor=limit,
                overdraft_rate=rate,
                rate=known.rates.get(code) if entity and code != currency else None,
            )
            for account_id, entity, code, balance, day, limit, rate in rows
        ]


def _own_amounts(
    table: Table, name: str, codes: list[str], parse: Callable[[str, int], int], *, required: bool = False
) -> list[int]:
    """Amounts of rows that each have their own currency."""
    amounts = []
    for index, (text, code) in enumerate(zip(table.text(name, required=required), codes, strict=True)):
        try:
            amounts.append(parse(text, Currency(code).exponent) if text else 0)
        except BadValue as bad:
            table.problems.append(bad.at(file=table.file, row=table.rows[index], column=name))
            amounts.append(0)
    return amounts


def _required_amount(top: TomlTable, key: str, exponent: int) -> int:
    if not top.has(key):
        top.wrong(key, "toml.key_missing", name=key)
    return top.amount(key, 0, exponent, signed=True)


def _currency(value: object) -> str:
    return parse_currency(str(value).strip())


def _month_day(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 31:
        raise BadValue("ledger.bad_vat_day", str(value))
    return value


def _exchange_rate(text: str) -> Decimal:
    try:
        rate = Decimal(text)
    except ArithmeticError as error:
        raise BadValue("value.bad_rate", text) from error
    if not rate.is_finite() or rate <= 0 or rate > 1_000_000:
        raise BadValue("value.rate_out_of_range", text)
    return rate


def _probability(text: str) -> float | None:
    try:
        probability = Decimal(text)
    except ArithmeticError as error:
        raise BadValue("value.bad_rate", text) from error
    if not probability.is_finite():
        raise BadValue("value.bad_rate", text)
    return float(checked_share(probability, text))


def _certainty(text: str) -> Any:
    if text not in CERTAINTIES:
        raise BadValue("value.bad_choice", text, known=", ".join(CERTAINTIES))
    return text


def _every(text: str) -> Any:
    if text not in EVERY:
        raise BadValue("value.bad_choice", text, known=", ".join(EVERY))
    return text
