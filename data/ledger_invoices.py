"""The invoices of a ledger folder: one side's file with its part payments, checked row against row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np

from data.columns import Table
from data.terms import understood
from data.values import BadValue, parse_amount, parse_currency, parse_day, parse_flag, parse_share
from forecasting.dates import due_on, to_date, to_day
from forecasting.ledger import NO_AMOUNT, NO_DAY, Side
from forecasting.ledger_build import VAT_RATE_DEFAULT, InvoiceColumns, PartPayment
from forecasting.money import AMOUNT_LIMIT_MINOR, Currency, converted, to_text

_EXIGIBILITY: Final = {"debits": False, "encaissements": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """What one unit of each other currency is worth in the ledger's, on `as_of`."""

    currency: str
    as_of: int
    rates: Mapping[str, Decimal]

    @property
    def exponent(self) -> int:
        """Decimal places of the ledger's currency."""
        return Currency(self.currency).exponent

    def convert(self, amount_minor: int, code: str) -> int:
        """An amount of another currency in the ledger's, rounded once."""
        return converted(amount_minor, self.rates[code], Currency(code), Currency(self.currency))


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceReading:
    """One side's rows: the columns, and where each id stands in them."""

    side: Side
    columns: InvoiceColumns
    place: Mapping[str, int]
    currency: Sequence[str]


def read_invoices(table: Table, side: Side, rates: Rates, terms: Mapping[str, str]) -> InvoiceReading:
    """The invoices of a side; what is wrong with them is among the table's problems."""
    ids = table.unique("invoice_id")
    place = {invoice_id: index for index, invoice_id in enumerate(ids)}
    partners = table.text("partner_id", required=True)
    currency = _currencies(table, rates)
    amounts = _amounts(table, "amount", currency, rates, 0, required=True)
    issue = table.values("issue_date", parse_day, NO_DAY, required=True)
    paid = table.values("paid_date", parse_day, NO_DAY)
    paid_amounts = _amounts(table, "paid_amount", currency, rates, NO_AMOUNT)
    net = _amounts(table, "net_amount", currency, rates, NO_AMOUNT)
    credits = table.text("credits")
    _check_parts(table, amounts, paid, paid_amounts, net, rates)
    _check_credits(table, credits, place, partners, amounts)
    columns = InvoiceColumns(
        invoice_id=ids,
        partner_id=partners,
        issue=issue,
        due=_due(table, partners, issue, terms),
        amount_minor=amounts,
        vat_rate=table.values("vat_rate", parse_share, VAT_RATE_DEFAULT),
        paid=paid,
        paid_minor=paid_amounts,
        disputed=table.values("disputed", parse_flag, False),
        remittance=table.values("remittance_date", parse_day, NO_DAY) if side == "customer" else None,
        assigned=table.values("assigned_date", parse_day, NO_DAY),
        delivery=table.values("delivery_date", parse_day, NO_DAY),
        net_minor=net,
        on_receipt=table.values("vat_exigibility", _exigibility, False),
        credits=credits,
        entity=table.text("entity"),
    )
    return InvoiceReading(side=side, columns=columns, place=place, currency=currency)


def read_part_payments(table: Table, sides: Sequence[InvoiceReading], rates: Rates) -> list[PartPayment]:
    """The part payments of either side, in the currency of their invoice.

    The column `side` is only needed for an invoice_id that stands on both sides; `assumed` marks a day that a rule set.
    """
    days = table.values("date", parse_day, NO_DAY, required=True)
    texts = table.text("amount", required=True)
    named = table.values("side", _side, "")
    assumed = table.values("assumed", parse_flag, False)
    paid: dict[tuple[Side, str], int] = {}
    payments = []
    for index, invoice_id in enumerate(table.text("invoice_id", required=True)):
        found = [side for side in sides if invoice_id in side.place and named[index] in ("", side.side)]
        if len(found) != 1:
            if invoice_id:
                code = "ledger.invoice_on_both_sides" if found else "ledger.unknown_invoice"
                table.wrong(index, "invoice_id", code, id=invoice_id)
            continue
        side = found[0]
        row = side.place[invoice_id]
        amount = _amount(table, "amount", index, texts[index], side.currency[row], rates)
        whole = int(side.columns.amount_minor[row])
        total = paid[side.side, invoice_id] = paid.get((side.side, invoice_id), 0) + amount
        if amount and ((amount > 0) != (whole > 0) or abs(total) > abs(whole)):
            table.wrong(index, "amount", "ledger.paid_too_much", id=invoice_id, amount=to_text(whole, rates.exponent))
        payments.append(
            PartPayment(side=side.side, invoice_id=invoice_id, day=days[index], amount_minor=amount, assumed=assumed[index])
        )
    return payments


