"""Payments and credit notes set against what is owed: by the number they name, by their amount, else the oldest first."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from data.importers.trade_lines import TradeLine

_REFERENCE: Final = re.compile(r"[A-Za-z0-9][\w/.-]{3,}")


@dataclass(slots=True)
class OpenLine:
    """A line on its way: what of it is not settled yet, and what settled it."""

    line: TradeLine
    number: str
    rest: int
    payments: list[tuple[int, int]] = field(default_factory=list)


def _cancel_bounced(positives: list[OpenLine], negatives: list[OpenLine]) -> None:
    """A payment that came back (unpaid cheque, rejected debit) and its return cancel each other."""
    for refund in [o for o in positives if o.line.nature == "refund"]:
        payment = next(
            (
                n
                for n in reversed(negatives)
                if n.line.nature == "payment" and n.rest == -refund.rest and n.line.day <= refund.line.day
            ),
            None,
        )
        if payment is not None:
            positives.remove(refund)
            negatives.remove(payment)


class _Pool:
    """What is still owed, by number, by amount and by age."""

    def __init__(self, items: Sequence[OpenLine], exact: bool) -> None:
        self._items = sorted(items, key=lambda o: (o.line.issue, o.line.row))
        self._oldest = 0
        self._by_number = {o.number.upper(): o for o in reversed(self._items) if len(o.number) >= 4}
        self._by_amount: dict[int, deque[OpenLine]] = defaultdict(deque)
        for item in self._items if exact else ():
            self._by_amount[item.rest].append(item)

    def target(self, negative: OpenLine) -> OpenLine | None:
        """What a payment or credit note settles: what its words name, one of exactly its amount, else the oldest."""
        for word in _REFERENCE.findall(f"{negative.line.label} {negative.line.piece}"):
            named = self._by_number.get(word.upper())
            if named is not None and named.rest > 0:
                return named
        same = self._by_amount.get(-negative.rest)
        while same:
            if same[0].rest == -negative.rest:
                return same[0]
            same.popleft()
        while self._oldest < len(self._items) and self._items[self._oldest].rest <= 0:
            self._oldest += 1
        return self._items[self._oldest] if self._oldest < len(self._items) else None


Credits = dict[int, list[tuple[OpenLine, int]]]


def offset(positives: list[OpenLine], negatives: list[OpenLine], exact: bool, credits: Credits) -> None:
    """Uses negatives up on positives in the order of their days; both are changed.

    `credits` takes, by the row of a credit note or the like, which invoices it reduced by how much.
    """
    _cancel_bounced(positives, negatives)
    pool = _Pool(positives, exact)
    for negative in sorted(negatives, key=lambda o: (o.line.day, o.line.row)):
        while negative.rest < 0 and (target := pool.target(negative)) is not None:
            amount = min(target.rest, -negative.rest)
            target.rest -= amount
            negative.rest += amount
            if target.line.nature == "refund":
                negative.payments.append((target.line.day, -amount))
            elif negative.line.nature in {"payment", "opening"}:
                target.payments.append((negative.line.day, amount))
            else:
                credits.setdefault(negative.line.row, []).append((target, amount))
