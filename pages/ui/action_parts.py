"""What can be done about one customer, and what each step is worth; plans agreed, contacts, indemnity beside payment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import quote

import numpy as np
import pandas as pd
import streamlit as st

from data import repository
from data.access import may
from data.repository import CONTACT_ROLES, AgreedPlan, Contact
from forecasting.behaviour.failure import collected_eventually
from forecasting.collection import InstalmentPlan, Rhythm, spread
from forecasting.curve import LowestPoint
from forecasting.dates import add_business_days, legal_limit, to_date, to_day
from forecasting.ledger import Ledger
from forecasting.money import round_ratio
from forecasting.plan import Who, rows_to_come, without
from forecasting.scenario import PaymentFact
from forecasting.worklist import WorkItem, at_stake
from pages.ui import answering, frame, session
from pages.ui.collecting import Collecting, lowest_points
from pages.ui.frame import Table
from pages.ui.question import Question
from pages.ui.session import Desk
from pages.ui.voice import Voice

#: A promise of a call is kept within so many business days; a court order brings money after so many days (assumption).
_CALL_BUSINESS_DAYS: Final = 5
_LEGAL_DAYS: Final = 120
#: Deliveries of so many days are what a stop holds back.
_STOP_DAYS: Final = 90
_YEAR_DAYS: Final = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionWorth:
    """One step: what it can be expected to bring, and the lowest point of the curve with it."""

    code: str
    gain_minor: int
    after: LowestPoint


def worths(at: Desk, item: WorkItem, found: Collecting) -> tuple[LowestPoint, tuple[ActionWorth, ...]]:
    """The lowest point as it is, and what a call, a stop of deliveries and a legal step change of it, on the same luck.

    call: open * (p(age) - p(age + 14)), everything paid in five business days. stop: what would be delivered in 90 days
    times the chance to fail in them; nothing is invoiced any more. legal: open * (p(age) - p(age + 120)), what can still
    be collected paid in 120 days.
    """
    lines, of = found.about(item), session.ledger(at)
    owed = sum(line.open_minor for line in lines)
    day = add_business_days(found.as_of, _CALL_BUSINESS_DAYS)
    before, called = lowest_points(at, [PaymentFact(invoice_id=line.invoice_id, day=day) for line in lines])
    coming = rows_to_come(of, Who(side="customer", partner_id=item.partner_id))
    ahead = coming[of.customers.issue[coming] < of.as_of + _STOP_DAYS]
    held = int(of.customers.amount_minor[ahead].sum())
    chance = found.default_probability.get(item.partner_id, 0.0)
    now, later = (float(p) for p in collected_eventually([item.days_late, item.days_late + _LEGAL_DAYS]))
    part = [
        PaymentFact(
            invoice_id=line.invoice_id, day=found.as_of + _LEGAL_DAYS, amount_minor=max(1, round(line.open_minor * now))
        )
        for line in lines
    ]
    return before, (
        ActionWorth(code="call", gain_minor=at_stake(owed, item.days_late), after=called),
        ActionWorth(
            code="stop",
            gain_minor=round_ratio(round(held * chance * 1_000_000) * _STOP_DAYS, 1_000_000 * _YEAR_DAYS),
            after=_lowest(at, without(of, Who(side="customer", partner_id=item.partner_id))),
        ),
        ActionWorth(code="legal", gain_minor=round(owed * (now - later)), after=lowest_points(at, part)[1]),
    )


def _lowest(at: Desk, changed: Ledger) -> LowestPoint:
    asked = session.scenario(at, Question())
    return answering.projection(changed, asked, session.contracts(at)).curves["baseline"].lowest


def worth(at: Desk, item: WorkItem, found: Collecting) -> None:
    """What each step is worth, computed when asked for."""
    say = at.say
    if not st.button(say("collect.actions.ask"), icon=":material/query_stats:", key="collect_worth_all"):
        return
    with st.spinner(say("collect.computing")):
        before, told = worths(at, item, found)
    gain, low = say("collect.actions.gain", currency=say.f.symbol), say("collect.actions.low", unit=say.f.unit)
    change = say("collect.actions.change", unit=say.f.unit)
    base = say.f.thousands(before.median_minor)
    columns: dict[str, Sequence[object]] = {
        say("collect.actions.step"): [say(f"collect.actions.{one.code}") for one in told],
        gain: [one.gain_minor for one in told],
        low: [say.f.thousands(one.after.median_minor) for one in told],
        change: [say.f.thousands(one.after.median_minor) - base for one in told],
    }
    writers = {gain: lambda v: say.f.units(int(v), signed=True)}
    writers |= dict.fromkeys((low, change), lambda v: say.f.whole(int(v), signed=True))
    frame.listing(say, Table(columns=columns, writers=writers), key="collection_actions", alt=say("collect.actions.ask"))
    st.caption(say("collect.actions.note", low=say.f.of_thousands(base)))


# ── paid or indemnified, the law, whom to call ───────────────────────────────────────────────────────────────────────


def indemnity(at: Desk, item: WorkItem) -> None:
    """What the insurer would pay beside what the customer owes: the aim is to be paid."""
    policy = session.contracts(at).insurance
    if policy is None:
        return
    claim = answering.claim_of(session.ledger(at), policy, item.partner_id)
    say = at.say
    paid = claim.indemnity.indemnity_minor if claim else 0
    st.caption(
        say(
            "collect.indemnity" if paid else "collect.indemnity_none",
            owed=say.f.cents(claim.total_debt_net_minor if claim else item.overdue_minor),
            paid=say.f.cents(paid),
            days=claim.dates.pay - session.ledger(at).as_of if claim else 0,
        )
    )


def beyond_law(item: WorkItem, found: Collecting, say: Voice) -> None:
    """Which of the customer's invoices were given more time than the law allows."""
    over = [
        line
        for line in found.lines.get(item.partner_id, ())
        if line.due and line.issue and line.due > max(legal_limit(line.issue), legal_limit(line.issue, "B"))
    ]
    if over:
        numbers = say.list([frame.plain(line.number) for line in over[:3]])
        st.caption(say("collect.beyond_law", count=len(over), numbers=numbers))


