"""An instalment plan for one customer: small weekly instalments against monthly ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import streamlit as st

from data.access import may
from forecasting.collection import PERIOD_DAYS, InstalmentPlan, Rhythm, instalment_plan, spread
from forecasting.errors import InputRejected
from forecasting.insurance.limits import Limits
from forecasting.scenario import PaymentFact
from forecasting.worklist import WorkItem
from pages.ui import action_parts, frame, session
from pages.ui.collecting import Collecting, lowest_points
from pages.ui.frame import Table
from pages.ui.session import Desk
from pages.ui.voice import Voice

_LENGTHS: Final = (30, 60, 90, 180)


def plan(at: Desk, item: WorkItem, found: Collecting) -> None:
    """Weekly against monthly: instalments, expected cash, average day, and the lowest point of the curve when asked for."""
    say = at.say
    lines = found.overdue(item.partner_id)
    debt = sum(line.open_minor for line in lines)
    chance = found.default_probability.get(item.partner_id, 0.0)
    fold = st.expander(say("instalments.title"), key="instalments", on_change="rerun")
    if not fold.open:
        return
    with fold:
        if not debt or chance >= 1:
            st.caption(say("instalments.failed" if debt else "instalments.nothing"))
            return
        days = st.select_slider(
            say("instalments.days"),
            _LENGTHS,
            value=90,
            format_func=lambda d: say("instalments.length", count=d),
            key="instalment_days",
        )
        try:
            plans = {
                every: instalment_plan(debt_minor=debt, days=days, every=every, default_probability=chance)
                for every in PERIOD_DAYS
            }
        except InputRejected as refused:
            st.error(say.problem(refused.problems[0]), icon=":material/error:")
            return
        lows: dict[Rhythm, str] = {}
        if st.button(say("instalments.curve"), icon=":material/query_stats:", key="instalment_curve"):
            with st.spinner(say("collect.computing")):
                lows = {every: _lowest(at, found, item, plans[every]) for every in plans}
        frame.listing(say, _table(plans, lows, say), key="instalment_plans", alt=say("instalments.title"))
        if may(at.principal, "change_collection"):
            with st.container(horizontal=True):
                for every, told in plans.items():
                    if st.button(say(f"instalments.agree.{every}"), key=f"plan_agree_{every}"):
                        action_parts.keep_plan(at, item, found, every, told)
                        st.rerun()
        st.caption(say("instalments.note", share=say.f.percent(chance, digits=1)))
        _warn(at, item, max(p.schedule[-1].day for p in plans.values()))


def _table(plans: Mapping[Rhythm, InstalmentPlan], lows: Mapping[Rhythm, str], say: Voice) -> Table:
    columns = {
        say("instalments.column.every"): [say(f"instalments.every.{every}") for every in plans],
        say("instalments.column.first"): [
            say("instalments.of", count=len(p.schedule), amount=say.f.cents(p.schedule[0].amount_minor))
            for p in plans.values()
        ],
        say("instalments.column.expected"): [say.f.cents(p.expected_minor) for p in plans.values()],
        say("instalments.column.average"): [say("instalments.length", count=round(p.average_day)) for p in plans.values()],
    }
    if lows:
        columns[say("instalments.column.lowest")] = [lows[every] for every in plans]
    return Table(columns=columns)


def _lowest(at: Desk, found: Collecting, item: WorkItem, agreed: InstalmentPlan) -> str:
    """The lowest point if the plan is kept: it takes the place of what the invoices were expected to do."""
    debts = [(line.invoice_id, line.open_minor) for line in found.overdue(item.partner_id)]
    facts = [
        PaymentFact(invoice_id=name, day=found.as_of + part.day, amount_minor=part.amount_minor)
        for name, part in spread(agreed.schedule, debts)
    ]
    _, after = lowest_points(at, facts)
    return at.say.f.amount(after.median_minor)


def _warn(at: Desk, item: WorkItem, last_day: int) -> None:
    """An insured customer's plan beyond the policy's extension needs the insurer's consent first."""
    policy = session.contracts(at).insurance
    if policy is None:
        return
    as_of = session.ledger(at).as_of
    limit = Limits(policy).on(item.partner_id, as_of)
    if limit != 0 and item.days_late + last_day > policy.extension_days:
        st.warning(at.say("instalments.insurer", count=policy.extension_days), icon=":material/warning:")
