"""What companies of a group invoice each other: both sides found, held against each other, and told where they differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from forecasting.activity import is_expected
from forecasting.behaviour.history import what_is_open
from forecasting.group.members import Members, inside_rows, owners
from forecasting.ledger import Amounts, Ledger, Side
from forecasting.ledger_edit import side_of

#: What is wrong with one invoice between two companies: nobody to hold it against, one side alone has it, or both have
#: it and disagree about the amount, about what is still open of it, about the day of issue, about the due day.
Disagreement = Literal["no_counterpart", "missing_at_buyer", "missing_at_seller", "amount", "open", "issue", "due"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Half:
    """An invoice or a credit note that names no invoice, as one of the two companies has it in its books.

    open_minor: what will still move of it, every credit note taken off.
    """

    row: int
    invoice_id: str
    issue: int
    due: int
    amount_minor: int
    open_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One invoice between two companies: what the seller has of it, what the buyer has (None: nothing)."""

    seller: str
    buyer: str
    number: str
    sold: Half | None
    bought: Half | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """An invoice between two companies about which their books do not agree, as long as one of them still counts on it."""

    pair: Pair
    kinds: tuple[Disagreement, ...]

    @property
    def gap_minor(self) -> int:
        """What the seller still expects more than the buyer still owes, in minor units."""
        sold, bought = self.pair.sold, self.pair.bought
        return (sold.open_minor if sold else 0) - (bought.open_minor if bought else 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """What one company still has to receive of another by its own books, and by the other's; minor units."""

    seller: str
    buyer: str
    invoices: int
    receivable_minor: int
    payable_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutual:
    """Everything between the companies of a group: pairs, sums by seller and buyer, differences."""

    pairs: tuple[Pair, ...]
    between: tuple[Between, ...]
    differences: tuple[Difference, ...]


def mutual_of(ledger: Ledger, members: Members) -> Mutual:
    """Both sides of every invoice between two companies, matched by number, else by amount and day of issue.

    Credit notes that name an invoice are part of what is open of it. Business to come is nobody's invoice yet and is not
    held against anything. Differences are those of invoices that are open in at least one of both books.
    """
    pairs = tuple(_pairs(_halves(ledger, members, "customer"), _halves(ledger, members, "supplier")))
    found = ((pair, _disagreements(pair, members)) for pair in pairs if _counts(pair))
    differences = tuple(Difference(pair=pair, kinds=kinds) for pair, kinds in found if kinds)
    return Mutual(pairs=pairs, between=_between(pairs), differences=differences)


_Numbered = tuple[str, Half]
#: The halves of one side by (seller, buyer), each with its number.
_Halves = dict[tuple[str, str], list[_Numbered]]


def _halves(ledger: Ledger, members: Members, side: Side) -> _Halves:
    invoices = side_of(ledger, side)
    chosen = np.flatnonzero(inside_rows(invoices, members) & (invoices.credits < 0)).tolist()
    found: _Halves = defaultdict(list)
    if not chosen:
        return found
    left = _still_expected(ledger, side)
    owner = owners(invoices)
    for row in chosen:
        invoice_id = invoices.invoice_id[row]
        if is_expected(invoice_id):
            continue
        partner = int(invoices.partner[row])
        here, there = owner[row], members.entity_of[partner]
        # Ids that would repeat within a side carry their partner behind them.
        number = invoice_id.removesuffix(f" @{ledger.partners[partner].partner_id}")
        half = Half(
            row=row,
            invoice_id=invoice_id,
            issue=int(invoices.issue[row]),
            due=int(invoices.due[row]),
            amount_minor=int(invoices.amount_minor[row]),
            open_minor=int(left[row]),
        )
        found[(here, there) if side == "customer" else (there, here)].append((number, half))
    return found


def _still_expected(ledger: Ledger, side: Side) -> Amounts:
    """What will move of each invoice of a side: what is open less every credit note to come, nothing where overpaid."""
    invoices = side_of(ledger, side)
    left, _ = what_is_open(ledger, invoices, side, ledger.as_of)
    later = np.flatnonzero((invoices.credits >= 0) & (invoices.amount_minor < 0) & (invoices.issue >= ledger.as_of))
    np.add.at(left, invoices.credits[later], invoices.amount_minor[later])
    return np.where(invoices.amount_minor > 0, np.maximum(left, 0), np.minimum(left, 0))


def _pairs(sold: _Halves, bought: _Halves) -> Iterable[Pair]:
    for seller, buyer in sorted({*sold, *bought}):
        ours, theirs = sold.get((seller, buyer), []), bought.get((seller, buyer), [])
        by_number, ours, theirs = _matched(ours, theirs, lambda one: one[0])
        by_amount, ours, theirs = _matched(ours, theirs, lambda one: (one[1].amount_minor, one[1].issue))
        rows: list[tuple[str, Half | None, Half | None]] = [
            *((number, mine, yours) for (number, mine), (_, yours) in (*by_number, *by_amount)),
            *((number, mine, None) for number, mine in ours),
            *((number, None, yours) for number, yours in theirs),
        ]
        for number, mine, yours in sorted(rows, key=lambda row: (row[0], row[1] is None)):
            yield Pair(seller=seller, buyer=buyer, number=number, sold=mine, bought=yours)


def _matched(
    ours: list[_Numbered], theirs: list[_Numbered], key: Callable[[_Numbered], Hashable]
) -> tuple[list[tuple[_Numbered, _Numbered]], list[_Numbered], list[_Numbered]]:
    """Those of both sides that share a key, in the order of the ledger, then what is left of either side."""
    waiting: dict[Hashable, list[_Numbered]] = defaultdict(list)
    for one in theirs:
        waiting[key(one)].append(one)
    met, left = [], []
    for one in ours:
        queue = waiting.get(key(one))
        if queue:
            met.append((one, queue.pop(0)))
        else:
            left.append(one)
    return met, left, [one for queue in waiting.values() for one in queue]


def _counts(pair: Pair) -> bool:
    """Whether one of both books still counts on money."""
    return any(half is not None and half.open_minor for half in (pair.sold, pair.bought))


def _disagreements(pair: Pair, members: Members) -> tuple[Disagreement, ...]:
    sold, bought = pair.sold, pair.bought
    if not {pair.seller, pair.buyer} <= set(members.names):
        return ("no_counterpart",)
    if bought is None:
        return ("missing_at_buyer",)
    if sold is None:
        return ("missing_at_seller",)
    found: list[Disagreement] = []
    if sold.amount_minor != bought.amount_minor:
        found.append("amount")
    elif sold.open_minor != bought.open_minor:
        found.append("open")
    if sold.issue != bought.issue:
        found.append("issue")
    if sold.due != bought.due:
        found.append("due")
    return tuple(found)


def _between(pairs: Iterable[Pair]) -> tuple[Between, ...]:
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for pair in filter(_counts, pairs):
        total = sums[pair.seller, pair.buyer]
        total[0] += 1
        total[1] += pair.sold.open_minor if pair.sold else 0
        total[2] += pair.bought.open_minor if pair.bought else 0
    return tuple(
        Between(seller=seller, buyer=buyer, invoices=count, receivable_minor=receivable, payable_minor=payable)
        for (seller, buyer), (count, receivable, payable) in sorted(sums.items())
    )
