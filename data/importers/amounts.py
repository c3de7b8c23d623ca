"""What each line of a table is worth: with VAT, without, still open, paid, in which currency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from data.importers.findings import Findings
from data.importers.guess import Columns
from data.importers.numbers import CODES, AmountError, DecimalMark, minor_of, read_amount
from data.importers.protocol import TableMapping
from data.importers.style import guess_currency
from data.importers.table import Mask, Table, each_different
from data.importers.typed import AmountColumn, Whole, read_minor, read_numbers, read_rates
from forecasting.ledger import Side
from forecasting.money import Currency

#: Where the amount of a line comes from.
SOURCES: Final = ("amount", "debit_credit", "net_vat", "net_rate", "net", "lines", "price", "open", "bands", "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """Amounts of n lines in minor units int64 (n,); a `given` bool (n,) says where there is one.

    `amount` is with VAT where the file allows it (`is_net`: it does not). `source` is one of `SOURCES`: how it came about.
    """

    amount: Whole
    given: Mask
    net: Whole
    net_given: Mask
    open: Whole
    open_given: Mask
    paid: Whole
    paid_given: Mask
    currency: pa.Array
    rates: Sequence[Decimal | None]
    source: str
    is_net: bool


def _currencies(table: Table, columns: Columns, findings: Findings, among: Mask, default: str) -> list[str]:
    """The currency of each line: its own column, else what headers say, else the company's."""
    everywhere = guess_currency(table, columns) or default
    name = columns.by_field.get("currency")
    if not name:
        return [everywhere] * len(table)
    column = table.column(name)
    answers, which = each_different(column, lambda text: _currency_code(text, everywhere))
    for number, code in enumerate(answers):
        if code is None:
            findings.at(np.flatnonzero((which == number) & among), "import.unknown_currency", column=name, texts=column)
    return [answers[i] or everywhere for i in which]


def _currency_code(text: str, default: str) -> str | None:
    code = text.strip().upper()
    names = {"": default, "€": "EUR", "EURO": "EUR", "EUROS": "EUR", "£": "GBP", "$": "USD", "E": "EUR"}
    return names.get(code, code if code in CODES else None)


def read_column(
    table: Table,
    name: str,
    decimal: DecimalMark,
    currency: str,
    findings: Findings,
    among: Mask,
    foreign: Sequence[int] = (),
) -> AmountColumn:
    """A column of amounts with what is wrong in it told to `findings`; `foreign` lines have other decimals than the currency."""
    column = table.column(name)
    read = read_minor(column, decimal, currency)
    for fault, places in read.faults.items():
        findings.at(places[among[places]], f"import.{fault}", column=name, texts=column)
    rounded = np.setdiff1d(read.rounded, np.asarray(foreign, np.int64)) if len(foreign) else read.rounded
    for places, code in ((rounded, "import.fraction_of_cent"), (read.other_mark, "import.other_decimal_mark")):
        findings.at(places[among[places]], code, column=name, severity="warning", texts=column)
    return read


def _reread(
    table: Table, name: str, decimal: DecimalMark, codes: Sequence[str], places: Sequence[int], into: Whole
) -> list[int]:
    """Amounts of lines whose currency has another number of decimals than the table's, read again each in its own.

    Returns the lines that had to be rounded.
    """
    column = table.column(name)
    rounded = []
    for place in places:
        try:
            into[place], cut = minor_of(read_amount(column[place].as_py(), decimal).value, codes[place])
        except AmountError:
            continue  # told already when the column was read
        if cut:
            rounded.append(place)
    return rounded


