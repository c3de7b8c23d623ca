"""The lines of customer and supplier accounts among accounting entries, and what each of them is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from data.importers.entries import Entries
from data.importers.table import Mask
from data.importers.vocabulary import normalise, says_payment
from forecasting.ledger import NO_DAY, Side

#: invoice, credit note · payment, refund (cash the other way) · opening (either sign) · adjustment (rounding, discount, bad
#: debt) · transfer (to another partner account, a factor, a bill).
Nature = Literal["invoice", "credit_note", "payment", "refund", "opening", "adjustment", "transfer"]

#: Accounts of small differences, discounts and bad debts: they settle an invoice without cash and without a document.
_ADJUSTMENTS: Final = ("654", "658", "665", "666", "667", "668", "714", "758", "765", "766", "767", "768")
_CASH: Final = ("51", "53", "54", "58")
_OPENING_CODES: Final = frozenset({"AN", "RAN", "ANO", "ANX", "A NOUVEAU", "AN1", "ANV", "RN", "OUV"})
_OPENING_WORDS: Final = re.compile(r"\ba nouveaux?\b|\bouverture\b|\breports? a nouveau\b|\bopening\b|\bran\b")
#: Accounts where no invoice stands: advances, and what is not invoiced yet.
_ADVANCES: Final = ("4191", "419", "4091", "409")
_ACCRUALS: Final = ("418", "408")


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeLine:
    """A line of a partner's account; `signed` raises what is owed where positive, whichever side it is.

    `day` is that of the entry, `issue` that of the document where it is known; `net_minor` what is before VAT where the
    entry tells; `accrual`, `advance`: the account says that no invoice stands behind it. `issue_known`: not merely the
    day on which the books were opened.
    """

    row: int
    side: Side
    account: str
    partner: str
    name: str
    nature: Nature
    signed: int
    day: int
    issue: int
    issue_known: bool
    due: int
    piece: str
    label: str
    letter: str
    net_minor: int | None
    on_receipt: bool
    accrual: bool
    advance: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _EntryFacts:
    """What each entry holds, bool (k,), and its VAT int64 (k,): on sales as positive, on purchases as positive."""

    cash: Mask
    sold: Mask
    bought: Mask
    adjusted: Mask
    sales_vat: npt.NDArray[np.int64]
    purchase_vat: npt.NDArray[np.int64]
    customers: npt.NDArray[np.int64]
    suppliers: npt.NDArray[np.int64]
    receipts_vat: Mask


def _begins(accounts: Sequence[str], prefixes: tuple[str, ...]) -> Mask:
    return np.array([a.startswith(prefixes) for a in accounts], np.bool_)


def _facts(entries: Entries) -> _EntryFacts:
    """One pass over all lines: which kinds of accounts each entry moves."""
    accounts, which = np.unique(np.array(entries.account, dtype=object).astype(str), return_inverse=True)
    names = accounts.tolist()
    size = int(entries.entry.max()) + 1 if len(entries) else 0

    def any_of(mask: Mask) -> Mask:
        return np.bincount(entries.entry, weights=mask[which], minlength=size) > 0

    def sum_of(mask: Mask, sign: int) -> npt.NDArray[np.int64]:
        sums = np.zeros(size, np.int64)
        lines = mask[which]
        np.add.at(sums, entries.entry[lines], sign * entries.signed[lines])
        return sums

    def count_of(mask: Mask) -> npt.NDArray[np.int64]:
        return np.bincount(entries.entry, weights=mask[which], minlength=size).astype(np.int64)

    adjust = _begins(names, _ADJUSTMENTS)
    sales_vat, purchase_vat = _begins(names, ("4457",)), _begins(names, ("4456",))
    labels = np.array([("encaissement" in normalise(n)) for n in entries.account_name], np.bool_)
    on_receipt = np.bincount(entries.entry, weights=labels & sales_vat[which], minlength=size) > 0
    return _EntryFacts(
        cash=any_of(_begins(names, _CASH)),
        sold=any_of((_begins(names, ("7",)) & ~adjust) | sales_vat),
        bought=any_of((_begins(names, ("6", "2", "3")) & ~adjust) | purchase_vat),
        adjusted=any_of(adjust),
        sales_vat=sum_of(sales_vat, -1),
        purchase_vat=sum_of(purchase_vat, 1),
        customers=count_of(_begins(names, ("41",))),
        suppliers=count_of(_begins(names, ("40",))),
        receipts_vat=np.asarray(on_receipt, np.bool_),
    )


def is_opening(code: str, name: str) -> bool:
    """Whether a journal holds the balances with which the books were opened, by its code or name."""
    return code.strip().upper() in _OPENING_CODES or bool(_OPENING_WORDS.search(normalise(name)))


def _opens(label: str) -> bool:
    """Whether a line is labelled as an opening one and nothing else ("A nouveau", "Report à nouveau")."""
    return ("ouv" in label.casefold()) and len(label) < 30 and bool(_OPENING_WORDS.fullmatch(normalise(label)))


def _nature(side: Side, signed: int, entry: int, facts: _EntryFacts, opening: bool, known: bool, pays: bool) -> Nature:
    """What a line is by its sign and by the other accounts of its entry."""
    if opening:
        return "opening"
    if not known:
        return ("payment" if signed < 0 else "refund") if pays else ("invoice" if signed > 0 else "credit_note")
    trade = (facts.sold[entry], facts.bought[entry]) if side == "customer" else (facts.bought[entry], facts.sold[entry])
    if facts.cash[entry]:
        if any(trade) and signed > 0:
            return "invoice"
        return "payment" if signed < 0 else "refund"
    if trade[0] or trade[1]:
        return "invoice" if signed > 0 else "credit_note"
    return "adjustment" if facts.adjusted[entry] else "transfer"


def _issue(day: int, piece_day: int, nature: Nature) -> tuple[int, bool]:
    """The day of the document: the piece's where it is believable, else the entry's.

    The day of an opening entry or of a transfer is that of no document, unless the piece is older.
    """
    believable = piece_day != NO_DAY and day - 1200 <= piece_day <= day + 62
    issue = piece_day if believable else day
    return issue, nature in {"invoice", "credit_note"} or issue < day


def _net(entries: Entries, facts: _EntryFacts, line: int, side: Side, signed: int) -> int | None:
    """What an invoice is before VAT, where its entry holds no other invoice and a VAT that fits."""
    entry = int(entries.entry[line])
    alone = (facts.customers if side == "customer" else facts.suppliers)[entry] == 1
    vat = int((facts.sales_vat if side == "customer" else facts.purchase_vat)[entry])
    fits = vat != 0 and (vat > 0) == (signed > 0) and abs(vat) * 2 < abs(signed)
    return signed - vat if alone and fits else None


def trade_lines(entries: Entries) -> list[TradeLine]:
    """Every line of accounts 41 (customers) and 40 (suppliers), in the order of the file.

    The partner is the auxiliary account or, without one, the account itself.
    """
    facts = _facts(entries)
    openings = {pair: is_opening(*pair) for pair in set(zip(entries.journal, entries.journal_name, strict=True))}
    banks = {pair: "banque" in normalise(" ".join(pair)) or "caisse" in normalise(" ".join(pair)) for pair in openings}
    found = []
    for line, account in enumerate(entries.account):
        if not account.startswith(("40", "41")):
            continue
        side: Side = "customer" if account.startswith("41") else "supplier"
        signed = int(entries.signed[line]) * (1 if side == "customer" else -1)
        if not signed:
            continue
        pair = (entries.journal[line], entries.journal_name[line])
        opening = openings[pair] or _opens(entries.label[line])
        entry = int(entries.entry[line])
        pays = banks[pair] or (signed < 0 and not entries.known_entries and says_payment(entries.label[line]))
        nature = _nature(side, signed, entry, facts, opening, entries.known_entries, pays)
        issue, issue_known = _issue(int(entries.day[line]), int(entries.piece_day[line]), nature)
        trades = nature in {"invoice", "credit_note"}
        found.append(
            TradeLine(
                row=int(entries.row[line]),
                side=side,
                account=account,
                partner=entries.aux[line] or account,
                name=entries.aux_name[line] or entries.account_name[line],
                nature=nature,
                signed=signed,
                day=int(entries.day[line]),
                issue=issue,
                issue_known=issue_known,
                due=int(entries.due[line]),
                piece=entries.piece[line],
                label=entries.label[line],
                letter=entries.letter[line],
                net_minor=_net(entries, facts, line, side, signed) if trades and entries.known_entries else None,
                on_receipt=bool(facts.receipts_vat[entry]) and trades and side == "customer",
                accrual=account.startswith(_ACCRUALS),
                advance=account.startswith(_ADVANCES),
            )
        )
    return found
