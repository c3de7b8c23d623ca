"""Which open invoices a bank line settles: proposals with a score and the reasons, for a person to accept.

Nothing here decides: a proposal says what speaks for it. Amounts are whole minor units of one currency, days are whole
numbers counted from 1970-01-01.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from forecasting.ledger import Side

#: Why a proposal is made. `number`: the line names the invoice; `amount`: the amounts are equal; `partner_account`,
#: `partner_name`: the other side is the partner; `several`: one transfer for several invoices; `part`: a part payment;
#: `overpaid`: more than is owed; `oldest`: the oldest invoices of the partner; `ambiguous`: others fit as well.
Reason = Literal[
    "number", "amount", "partner_account", "partner_name", "several", "part", "overpaid", "oldest", "ambiguous"
]

#: What each piece of evidence is worth on its own: the chance that the proposal is right if nothing else were known.
#: Independent pieces add up as 1 - (1 - a)(1 - b)…
WEIGHTS: Final[Mapping[Reason, float]] = {
    "number": 0.80,
    "amount": 0.60,
    "partner_account": 0.55,
    "partner_name": 0.45,
    "several": 0.0,
    "part": 0.0,
    "overpaid": 0.0,
    "oldest": 0.05,
    "ambiguous": 0.0,
}
#: What is left of a score where other proposals fit as well, where only a part is paid, where too much is.
_PENALTY: Final[Mapping[Reason, float]] = {"ambiguous": 0.6, "part": 0.75, "overpaid": 0.7}
#: From this score on a proposal may be accepted together with others by one click.
SURE: Final = 0.90

#: Numbers shorter than this are words of any label and name no invoice.
_NUMBER_LENGTH: Final = 4
#: Open invoices of one partner among which sums are looked for.
_SUM_ITEMS: Final = 12
#: Words that many firms bear and that say nothing of which one it is.
_COMMON: Final = frozenset(
    {"sarl", "sas", "sasu", "eurl", "earl", "gaec", "snc", "sci", "scop", "ltd", "limited", "gmbh", "inc", "llc", "spa", "srl", "bv",
     "ste", "societe", "ets", "etablissements", "cie", "compagnie", "groupe", "group", "france", "vir", "virement", "sepa", "recu", "facture",
     "invoice", "paiement", "payment", "reglement", "cheque", "prlv", "prelevement", "remise", "ref", "the", "les", "des", "and", "pour"}
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenItem:
    """What is open of an invoice: `open_minor` positive for what is owed, negative for a credit note."""

    item_id: str
    side: Side
    number: str
    partner_id: str
    partner_name: str
    open_minor: int
    due: int
    partner_accounts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BankLine:
    """A line of a statement, signed (+ comes in)."""

    line_id: str
    day: int
    amount_minor: int
    label: str = ""
    reference: str = ""
    counterparty: str = ""
    counterparty_account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """How much of a line goes to an item, in the sign of what is owed."""

    item_id: str
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A line against one or several items. `rest_minor` is what of the line no item takes (0 but for `overpaid`)."""

    line_id: str
    parts: tuple[Part, ...]
    score: float
    reasons: tuple[Reason, ...]
    rest_minor: int = 0


