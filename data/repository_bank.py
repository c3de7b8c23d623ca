"""Bank accounts, their stated balances and their lines: the treasury's own, never shown to sales."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from data.access import Principal, require
from data.repository_audit import append_audit
from data.repository_company import plain_rate, read_company
from data.repository_currency import Rates, read_rates
from data.store import Cursor, Store
from forecasting.actual import AccountPast
from forecasting.dates import to_date, to_day
from forecasting.ledger import Account


@dataclass(frozen=True, slots=True, kw_only=True)
class BankLine:
    """One line of a statement, signed (+ comes in), with the file and row that it came from."""

    account_id: str
    day: date
    value_day: date | None
    amount_minor: int
    currency: str
    label: str
    reference: str
    counterparty: str
    counterparty_account: str
    bank_reference: str
    import_id: int
    file: str
    source_row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPosition:
    """An account on the morning of a day: its latest stated balance, and the lines that came after it.

    `known_until` is the first morning of which nothing is known any more; amounts are in the account's own currency,
    `home_minor` is the balance in the company's (None: no rate is known).
    """

    account: Account
    label: str
    since_minor: int
    known_until: date
    home_minor: int | None

    @property
    def balance_minor(self) -> int:
        """The stated balance with the lines after it."""
        return self.account.balance_minor + self.since_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityPosition:
    """One entity's accounts ("" where entities are not told apart) with their sum in the company's currency."""

    entity: str
    accounts: tuple[AccountPosition, ...]

    @property
    def home_minor(self) -> int:
        """The sum of the balances whose rate is known."""
        return sum(position.home_minor or 0 for position in self.accounts)


def bank_positions(store: Store, principal: Principal, as_of: date) -> tuple[EntityPosition, ...]:
    """What every account holds on the morning of a day, by entity: the group's cash as the banks tell it."""
    require(principal, "read_treasury")
    with store.read() as cursor:
        found = read_positions(cursor, to_day(as_of), read_rates(cursor, read_company(cursor).currency, to_day(as_of)))
    entities = sorted({position.account.entity for position in found})
    return tuple(EntityPosition(entity=e, accounts=tuple(p for p in found if p.account.entity == e)) for e in entities)


def read_positions(cursor: Cursor, as_of: int, rates: Rates) -> tuple[AccountPosition, ...]:
    """The same inside an open read, account by account, unguarded."""
    labels = dict(cursor.execute("SELECT account_id, label FROM account").fetchall())
    return tuple(
        _position(cursor, account, labels[account.account_id], as_of, rates) for account in read_accounts(cursor, as_of)
    )


def _position(cursor: Cursor, account: Account, label: str, as_of: int, rates: Rates) -> AccountPosition:
    since, last = cursor.execute(
        "SELECT CAST(coalesce(sum(amount_minor), 0) AS BIGINT), max(day) FROM bank_line_known "
        "WHERE account_id = ? AND day >= ? AND day < ?",
        [account.account_id, to_date(account.day), to_date(as_of)],
    ).fetchall()[0]
    known = account.currency == rates.home or account.currency in rates.foreign
    return AccountPosition(
        account=account,
        label=label,
        since_minor=since,
        known_until=to_date(account.day if last is None else to_day(last) + 1),
        home_minor=rates.convert_one(account.balance_minor + since, account.currency) if known else None,
    )


def accounts(store: Store, principal: Principal, as_of: date) -> tuple[Account, ...]:
    """Bank accounts with their latest stated balance on the morning of a day."""
    require(principal, "read_treasury")
    with store.read() as cursor:
        return read_accounts(cursor, to_day(as_of))


def save_account(store: Store, principal: Principal, account: Account, label: str = "") -> None:
    """Write an account's entity, overdraft and label as a person has typed them; its balances stay those of statements."""
    require(principal, "change_data")

    def change(cursor: Cursor) -> None:
        cursor.execute(
            "INSERT INTO account VALUES (?, ?, ?, ?, ?, ?, NULL) ON CONFLICT (account_id) DO UPDATE SET "
            "entity = excluded.entity, currency = excluded.currency, label = excluded.label, "
            "overdraft_limit_minor = excluded.overdraft_limit_minor, overdraft_rate = excluded.overdraft_rate, "
            "import_id = NULL",
            [
                account.account_id,
                account.entity,
                account.currency,
                label,
                account.overdraft_limit_minor,
                account.overdraft_rate,
            ],
        )
        append_audit(cursor, principal, "account.save", account.account_id)

    store.write(change)


