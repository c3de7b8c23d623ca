"""Behind a day of the curve: its movements by heading, the invoices that make them, the clauses that say why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Final

import streamlit as st

from data.access import may
from forecasting.dates import to_date, to_day
from forecasting.simulation.flows import CATEGORIES, Category
from pages.ui import answering, frame, session
from pages.ui.cash_words import Outlook
from pages.ui.clause_words import clause_of
from pages.ui.frame import Table, plain
from pages.ui.session import Desk
from pages.ui.voice import Voice

if TYPE_CHECKING:
    from forecasting.day import DayInvoice, DayMoves
    from forecasting.drivers import Driver

_CHOSEN: Final = "day"
#: The place of the section on the page, for the link that leads to it.
_ANCHOR: Final = "day"


def clicked() -> None:
    """What a click on the curve does: it chooses the day in the field below."""
    points = frame.picked("hero")
    if points:
        st.session_state[_CHOSEN] = to_date(to_day_of(points[0]["x"]))


def to_day_of(x: object) -> int:
    """The day number of a point's place on the axis, as the browser sends it: a date, with or without its time."""
    return to_day(date.fromisoformat(str(x)[:10]))


def beside(at: Desk, outlook: Outlook) -> None:
    """Beside the curve, what the chosen day comes to, with the way to its details further down."""
    chosen, curve = st.session_state.get(_CHOSEN), outlook.projection.curves[outlook.shown]
    certain = session.scenario(at, outlook.question).kind == "certain"
    if chosen is None or certain or outlook.coarse or not 0 <= to_day(chosen) - curve.first_day < len(curve.p50_minor):
        return
    moves, _ = _moves(at, outlook, to_day(chosen))
    with st.container(border=True, key="day_beside"):
        st.markdown(f"{_sentence(outlook, moves, to_day(chosen), at.say)} [{at.say('day.details')}](#{_ANCHOR})")


def behind(at: Desk, outlook: Outlook) -> None:
    """The choice of a day, and what stands behind the one that is chosen; nothing where no luck is drawn."""
    if session.scenario(at, outlook.question).kind == "certain":
        return
    say, curve = at.say, outlook.projection.curves[outlook.shown]
    first, last = to_date(curve.first_day), to_date(curve.first_day + len(curve.p50_minor) - 1)
    chosen = st.session_state.get(_CHOSEN)
    if chosen is not None and not first <= chosen <= last:
        st.session_state[_CHOSEN] = None
    st.header(say("day.title"), anchor=_ANCHOR)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.date_input(
            say("day.choice"),
            value=None,
            min_value=first,
            max_value=last,
            format="DD/MM/YYYY" if say.t.language == "fr" else "YYYY-MM-DD",
            key=_CHOSEN,
            width=200,
        )
        low = curve.lowest.day
        st.button(
            say("day.lowest", day=say.f.day(low)),
            icon=":material/south_east:",
            type="tertiary",
            on_click=_choose,
            args=(low,),
            key="day_lowest",
        )
    chosen = st.session_state.get(_CHOSEN)
    if chosen is None:
        # A tap on a phone's screen tells of a point and selects none.
        st.caption(say("day.none_phone" if at.phone else "day.none"))
        return
    if outlook.coarse:
        st.caption(say("day.late"))
        return
    with st.container(key="day_behind"):
        _told(at, outlook, to_day(chosen))


def _choose(day: int) -> None:
    st.session_state[_CHOSEN] = to_date(day)


def _moves(at: Desk, outlook: Outlook, day: int) -> tuple[DayMoves, tuple[Driver, ...]]:
    with st.spinner(at.say("day.computing")):
        return answering.behind_day(at, outlook.question, outlook.projection, outlook.shown, day)


def _told(at: Desk, outlook: Outlook, day: int) -> None:
    say = at.say
    moves, since = _moves(at, outlook, day)
    st.markdown(_sentence(outlook, moves, day, say))
    left, right = (st.container(), st.container()) if at.phone else st.columns([5, 7], gap="large")
    with left:
        frame.listing(
            say,
            headings_table(moves, since, outlook.ledger.opening_cash_minor, say),
            key="day_headings",
            alt=say("day.alt_headings"),
        )
        for heading in clauses_shown(moves, {row.heading: row.amount_minor for row in since if row.heading != "spread"}):
            words = clause_of(heading, session.contracts(at), say)
            if words:
                st.caption(f"**{say(f'day.heading.{heading}')}.** {words}")
    with right:
        if may(at.principal, "read_customers"):
            _invoices(at, outlook, moves)


