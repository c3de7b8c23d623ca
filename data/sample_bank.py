"""The sample's bank statements of the last weeks: what its invoices and its plan say was paid, line by line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from data.importers.protocol import BalanceRow, BankRow
from data.sample_invoices import Trade
from forecasting.dates import business_day_from, to_date
from forecasting.ledger import NO_DAY, Account, PlannedFlow
from forecasting.ledger_build import PartPayment
from forecasting.simulation.operations import planned_days

#: The six weeks that a screen draws, with some days before them.
STATEMENT_DAYS = 56


def statements(
    as_of: int, accounts: Sequence[Account], received: Counter[int], paid: Counter[int], past_flows: Sequence[PlannedFlow]
) -> tuple[tuple[BankRow, ...], tuple[BalanceRow, ...]]:
    """Lines of both accounts with the balances that they begin and end with; the two agree to the cent.

    What customers pay on a day arrives as one line on the second account, which is emptied into the first one each day; the
    first one pays everything.
    """
    current, collecting = accounts
    first = as_of - STATEMENT_DAYS
    told = sorted(_lines(first, as_of, current.account_id, collecting.account_id, received, paid, past_flows))
    lines = tuple(
        BankRow(account_id=account, day=to_date(day), amount_minor=minor, label=label, source_row=row)
        for row, (day, account, label, minor) in enumerate(told, start=2)
    )
    balances: list[BalanceRow] = []
    for account in accounts:
        moved = sum(minor for _, owner, _, minor in told if owner == account.account_id)
        for day, minor in ((first, account.balance_minor - moved), (as_of, account.balance_minor)):
            balances.append(
                BalanceRow(
                    account_id=account.account_id,
                    day=to_date(day),
                    balance_minor=minor,
                    kind="opening",
                    source_row=len(balances) + 2,
                )
            )
    return lines, tuple(balances)


def _lines(
    first: int,
    as_of: int,
    current: str,
    collecting: str,
    received: Counter[int],
    paid: Counter[int],
    past_flows: Sequence[PlannedFlow],
) -> Iterator[tuple[int, str, str, int]]:
    for day in range(first, as_of):
        if received[day]:
            yield day, collecting, "Remises et virements reçus du jour", received[day]
            yield day, collecting, "Nivellement vers le compte courant", -received[day]
            yield day, current, "Nivellement du compte d’encaissement", received[day]
        if paid[day]:
            yield day, current, "Virements émis aux fournisseurs", -paid[day]
    for flow in past_flows:
        for day in planned_days(flow, first, as_of - 1):
            if (booked := business_day_from(day)) < as_of:
                yield booked, current, flow.label.split(",")[0], flow.amount_minor


def paid_by_day(trade: Trade, as_of: int, payments: Sequence[PartPayment] = ()) -> Counter[int]:
    """What one side's invoices and part payments moved on each business day before `as_of`.

    A payment that is booked on a day off stands on the statement of the next business day.
    """
    sums: Counter[int] = Counter()
    settled = trade.paid != NO_DAY
    for day, minor in zip(trade.paid[settled].tolist(), trade.paid_minor[settled].tolist(), strict=True):
        sums[business_day_from(day)] += minor
    for payment in payments:
        sums[business_day_from(payment.day)] += payment.amount_minor
    return Counter({day: minor for day, minor in sums.items() if day < as_of})
