"""How one customer pays: its figures, why an invoice is expected on its day, and what the reader knows better."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np
import streamlit as st

from data import repository
from data.access import may
from data.learning import learnt_customers
from data.repository import KeptOverride
from forecasting.behaviour import Behaviour, PaymentHistory
from forecasting.behaviour.explain import PartnerBehaviour, Step, partner_behaviours, waterfall
from forecasting.ledger import Ledger
from pages.ui import behaviour_form, figure_tables, frame, session
from pages.ui.cache import Bounded
from pages.ui.charts.drivers import Bridge, drivers
from pages.ui.formats import UNKNOWN
from pages.ui.frame import Headline
from pages.ui.session import Desk
from pages.ui.voice import Voice

#: A habit of paying several invoices at once is named from this share on.
_TOGETHER_MIN: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Learnt:
    """What was learnt of all customers on today's data."""

    history: PaymentHistory
    behaviour: Behaviour
    partners: dict[str, PartnerBehaviour]


@st.cache_resource(show_spinner=False)
def _memory() -> Bounded[str, Learnt]:
    return Bounded(3)


def learnt_of(of: Ledger) -> Learnt:
    """What was learnt of all customers, computed once for a ledger (seconds on a long history)."""

    def compute() -> Learnt:
        history, behaviour = learnt_customers(of)
        rows = partner_behaviours(behaviour, history)
        return Learnt(history=history, behaviour=behaviour, partners={row.partner_id: row for row in rows})

    return _memory().get(of.fingerprint, compute)


def notice(at: Desk) -> None:
    """One line where the curves count on what somebody knows better than the history; nothing otherwise."""
    standing = [kept for kept in session.overrides(at) if kept.in_force]
    if standing:
        kinds = dict.fromkeys(kept.said.kind for kept in reversed(standing))
        words = at.say.list([at.say(f"behaviour.kind.{kind}").lower() for kind in kinds])
        st.caption(f":material/edit_note: {at.say('behaviour.counted', count=len(standing), kinds=words)}")


@st.fragment
def card() -> None:
    """The card of one customer; nothing is learnt before one is chosen."""
    at = session.desk()
    say, of = at.say, session.ledger(at)
    st.header(say("behaviour.title"), anchor=False)
    names = _names(of)
    picked = st.selectbox(
        say("customers.column.customer"),
        list(names),
        index=None,
        placeholder=say("behaviour.choose"),
        format_func=lambda key: names.get(key, key),
        key="behaviour_customer",
        width=420,
    )
    if picked is None:
        st.caption(say("behaviour.intro"))
        return
    with st.spinner(say("behaviour.learning")):
        learnt = learnt_of(of)
    found = learnt.partners.get(picked)
    if found is None:
        st.caption(say("behaviour.nothing"))
        return
    st.markdown(sentence(found, names[picked], say))
    frame.headlines(_headlines(found, learnt, say), phone=at.phone, key="behaviour_kpi")
    left, right = [st.container(), st.container()] if at.phone else st.columns([5, 7], gap="large")
    with left:
        _why(at, learnt, picked)
    with right:
        _better(at, learnt, picked)


def _names(of: Ledger) -> dict[str, str]:
    """The customers with an invoice, by name."""
    concerned = np.unique(of.customers.partner).tolist()
    partners = sorted((of.partners[k] for k in concerned), key=lambda p: (p.name or p.partner_id).casefold())
    return {p.partner_id: p.name or p.partner_id for p in partners}


def sentence(found: PartnerBehaviour, name: str, say: Voice) -> str:
    """How the customer pays, in a sentence or two; says so where nothing was seen."""
    if found.assumed:
        return say("behaviour.say.assumed", customer=frame.plain(name))
    words = [
        say(
            "behaviour.say.pays",
            customer=frame.plain(name),
            median=_delay(found.median, say),
            low=_delay(found.p10, say),
            high=_delay(found.p90, say),
        )
    ]
    if found.together >= _TOGETHER_MIN:
        words.append(say("behaviour.say.runs", share=say.f.percent(found.together)))
    if found.usual_day:
        words.append(say("behaviour.say.day", day=usual_day(found.usual_day, say)))
    return " ".join(words)


def _delay(days: int, say: Voice) -> str:
    if not days:
        return say("behaviour.on_time")
    return say("behaviour.late" if days > 0 else "behaviour.early", count=abs(days))


def usual_day(code: str, say: Voice) -> str:
    """A settlement rule in words: "friday.nearest_month_end" is the Friday nearest to the month end."""
    head, _, tail = code.partition(".")
    if head == "month_day":
        return say(f"behaviour.month_day.{tail}") if not tail.isdigit() else say("behaviour.month_day.on", day=tail)
    name = say(f"behaviour.weekday.{head}")
    return say(f"behaviour.rule.{tail or 'every'}", weekday=name)