def contacts(at: Desk, item: WorkItem) -> None:
    """Whom one talks to, in a table that may be edited."""
    say = at.say
    fold = st.expander(say("collect.contacts.title"), key="contacts", on_change="rerun")
    if not fold.open:
        return
    known = repository.contacts(at.store, at.principal, item.partner_id)
    roles = {say(f"collect.contacts.role.{role}"): role for role in CONTACT_ROLES}
    names = {role: name for name, role in roles.items()}
    shown = {field: say(f"collect.contacts.{field}") for field in ("function", "name", "phone", "email")}
    with fold, st.form(f"contacts_{item.partner_id}", border=False):
        edited = st.data_editor(
            pd.DataFrame(
                {
                    shown["function"]: [names[one.role] for one in known],
                    shown["name"]: [one.name for one in known],
                    shown["phone"]: [one.phone for one in known],
                    shown["email"]: [one.email for one in known],
                },
                dtype="str",
            ),
            num_rows="dynamic",
            hide_index=True,
            width="stretch",
            column_config={
                shown["function"]: st.column_config.SelectboxColumn(shown["function"], options=list(roles), required=True)
            },
            placeholder="",
            key=f"contact_rows_{item.partner_id}",
            alt=say("collect.contacts.title"),
        )
        if not st.form_submit_button(say("collect.contacts.save"), disabled=not may(at.principal, "change_collection")):
            return
    given = [
        Contact(role=roles.get(_text(row[shown["function"]]), "other"), name=_text(row[shown["name"]]),
                phone=_text(row[shown["phone"]]), email=_text(row[shown["email"]]))
        for row in edited.to_dict("records")
    ]  # fmt: skip
    repository.replace_contacts(at.store, at.principal, item.partner_id, given)
    st.rerun()


def _text(value: object) -> str:
    return "" if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)) else str(value).strip()


def mail_link(at: Desk, item: WorkItem, text: str) -> str:
    """An address that opens the reader's own mail program with the letter in it."""
    known = repository.contacts(at.store, at.principal, item.partner_id)
    to = next((one.email for one in known if one.email), "")
    subject, _, body = text.partition("\n\n")
    return f"mailto:{quote(to)}?subject={quote(subject)}&body={quote(body[:1_500])}"


# ── plans ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def agreed(at: Desk, item: WorkItem) -> AgreedPlan | None:
    """The plan that the customer is under; None where there is none."""
    plans = repository.agreed_plans(at.store, at.principal)
    return next((plan for plan in plans if plan.partner_id == item.partner_id), None)


def keep_plan(at: Desk, item: WorkItem, found: Collecting, every: Rhythm, plan: InstalmentPlan) -> None:
    """The plan takes the place of what the customer's overdue invoices were expected to do."""
    debts = [(line.invoice_id, line.open_minor) for line in found.overdue(item.partner_id)]
    start = to_date(found.as_of)
    parts = [(name, start + timedelta(days=part.day), part.amount_minor) for name, part in spread(plan.schedule, debts)]
    repository.agree_plan(at.store, at.principal, partner_id=item.partner_id, every=every, agreed_on=start, parts=parts)


def standing(at: Desk, item: WorkItem) -> None:
    """The plan in force, with the next instalment and the way out of it."""
    say, plan = at.say, agreed(at, item)
    if plan is None:
        return
    as_of = session.ledger(at).as_of
    coming = [(day, amount) for _, day, amount in plan.parts if to_day(day) >= as_of]
    words = say(
        "instalments.standing",
        day=say.f.long_day(plan.agreed_on),
        every=say(f"instalments.every.{plan.every}").lower(),
        rest=say.f.cents(sum(amount for _, amount in coming)),
        next=say.f.long_day(coming[0][0]) if coming else "—",
    )
    st.info(words, icon=":material/handshake:")
    if may(at.principal, "change_collection") and st.button(say("instalments.end"), key="plan_end"):
        repository.end_plan(at.store, at.principal, item.partner_id)
        st.rerun()
