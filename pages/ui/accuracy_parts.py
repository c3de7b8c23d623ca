"""The parts of the accuracy page: waiting, weeks against bands, calibration, errors, misses, forecasts that were kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final

import streamlit as st

from data.accuracy import Accuracy
from forecasting.backtest import METHODS, Backtest, WeekResult
from forecasting.ledger import Ledger
from pages.ui import accuracy_desk, accuracy_words, figure_tables, frame, session
from pages.ui.accuracy_desk import HeldWeek
from pages.ui.cash_words import Outlook
from pages.ui.charts.calibration import Held, held_weeks, tenths
from pages.ui.frame import Table
from pages.ui.session import Desk
from pages.ui.voice import Voice

#: Seconds between two looks at a work that is not done, on its own page and beside a forecast.
_LOOK_SECONDS: Final = 1.0
_TICK_SECONDS: Final = 5.0
#: Customers listed, and kept forecasts told in the table.
_CUSTOMERS: Final = 15
_KEPT: Final = 26


# ── waiting ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def waiting(at: Desk) -> None:
    """The sentence that it is being computed, with progress; the page is drawn anew once it is done."""
    frame.sentence(at.say("accuracy.computing"))
    accuracy_desk.begin(at)
    st.fragment(_watch, run_every=_LOOK_SECONDS)()


def _watch() -> None:
    at = session.desk()
    work = accuracy_desk.work(at)
    if work is None or work.failed:
        st.error(at.say("accuracy.failed"), icon=":material/error:")
        return
    if work.result is not None:
        st.rerun()
    done = at.say.f.percent(work.progress)
    st.progress(min(1.0, work.progress), text=at.say("accuracy.progress", share=done))
    st.caption(at.say("accuracy.meanwhile"))


def beside(at: Desk, outlook: Outlook) -> None:
    """One line under the forecast: how many past weeks fell in the band. Keeps the forecast that is shown.

    Where it is not known yet, the work begins a moment after the forecast was drawn, so that nobody waits for it.
    """
    accuracy_desk.keep(at, outlook)
    found = accuracy_desk.ready(at)
    if found is None:
        st.session_state["accuracy_ticks"] = 0
        st.fragment(_tick, run_every=_TICK_SECONDS)()
    elif found.past is not None:
        st.caption(f":material/target: {accuracy_words.beside(found.past, at.say)}")


def _tick() -> None:
    ticks = int(st.session_state.get("accuracy_ticks", 0))
    st.session_state["accuracy_ticks"] = ticks + 1
    if not ticks:
        return
    at = session.desk()
    work = accuracy_desk.work(at) or accuracy_desk.begin(at)
    if work.result is not None and work.result.past is not None:
        st.caption(f":material/target: {accuracy_words.beside(work.result.past, at.say)}")


# ── the past, judged ─────────────────────────────────────────────────────────────────────────────────────────────────


def unknown(at: Desk) -> None:
    """Why there is nothing to judge: no payment day is known, or the history is too short."""
    paid = _paid_customers(session.ledger(at))
    frame.sentence(at.say("accuracy.too_short" if paid else "accuracy.no_payment_day"))
    st.caption(at.say("accuracy.assumed"))


def _paid_customers(of: Ledger) -> bool:
    side = of.customers
    return bool(((side.paid < of.as_of) & (side.paid > 0)).any()) or any(p.side == "customer" for p in of.payments)


def judged(at: Desk, past: Backtest) -> None:
    """Everything about the rolling origins."""
    say = at.say
    frame.sentence(accuracy_words.sentence(past, say))
    frame.headlines(accuracy_words.headlines(past, say), phone=at.phone)
    left, right = [st.container(), st.container()] if at.phone else st.columns([8, 4], gap="large")
    with left:
        _weeks(at, past)
    with right:
        _calibration(at, past)
    left, right = [st.container(), st.container()] if at.phone else st.columns([5, 7], gap="large")
    with left:
        _methods(past, say)
        _ahead(past, say)
    with right:
        _customers(at, past)
    _misses(at, past)


def _weeks(at: Desk, past: Backtest) -> None:
    say, weeks = at.say, past.next_weeks()
    st.header(say("accuracy.weeks", unit=say.f.unit), anchor=False)
    picture = [_held(week) for week in weeks]
    frame.figure(
        held_weeks(picture, say, phone=at.phone),
        key="accuracy_weeks",
        alt=accuracy_words.in_band(past, say).replace("**", ""),
    )
    st.caption(say("accuracy.weeks_note"))
    frame.folded_table(say, lambda: _week_table(past.weeks, say), key="accuracy_weeks_table")


def _held(week: WeekResult) -> Held:
    return Held(
        first_day=week.origin + 7 * week.week,
        low_minor=week.p10_minor,
        middle_minor=week.p50_minor,
        high_minor=week.p90_minor,
        actual_minor=week.actual_minor,
        due_minor=week.due_date_minor,
    )


def _amounts(columns: dict[str, list[int]], say: Voice) -> dict[str, Callable[[Any], str]]:
    return {name: lambda v: say.f.units(int(v)) for name in columns}


def _week_table(weeks: Sequence[WeekResult], say: Voice) -> Table:
    amounts = {
        say("accuracy.column.actual"): [w.actual_minor for w in weeks],
        say("accuracy.column.low"): [w.p10_minor for w in weeks],
        say("accuracy.column.median"): [w.p50_minor for w in weeks],
        say("accuracy.column.high"): [w.p90_minor for w in weeks],
        say("accuracy.column.due_date"): [w.due_date_minor for w in weeks],
    }
    return Table(
        columns={
            say("accuracy.column.made_on"): [say.f.short_date(w.origin) for w in weeks],
            say("accuracy.column.week"): [say.f.short_date(w.origin + 7 * w.week) for w in weeks],
            **amounts,
            say("accuracy.column.inside"): [_inside(w.inside_80, say) for w in weeks],
        },
        writers=_amounts(amounts, say),
    )


def _inside(inside: bool, say: Voice) -> str:
    return say("accuracy.inside") if inside else f":red[{say('accuracy.outside')}]"


def _calibration(at: Desk, past: Backtest) -> None:
    say = at.say
    st.header(say("accuracy.calibration"), anchor=False)
    alt = say("accuracy.calibration_alt", shares=say.list([say.f.percent(s) for s in past.calibration]))
    frame.figure(tenths(past.calibration, say, phone=at.phone), key="accuracy_tenths", alt=alt)
    frame.folded_table(say, lambda: figure_tables.tenths(past.calibration, say), key="accuracy_tenths_table")
    st.caption(say("accuracy.calibration_note"))


def _methods(past: Backtest, say: Voice) -> None:
    st.header(say("accuracy.methods"), anchor=False)
    weekly, days = dict(past.weekly_error), dict(past.mean_absolute_error_days)
    by_week, by_day = say("accuracy.column.weekly"), say("accuracy.column.days")
    frame.listing(
        say,
        Table(
            columns={
                say("accuracy.column.method"): [say(f"accuracy.method.{m}") for m in METHODS],
                by_week: [weekly[m] for m in METHODS],
                by_day: [days[m] for m in METHODS],
            },
            writers={by_week: lambda v: say.f.percent(v, digits=1), by_day: lambda v: _decimal(v, say)},
            strong=(0,),
        ),
        key="methods",
        alt=say("accuracy.methods"),
    )


def _ahead(past: Backtest, say: Voice) -> None:
    st.header(say("accuracy.ahead"), anchor=False)
    rows = past.ahead()
    errors = {say(f"accuracy.short.{m}"): [dict(row.error)[m] for row in rows] for m in METHODS}
    frame.listing(
        say,
        Table(
            columns={
                say("accuracy.column.ahead"): [say("accuracy.week_ahead", number=row.week + 1) for row in rows],
                **errors,
                say("accuracy.column.coverage"): [say("accuracy.of", count=r.inside_80, number=r.count) for r in rows],
            },
            writers={name: lambda v: say.f.percent(v, digits=1) for name in errors},
        ),
        key="weeks_ahead",
        alt=say("accuracy.ahead"),
    )


def _customers(at: Desk, past: Backtest) -> None:
    say, of = at.say, session.ledger(at)
    st.header(say("accuracy.customers"), anchor=False)
    rows = past.partners
    if len(rows) > _CUSTOMERS and not st.toggle(say("customers.all", count=len(rows)), key="accuracy_all"):
        rows = rows[:_CUSTOMERS]
    errors = {
        say("accuracy.short.ours"): [row.ours for row in rows],
        say("accuracy.short.due_date"): [row.due_date for row in rows],
        say("accuracy.short.due_date_and_mean"): [row.due_date_and_mean for row in rows],
    }
    number = say("accuracy.column.invoices")
    frame.listing(
        say,
        Table(
            columns={
                say("accuracy.column.customer"): [_name(of, row.partner) for row in rows],
                number: [row.invoices for row in rows],
                **errors,
            },
            writers={number: lambda v: say.f.whole(int(v)), **{name: lambda v: _decimal(v, say) for name in errors}},
        ),
        key="customers_errors",
        alt=say("accuracy.customers"),
    )
    st.caption(say("accuracy.customers_note"))


def _name(of: Ledger, partner: int) -> str:
    found = of.partners[partner]
    return frame.plain(found.name or found.partner_id)


def _decimal(value: float, say: Voice) -> str:
    return say.f.decimal(Decimal(f"{value:.1f}"), digits=1)


def _misses(at: Desk, past: Backtest) -> None:
    say, of = at.say, session.ledger(at)
    if not past.misses:
        return
    st.header(say("accuracy.misses", unit=say.f.symbol), anchor=False)
    amount = say("accuracy.column.amount")
    columns: dict[str, Sequence[Any]] = {
        say("accuracy.column.customer"): [_name(of, m.partner) for m in past.misses],
        say("accuracy.column.invoice"): [frame.plain(of.customers.invoice_id[m.row]) for m in past.misses],
        amount: [m.amount_minor for m in past.misses],
        say("accuracy.column.due"): [say.f.short_date(m.due) for m in past.misses],
        say("accuracy.column.story"): [accuracy_words.story(m, say) for m in past.misses],
    }
    table = Table(columns=columns, writers={amount: lambda v: say.f.units(int(v))})
    if at.phone:
        table = table.only([say(f"accuracy.column.{c}") for c in ("customer", "amount", "story")])
    frame.listing(say, table, key="misses", alt=say("accuracy.misses", unit=say.f.symbol))
    st.caption(say("accuracy.misses_note"))


# ── forecasts that were kept ─────────────────────────────────────────────────────────────────────────────────────────


def kept(at: Desk) -> None:
    """Forecasts as they were shown, held against what came in since."""
    say, weeks = at.say, accuracy_desk.held(at)
    st.header(say("accuracy.kept", unit=say.f.unit), anchor=False)
    over = [week for week in weeks if week.actual_minor is not None]
    if not over:
        first = min((w.said.first_day for w in weeks), default=None)
        words = say("accuracy.kept_none") if first is None else say("accuracy.kept_soon", day=say.f.spoken_day(first + 7))
        st.caption(words)
        return
    inside = sum(week.inside_80 for week in over)
    mornings = len({week.made_on for week in over})
    st.markdown(say("accuracy.kept_band", count=mornings, number=len(over), inside=inside))
    nearest = _nearest(over)[-_KEPT:]
    frame.figure(
        held_weeks([_shown(week) for week in nearest], say, phone=at.phone),
        key="accuracy_kept",
        alt=say("accuracy.kept_band", count=mornings, number=len(over), inside=inside).replace("**", ""),
    )
    st.caption(say("accuracy.kept_note"))
    frame.folded_table(say, lambda: _kept_table(over, say), key="accuracy_kept_table")


def _nearest(weeks: Sequence[HeldWeek]) -> list[HeldWeek]:
    """The first week of each kept forecast, oldest first."""
    return [week for week in weeks if week.said.first_day == week.made_on]


def _shown(week: HeldWeek) -> Held:
    said = week.said
    return Held(
        first_day=said.first_day,
        low_minor=said.p10_minor,
        middle_minor=said.p50_minor,
        high_minor=said.p90_minor,
        actual_minor=week.actual_minor or 0,
        due_minor=said.due_minor,
    )


def _kept_table(weeks: Sequence[HeldWeek], say: Voice) -> Table:
    rows = list(reversed(weeks))[: 4 * _KEPT]
    amounts = {
        say("accuracy.column.actual"): [week.actual_minor or 0 for week in rows],
        say("accuracy.column.low"): [week.said.p10_minor for week in rows],
        say("accuracy.column.median"): [week.said.p50_minor for week in rows],
        say("accuracy.column.high"): [week.said.p90_minor for week in rows],
        say("accuracy.column.due_date"): [week.said.due_minor for week in rows],
    }
    return Table(
        columns={
            say("accuracy.column.made_on"): [say.f.short_date(week.made_on) for week in rows],
            say("accuracy.column.week"): [say.f.short_date(week.said.first_day) for week in rows],
            **amounts,
            say("accuracy.column.inside"): [_inside(week.inside_80, say) for week in rows],
        },
        writers=_amounts(amounts, say),
    )


def body(at: Desk) -> None:
    """The page below its title: waiting, or everything that is known."""
    found: Accuracy | None = accuracy_desk.ready(at)
    if found is None:
        waiting(at)
    elif found.past is None:
        unknown(at)
    else:
        judged(at, found.past)
    kept(at)