def _headlines(found: PartnerBehaviour, learnt: Learnt, say: Voice) -> list[Headline]:
    unit = say("behaviour.business_days" if learnt.behaviour.clock.business else "behaviour.calendar_days")
    weekday = say("behaviour.weekday." + _WEEK[found.usual_weekday]) if found.usual_weekday >= 0 else UNKNOWN
    share = say("behaviour.share_of_payments", share=say.f.percent(found.usual_weekday_share)) if found.paid else ""
    drift = say.f.decimal(Decimal(f"{found.drift:.1f}"), digits=1)
    signed = f"+{drift}" if round(found.drift, 1) > 0 else drift
    return [
        Headline(
            label=say("behaviour.kpi.median"),
            value=say("behaviour.days", days=f"{found.median:+d}".replace("-", "−") if found.median else "0"),
            second=say("behaviour.second.band", range=say.f.range(_signed(found.p10), _signed(found.p90))),
            help=say("behaviour.definition.median", unit=unit),
        ),
        Headline(
            label=say("behaviour.kpi.weight"),
            value=say.f.percent(found.own_weight),
            second=say("behaviour.second.paid", count=found.paid, number=say.f.whole(found.paid)),
            help=say("behaviour.definition.weight"),
        ),
        Headline(
            label=say("behaviour.kpi.together"),
            value=say.f.percent(found.together) if found.paid else UNKNOWN,
            second=usual_day(found.usual_day, say) if found.usual_day else say("behaviour.second.no_day"),
            help=say("behaviour.definition.together"),
        ),
        Headline(
            label=say("behaviour.kpi.weekday"),
            value=weekday,
            second=share,
            help=say("behaviour.definition.weekday"),
        ),
        Headline(
            label=say("behaviour.kpi.drift"),
            value=say("behaviour.days", days=signed) if found.paid else UNKNOWN,
            second=say("behaviour.second.drift"),
            help=say("behaviour.definition.drift"),
        ),
    ]


_WEEK: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _signed(days: int) -> str:
    return f"{days:+d}".replace("-", "−") if days else "0"


# ── why this day ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _why(at: Desk, learnt: Learnt, partner_id: str) -> None:
    """The steps from the default curve to the day of one open invoice."""
    say, of = at.say, session.ledger(at)
    st.header(say("behaviour.why"), anchor=False)
    rows = behaviour_form.open_rows(learnt.history, partner_id)
    if not rows:
        st.caption(say("behaviour.none_open"))
        return
    row = st.selectbox(
        say("behaviour.invoice"),
        rows,
        format_func=lambda r: behaviour_form.invoice_name(of, learnt.history, r, say),
        key=f"behaviour_invoice_{partner_id}",
    )
    if of.customers.invoice_id[int(learnt.history.row[row])] in of.overrides.excluded:
        st.caption(say("behaviour.excluded_here"))
    steps = waterfall(learnt.behaviour, learnt.history, row, of.overrides)
    due = int(learnt.history.due[row])
    picture = bridge(steps, due, say)
    alt = say("behaviour.why_alt", day=say.f.day_year(due + steps[-1].days_after_due))
    frame.figure(drivers(picture, say, lambda days: _steps(days, say), more_is_bad=True), key="behaviour_why", alt=alt)
    frame.folded_table(say, lambda: figure_tables.steps(picture, say, days=True), key="behaviour_why_table")
    st.caption(say("behaviour.why_note", day=say.f.day_year(due)))


def bridge(steps: tuple[Step, ...], due: int, say: Voice) -> Bridge:
    """The steps as rows of days that add up: steps that change nothing are left out."""
    first, last = steps[0], steps[-1]
    return Bridge(
        start=(say(f"behaviour.step.{first.code}"), first.days_after_due),
        causes=tuple((say(f"behaviour.step.{s.code}"), s.change_days) for s in steps[1:] if s.change_days),
        result=(say("behaviour.expected", day=say.f.day_year(due + last.days_after_due)), last.days_after_due),
    )


def _steps(days: int, say: Voice) -> str:
    return say("behaviour.days", days=_signed(days))


# ── what the reader knows better ─────────────────────────────────────────────────────────────────────────────────────


def _better(at: Desk, learnt: Learnt, partner_id: str) -> None:
    """What stands, who said it and when, each to be taken back; and one thing more."""
    say = at.say
    st.header(say("behaviour.better"), anchor=False)
    kept = repository.overrides(at.store, at.principal, partner_id=partner_id)
    standing = [one for one in kept if one.in_force]
    for one in standing:
        _standing(at, one)
    behaviour_form.told(at, learnt.history, partner_id)
    if not standing:
        st.caption(say("behaviour.none_standing"))
    if may(at.principal, "change_data"):
        behaviour_form.form(at, learnt.history, partner_id)
    ended = [one for one in kept if not one.in_force]
    if ended:
        fold = st.expander(say("behaviour.ended", count=len(ended)), key="behaviour_ended", on_change="rerun")
        if fold.open:
            with fold:
                for one in ended[:50]:
                    st.caption(f"{behaviour_form.said_words(at, one.said)} · {_who(one, say)} · {_ended(one, say)}")


def _standing(at: Desk, one: KeptOverride) -> None:
    say = at.say
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.container():
            st.markdown(behaviour_form.said_words(at, one.said))
            st.caption(" · ".join(part for part in (_who(one, say), frame.plain(one.said.note)) if part))
        if may(at.principal, "change_data") and st.button(
            say("behaviour.take_back"), key=f"behaviour_end_{one.override_id}", icon=":material/undo:"
        ):
            repository.end_override(at.store, at.principal, one.override_id)
            st.rerun()


def _who(one: KeptOverride, say: Voice) -> str:
    day = say.f.short_date(one.recorded_at.date())
    return say("behaviour.said_by", name=frame.plain(one.recorded_by), day=day) if one.recorded_by else day


def _ended(one: KeptOverride, say: Voice) -> str:
    assert one.ended_at is not None
    day = say.f.short_date(one.ended_at.date())
    if one.ended_by:
        return say("behaviour.ended_by", name=frame.plain(one.ended_by), day=day)
    return say("behaviour.ended_on", day=day)
