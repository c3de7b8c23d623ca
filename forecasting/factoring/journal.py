"""The accounting entries of a factor account, French chart of accounts, as lines of the 18 FEC columns (domain 1.7).

The factor owes the company R - U: G of it stands on the retention account (467y), the rest on the current account
(467x). Every entry balances, and the two accounts end at R - U and G as the factor account does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from forecasting.dates import to_date
from forecasting.money import to_text
from forecasting.simulation.flows import Event

#: The columns of the FEC (LPF A47 A-1), in their order.
FEC_COLUMNS: Final = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib",
    "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet", "ValidDate", "Montantdevise",
    "Idevise",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """The account numbers that a firm books a factor under; the accountant may change each."""

    journal: str = "AFF"
    customers: str = "411000"
    doubtful: str = "416000"
    current: str = "467100"
    retention: str = "467200"
    service_fee: str = "622500"
    financing_fee: str = "668000"
    deductible_vat: str = "445660"
    indemnity: str = "758700"
    bank: str = "512000"


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalLine:
    """One line of an entry; exactly one of debit and credit is above 0, minor units."""

    entry: int
    day: int
    account: str
    debit_minor: int
    credit_minor: int
    label: str
    partner_id: str = ""
    piece: str = ""


#: (account, signed amount: + is debit, partner, piece)
_Posting = tuple[str, int, str, str]


def journal(events: Iterable[Event], chart: Chart) -> tuple[JournalLine, ...]:
    """The entries of a factor account from the events of its path, in order, balanced.

    A day's purchases are one entry (the subrogation receipt); everything else is an entry of its own. `label` is the
    code of what is booked. Receipts by the factor move nothing here: R and U fall together.
    """
    lines: list[JournalLine] = []
    number = 0
    for label, day, postings in _entries(events, chart):
        kept = [p for p in postings if p[1]]
        if not kept:
            continue
        assert sum(p[1] for p in kept) == 0, "an entry must balance"
        number += 1
        lines += [_line(number, day, label, posting) for posting in kept]
    return tuple(lines)


def fec_rows(
    lines: Iterable[JournalLine],
    chart: Chart,
    *,
    account_names: Mapping[str, str],
    labels: Mapping[str, str],
    partner_names: Mapping[str, str],
    exponent: int = 2,
) -> Iterator[tuple[str, ...]]:
    """The lines as rows of the 18 FEC columns: dates AAAAMMJJ, decimal comma, drafts without lettering or validation.

    `account_names` by account number (and the journal's by its code), `labels` by the code of what is booked.
    """
    for line in lines:
        when = to_date(line.day).strftime("%Y%m%d")
        yield (
            chart.journal,
            account_names.get(chart.journal, chart.journal),
            str(line.entry),
            when,
            line.account,
            account_names.get(line.account, line.account),
            line.partner_id,
            partner_names.get(line.partner_id, line.partner_id),
            line.piece or f"{chart.journal}{when}",
            when,
            labels.get(line.label, line.label),
            to_text(line.debit_minor, exponent).replace(".", ","),
            to_text(line.credit_minor, exponent).replace(".", ","),
            *("",) * 5,
        )


def _entries(events: Iterable[Event], chart: Chart) -> Iterator[tuple[str, int, Sequence[_Posting]]]:
    """(code, day, postings) of every entry, day by day, purchases first."""
    for day, of_day in groupby(sorted(events, key=lambda e: e.day), key=lambda e: e.day):
        today = list(of_day)
        yield "purchased", day, _purchase(today, chart)
        for event in today:
            book = _BOOKED.get(event.code)
            if book:
                yield event.code, day, book(event, chart)


def _purchase(today: Sequence[Event], chart: Chart) -> Sequence[_Posting]:
    """467x ttc - fees - retention, 467y retention, 6225 fees, 44566 VAT to 411 ttc."""
    bought = [e for e in today if e.code == "purchased"]
    fees = [e for e in today if e.code in ("service_fee", "discount")]
    held = sum(e.amount_minor for e in today if e.code == "retention_at_purchase")
    fee = sum(e.amount_minor for e in fees if e.code == "service_fee")
    discount = sum(e.amount_minor for e in fees if e.code == "discount")
    vat = sum(_vat(e) for e in fees)
    total = sum(e.amount_minor for e in bought)
    return [
        (chart.current, total - held - fee - discount - vat, "", ""),
        (chart.retention, held, "", ""),
        (chart.service_fee, fee, "", ""),
        (chart.financing_fee, discount, "", ""),
        (chart.deductible_vat, vat, "", ""),
        *((chart.customers, -e.amount_minor, e.partner_id, e.invoice_id) for e in bought),
    ]


def _charge(
    account: Callable[[Chart], str], against: Callable[[Chart], str]
) -> Callable[[Event, Chart], Sequence[_Posting]]:
    """A fee or interest with its VAT, on the factor account or from the bank."""

    def book(event: Event, chart: Chart) -> Sequence[_Posting]:
        vat = _vat(event)
        return [
            (account(chart), event.amount_minor, "", ""),
            (chart.deductible_vat, vat, "", ""),
            (against(chart), -event.amount_minor - vat, "", ""),
        ]

    return book


def _transfer(event: Event, chart: Chart) -> Sequence[_Posting]:
    prepaid = int(dict(event.values).get("prepaid_minor", 0))
    return [
        (chart.bank, event.amount_minor - prepaid, "", ""),
        (chart.financing_fee, prepaid, "", ""),
        (chart.current, -event.amount_minor, "", ""),
    ]


def _cash_call(event: Event, chart: Chart) -> Sequence[_Posting]:
    return [(chart.current, event.amount_minor, "", ""), (chart.bank, -event.amount_minor, "", "")]


def _retention(event: Event, chart: Chart) -> Sequence[_Posting]:
    return [(chart.retention, event.amount_minor, "", ""), (chart.current, -event.amount_minor, "", "")]


def _back(account: Callable[[Chart], str], amount: Callable[[Event], int]) -> Callable[[Event, Chart], Sequence[_Posting]]:
    """A claim, or a part of it, that the factor gives back."""

    def book(event: Event, chart: Chart) -> Sequence[_Posting]:
        given = amount(event)
        return [(account(chart), given, event.partner_id, event.invoice_id), (chart.current, -given, "", "")]

    return book


def _indemnity(event: Event, chart: Chart) -> Sequence[_Posting]:
    return [(chart.current, event.amount_minor, "", ""), (chart.indemnity, -event.amount_minor, "", "")]


_BOOKED: Final[dict[str, Callable[[Event, Chart], Sequence[_Posting]]]] = {
    "annual_minimum": _charge(lambda c: c.service_fee, lambda c: c.current),
    "commitment_fee": _charge(lambda c: c.service_fee, lambda c: c.current),
    "interest": _charge(lambda c: c.financing_fee, lambda c: c.current),
    "interest_true_up": _charge(lambda c: c.financing_fee, lambda c: c.current),
    "setup_fee": _charge(lambda c: c.service_fee, lambda c: c.bank),
    "audit_fee": _charge(lambda c: c.service_fee, lambda c: c.bank),
    "line_fee": _charge(lambda c: c.service_fee, lambda c: c.bank),
    "transfer": _transfer,
    "cash_call": _cash_call,
    "retention": _retention,
    "handed_back": _back(lambda c: c.customers, lambda e: e.amount_minor),
    "credit_note": _back(lambda c: c.customers, lambda e: e.amount_minor),
    "guarantee_paid": _back(lambda c: c.doubtful, lambda e: int(dict(e.values).get("loss_minor", 0))),
    "delegated_indemnity": _indemnity,
}


def _vat(event: Event) -> int:
    return int(dict(event.values).get("vat_minor", 0))


def _line(number: int, day: int, label: str, posting: _Posting) -> JournalLine:
    account, amount, partner_id, piece = posting
    return JournalLine(
        entry=number,
        day=day,
        account=account,
        debit_minor=max(amount, 0),
        credit_minor=max(-amount, 0),
        label=label,
        partner_id=partner_id,
        piece=piece,
    )