class _Reader:
    """Reads the amount columns of one table; remembers the currency of each line as cells name it."""

    def __init__(
        self, table: Table, columns: Columns, mapping: TableMapping, findings: Findings, among: Mask, default: str
    ) -> None:
        self._table, self._columns, self._mapping = table, columns, mapping
        self._findings, self._among = findings, among
        self.codes = _currencies(table, columns, findings, among, default)
        counts: dict[str, int] = {}
        for code in self.codes:
            counts[code] = counts.get(code, 0) + 1
        self._main = max(counts, key=lambda c: counts[c]) if counts else default
        self._fixed = "currency" in columns.by_field

    def minor(self, field: str) -> tuple[Whole, Mask]:
        """A field's amounts and where there are any; zeros and nowhere without a column."""
        name = self._columns.by_field.get(field)
        if not name:
            return np.zeros(len(self._table), np.int64), np.zeros(len(self._table), np.bool_)
        return self.named(name)

    def named(self, name: str) -> tuple[Whole, Mask]:
        """The amounts of a column by its name."""
        exponent = Currency(self._main).exponent
        different = {code for code in set(self.codes) if Currency(code).exponent != exponent} if self._fixed else set()
        foreign = [i for i, code in enumerate(self.codes) if code in different] if different else []
        read = read_column(self._table, name, self._mapping.decimal, self._main, self._findings, self._among, foreign)
        minor = read.minor.copy()
        if not self._fixed:
            for code, places in read.signs.items():
                for place in places:
                    self.codes[int(place)] = code
        if foreign:
            cut = [
                i for i in _reread(self._table, name, self._mapping.decimal, self.codes, foreign, minor) if self._among[i]
            ]
            texts = self._table.column(name)
            self._findings.at(cut, "import.fraction_of_cent", column=name, severity="warning", texts=texts)
        return minor, read.given

    def numbers(self, field: str) -> list[Decimal | None]:
        """A field's plain numbers."""
        name = self._columns.by_field.get(field)
        return read_numbers(self._table.column(name), self._mapping.decimal) if name else [None] * len(self._table)

    def rates(self) -> list[Decimal | None]:
        """The VAT rate of each line."""
        name = self._columns.by_field.get("vat_rate")
        return read_rates(self._table.column(name), self._mapping.decimal) if name else [None] * len(self._table)


def _with_rate(net: Whole, rates: Sequence[Decimal | None]) -> Whole:
    """Amounts with VAT from amounts without, rounded line by line as invoicing software does."""
    gross = net.copy()
    for place, rate in enumerate(rates):
        if rate:
            gross[place] = int((int(net[place]) * (1 + rate)).to_integral_value(rounding=ROUND_HALF_UP))
    return gross


def _priced(reader: _Reader, rates: Sequence[Decimal | None]) -> tuple[Whole, Mask]:
    """Quantity times unit price with VAT, rounded once per line."""
    quantities, prices = reader.numbers("quantity"), reader.numbers("unit_price")
    minor, given = np.zeros(len(prices), np.int64), np.zeros(len(prices), np.bool_)
    for place, (quantity, price) in enumerate(zip(quantities, prices, strict=True)):
        if quantity is not None and price is not None:
            value = quantity * price * (1 + (rates[place] or 0))
            try:
                minor[place], given[place] = minor_of(value, reader.codes[place])[0], True
            except AmountError:
                continue
    return minor, given


def _sided(table: Table, columns: Columns, reader: _Reader, side: Side) -> tuple[Whole, Mask]:
    """Debit less credit for a customer, the contrary for a supplier; a negative debit is a credit."""
    debit, debit_given = reader.minor("debit")
    credit, credit_given = reader.minor("credit")
    signed = debit - credit if side == "customer" else credit - debit
    return signed, np.asarray(debit_given | credit_given, np.bool_)


#: What begins the words for debit and credit: Débit, Soll, Dare, Debe; Crédit, Haben, Avere.
_SIDES: Final = {"D": "D", "S": "D", "C": "C", "H": "C", "A": "C"}


def _directed(table: Table, columns: Columns, minor: Whole, side: Side) -> Whole:
    """Amounts with a column that says debit or credit."""
    name = columns.by_field.get("direction")
    if not name:
        return minor
    answers, which = each_different(table.column(name), lambda text: _SIDES.get(text.strip().upper()[:1], ""))
    increases = "D" if side == "customer" else "C"
    signs = np.array([-1 if a in {"C", "D"} and a != increases else 1 for a in answers], np.int64)[which]
    return np.asarray(minor * signs, np.int64)


