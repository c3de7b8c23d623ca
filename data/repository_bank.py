"""Bank accounts, their stated balances and their lines: the treasury's own, never shown to sales."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from data.access import Principal, require
from data.repository_audit import append_audit
from data.repository_company import plain_rate
from data.store import Cursor, Store
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
