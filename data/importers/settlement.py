"""Lines of partner accounts as invoices, credit notes and payments: what settled what, by matching codes or by age.

Amounts are conserved: what the rows leave open is what the lines add up to, but for settlements of documents that lie
outside the file, which are counted apart.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from data.importers.offsetting import Credits, OpenLine, offset
from data.importers.protocol import InvoiceRow, PaymentRow
from data.importers.trade_lines import Nature, TradeLine
from forecasting.dates import to_date
from forecasting.ledger import NO_DAY, Side

#: An invoice number inside the label of a payment ("Reglt 4804 ,FA2000004").
_NUMBER_IN_LABEL: Final = re.compile(
    r"\b(?:F[ACV]?|FAC|FACT|FV|INV|AV)[ -]?\d[\w/-]{2,18}\b|\b20\d{2}[-/]?\d{3,8}\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """Rows made of partner lines, with what a reader must know.

    `groups` lettered groups, `open_groups` those of them that are not settled to the cent, `elsewhere` lettered payments
    whose invoices the file does not hold (count and sum per side), `by_rule` lines settled by age and not by the file,
    `opening_open` opening lines still open per side (count and sum), `loose` payments without an invoice per side (count
    and sum), `unsettled` what each side owes in total.
    """

    invoices: tuple[InvoiceRow, ...]
    payments: tuple[PaymentRow, ...]
    loose: dict[Side, tuple[int, int]]
    groups: int
    open_groups: int
    elsewhere: dict[Side, tuple[int, int]]
    by_rule: int
    unlettered: int
    opening_open: dict[Side, tuple[int, int]]
    unsettled: dict[Side, int]


class _Numbers:
    """Numbers that are unique for a partner, so that a payment names one invoice and no other."""

    def __init__(self) -> None:
        self._seen: dict[tuple[Side, str, str], int] = {}

    def unique(self, line: TradeLine) -> str:
        """The piece of a line, its place in the file where it has none, counted up where it repeats."""
        base = line.piece or f"L{line.row}"
        key = (line.side, line.partner, base)
        self._seen[key] = self._seen.get(key, 0) + 1
        return base if self._seen[key] == 1 else f"{base}-{self._seen[key]}"


_KINDS: Final[dict[Nature, str]] = {
    "payment": "payment",
    "refund": "refund",
    "opening": "opening",
    "adjustment": "adjustment",
    "transfer": "transfer",
}


def _extra(line: TradeLine) -> tuple[tuple[str, str], ...]:
    pairs = [("account", line.account)]
    kind = "accrual" if line.accrual else "advance" if line.advance else _KINDS.get(line.nature)
    if kind:
        pairs.append(("kind", kind))
    for name, text in (("letter", line.letter), ("label", line.label)):
        if text:
            pairs.append((name, text))
    return tuple(pairs)


def _row(
    item: OpenLine,
    amount: int,
    currency: str,
    *,
    assumed: bool,
    credits: str = "",
    number: str = "",
    paid: int | None = None,
    paid_minor: int | None = None,
) -> InvoiceRow:
    """A line as an invoice or credit note of an amount."""
    line = item.line
    whole = amount == line.signed
    return InvoiceRow(
        side=line.side,
        number=number or item.number,
        partner_id=line.partner,
        partner_name=line.name,
        issue=to_date(line.issue),
        due=to_date(line.due) if line.due != NO_DAY else None,
        amount_minor=amount,
        net_minor=line.net_minor if whole else None,
        on_receipt=line.on_receipt,
        currency=currency,
        paid=None if paid is None else to_date(paid),
        paid_minor=paid_minor,
        credits=credits,
        source_row=line.row,
        assumed=assumed or not line.issue_known or line.accrual or line.advance,
        extra=_extra(line),
    )


def _paid_row(item: OpenLine, currency: str, assumed: bool) -> tuple[InvoiceRow, list[PaymentRow]]:
    """An invoice with its settlement: the last payment closes it, earlier ones are part payments.

    Where a credit note closed it or something is still open, all its payments are part payments.
    """
    amount = item.line.signed
    payments = sorted(item.payments)
    closes = bool(payments) and item.rest == 0
    last, last_amount = payments[-1] if closes else (None, 0)
    row = _row(
        item,
        amount,
        currency,
        assumed=assumed,
        paid=last,
        paid_minor=last_amount if closes and last_amount != amount else None,
    )
    parts = [
        PaymentRow(
            side=row.side,
            number=row.number,
            partner_id=row.partner_id,
            day=to_date(day),
            amount_minor=part,
            source_row=row.source_row,
            currency=currency,
            assumed=row.assumed,
        )
        for day, part in (payments[:-1] if closes else payments)
    ]
    return row, parts


def _elsewhere_payment(item: OpenLine, currency: str) -> PaymentRow | None:
    """The payment of an invoice outside the file, where its label names the invoice."""
    found = _NUMBER_IN_LABEL.findall(item.line.label)
    if item.line.nature != "payment" or len(set(found)) != 1:
        return None
    return PaymentRow(
        side=item.line.side,
        number=found[0],
        partner_id=item.line.partner,
        day=to_date(item.line.day),
        amount_minor=-item.line.signed,
        source_row=item.line.row,
        currency=currency,
    )


class _Ledger:
    """Gathers the rows while groups are settled."""

    def __init__(self, currency: str, mode: Literal["fifo", "keep"]) -> None:
        self.currency, self.mode = currency, mode
        self.numbers = _Numbers()
        self.invoices: list[InvoiceRow] = []
        self.payments: list[PaymentRow] = []
        self.groups = self.open_groups = self.by_rule = self.unlettered = 0
        self.elsewhere: dict[Side, tuple[int, int]] = {}
        self.opening_open: dict[Side, tuple[int, int]] = {}
        self.loose_payments: dict[Side, tuple[int, int]] = {}
        self.unsettled: dict[Side, int] = {}

    def _count(self, into: dict[Side, tuple[int, int]], side: Side, amount: int) -> None:
        count, total = into.get(side, (0, 0))
        into[side] = (count + 1, total + amount)

    def lettered(self, lines: Sequence[TradeLine]) -> None:
        """A group of lines with the same matching code: it settles itself; payments alone settle something elsewhere."""
        self.groups += 1
        items = [self._open(line) for line in lines]
        if all(i.line.signed < 0 and i.line.nature in {"payment", "adjustment", "transfer"} for i in items):
            for item in items:
                self._count(self.elsewhere, item.line.side, item.line.signed)
                if payment := _elsewhere_payment(item, self.currency):
                    self.payments.append(payment)
            return
        self._settled(items, exact=True, assumed=False)
        if sum(line.signed for line in lines):
            self.open_groups += 1

    def loose(self, lines: Sequence[TradeLine]) -> None:
        """Lines of a partner without a code: payments settle the oldest invoices, or stay visible as the user chose."""
        items = [self._open(line) for line in lines]
        self.unlettered += len(items)
        both = any(i.line.signed > 0 for i in items) and any(i.line.signed < 0 for i in items)
        if self.mode == "keep" or not both:
            self._settled(items, exact=False, assumed=False, settle=False)
        else:
            self.by_rule += len(items)
            self._settled(items, exact=False, assumed=True)

    def _open(self, line: TradeLine) -> OpenLine:
        return OpenLine(line, self.numbers.unique(line), line.signed)

    def _settled(self, items: list[OpenLine], *, exact: bool, assumed: bool, settle: bool = True) -> None:
        positives, negatives = [i for i in items if i.line.signed > 0], [i for i in items if i.line.signed < 0]
        credits: Credits = {}
        if settle:
            offset(positives, negatives, exact, credits)
        for item in positives:
            touched = assumed and (item.rest != item.line.signed)
            if item.line.nature == "refund" and item.rest == 0:
                continue
            if item.line.nature == "refund" and item.rest != item.line.signed:
                self.invoices.append(_row(item, item.rest, self.currency, assumed=True))
            else:
                row, parts = _paid_row(item, self.currency, touched)
                self.invoices.append(row)
                self.payments.extend(parts)
            self._still_open(item, item.rest)
        for item in negatives:
            self._negative(item, credits.get(item.line.row, []), assumed)

    def _negative(self, item: OpenLine, parts: Sequence[tuple[OpenLine, int]], assumed: bool) -> None:
        """What is left of a payment or credit note, and the parts of it that reduced invoices."""
        for place, (target, amount) in enumerate(parts):
            number = item.number if place == 0 else f"{item.number}/{place + 1}"
            self.invoices.append(_row(item, -amount, self.currency, assumed=assumed, credits=target.number, number=number))
        returned = -sum(amount for _, amount in item.payments)
        if returned:
            number = f"{item.number}/R" if parts else ""
            last = max(day for day, _ in item.payments)
            self.invoices.append(_row(item, -returned, self.currency, assumed=assumed, number=number, paid=last))
        if item.rest:
            touched = assumed and item.rest != item.line.signed
            number = f"{item.number}/0" if parts or returned else ""
            self.invoices.append(_row(item, item.rest, self.currency, assumed=touched, number=number))
            self._still_open(item, item.rest)

    def _still_open(self, item: OpenLine, rest: int) -> None:
        if rest:
            side = item.line.side
            self.unsettled[side] = self.unsettled.get(side, 0) + rest
            if item.line.nature == "payment":
                self._count(self.loose_payments, side, rest)
            if item.line.nature == "opening" and not item.line.issue_known:
                self._count(self.opening_open, side, rest)


def settle_books(lines: Iterable[TradeLine], mode: Literal["fifo", "keep"], currency: str) -> Settlement:
    """Invoices and payments of the lines of partner accounts.

    Lines with the same account, partner and matching code settle each other. Lines without a code are settled by age
    (`fifo`: a payment that names an invoice settles that one, else the oldest) or stay as they are (`keep`).
    """
    groups: dict[tuple[Side, str, str, str], list[TradeLine]] = defaultdict(list)
    for line in lines:
        groups[line.side, line.account, line.partner, line.letter].append(line)
    ledger = _Ledger(currency, mode)
    for (_, _, _, letter), members in groups.items():
        if letter:
            ledger.lettered(members)
        else:
            ledger.loose(members)
    return Settlement(
        invoices=tuple(sorted(ledger.invoices, key=lambda r: (r.source_row, r.number))),
        payments=tuple(sorted(ledger.payments, key=lambda p: (p.day, p.source_row))),
        loose=ledger.loose_payments,
        groups=ledger.groups,
        open_groups=ledger.open_groups,
        elsewhere=ledger.elsewhere,
        by_rule=ledger.by_rule,
        unlettered=ledger.unlettered,
        opening_open=ledger.opening_open,
        unsettled=ledger.unsettled,
    )