def is_running(balance: Whole, given: Mask, amount: Whole, among: Mask) -> bool:
    """Whether a column of balances runs: where it is not the line's own amount, it is the balance before plus that amount.

    A running balance may begin anew with each partner; a column that says what is open is never more than the amount.
    """
    places = np.flatnonzero(among & given)
    if len(places) < 2:
        return False
    before = np.concatenate([[0], balance[places][:-1]])
    other = balance[places] != amount[places]
    follows = before + amount[places] == balance[places]
    return bool(other.any()) and float(np.mean(follows[other])) > 0.8


def _main_amount(
    table: Table, columns: Columns, reader: _Reader, side: Side, rates: list[Decimal | None]
) -> tuple[Whole, Mask, str, bool]:
    """The amount of each line from the best source that the table has."""
    has = columns.has
    if has("amount"):
        minor, given = reader.minor("amount")
        return _directed(table, columns, minor, side), given, "amount", False
    if has("debit", "credit"):
        minor, given = _sided(table, columns, reader, side)
        return minor, given, "debit_credit", False
    if has("line_total") or (has("net") and not has("open")):
        field = "net" if has("net") and not has("line_total") else "line_total"
        minor, given = reader.minor(field)
        vat, vat_given = reader.minor("vat")
        source = "lines" if field == "line_total" else "net"
        if vat_given.any():
            return minor + vat, given, "net_vat" if field == "net" else source, False
        if any(rates):
            return _with_rate(minor, rates), given, "net_rate" if field == "net" else source, False
        said_net = (
            "net" in columns.by_field.get(field, "").lower() or " ht" in f" {columns.by_field.get(field, '').lower()}"
        )
        return minor, given, source, field == "net" or said_net
    if has("unit_price") and has("quantity"):
        minor, given = _priced(reader, rates)
        return minor, given, "price", not any(rates)
    if has("open"):
        minor, given = reader.minor("open")
        return _directed(table, columns, minor, side), given, "open", False
    return _banded(table, columns, reader)


def _banded(table: Table, columns: Columns, reader: _Reader) -> tuple[Whole, Mask, str, bool]:
    """The sum of the ageing bands of a line."""
    minor, given = np.zeros(len(table), np.int64), np.zeros(len(table), np.bool_)
    for name in columns.bands:
        amount, here = reader.named(name)
        minor, given = minor + amount, given | here
    return minor, given, "bands" if columns.bands else "none", False


def read_worth(
    table: Table, columns: Columns, mapping: TableMapping, findings: Findings, among: Mask, default_currency: str
) -> Worth:
    """The amounts of a table's lines; what is wrong is told to `findings`, on lines of `among` only."""
    reader = _Reader(table, columns, mapping, findings, among, default_currency)
    rates = reader.rates()
    amount, given, source, is_net = _main_amount(table, columns, reader, mapping.side, rates)
    net, net_given = (
        reader.minor("net") if source in {"amount", "debit_credit"} else (amount, np.zeros(len(table), np.bool_))
    )
    if source in {"net_vat", "net_rate"}:
        net, net_given = reader.minor("net")
    still, still_given = reader.minor("open")
    if source == "debit_credit" and is_running(still, still_given, amount, among):
        still_given = np.zeros(len(table), np.bool_)
    paid, paid_given = reader.minor("paid_amount")
    return Worth(
        amount=np.asarray(amount, np.int64),
        given=np.asarray(given, np.bool_),
        net=np.asarray(net, np.int64),
        net_given=np.asarray(net_given, np.bool_),
        open=still,
        open_given=still_given,
        paid=paid,
        paid_given=paid_given,
        currency=pa.array(reader.codes, pa.string()),
        rates=rates,
        source=source,
        is_net=is_net,
    )


def total_by_currency(currency: pa.Array, amount: Whole, among: Mask) -> dict[str, int]:
    """The signed sum of some lines per currency."""
    if not len(currency):
        return {}
    encoded = currency.dictionary_encode()
    which = encoded.indices.to_numpy(zero_copy_only=False)
    codes: list[str] = encoded.dictionary.to_pylist()
    sums: dict[str, int] = {}
    for number, code in enumerate(codes):
        here: npt.NDArray[np.bool_] = (which == number) & among
        if here.any():
            sums[code] = int(amount[here].sum())
    return sums