def bank_lines(
    store: Store, principal: Principal, *, first: date, last: date, account_id: str | None = None, limit: int = 10_000
) -> tuple[BankLine, ...]:
    """Lines of one account or of all, from `first` to `last` (both included), oldest first."""
    require(principal, "read_treasury")
    with store.read() as cursor:
        rows = cursor.execute(
            "SELECT account_id, day, value_day, amount_minor, currency, label, reference, counterparty, "
            "counterparty_account, bank_reference, import_id, i.file_name, source_row "
            "FROM bank_line_known b JOIN import i USING (import_id) "
            "WHERE day BETWEEN ? AND ? AND account_id = coalesce(?, account_id) "
            "ORDER BY day, account_id, import_id, source_row LIMIT ?",
            [first, last, account_id, limit],
        ).fetchall()
    return tuple(BankLine(**dict(zip(BankLine.__dataclass_fields__, row, strict=True))) for row in rows)


def read_accounts(cursor: Cursor, as_of: int) -> tuple[Account, ...]:
    """Bank accounts with their latest stated balance before the morning of `as_of`; accounts without one stay out."""
    rows = cursor.execute(
        """
        SELECT a.account_id, a.entity, a.currency, b.balance_minor, b.day, a.overdraft_limit_minor, a.overdraft_rate
        FROM account a JOIN (
            SELECT account_id, last(balance_minor ORDER BY morning, import_id) AS balance_minor, max(morning) AS day
            FROM (SELECT *, CASE kind WHEN 'closing' THEN day + 1 ELSE day END AS morning FROM bank_balance)
            WHERE morning <= CAST(? AS DATE) GROUP BY account_id
        ) b USING (account_id) ORDER BY account_id
        """,
        [to_date(as_of)],
    ).fetchall()
    return tuple(
        Account(
            account_id=account_id,
            entity=entity,
            currency=currency,
            balance_minor=balance,
            day=to_day(day),
            overdraft_limit_minor=limit,
            overdraft_rate=plain_rate(rate),
        )
        for account_id, entity, currency, balance, day, limit, rate in rows
    )


def read_pasts(cursor: Cursor, as_of: int, rates: Rates, entity: str) -> tuple[AccountPast, ...]:
    """What statements tell of every account that has a stated balance; those of one entity where it is named ("": all).

    Nothing at all where an account's currency has no rate, as the others alone are not the company's cash.
    """
    wanted = [a for a in read_accounts(cursor, as_of) if not entity or a.entity == entity]
    if any(a.currency != rates.home and a.currency not in rates.foreign for a in wanted):
        return ()
    stated = _by_account(
        cursor,
        "SELECT account_id, morning, last(balance_minor ORDER BY import_id) FROM ("
        "SELECT *, CASE kind WHEN 'closing' THEN day + 1 ELSE day END AS morning FROM bank_balance) "
        "GROUP BY account_id, morning ORDER BY account_id, morning",
    )
    moves = _by_account(cursor, "SELECT account_id, day, amount_minor FROM bank_line_known ORDER BY account_id, day")
    told = _by_account(
        cursor, "SELECT account_id, min(day), max(day) + 1 FROM bank_line GROUP BY account_id, import_id ORDER BY ALL"
    )
    return tuple(
        AccountPast(
            account_id=a.account_id,
            entity=a.entity,
            stated=tuple((to_day(day), minor) for day, minor in stated.get(a.account_id, ())),
            moves=tuple((to_day(day), minor) for day, minor in moves.get(a.account_id, ())),
            told=tuple((to_day(first), to_day(last)) for first, last in told.get(a.account_id, ())),
            rate=None if a.currency == rates.home else rates.foreign[a.currency],
        )
        for a in wanted
    )


def _by_account(cursor: Cursor, asked: str) -> dict[str, list[tuple[Any, Any]]]:
    found: dict[str, list[tuple[Any, Any]]] = {}
    for account_id, *row in cursor.execute(asked).fetchall():
        found.setdefault(account_id, []).append((row[0], row[1]))
    return found
