"""What the last import changed: expected and happened, expected and not happened, unexpected; each in money."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from data.change_text import last_change
from forecasting.dates import to_date
from forecasting.plan.happened import Kind, Since
from pages.ui import frame, session
from pages.ui.cash_words import name_of
from pages.ui.frame import Table
from pages.ui.session import Desk

_SHOWN: Final = 12
_ROWS: Final[tuple[Kind, ...]] = ("happened", "early", "missing", "new", "gone")


def changed(at: Desk, *, open_at_once: bool = False) -> None:
    """A folded table of what happened since the look before; nothing where nothing was loaded twice."""
    found = last_change(at.store, at.principal)
    if found is None:
        return
    say = at.say
    fold = st.expander(
        say("change.title", day=say.f.day_year(found.after_day)), key="change", on_change="rerun", expanded=open_at_once
    )
    if not (fold.open or open_at_once):
        return
    with fold:
        frame.listing(say, summary(found, at), key="changes", alt=say("change.title", day=""))
        st.caption(say("change.note", before=say.f.long_day(found.before_day), after=say.f.long_day(found.after_day)))
        missing = [line for line in found.lines if line.kind == "missing"][:_SHOWN]
        if missing:
            of, amount = session.ledger(at), say("change.open", currency=say.f.symbol)
            columns: dict[str, Sequence[object]] = {
                say("change.partner"): [frame.plain(name_of(of, line.partner_id)) for line in missing],
                say("change.invoice"): [frame.plain(line.invoice_id) for line in missing],
                say("change.due"): [say.f.short_date(to_date(line.due)) for line in missing],
                amount: [line.amount_minor if line.side == "customer" else -line.amount_minor for line in missing],
            }
            st.markdown(say("change.missing_title"))
            frame.listing(
                say,
                Table(columns=columns, writers={amount: lambda v: say.f.cents(int(v), signed=True, symbol=False)}),
                key="missing_invoices",
                alt=say("change.missing_title"),
            )


def summary(found: Since, at: Desk) -> Table:
    """One row per kind: customers, suppliers, how many invoices; the cash that nobody expected closes it."""
    say = at.say
    customers, suppliers = (
        say("change.customers", currency=say.f.symbol), say("change.suppliers", currency=say.f.symbol),
    )  # fmt: skip
    count = say("change.count")
    columns: dict[str, Sequence[object]] = {
        say("change.what"): [*(say(f"change.kind.{kind}") for kind in _ROWS), say("change.cash"), say("change.unexpected")],
        customers: [*(found.total_minor(kind, "customer") for kind in _ROWS), found.cash_minor, found.unexplained_minor],
        suppliers: [*(found.total_minor(kind, "supplier") for kind in _ROWS), None, None],
        count: [*(sum(line.kind == kind for line in found.lines) for kind in _ROWS), None, None],
    }
    writers = dict.fromkeys((customers, suppliers), lambda v: say.f.cents(int(v), symbol=False))
    return Table(columns=columns, writers={**writers, count: lambda v: say.f.whole(int(v))}, strong=(len(_ROWS),))
