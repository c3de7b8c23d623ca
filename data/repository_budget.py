"""The budget: what months are to bring before VAT, in place of what history says they would."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import cast

from data.access import Principal, require
from data.repository_audit import append_audit
from data.store import Cursor, Store
from forecasting.activity import BudgetLine
from forecasting.activity.budget import Scope
from forecasting.ledger import Side


def budget(store: Store, principal: Principal) -> tuple[BudgetLine, ...]:
    """The lines of the budget by side, scope, name and month."""
    require(principal, "read_treasury")
    with store.read() as cursor:
        rows = cursor.execute(
            "SELECT side, month, net_minor, scope, name FROM budget ORDER BY side, scope, name, month"
        ).fetchall()
    return tuple(
        BudgetLine(
            side=cast("Side", side),
            month=12 * month.year + month.month - 1,
            net_minor=net,
            scope=cast("Scope", scope),
            name=name,
        )
        for side, month, net, scope, name in rows
    )


def replace_budget(store: Store, principal: Principal, lines: Sequence[BudgetLine]) -> None:
    """Put these lines in place of all that were there; none at all is an answer too."""
    require(principal, "change_data")

    def change(cursor: Cursor) -> None:
        cursor.execute("DELETE FROM budget")
        for line in lines:
            year, month = divmod(line.month, 12)
            cursor.execute(
                "INSERT INTO budget VALUES (?, ?, ?, ?, ?)",
                [line.side, date(year, month + 1, 1), line.scope, line.name, line.net_minor],
            )
        stored = cursor.execute("SELECT coalesce(sum(net_minor), 0) FROM budget").fetchall()[0][0]
        assert stored == sum(line.net_minor for line in lines), "the budget changed on its way into the store"
        append_audit(cursor, principal, "budget.replace", rows=len(lines))

    store.write(change)