def _sentence(outlook: Outlook, moves: DayMoves, day: int, say: Voice) -> str:
    curve = outlook.projection.curves[outlook.shown]
    k = day - curve.first_day
    return say(
        "day.sentence",
        day=say.f.day_year(day),
        variant=say(f"app.variant.{outlook.shown}"),
        balance=say.f.amount(int(curve.p50_minor[k])),
        low=say.f.amount(int(curve.p05_minor[k])),
        high=say.f.amount(int(curve.p95_minor[k])),
        change=say.f.amount(moves.total_minor, signed=True),
    )


def clauses_shown(moves: DayMoves, since: Mapping[Category, int]) -> tuple[Category, ...]:
    """The headings of the day, else those since today, that a contract's clause explains."""
    there = moves.headings.keys() & _EXPLAINED or since.keys() & _EXPLAINED
    return tuple(c for c in CATEGORIES if c in there)


_EXPLAINED: Final[frozenset[Category]] = frozenset(
    ("factor_transfer", "cash_call", "factor_fee", "premium", "insurance_fee", "indemnity", "insurer_share")
)


def headings_table(moves: DayMoves, since: tuple[Driver, ...], opening_minor: int, say: Voice) -> Table:
    """What each heading moves on the day and since today, on average; the second column ends at the median balance."""
    so_far = {row.heading: row.amount_minor for row in since}
    named = [c for c in CATEGORIES if c in moves.headings or so_far.get(c)]
    balance = opening_minor + sum(so_far.values())
    rows: list[tuple[str, int | None, int | None]] = [(say("day.opening"), None, opening_minor)]
    rows += [(say(f"day.heading.{c}"), moves.headings.get(c, 0), so_far.get(c, 0)) for c in named]
    rows.append((say("day.total"), moves.total_minor, None))
    if "spread" in so_far:
        rows.append((say("day.heading.spread"), None, so_far["spread"]))
    rows.append((say("day.median"), None, balance))
    day, total = say("day.column_day", currency=say.f.symbol), say("day.column_since", currency=say.f.symbol)

    def write(value: float) -> str:
        return say.f.cents(int(value), signed=True, symbol=False)

    return Table(
        columns={
            say("day.column_heading"): [row[0] for row in rows],
            day: [row[1] for row in rows],
            total: [row[2] for row in rows],
        },
        writers={day: write, total: write},
        strong=(len(rows) - 1,),
    )


def _invoices(at: Desk, outlook: Outlook, moves: DayMoves) -> None:
    """The invoices of the day with the row of the file that each came from."""
    say = at.say
    if not moves.invoices:
        st.caption(say("day.no_invoice"))
        return
    st.markdown(say("day.invoices_factored" if outlook.shown in ("factoring", "both") else "day.invoices"))
    frame.listing(say, invoices_table(at, outlook, moves), key="day_invoices", alt=say("day.alt_invoices"))
    rest = {side: amount for side, amount in moves.others_minor.items() if amount}
    if rest:
        told = " ".join(say(f"day.others.{side}", amount=say.f.cents(amount, signed=True)) for side, amount in rest.items())
        st.caption(told)


def invoices_table(at: Desk, outlook: Outlook, moves: DayMoves) -> Table:
    """Whom, which invoice, due when, how often it is paid on that day, what that comes to, and where it was read."""
    say, ledger = at.say, outlook.ledger
    sides = {"customer": ledger.customers, "supplier": ledger.suppliers}
    known = session.lines_of(at, [sides[one.side].invoice_id[one.row] for one in moves.invoices])
    rows = sorted(moves.invoices, key=lambda one: (-abs(one.amount_minor), one.side, one.row))

    def source(one: DayInvoice) -> str:
        line = known.get((one.side, sides[one.side].invoice_id[one.row]))
        if line is None:
            return say("day.to_come")
        return plain(f"{line.file}, {line.source_row}") if line.file else say("day.by_hand")

    def number(one: DayInvoice) -> str:
        line = known.get((one.side, sides[one.side].invoice_id[one.row]))
        words = plain(line.number) if line else "—"
        return say("day.expected", number=words) if line and one.expected else words

    partners = [ledger.partners[int(sides[one.side].partner[one.row])] for one in rows]
    amount, chance = say("day.column_expected", currency=say.f.symbol), say("day.column_chance")
    table = Table(
        columns={
            say("cash.table.partner"): [plain(p.name or p.partner_id) for p in partners],
            say("cash.table.number"): [number(one) for one in rows],
            say("cash.table.due"): [say.f.short_date(to_date(int(sides[one.side].due[one.row]))) for one in rows],
            chance: [one.draws / moves.draws for one in rows],
            amount: [one.amount_minor for one in rows],
            say("cash.table.source"): [source(one) for one in rows],
        },
        writers={
            chance: lambda v: say.f.percent(float(v)),
            amount: lambda v: say.f.cents(int(v), signed=True, symbol=False),
        },
    )
    return table.only([say("cash.table.partner"), chance, amount, say("cash.table.source")]) if at.phone else table
