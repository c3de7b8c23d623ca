"""The parts of the page of collections: the list of the day, why a customer stands where it does, the log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final, cast

import streamlit as st

from data import repository
from data.access import may
from forecasting.dates import add_business_days, to_date
from forecasting.errors import InputRejected
from forecasting.reminders import OUTCOMES, REASONS, STEPS, Outcome, Reason, Step
from forecasting.worklist import HABIT_ALERT, WorkItem
from pages.ui import frame, session
from pages.ui.collecting import Collecting, worth
from pages.ui.frame import Headline, Table
from pages.ui.session import Desk
from pages.ui.voice import Voice

#: Lines of the list that are shown at first.
_SHOWN: Final = 15
#: A promise is for a week ahead unless the customer says otherwise.
_PROMISE_BUSINESS_DAYS: Final = 5


def sentence(found: Collecting, say: Voice) -> str:
    """How many customers to call today, for how much, and whom first."""
    today = [item for item in found.items if item.is_due(found.as_of)]
    if not today:
        return say("collect.say.none")
    return say(
        "collect.say.some",
        count=len(today),
        number=say.f.whole(len(today)),
        amount=say.f.amount(sum(item.overdue_minor for item in today)),
        first=frame.plain(found.name(today[0].partner_id)),
    )


def headlines(found: Collecting, say: Voice) -> list[Headline]:
    """Overdue, promised, in dispute, broken promises, what a day of calls may save."""
    items, as_of = found.items, found.as_of
    promised = [i for i in items if i.standing.promise_day is not None]
    disputed = [i for i in items if i.standing.dispute_deadline is not None]
    beyond = sum(1 for i in disputed if (i.standing.dispute_deadline or 0) < as_of)
    overdue = sum(i.overdue_minor for i in items)
    return [
        Headline(
            label=say("collect.kpi.overdue"),
            help=say("explain.collect_overdue"),
            value=say.f.amount(overdue),
            second=_customers(sum(1 for i in items if i.overdue_minor), say),
        ),
        Headline(
            label=say("collect.kpi.at_stake"),
            value=say.f.amount(sum(i.at_stake_minor for i in items)),
            second=say("collect.kpi.at_stake_second"),
            help=say("collect.kpi.at_stake_help"),
        ),
        Headline(
            label=say("collect.kpi.promised"),
            help=say("explain.collect_promised"),
            value=say.f.whole(len(promised)),
            second=_amount(promised, say),
        ),
        Headline(
            label=say("collect.kpi.broken"),
            help=say("explain.collect_broken"),
            value=say.f.whole(sum(i.standing.broken for i in items)),
            tone="red" if any(i.standing.broken for i in items) else "gray",
            second=say("collect.kpi.broken_second"),
        ),
        Headline(
            label=say("collect.kpi.disputed"),
            help=say("explain.collect_disputed"),
            value=say.f.whole(sum(line.disputed for lines in found.lines.values() for line in lines)),
            second=say("collect.kpi.beyond", count=beyond),
            tone="red" if beyond else "gray",
        ),
    ]


def _customers(count: int, say: Voice) -> str:
    return say("collect.kpi.customers", count=count)


def _amount(items: Sequence[WorkItem], say: Voice) -> str:
    return say.f.amount(sum(item.overdue_minor for item in items))


# ── the list ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def listed(at: Desk, found: Collecting) -> None:
    """The list of the day: rank, customer, what to do and by when, what is overdue, score."""
    say = at.say
    st.header(say("collect.list"), anchor=False)
    if not found.items:
        return
    whole = len(found.items) <= _SHOWN or st.toggle(say("collect.all", count=len(found.items)), key="collect_all")
    rows = found.items if whole else found.items[:_SHOWN]
    amount, score = say("collect.column.overdue", unit=say.f.symbol), say("collect.column.score")
    columns: dict[str, Sequence[object]] = {
        say("collect.column.customer"): [frame.plain(found.name(item.partner_id)) for item in rows],
        say("collect.column.next"): [_next(item, found.as_of, say) for item in rows],
    }
    if not at.phone:
        columns[say("collect.column.late")] = [say("collect.days", count=item.days_late) for item in rows]
        columns[say("collect.column.remark")] = [_remark(item, say) for item in rows]
    columns[amount] = [item.overdue_minor for item in rows]
    columns[score] = [round(item.score) for item in rows]
    frame.listing(
        say,
        Table(columns=columns, writers={amount: lambda v: say.f.units(int(v)), score: lambda v: say.f.whole(int(v))}),
        key="worklist",
        alt=say("collect.list"),
    )


def _next(item: WorkItem, as_of: int, say: Voice) -> str:
    words = say(f"collect.deed.{item.next.deed}")
    if item.next.day > as_of:
        return say("collect.on", deed=words, day=say.f.day(item.next.day))
    return f"**{words}**"


def _remark(item: WorkItem, say: Voice) -> str:
    """What else is to be known: a deadline, broken promises, a habit of paying late."""
    remarks = []
    if item.deadline is not None:
        words = say(f"collect.deadline.{item.deadline.kind}", day=say.f.day(item.deadline.day))
        remarks.append(f":orange[:material/event: {words}]")
    if item.standing.broken:
        remarks.append(f":red[:material/heart_broken: {say('collect.broken', count=item.standing.broken)}]")
    if item.habit is not None and item.habit >= HABIT_ALERT:
        remarks.append(say("collect.habit", share=say.f.percent(item.habit)))
    return " · ".join(remarks) or "—"


# ── one customer ─────────────────────────────────────────────────────────────────────────────────────────────────────


def chosen(at: Desk, found: Collecting) -> WorkItem | None:
    """The customer to work on: the first of the list until another one is chosen."""
    if not found.items:
        return None
    by_id = {item.partner_id: item for item in found.items}
    if st.session_state.get("collect_customer") not in by_id:
        st.session_state["collect_customer"] = found.items[0].partner_id
    picked = st.selectbox(at.say("collect.customer"), list(by_id), format_func=found.name, key="collect_customer")
    return by_id[picked]


def reasons(item: WorkItem, found: Collecting, say: Voice) -> None:
    """Why the customer stands where it does: the points of its score, which add up to it."""
    points = say("collect.column.points")
    parts = [(say(f"collect.part.{name}"), value) for name, value in item.parts]
    rows = [*parts, (say("collect.part.score"), item.score)]
    frame.listing(
        say,
        Table(
            columns={say("collect.column.part"): [name for name, _ in rows], points: [value for _, value in rows]},
            writers={points: lambda v: say.f.percent(v / 100, digits=1).rstrip("%\u202f")},
            strong=(len(rows) - 1,),
        ),
        key="score",
        alt=say("collect.why", customer=found.name(item.partner_id)),
    )
    st.caption(say("collect.why_note"))


def history(item: WorkItem, found: Collecting, say: Voice) -> None:
    """What was done about this customer, the latest first."""
    actions = [a for a in reversed(found.actions) if a.partner_id == item.partner_id][:_SHOWN]
    if not actions:
        st.caption(say("collect.no_history"))
        return
    told = [
        say(
            f"collect.told.{'promised' if a.promise_day is not None else 'plain'}",
            step=say(f"collect.deed.{a.step}"),
            outcome=say(f"collect.outcome.{a.outcome}"),
            day=say.f.day(a.promise_day or a.day),
        )
        for a in actions
    ]
    more = [
        " · ".join(part for part in (_reason(a.reason, say), frame.plain(a.owner), frame.plain(a.note)) if part)
        for a in actions
    ]
    frame.listing(
        say,
        Table(
            columns={
                say("collect.column.day"): [say.f.short_date(a.day) for a in actions],
                say("collect.column.done"): told,
                say("collect.column.remark"): [text or "—" for text in more],
            }
        ),
        key="actions_done",
        alt=say("collect.history"),
    )


def _reason(reason: Reason, say: Voice) -> str:
    return "" if reason == "unknown" else say(f"collect.reason.{reason}")


def log(at: Desk, item: WorkItem, found: Collecting) -> None:
    """Say what came of a call: choose the outcome, then keep it; a promise takes two clicks."""
    say = at.say
    outcome = st.segmented_control(
        say("collect.outcome_label"),
        [o for o in OUTCOMES if o != "sent"],
        format_func=lambda o: say(f"collect.outcome.{o}"),
        key="collect_outcome",
        width="stretch",
    )
    with st.expander(say("collect.details"), key="collect_details"):
        step, reason, note = _details(item, say)
    day = owner = None
    if outcome == "promised":
        usual = to_date(add_business_days(found.as_of, _PROMISE_BUSINESS_DAYS))
        day = st.date_input(
            say("collect.promise_day"),
            usual,
            min_value=to_date(found.as_of),
            max_value=to_date(found.as_of) + timedelta(days=365),
            format="DD/MM/YYYY",
            key="collect_promise_day",
        )
    elif outcome == "disputed":
        known = found.positions.get(item.partner_id)
        owner = st.text_input(say("collect.owner"), known.partner.owner if known else "", key="collect_owner")
    allowed = may(at.principal, "change_collection")
    help_text = None if outcome and allowed else say("collect.choose_first" if allowed else "collect.not_allowed")
    if st.button(say("collect.keep"), type="primary", disabled=help_text is not None, help=help_text, key="collect_keep"):
        _keep(
            at, item, found, step=step, outcome=cast("Outcome", outcome), reason=reason, promise=day, owner=owner, note=note
        )


def _details(item: WorkItem, say: Voice) -> tuple[Step, Reason, str]:
    usual: Step = item.next.deed if item.next.deed in STEPS else "phone"
    step = st.selectbox(
        say("collect.step"),
        STEPS,
        index=STEPS.index(usual),
        format_func=lambda s: say(f"collect.deed.{s}"),
        key=f"collect_step_{item.partner_id}_{usual}",
    )
    reason = st.selectbox(
        say("collect.reason_label"), REASONS, format_func=lambda r: say(f"collect.reason.{r}"), key="collect_reason"
    )
    return step, reason, st.text_input(say("collect.note"), key="collect_note")


def _keep(
    at: Desk,
    item: WorkItem,
    found: Collecting,
    *,
    step: Step,
    outcome: Outcome,
    reason: Reason,
    promise: Any,
    owner: str | None,
    note: str,
) -> None:
    if reason == "unknown" and outcome == "disputed":
        reason = "dispute"
    try:
        repository.log_action(
            at.store,
            at.principal,
            partner_id=item.partner_id,
            invoice_ids=item.invoice_ids,
            day=to_date(found.as_of),
            step=step,
            outcome=outcome,
            reason=reason,
            promise_day=promise,
            owner=owner or "",
            note=note,
        )
    except InputRejected as refused:
        for one in refused.problems:
            st.error(at.say.problem(one), icon=":material/error:")
        return
    st.toast(at.say("collect.kept", customer=found.name(item.partner_id)), icon=":material/check:")
    for name in ("collect_outcome", "collect_note", "collect_owner", "collect_reason", "collect_customer"):
        st.session_state.pop(name, None)
    st.rerun()


def value(at: Desk, item: WorkItem, found: Collecting) -> None:
    """What it is worth that the customer pays in a week, on the same luck as the curve; computed when asked for."""
    say = at.say
    day = add_business_days(found.as_of, _PROMISE_BUSINESS_DAYS)
    if not st.button(say("collect.worth"), icon=":material/query_stats:", key="collect_worth"):
        return
    with st.spinner(say("collect.computing")):
        told = worth(at, found.about(item), day)
    before, after = (say.f.thousands(low.median_minor) for low in (told.before, told.after))
    st.markdown(
        say(
            "collect.worth_told",
            amount=say.f.amount(told.overdue_minor),
            day=say.f.spoken_day(day),
            before=say.f.of_thousands(before),
            after=say.f.of_thousands(after),
            gain=say.f.of_thousands(after - before, signed=True),
            low=say.f.spoken_day(told.after.day),
        )
    )


def empty(at: Desk) -> bool:
    """Says what to do where there is no invoice yet, and whether that is so."""
    if not session.is_empty(session.ledger(at)):
        return False
    frame.sentence(at.say("cash.empty.caption"))
    return True
