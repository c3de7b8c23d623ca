"""The list of invoices: filters, a page of rows, and the file and row that each came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, get_args

import streamlit as st

from data import repository
from data.repository import InvoiceFilter, InvoiceLine, InvoicePage
from data.repository_invoices import Order, Status
from forecasting.ledger import Side
from pages.ui import frame
from pages.ui.frame import Table
from pages.ui.session import Desk
from pages.ui.voice import Voice

_PER_PAGE: Final = 50
_STATES: Final[tuple[Status, ...]] = get_args(Status)
_ORDERS: Final[tuple[Order, ...]] = ("due", "amount", "partner", "issue", "number")
_SIDES: Final[tuple[Side, ...]] = ("customer", "supplier")


def filters(at: Desk) -> InvoiceFilter:
    """What to list: side, state, words, order."""
    say = at.say
    side, state, words, order = (
        [st.container() for _ in range(4)] if at.phone else st.columns([1.2, 1.2, 2, 1.2], gap="medium")
    )
    chosen_side = side.segmented_control(
        say("invoices.side"),
        _SIDES,
        default="customer",
        format_func=lambda s: say(f"invoices.sides.{s}"),
        required=True,
        key="invoice_side",
    )
    chosen_state = state.selectbox(
        say("invoices.state"),
        (None, *_STATES),
        index=1,
        format_func=lambda s: say("invoices.any_state") if s is None else say(f"invoices.states.{s}"),
        key="invoice_state",
    )
    text = words.text_input(
        say("invoices.words"), placeholder=say("invoices.words_hint"), type="search", key="invoice_words"
    )
    chosen_order = order.selectbox(
        say("invoices.order"), _ORDERS, format_func=lambda o: say(f"invoices.orders.{o}"), key="invoice_order"
    )
    return InvoiceFilter(side=chosen_side, status=chosen_state, text=text or "", order=chosen_order, limit=_PER_PAGE)


def page_of(at: Desk, wanted: InvoiceFilter) -> InvoicePage:
    """The page asked for, back to the first one where the filter has changed."""
    if st.session_state.get("invoice_filter") != wanted:
        st.session_state["invoice_filter"] = wanted
        st.session_state["invoice_page"] = 1
    place = int(st.session_state.get("invoice_page", 1))
    return repository.invoices(at.store, at.principal, replace(wanted, offset=(place - 1) * _PER_PAGE))


def sentence(page: InvoicePage, say: Voice) -> str:
    """How many invoices and what is open on them, per currency."""
    owed = [
        f"**{say.f.cents(minor)}**" if currency == say.f.currency else f"**{say.f.cents(minor, symbol=False)} {currency}**"
        for currency, _, minor in page.sums
    ]
    if not page.count:
        return say("invoices.say.none")
    return say("invoices.say.some", count=page.count, number=say.f.whole(page.count), owed=say.list(owed))


def listed(at: Desk, wanted: InvoiceFilter, page: InvoicePage) -> None:
    """The rows, and the way to the next ones; the file holds every invoice that the filter finds."""
    if not page.rows:
        return
    say, every = at.say, replace(wanted, limit=page.count)
    frame.listing(
        say,
        _table(page.rows, say, phone=at.phone),
        key="invoices",
        alt=say("invoices.title"),
        whole=lambda: _table(repository.invoices(at.store, at.principal, every).rows, say, phone=False),
    )
    pages = -(-page.count // _PER_PAGE)
    if pages > 1:
        st.pagination(pages, key="invoice_page")


def _table(rows: Sequence[InvoiceLine], say: Voice, *, phone: bool) -> Table:
    amount, owed = say("invoices.column.amount"), say("invoices.column.open")
    columns: dict[str, Sequence[object]] = {
        say("invoices.column.partner"): [frame.plain(row.partner_name or row.partner_id) for row in rows],
        say("invoices.column.number"): [frame.plain(row.number) for row in rows],
    }
    if not phone:
        columns[say("invoices.column.issue")] = [say.f.short_date(row.issue) for row in rows]
    columns[say("invoices.column.due")] = [say.f.short_date(row.due) for row in rows]
    if not phone:
        columns[say("invoices.column.state")] = [_state(row, say) for row in rows]
        columns[say("invoices.column.source")] = [_source(row, say) for row in rows]
        columns[amount] = [row.amount_minor for row in rows]
    columns[owed] = [row.open_minor for row in rows]

    def exact(value: object) -> str:
        return say.f.cents(int(str(value)), symbol=False)

    return Table(columns=columns, writers={name: exact for name in (amount, owed) if name in columns})


def _state(row: InvoiceLine, say: Voice) -> str:
    words = say(f"invoices.states.{row.status}")
    if row.status == "overdue":
        return f":red[:material/schedule: {words}]"
    return f":orange[:material/gavel: {words}]" if row.status == "disputed" else words


def _source(row: InvoiceLine, say: Voice) -> str:
    sheet = f" · {row.source_sheet}" if row.source_sheet else ""
    return frame.plain(say("invoices.source", file=row.file or "—", sheet=sheet, row=row.source_row))