def _currencies(table: Table, rates: Rates) -> list[str]:
    """The currency of each row; one without a rate is a problem and read as the ledger's."""
    codes = table.values("currency", parse_currency, rates.currency)
    foreign = set(codes) - {rates.currency} - rates.rates.keys()
    if foreign:
        for index, code in enumerate(codes):
            if code in foreign:
                table.wrong(index, "currency", "ledger.no_exchange_rate", code=code, as_of=to_date(rates.as_of))
                codes[index] = rates.currency
    return codes


def _amounts(
    table: Table, name: str, currency: list[str], rates: Rates, absent: int, *, required: bool = False
) -> list[int]:
    """A column of amounts in the ledger's currency."""
    if all(code == rates.currency for code in set(currency)):
        exponent = rates.exponent
        return table.values(name, lambda text: parse_amount(text, exponent), absent, required=required)
    texts = table.text(name, required=required)
    return [
        _amount(table, name, index, text, code, rates) if text else absent
        for index, (text, code) in enumerate(zip(texts, currency, strict=True))
    ]


def _amount(table: Table, name: str, index: int, text: str, code: str, rates: Rates) -> int:
    try:
        minor = parse_amount(text, Currency(code).exponent) if text else 0
    except BadValue as bad:
        table.problems.append(bad.at(file=table.file, row=table.rows[index], column=name))
        return 0
    return minor if code == rates.currency else rates.convert(minor, code)


def _due(table: Table, partners: list[str], issue: list[int], terms: Mapping[str, str]) -> list[int]:
    """Due days, from the partner's terms where the cell is empty."""
    due = table.values("due_date", parse_day, NO_DAY)
    derived: dict[tuple[str, int], int | None] = {}
    for index in [i for i, text in enumerate(table.text("due_date")) if not text]:
        label = terms.get(partners[index], "")
        if issue[index] == NO_DAY:
            continue
        if not label:
            table.wrong(index, "due_date", "ledger.due_date_missing", partner=partners[index])
            continue
        key = (label, issue[index])
        if key not in derived:
            terms_said = understood(label)
            derived[key] = None if terms_said is None else to_day(due_on(to_date(issue[index]), terms_said))
        day = derived[key]
        if day is None:
            table.wrong(index, "due_date", "ledger.terms_not_understood", partner=partners[index], terms=label)
        else:
            due[index] = day
    return due


def _check_parts(
    table: Table, amounts: list[int], paid: list[int], paid_amounts: list[int], net: list[int], rates: Rates
) -> None:
    """Paid and net amounts have the sign of the invoice and do not pass it; a paid amount has its date."""
    whole = np.asarray(amounts, dtype=np.int64)
    for name, column in (("paid_amount", paid_amounts), ("net_amount", net)):
        part = np.asarray(column, dtype=np.int64)
        # An amount that could not be read stands as 0 and was told already.
        too_much = (part != NO_AMOUNT) & (whole != 0) & ((part * np.sign(whole) < 0) | (np.abs(part) > np.abs(whole)))
        code = "ledger.paid_too_much" if name == "paid_amount" else "ledger.net_above_amount"
        for index in np.flatnonzero(too_much):
            invoice_id = table.columns["invoice_id"][index]
            table.wrong(int(index), name, code, id=invoice_id, amount=to_text(amounts[index], rates.exponent))
    undated = (np.asarray(paid_amounts, dtype=np.int64) != NO_AMOUNT) & (np.asarray(paid, dtype=np.int64) == NO_DAY)
    for index in np.flatnonzero(undated):
        if not table.text("paid_date")[index]:
            table.wrong(int(index), "paid_date", "ledger.paid_without_date")
    for index in np.flatnonzero(np.abs(whole) > AMOUNT_LIMIT_MINOR):
        limit = to_text(AMOUNT_LIMIT_MINOR, rates.exponent)
        table.wrong(
            int(index), "amount", "value.amount_too_large", text=to_text(amounts[index], rates.exponent), limit=limit
        )


def _check_credits(
    table: Table, credits: list[str], place: Mapping[str, int], partners: list[str], amounts: list[int]
) -> None:
    """A credit note is negative and reduces an invoice of the same partner that stands in the same file."""
    for index, target in enumerate(credits):
        if not target:
            continue
        if amounts[index] > 0:
            table.wrong(index, "credits", "ledger.credit_not_negative")
        if target not in place:
            table.wrong(index, "credits", "ledger.credits_unknown", id=target)
        elif partners[place[target]] != partners[index]:
            table.wrong(index, "credits", "ledger.credits_other_partner", id=target, partner=partners[place[target]])
        elif amounts[place[target]] < 0:
            table.wrong(index, "credits", "ledger.credits_a_credit_note", id=target)


def _side(text: str) -> str:
    if text not in ("customer", "supplier"):
        raise BadValue("value.bad_choice", text, known="customer, supplier")
    return text


def _exigibility(text: str) -> bool:
    if text not in _EXIGIBILITY:
        raise BadValue("value.bad_choice", text, known=", ".join(_EXIGIBILITY))
    return _EXIGIBILITY[text]
