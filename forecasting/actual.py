"""What the bank accounts held on the mornings before today, reckoned back from what statements state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from forecasting.dates import is_business_day
from forecasting.money import apply_rate


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPast:
    """What statements tell of one account up to the morning of `as_of`.

    stated: (morning, balance) in the order of mornings, one each, the last one counting; moves: (day, amount), signed;
    told: half-open (first, last) spans of days of which one statement tells every line. Amounts in the account's own minor
    units; `rate`: the company's minor units for one of them (None: the same currency).
    """

    account_id: str
    entity: str
    stated: tuple[tuple[int, int], ...]
    moves: tuple[tuple[int, int], ...]
    told: tuple[tuple[int, int], ...]
    rate: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActualBalances:
    """The balance of all accounts together on the morning of each day from `first_day`, in the company's minor units."""

    first_day: int
    balances_minor: tuple[int, ...]

    @property
    def days(self) -> range:
        """The mornings."""
        return range(self.first_day, self.first_day + len(self.balances_minor))

    def on(self, day: int) -> int | None:
        """The balance of a morning, None where it is not known."""
        return self.balances_minor[day - self.first_day] if day in self.days else None


def actual_balances(accounts: Sequence[AccountPast], first: int, as_of: int) -> ActualBalances | None:
    """The balances that were, from the morning of `first` at the earliest to that of `as_of` at the latest.

    balance(d) = balance(d + 1) - moves(d) for each account, from its last stated balance with the lines after it, back for
    as long as every day is known; the sum over the accounts, each converted by itself at one rate, of the mornings that all
    of them tell. None where no day lies between two such mornings: part of the flows would be missing from the line.
    """
    told = [balances for account in accounts if (balances := _mornings(account, as_of))]
    if not told or len(told) < len(accounts):
        return None
    start = max(first, *(min(balances) for balances in told))
    end = min(as_of, *(max(balances) for balances in told))
    if end <= start:
        return None
    sums = tuple(sum(balances[day] for balances in told) for day in range(start, end + 1))
    return ActualBalances(first_day=start, balances_minor=sums)


def _mornings(account: AccountPast, as_of: int) -> dict[int, int]:
    """The balance of every morning on which one account is known without a gap, in the company's currency."""
    moves: Counter[int] = Counter()
    for day, amount_minor in account.moves:
        moves[day] += amount_minor
    stated = {morning: minor for morning, minor in account.stated if morning <= as_of}
    if not stated:
        return {}
    latest = max(stated)
    # Lines after the last stated balance carry it on, for as long as statements tell every day.
    end, last = latest, min(as_of, max([latest, *(last for _, last in account.told)]))
    while end < last and _is_told(account, end):
        end += 1
    balance = stated[latest] + sum(moves[day] for day in range(latest, end))
    found, proven = {end: balance}, latest
    for day in range(end - 1, min([*stated, *(first for first, _ in account.told)]) - 1, -1):
        if not (_is_told(account, day) or _is_between(account, stated, moves, day)):
            break
        balance -= moves[day]
        if stated.get(day, balance) != balance:
            # A line is missing, nobody knows on which of the days from here to the next stated balance.
            found = {known: minor for known, minor in found.items() if known >= proven}
            break
        found[day] = balance
        proven = day if day in stated else proven
    return {day: minor if account.rate is None else apply_rate(minor, account.rate) for day, minor in found.items()}


def _is_told(account: AccountPast, day: int) -> bool:
    """Whether a statement covers a day; banks book nothing on days off, over which two statements may be apart."""
    return any(first <= day < last for first, last in account.told) or not is_business_day(day)


def _is_between(account: AccountPast, stated: dict[int, int], moves: Counter[int], day: int) -> bool:
    """Whether the stated balances around a day differ by exactly the lines between them, so that none is missing."""
    before = max((morning for morning in stated if morning <= day), default=None)
    after = min((morning for morning in stated if morning > day), default=None)
    if before is None or after is None:
        return False
    return stated[after] - stated[before] == sum(moves[d] for d in range(before, after))
