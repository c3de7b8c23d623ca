"""The parts of the sales page: own customers with limits and disputes, what an order does, the switch of profile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import streamlit as st

from data import repository
from data.repository import CustomerPosition, InvoiceFilter, InvoiceLine
from forecasting.dates import to_date, to_day
from forecasting.insurance.deadlines import OldestUnpaid
from forecasting.order import Order, OrderAnswer, judge, proposed_terms
from forecasting.reminders import Standing, standing
from pages.ui import collecting, frame, profile, session
from pages.ui.formats import UNKNOWN
from pages.ui.frame import Headline, Table
from pages.ui.session import Desk
from pages.ui.voice import Voice

#: Days that a term may last, and what stands in the form at first.
_TERM_MAX: Final = 180
_TERM_USUAL: Final = 30
_DISPUTES_MAX: Final = 200
#: Customers listed at first.
_SHOWN: Final = 20


def positions(at: Desk) -> tuple[CustomerPosition, ...]:
    """The customers that this person may see, the largest debt first."""
    return repository.customer_positions(at.store, at.principal)


def sentence(found: Sequence[CustomerPosition], say: Voice) -> str:
    """How many customers owe how much, and how much of it is late."""
    owing = [p for p in found if p.owed_minor > 0]
    if not owing:
        return say("sales.say.none")
    return say(
        "sales.say.some",
        count=len(owing),
        number=say.f.whole(len(owing)),
        owed=say.f.amount(sum(p.owed_minor for p in owing)),
        overdue=say.f.amount(sum(p.overdue_minor for p in owing)),
    )


def switch(at: Desk, found: Sequence[CustomerPosition]) -> None:
    """Look through a salesperson's eyes, or finance's again; says that on one's own machine this protects nothing."""
    say = at.say
    if not profile.is_local():
        return
    if at.principal.own_customers_only:
        st.caption(say("sales.profile.seen_as", name=at.principal.owner))
        st.button(say("sales.profile.back"), key="profile_back", on_click=profile.look_as, args=("",))
    else:
        owners = sorted({p.partner.owner for p in found if p.partner.owner})
        if not owners:
            return
        owner = st.selectbox(say("sales.profile.as"), owners, key="profile_owner")
        st.button(say("sales.profile.look"), key="profile_look", on_click=profile.look_as, args=(owner,))
    st.caption(say("sales.profile.note"))


# ── an order ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def order(at: Desk, found: Sequence[CustomerPosition]) -> None:
    """Ask what an order does; the answer is about that customer alone."""
    say = at.say
    st.header(say("sales.order"), anchor=False)
    known = {partner.partner_id for partner in repository.partners(at.store, at.principal)}
    by_id = {p.partner.partner_id: p for p in found if p.partner.partner_id in known}
    if not by_id:
        return
    with st.form("order", border=False):
        who = st.selectbox(
            say("sales.customer"),
            list(by_id),
            format_func=lambda name: by_id[name].partner.name or name,
            key="order_customer",
        )
        left, right = st.columns(2, gap="medium")
        text = left.text_input(say("sales.amount", unit=say.f.symbol), key="order_amount")
        term = right.number_input(say("sales.term"), 0, _TERM_MAX, _TERM_USUAL, key="order_term")
        st.form_submit_button(say("sales.ask"), type="primary", key="order_ask")
    if not text.strip():
        return
    try:
        amount = say.f.read_amount(text)
    except ValueError:
        amount = 0
    if amount <= 0:
        st.error(say("sales.bad_amount", text=text[:40]), icon=":material/error:")
        return
    _answer(_judged(at, by_id[who], amount, int(term)), by_id[who], amount, say)
    chance = collecting.default_probabilities(at, session.ledger(at)).get(who, 0.0)
    terms = proposed_terms(habit=by_id[who].habit, default_probability=chance)
    st.caption(say(f"sales.terms.{terms}"))


def _judged(at: Desk, position: CustomerPosition, amount_minor: int, term_days: int) -> OrderAnswer:
    clauses = repository.customer_clauses(at.store, at.principal, position.partner.partner_id)
    asked = Order(
        partner=position.partner,
        day=session.ledger(at).as_of,
        amount_minor=amount_minor,
        owed_minor=position.owed_minor,
        term_days=term_days,
        oldest=_oldest(at, position),
        mean_late_days=position.mean_late_days,
    )
    return judge(asked, clauses.factoring, clauses.insurance)


def _oldest(at: Desk, position: CustomerPosition) -> OldestUnpaid | None:
    wanted = InvoiceFilter(side="customer", status="open", partner_id=position.partner.partner_id, order="issue", limit=1)
    rows = repository.invoices(at.store, at.principal, wanted).rows
    if not rows or rows[0].issue is None or rows[0].due is None:
        return None
    return OldestUnpaid(issue=to_day(rows[0].issue), due=to_day(rows[0].due), balance_minor=position.owed_minor)


