"""The story of one invoice on one path, under the contracts on screen: which clause moved how much, when and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import streamlit as st

from forecasting.choice.offers import largest_debtors
from forecasting.dates import to_date, to_day
from forecasting.ledger import Ledger
from forecasting.offers.limits import unpaid
from forecasting.offers.telling import day_told
from forecasting.scenario import Scenario
from forecasting.simulation.flows import Event
from forecasting.simulation.path import PathResult
from forecasting.simulation.story import story
from pages.ui import answering, frame, session
from pages.ui.cash_words import name_of
from pages.ui.frame import Table
from pages.ui.question import HORIZONS, days_known
from pages.ui.session import Contracts, Desk
from pages.ui.voice import Voice

#: Invoices of one customer that the list proposes, the earliest due first.
_LISTED: Final = 200
_MONTH_DAYS: Final = 30


@st.fragment
def invoice_story(at: Desk, under: Contracts) -> None:
    """Customer, invoice, path and day are chosen; the story of the invoice up to that day is told."""
    say, of = at.say, session.ledger(at)
    st.header(say("story.screen.title"), anchor=False)
    places = [st.container() for _ in range(4)] if at.phone else st.columns([3, 4, 2, 2], gap="medium")
    open_now = unpaid(of.customers, of.as_of) & (of.customers.amount_minor > 0)
    debtors = largest_debtors(of, _LISTED)
    if not debtors:
        st.caption(say("story.screen.none"))
        return
    who = places[0].selectbox(
        say("story.screen.customer"),
        debtors,
        format_func=lambda p: name_of(of, p),
        key="story_customer",
    )
    index = next(k for k, partner in enumerate(of.partners) if partner.partner_id == who)
    invoices = _of_customer(of, open_now, index)
    chosen = places[1].selectbox(
        say("story.screen.invoice"),
        invoices,
        index=_first_ahead(of, invoices),
        format_func=lambda k: _label(of, k, say),
        key="story_invoice",
    )
    draw = places[2].number_input(
        say("story.screen.draw"), 0, Scenario().path_count, 0, key="story_draw", help=say("story.screen.draw_help")
    )
    horizon = max(1, min(HORIZONS[12], days_known(of)))
    last = of.as_of + horizon - 1
    until = places[3].date_input(
        say("story.screen.until"),
        to_date(last),
        min_value=to_date(of.as_of),
        max_value=to_date(last),
        format="DD/MM/YYYY",
        key="story_until",
    )
    with st.spinner(say("story.screen.telling")):
        told = answering.told(of, horizon, under, int(draw))
    day = to_day(until)
    found = while_it_lives(story(told, of, of.customers.invoice_id[int(chosen)], day))
    _first_words(of, int(chosen), told, day, say)
    if not found:
        st.caption(say("story.screen.nothing", day=say.f.long_day(day)))
        return
    frame.listing(say, events_table(found, say), key="invoice_story", alt=say("story.screen.title"))


def _of_customer(of: Ledger, open_now: np.ndarray, partner: int) -> list[int]:
    """Invoices of a customer that are not paid yet, to come included, the earliest due first."""
    mine = np.flatnonzero(open_now & (of.customers.partner == partner))
    ordered = sorted(mine.tolist(), key=lambda k: (int(of.customers.due[k]), of.customers.invoice_id[k]))
    return ordered[:_LISTED]


def _first_ahead(of: Ledger, invoices: Sequence[int]) -> int:
    """The first invoice due in a month or later, whose story a contract changes most; else the first."""
    return next((place for place, k in enumerate(invoices) if int(of.customers.due[k]) > of.as_of + _MONTH_DAYS), 0)


def _label(of: Ledger, invoice: int, say: Voice) -> str:
    side = of.customers
    return say(
        "story.screen.label",
        number=number_of(of, invoice, say),
        day=say.f.short_date(to_date(int(side.due[invoice]))),
        amount=say.f.cents(int(side.amount_minor[invoice])),
    )


def number_of(of: Ledger, invoice: int, say: Voice) -> str:
    """An invoice's number; one that is only expected is named after the day on which it would be issued."""
    side = of.customers
    if int(side.issue[invoice]) >= of.as_of:
        return say("story.screen.expected", day=say.f.short_date(to_date(int(side.issue[invoice]))))
    return side.invoice_id[invoice]


def _first_words(of: Ledger, invoice: int, told: PathResult, day: int, say: Voice) -> None:
    """Where bank and factor's account stand that evening."""
    then = day_told(told, day)
    words = say("story.screen.evening", day=say.f.long_day(day), bank=say.f.cents(then.balance_minor))
    if told.assigned_minor.any():
        words += " " + say(
            "story.screen.account",
            assigned=say.f.cents(then.assigned_minor),
            available=say.f.cents(then.availability_minor),
            used=say.f.cents(then.utilisation_minor),
        )
    st.caption(f"{frame.plain(number_of(of, invoice, say))}. {words}")


def events_table(found: Sequence[Event], say: Voice) -> Table:
    """Day and sentence of each step."""
    return Table(
        columns={
            say("story.screen.day"): [say.f.short_date(to_date(event.day)) for event in found],
            say("story.screen.what"): [words_of(event, say) for event in found],
        }
    )


def while_it_lives(found: Sequence[Event]) -> list[Event]:
    """A story without what clauses refuse the customer once the invoice itself is settled."""
    last = max((event.day for event in found if event.invoice_id), default=None)
    return [e for e in found if last is None or e.day <= last or not e.code.startswith("unfinanced.")]


def words_of(event: Event, say: Voice) -> str:
    """One step of a story as a sentence, amounts to the cent."""
    values: dict[str, object] = {"amount": say.f.cents(abs(event.amount_minor))}
    for name, value in event.values:
        if name.endswith("_minor"):
            values[name.removesuffix("_minor")] = say.f.cents(int(value))
        elif name.endswith("_day"):
            values[name.removesuffix("_day")] = say.f.long_day(int(value))
        else:
            values[name] = value
    if event.code in _SIGNED:
        values["amount"] = say.f.cents(event.amount_minor, signed=True)
    financed_again = event.code.startswith("unfinanced.") and not event.amount_minor
    return frame.plain(say("story.screen.financed_again" if financed_again else f"story.{event.code}", **values))


#: Steps whose sign is news: a retention goes up or down, overdraft interest and VAT flows go either way.
_SIGNED: Final = frozenset({"retention", "retention_at_purchase", "flow.vat_payment", "flow.planned_flow"})
