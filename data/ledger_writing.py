"""A `Ledger` becomes a folder of files that reads back as the same ledger."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import repeat
from pathlib import Path
from typing import TextIO

from data.ledger_columns import ACCOUNTS, EXCHANGE_RATES, INVOICES, PARTNER_TEXTS, PARTNERS, PAYMENTS, PLANNED_FLOWS
from data.toml_writing import quoted
from forecasting.dates import to_date
from forecasting.ledger import NO_AMOUNT, NO_DAY, Account, Invoices, Ledger, Partner
from forecasting.money import Currency, to_text

Row = Sequence[object]


def write_ledger_folder(ledger: Ledger, folder: Path) -> None:
    """Writes the files of the file interface; `read_ledger_folder` gives the same ledger, fingerprint included.

    Optional files are written where they hold a row. Amounts are in the ledger's currency.
    """
    folder.mkdir(parents=True, exist_ok=True)
    exponent = Currency(ledger.currency).exponent
    (folder / "ledger.toml").write_text(_head(ledger, exponent), encoding="utf-8")
    write_csv(folder / "customer_invoices.csv", INVOICES.header, _invoices(ledger.customers, ledger, exponent))
    write_csv(folder / "supplier_invoices.csv", INVOICES.header, _invoices(ledger.suppliers, ledger, exponent))
    optional = {
        "payments.csv": (PAYMENTS.header, _payments(ledger, exponent)),
        "planned_flows.csv": (PLANNED_FLOWS.header, _planned(ledger, exponent)),
        "partners.csv": (PARTNERS.header, [_partner(partner, exponent) for partner in ledger.partners]),
        "accounts.csv": (ACCOUNTS.header, [_account(account) for account in ledger.accounts]),
    }
    for name, (header, rows) in optional.items():
        if rows:
            write_csv(folder / name, header, rows)
        else:
            (folder / name).unlink(missing_ok=True)
    # Amounts are in one currency now: rates of an earlier ledger in the same folder would only mislead, and those that
    # remain are of entities' accounts.
    (folder / "exchange_rates.csv").unlink(missing_ok=True)
    rates = {a.currency: (a.currency, _date(ledger.as_of), f"{a.rate:f}") for a in ledger.accounts if a.rate is not None}
    if rates:
        write_csv(folder / "exchange_rates.csv", EXCHANGE_RATES.header, [rates[code] for code in sorted(rates)])


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Row]) -> None:
    """A file of the file interface: UTF-8, header, commas, one line feed per row."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        _write_rows(stream, header, rows)


def csv_text(header: Sequence[str], rows: Iterable[Row]) -> str:
    """The text of such a file."""
    stream = io.StringIO(newline="")
    _write_rows(stream, header, rows)
    return stream.getvalue()


def _write_rows(stream: TextIO, header: Sequence[str], rows: Iterable[Row]) -> None:
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)


def _head(ledger: Ledger, exponent: int) -> str:
    lines = [
        f"as_of = {to_date(ledger.as_of).isoformat()}",
        f"currency = {quoted(ledger.currency)}",
        f"opening_cash = {quoted(to_text(ledger.opening_cash_minor, exponent))}",
        f"overdraft_limit = {quoted(to_text(ledger.overdraft_limit_minor, exponent))}",
        f"overdraft_rate = {quoted(f'{ledger.overdraft_rate:f}')}",
        f"overdraft_fee_rate = {quoted(f'{ledger.overdraft_fee_rate:f}')}",
        f"cash_floor = {quoted(to_text(ledger.cash_floor_minor, exponent))}",
        f"vat_day = {ledger.vat_day}",
        f"vat_returns = {quoted(ledger.vat_returns)}",
    ]
    return "\n".join(lines) + "\n"


@lru_cache(maxsize=65_536)
def _date(day: int) -> str:
    return "" if day == NO_DAY else to_date(day).isoformat()


def _amount(amount_minor: int, exponent: int) -> str:
    return "" if amount_minor == NO_AMOUNT else to_text(amount_minor, exponent)


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _invoices(invoices: Invoices, ledger: Ledger, exponent: int) -> Iterable[Row]:
    names = [partner.partner_id for partner in ledger.partners]
    ids = invoices.invoice_id
    return zip(
        ids,
        map(names.__getitem__, invoices.partner.tolist()),
        map(_date, invoices.issue.tolist()),
        map(_date, invoices.due.tolist()),
        (to_text(amount, exponent) for amount in invoices.amount_minor.tolist()),
        (f"{rate:f}" for rate in invoices.vat_rate),
        map(_date, invoices.paid.tolist()),
        (_amount(amount, exponent) for amount in invoices.paid_minor.tolist()),
        map(_flag, invoices.disputed.tolist()),
        (ids[target] if target >= 0 else "" for target in invoices.credits.tolist()),
        map(_date, invoices.remittance.tolist()),
        map(_date, invoices.assigned.tolist()),
        map(_date, invoices.delivery.tolist()),
        (_amount(amount, exponent) for amount in invoices.net_minor.tolist()),
        ("encaissements" if late else "debits" for late in invoices.on_receipt.tolist()),
        repeat(ledger.currency, len(ids)),
        invoices.entity,
        strict=True,
    )


def _payments(ledger: Ledger, exponent: int) -> list[Row]:
    sides = {"customer": ledger.customers, "supplier": ledger.suppliers}
    return [
        (
            sides[p.side].invoice_id[p.invoice],
            _date(p.day),
            to_text(p.amount_minor, exponent),
            p.side,
            "true" if p.assumed else "",
        )
        for p in ledger.payments
    ]


def _planned(ledger: Ledger, exponent: int) -> list[Row]:
    return [
        (_date(f.day), to_text(f.amount_minor, exponent), f.category, f.label, f.every, _date(f.until), f.certainty)
        for f in ledger.planned_flows
    ]


def _partner(partner: Partner, exponent: int) -> Row:
    limit, probability = partner.credit_limit_minor, partner.default_probability
    return (
        partner.partner_id,
        *(getattr(partner, name) for name in PARTNER_TEXTS),
        "" if probability is None else repr(probability),
        _flag(partner.domestic),
        _flag(partner.public_body),
        _flag(partner.intra_group),
        "" if limit is None else to_text(limit, exponent),
    )


def _account(account: Account) -> Row:
    exponent = Currency(account.currency).exponent
    return (
        account.account_id,
        to_text(account.balance_minor, exponent),
        _date(account.day),
        account.entity,
        account.currency,
        to_text(account.overdraft_limit_minor, exponent),
        f"{account.overdraft_rate:f}",
    )