def _plain(text: str) -> str:
    """Lower case without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).casefold()


def _number_key(number: str) -> str:
    """A number without separators and leading zeros of its groups: "FA-0012/2026" and "fa 12 2026" are the same."""
    groups = re.findall(r"[a-z]+|\d+", _plain(number))
    return "".join(g.lstrip("0") or "0" if g.isdigit() else g for g in groups)


@lru_cache(maxsize=65_536)
def _name_words(name: str) -> frozenset[str]:
    """The words of a name that tell it from others."""
    return frozenset(w for w in re.findall(r"[a-z0-9]{3,}", _plain(name)) if w not in _COMMON)


def _named_keys(text: str) -> set[str]:
    """Every run of up to four neighbouring letter and digit groups of a text, as number keys."""
    keys: set[str] = set()
    for chunk in re.split(r"[,;\n]|\s{2,}", _plain(text)):
        groups = re.findall(r"[a-z]+|\d+", chunk)
        clean = [g.lstrip("0") or "0" if g.isdigit() else g for g in groups]
        for start in range(len(clean)):
            for stop in range(start + 1, min(start + 5, len(clean) + 1)):
                if any(c.isdigit() for g in clean[start:stop] for c in g):
                    keys.add("".join(clean[start:stop]))
    return keys


class OpenItems:
    """Open items of one side, found by number, amount, account and words of the partner's name."""

    __slots__ = ("_accounts", "_amounts", "_items", "_numbers", "_partners", "_words")

    def __init__(self, items: Iterable[OpenItem], side: Side) -> None:
        ordered = sorted((i for i in items if i.side == side and i.open_minor), key=lambda i: (i.due, i.item_id))
        self._items: tuple[OpenItem, ...] = tuple(ordered)
        self._numbers: dict[str, list[OpenItem]] = defaultdict(list)
        self._amounts: dict[int, list[OpenItem]] = defaultdict(list)
        self._accounts: dict[str, set[str]] = defaultdict(set)
        self._words: dict[str, set[str]] = defaultdict(set)
        self._partners: dict[str, list[OpenItem]] = defaultdict(list)
        for item in self._items:
            if sum(c.isalnum() for c in item.number) >= _NUMBER_LENGTH and any(c.isdigit() for c in item.number):
                self._numbers[_number_key(item.number)].append(item)
            self._amounts[item.open_minor].append(item)
            self._partners[item.partner_id].append(item)
            for account in item.partner_accounts:
                self._accounts["".join(account.upper().split())].add(item.partner_id)
            for word in _name_words(item.partner_name):
                self._words[word].add(item.partner_id)

    def named_in(self, text: str) -> tuple[OpenItem, ...]:
        """The items whose number stands in a text, the oldest first."""
        found = {i.item_id: i for key in _named_keys(text) for i in self._numbers.get(key, ())}
        return tuple(sorted(found.values(), key=lambda i: (i.due, i.item_id)))

    def of_amount(self, amount_minor: int) -> Sequence[OpenItem]:
        """The items of exactly that amount."""
        return self._amounts.get(amount_minor, ())

    def of_partner(self, partner_id: str) -> Sequence[OpenItem]:
        """The items of a partner, the oldest first."""
        return self._partners.get(partner_id, ())

    def partners_of(self, line: BankLine) -> dict[str, Reason]:
        """The partners that a line may come from, with the better of the two reasons to think so."""
        found: dict[str, Reason] = {}
        said = _name_words(f"{line.counterparty} {line.label}")
        for partner in {p for word in said for p in self._words.get(word, ())}:
            words = _name_words(self._partners[partner][0].partner_name)
            if len(words & said) >= max(1, (len(words) + 1) // 2):
                found[partner] = "partner_name"
        account = "".join(line.counterparty_account.upper().split())
        found.update(dict.fromkeys(self._accounts.get(account, ()) if account else (), "partner_account"))
        return found


def _score(reasons: Iterable[Reason]) -> float:
    """1 - Π(1 - weight), lowered by what speaks against the proposal."""
    doubt, kept = 1.0, 1.0
    for reason in reasons:
        doubt *= 1.0 - WEIGHTS[reason]
        kept *= _PENALTY.get(reason, 1.0)
    return round((1.0 - doubt) * kept, 4)


def _proposal(line: BankLine, taken: Sequence[tuple[OpenItem, int]], reasons: Iterable[Reason], rest: int = 0) -> Proposal:
    ordered = tuple(dict.fromkeys(reasons))
    parts = tuple(Part(item_id=item.item_id, amount_minor=amount) for item, amount in taken)
    return Proposal(line_id=line.line_id, parts=parts, score=_score(ordered), reasons=ordered, rest_minor=rest)


def _whole(items: Iterable[OpenItem]) -> list[tuple[OpenItem, int]]:
    return [(item, item.open_minor) for item in items]


def _partner_reason(items: Sequence[OpenItem], partners: Mapping[str, Reason]) -> list[Reason]:
    """The reason to think of the partner, where all items are one partner's."""
    owners = {item.partner_id for item in items}
    return [partners[owner]] if len(owners) == 1 and (owner := next(iter(owners))) in partners else []


def _by_number(line: BankLine, owed: int, items: OpenItems, partners: Mapping[str, Reason]) -> list[Proposal]:
    """The items that the line names: all of them where they add up, the first as far as the money goes where they do not."""
    named = items.named_in(f"{line.reference}, {line.label}")
    if not named:
        return []
    who = _partner_reason(named, partners)
    total = sum(item.open_minor for item in named)
    if total == owed:
        several: list[Reason] = ["several"] if len(named) > 1 else []
        return [_proposal(line, _whole(named), ["number", "amount", *who, *several])]
    exact = [item for item in named if item.open_minor == owed]
    if len(named) > 1 and exact:
        return [_proposal(line, _whole(exact[:1]), ["number", "amount", *_partner_reason(exact[:1], partners)])]
    taken, rest = _as_far_as_it_goes(named, owed)
    reasons: list[Reason] = ["number", *who, "overpaid" if rest else "part"]
    return [_proposal(line, taken, reasons, rest)]


def _as_far_as_it_goes(items: Sequence[OpenItem], owed: int) -> tuple[list[tuple[OpenItem, int]], int]:
    """Credit notes first, then invoices from the oldest on, until the money is used up; what is left over."""
    taken = [(item, item.open_minor) for item in items if item.open_minor < 0]
    left = owed - sum(amount for _, amount in taken)
    for item in items:
        if item.open_minor > 0 and left > 0:
            amount = min(item.open_minor, left)
            taken.append((item, amount))
            left -= amount
    return taken, left


def _by_amount(line: BankLine, owed: int, items: OpenItems, partners: Mapping[str, Reason]) -> list[Proposal]:
    """Single items of exactly the line's amount; several that fit equally well make each other doubtful."""
    same = items.of_amount(owed)
    known = [item for item in same if item.partner_id in partners]
    others = known or list(same)
    doubtful: list[Reason] = ["ambiguous"] if len(others) > 1 else []
    found = []
    for place, item in enumerate(others[:5]):
        oldest: list[Reason] = ["oldest"] if place == 0 and len(others) > 1 else []
        found.append(_proposal(line, _whole([item]), ["amount", *_partner_reason([item], partners), *oldest, *doubtful]))
    return found


def _subset(items: Sequence[OpenItem], owed: int) -> list[OpenItem] | None:
    """Items that add up to an amount: all of them, the oldest few, else any few of the oldest; None where none do."""
    if sum(i.open_minor for i in items) == owed:
        return list(items)
    total = 0
    for stop, item in enumerate(items, start=1):
        total += item.open_minor
        if total == owed:
            return list(items[:stop])
    reached: dict[int, tuple[int, ...]] = {0: ()}
    for place, item in enumerate(items[:_SUM_ITEMS]):
        for amount, chosen in list(reached.items()):
            reached.setdefault(amount + item.open_minor, (*chosen, place))
    found = reached.get(owed, ())
    return [items[place] for place in found] if len(found) > 1 else None


def _by_partner(line: BankLine, owed: int, items: OpenItems, partners: Mapping[str, Reason]) -> list[Proposal]:
    """What a partner that the line seems to come from owes: several invoices that add up, else the oldest ones in part."""
    found = []
    doubtful: list[Reason] = ["ambiguous"] if len(partners) > 1 else []
    for partner, who in partners.items():
        own = items.of_partner(partner)
        chosen = _subset(own, owed)
        if chosen and len(chosen) > 1:
            found.append(_proposal(line, _whole(chosen), ["amount", who, "several"]))
        elif not any(i.open_minor == owed for i in own):
            positive = [i for i in own if i.open_minor > 0]
            taken, rest = _as_far_as_it_goes(positive, owed)
            if taken:
                found.append(_proposal(line, taken, [who, "oldest", "overpaid" if rest else "part", *doubtful], rest))
    return found


def propose(line: BankLine, items: OpenItems, side: Side, limit: int = 3) -> tuple[Proposal, ...]:
    """The best proposals for a line, the surest first; none where nothing fits or the money goes the other way.

    Money that comes in settles customer items, money that goes out supplier items.
    """
    owed = line.amount_minor if side == "customer" else -line.amount_minor
    if owed <= 0:
        return ()
    partners = items.partners_of(line)
    found = [
        *_by_number(line, owed, items, partners),
        *_by_amount(line, owed, items, partners),
        *_by_partner(line, owed, items, partners),
    ]
    best: dict[tuple[Part, ...], Proposal] = {}
    for proposal in found:
        if proposal.parts not in best or best[proposal.parts].score < proposal.score:
            best[proposal.parts] = proposal
    return tuple(sorted(best.values(), key=lambda p: (-p.score, len(p.parts), p.parts[0].item_id))[:limit])


def tells_again(line: BankLine, settled: OpenItems, side: Side) -> bool:
    """Whether a line is the payment of an invoice that the books have settled already: it names it, and pays its amount."""
    owed = line.amount_minor if side == "customer" else -line.amount_minor
    return any(item.open_minor == owed for item in settled.named_in(f"{line.reference}, {line.label}"))


def match_lines(lines: Iterable[BankLine], items: Iterable[OpenItem], side: Side) -> tuple[Proposal, ...]:
    """One proposal per line at most, no item given away twice: the surest are served first, ties by day and line.

    A line whose best proposal was taken by another line gets the best one that is left of those made at first.
    """
    index = OpenItems(items, side)
    asked = sorted(lines, key=lambda line: (line.day, line.line_id))
    ranked = [(p, place) for place, line in enumerate(asked) for p in propose(line, index, side, limit=5)]
    ranked.sort(key=lambda r: (-r[0].score, r[1]))
    taken: set[str] = set()
    served: set[str] = set()
    chosen: dict[int, Proposal] = {}
    for proposal, place in ranked:
        wanted = {part.item_id for part in proposal.parts}
        if proposal.line_id not in served and not wanted & taken:
            chosen[place] = proposal
            served.add(proposal.line_id)
            taken |= wanted
    return tuple(chosen[place] for place in sorted(chosen))