def _answer(answer: OrderAnswer, position: CustomerPosition, amount_minor: int, say: Voice) -> None:
    name = frame.plain(position.partner.name or position.partner.partner_id)
    verdict = "accepted" if answer.accepted else "refused"
    words = say(f"sales.verdict.{verdict}", amount=say.f.cents(amount_minor), customer=name)
    (st.success if answer.accepted else st.error)(words, icon=":material/check:" if answer.accepted else ":material/block:")
    room = UNKNOWN if answer.internal_room_minor is None else say.f.cents(max(0, answer.internal_room_minor))
    funded = UNKNOWN if answer.funded_after_days is None else say("sales.days", count=answer.funded_after_days)
    rows = [
        ("room", room),
        ("insured", say.f.cents(answer.insured_minor)),
        ("fundable", say.f.cents(answer.fundable_minor)),
        ("funded_after", funded),
        ("paid_after", say("sales.days", count=answer.paid_after_days)),
    ]
    frame.listing(
        say,
        Table(
            columns={
                say("sales.column.what"): [say(f"sales.answer.{code}") for code, _ in rows],
                say("sales.column.answer"): [text for _, text in rows],
            }
        ),
        key="order_answer",
        alt=words,
    )
    for reason in answer.reasons:
        st.caption(say(f"sales.reason.{reason}"))


# ── customers and disputes ───────────────────────────────────────────────────────────────────────────────────────────


def listed(at: Desk, found: Sequence[CustomerPosition]) -> None:
    """Own customers with what they owe and what is left of their limit."""
    say = at.say
    st.header(say("sales.customers", unit=say.f.symbol), anchor=False)
    rows = [p for p in found if p.owed_minor > 0 or p.partner.credit_limit_minor is not None]
    if not rows:
        return
    if len(rows) > _SHOWN and not st.toggle(say("sales.all", count=len(rows)), key="sales_all"):
        rows = rows[:_SHOWN]
    money: dict[str, list[int | None]] = {
        say("sales.column.owed"): [p.owed_minor for p in rows],
        say("sales.column.overdue"): [p.overdue_minor for p in rows],
        say("sales.column.limit"): [p.partner.credit_limit_minor for p in rows],
        say("sales.column.room"): [_room(p) for p in rows],
    }
    writers: dict[str, Callable[[Any], str]] = {name: lambda v: say.f.units(int(v)) for name in money}
    frame.listing(
        say,
        Table(
            columns={
                say("sales.column.customer"): [frame.plain(p.partner.name or p.partner.partner_id) for p in rows],
                **{name: [None if v is None else float(v) for v in values] for name, values in money.items()},
            },
            writers=writers,
        ),
        key="customers_room",
        alt=say("sales.customers", unit=say.f.symbol),
    )


def _room(position: CustomerPosition) -> int | None:
    limit = position.partner.credit_limit_minor
    return None if limit is None else max(0, limit - position.owed_minor)


def disputes(at: Desk) -> None:
    """Open disputes with their owner and the day by which each is to be settled."""
    say = at.say
    st.header(say("sales.disputes"), anchor=False)
    wanted = InvoiceFilter(side="customer", status="disputed", order="due", limit=_DISPUTES_MAX)
    lines = repository.invoices(at.store, at.principal, wanted).rows
    if not lines:
        st.caption(say("sales.no_dispute"))
        return
    as_of = session.ledger(at).as_of
    states = _states(at, lines, as_of)
    owed = say("sales.column.owed")
    frame.listing(
        say,
        Table(
            columns={
                say("sales.column.customer"): [frame.plain(line.partner_name or line.partner_id) for line in lines],
                say("sales.column.invoice"): [frame.plain(line.number) for line in lines],
                say("sales.column.owner"): [frame.plain(state.dispute_owner) or UNKNOWN for state in states],
                say("sales.column.until"): [_until(state, as_of, say) for state in states],
                owed: [line.open_minor for line in lines],
            },
            writers={owed: lambda v: say.f.cents(int(v), symbol=False)},
        ),
        key="disputes",
        alt=say("sales.disputes"),
    )


def _states(at: Desk, lines: Sequence[InvoiceLine], as_of: int) -> list[Standing]:
    log = repository.collection_log(at.store, at.principal)
    return [standing((a for a in log if line.invoice_id in a.invoice_ids), as_of) for line in lines]


def _until(state: Standing, as_of: int, say: Voice) -> str:
    deadline = state.dispute_deadline
    if deadline is None:
        return UNKNOWN
    words = say.f.short_date(to_date(deadline))
    return f":red[:material/schedule: {words}]" if deadline < as_of else words


def headlines(found: Sequence[CustomerPosition], say: Voice) -> list[Headline]:
    """What is owed, late and disputed, and how many customers are beyond their limit."""
    beyond = [p for p in found if p.partner.credit_limit_minor is not None and p.owed_minor > p.partner.credit_limit_minor]
    return [
        Headline(
            label=say("sales.kpi.owed"),
            help=say("explain.sales_owed"),
            value=say.f.amount(sum(p.owed_minor for p in found)),
        ),
        Headline(
            label=say("sales.kpi.overdue"),
            help=say("explain.sales_overdue"),
            value=say.f.amount(sum(p.overdue_minor for p in found)),
        ),
        Headline(
            label=say("sales.kpi.disputed"),
            help=say("explain.sales_disputed"),
            value=say.f.amount(sum(p.disputed_minor for p in found)),
        ),
        Headline(label=say("sales.kpi.beyond"), help=say("explain.sales_beyond"), value=say.f.whole(len(beyond))),
    ]
