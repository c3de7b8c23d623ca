"""The parts of the Plan page: what may change, what it does to the lowest point and why, thirteen weeks as treasurers know them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np
import streamlit as st

from data.exporters.plan_files import weeks_text
from forecasting.choice.offers import largest_debtors
from forecasting.curve import Curve, Projection
from forecasting.ledger import Ledger
from forecasting.money import Currency
from forecasting.plan import WorkingCapital, working_capital
from forecasting.plan.changes import Changes, Order, StepCode, steps
from forecasting.plan.credit import Credit, certain_cost_minor
from forecasting.plan.statement import by_period, month_starts, statement
from forecasting.plan.suppliers import POLICIES, SupplierPolicy, annual_rate, exposure
from forecasting.scenario import Scenario
from pages.ui import answering, cash_parts, figure_tables, frame, session
from pages.ui.cash_words import Outlook, name_of
from pages.ui.causes import rounded_steps
from pages.ui.charts.compare import Compared, compare
from pages.ui.charts.drivers import Bridge, drivers
from pages.ui.frame import Headline, Table
from pages.ui.headings import daily_headings, week_starts
from pages.ui.question import HORIZONS, Question, days_known
from pages.ui.session import Desk
from pages.ui.typed import Field
from pages.ui.voice import Voice

_PERCENT: Final = 100
_MOST: Final = Decimal(100_000_000)
_ORDER: Final = Field(key="plan_order_amount", usual=Decimal(0), most=_MOST, money=True)
_DISCOUNT: Final = Field(key="plan_policy_discount", usual=Decimal(2), most=Decimal(20))
_AMOUNT: Final = Field(key="plan_credit_amount", usual=Decimal(500_000), most=_MOST, money=True)
_RATE: Final = Field(key="plan_credit_rate", usual=Decimal("4.5"), most=Decimal(20))
_FEE: Final = Field(key="plan_credit_fee", usual=Decimal("0.3"), most=Decimal(5))
#: Customers that the lists propose, the largest first.
_LISTED: Final = 40
_MONTH_DAYS: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The plan as it is and as it would be, step by step, on the same luck."""

    before: Projection
    steps: tuple[tuple[StepCode, Ledger, Projection], ...]
    ledger: Ledger

    @property
    def after(self) -> Projection:
        """With everything changed."""
        return self.steps[-1][2] if self.steps else self.before

    @property
    def changed(self) -> Ledger:
        """The ledger with everything changed."""
        return self.steps[-1][1] if self.steps else self.ledger


# ── what may change ──────────────────────────────────────────────────────────────────────────────────────────────────


def changes(at: Desk, of: Ledger) -> Changes:
    """The questions, read when they are submitted together."""
    say = at.say
    customers = largest_debtors(of, _LISTED)
    segments = sorted({p.segment for p in of.partners if p.segment})
    with st.form("plan_changes", border=True):
        places = [st.container() for _ in range(4)] if at.phone else st.columns(4, gap="medium")
        with places[0]:
            sales = _rate(say, "sales")
            lost = st.selectbox(
                say("plan.lost"),
                ["", *customers],
                format_func=lambda p: name_of(of, p) if p else say("plan.nobody"),
                key="plan_lost",
            )
        with places[1]:
            amount = _ORDER.draw(st, say("plan.order_amount", currency=say.f.symbol), say)
            who = st.selectbox(
                say("plan.order_from"), customers, format_func=lambda p: name_of(of, p), key="plan_order_from"
            )
        with places[2]:
            in_months = st.number_input(say("plan.order_in"), 0, 11, 2, key="plan_order_in")
            cost = st.slider(say("plan.order_cost"), 0, 90, 40, 5, format="%d%%", key="plan_order_cost")
        with places[3]:
            purchases = _rate(say, "purchases")
            wages = st.slider(say("plan.wages"), -15, 30, 0, key="plan_wages")
        terms = [st.container() for _ in range(4)] if at.phone else st.columns(4, gap="medium", vertical_alignment="bottom")
        with terms[0]:
            customer_days = st.slider(say("plan.customer_terms"), -30, 60, 0, 5, key="plan_customer_terms")
        with terms[1]:
            segment = st.selectbox(
                say("plan.segment"), ["", *segments], format_func=lambda s: s or say("plan.everybody"), key="plan_segment"
            )
        with terms[2]:
            supplier_days = st.slider(say("plan.supplier_terms"), -30, 60, 0, 5, key="plan_supplier_terms")
        with terms[3]:
            policy = _policy(say)
        credit = _credit(at)
        st.form_submit_button(say("plan.submit"), type="primary")
    order = None
    if amount and who:
        minor = int(amount.scaleb(Currency(of.currency).exponent))
        order = Order(
            partner_id=str(who),
            amount_minor=minor,
            in_days=int(in_months) * _MONTH_DAYS,
            due_days=_usual_terms(of, str(who)),
            cost_rate=Decimal(int(cost)) / _PERCENT,
        )
    return Changes(
        lost=str(lost),
        sales_rate=Decimal(sales) / _PERCENT,
        order=order,
        purchases_rate=Decimal(purchases) / _PERCENT,
        customer_days=int(customer_days),
        segment=str(segment),
        supplier_days=int(supplier_days),
        wages_days=int(wages),
        policy=policy,
        credit=credit,
    )


def _policy(say: Voice) -> SupplierPolicy:
    """When suppliers are paid; the days and the discount are those that the kind needs."""
    kind = st.selectbox(say("plan.policy"), POLICIES, format_func=lambda k: say(f"plan.policies.{k}"), key="plan_policy")
    return SupplierPolicy(
        kind=kind,
        days=int(st.session_state.get("plan_policy_days", 10)),
        discount_rate=_DISCOUNT.value(say) / _PERCENT,
    )


def _credit(at: Desk) -> Credit | None:
    """Policy details, and a loan or a confirmed line to hold against the plan, in one row."""
    say = at.say
    places = [st.container() for _ in range(6)] if at.phone else st.columns(6, gap="medium", vertical_alignment="bottom")
    places[0].number_input(say("plan.policy_days"), 0, 120, 10, key="plan_policy_days", help=say("plan.policy_days_help"))
    _DISCOUNT.draw(places[1], say("plan.policy_discount"), say)
    kind = places[2].selectbox(
        say("plan.credit"),
        ("", "loan", "line"),
        format_func=lambda k: say(f"plan.credits.{k or 'none'}"),
        key="plan_credit",
    )
    amount = _AMOUNT.draw(places[3], say("plan.credit_amount", currency=say.f.symbol), say)
    rate = _RATE.draw(places[4], say("plan.credit_rate"), say)
    fee = _FEE.draw(places[5], say("plan.credit_fee"), say)
    if not kind or not amount:
        return None
    return Credit(
        kind="loan" if kind == "loan" else "line",
        amount_minor=int(amount.scaleb(Currency(say.f.currency).exponent)),
        rate_pa=rate / _PERCENT,
        fee_rate=fee / _PERCENT,
    )


def exposed(at: Desk, of: Ledger, asked: Changes) -> None:
    """What a supplier policy exposes to, what a discount is worth a year, what a credit costs."""
    say = at.say
    if asked.policy.kind not in ("habit", "due"):
        found = exposure(of, asked.policy)
        if asked.policy.kind == "discount":
            gained = _gained(of, asked.policy)
            words = say(
                "plan.discount_worth",
                amount=say.f.amount(found.discount_minor),
                rate=say.f.percent(annual_rate(asked.policy.discount_rate, gained), digits=1) if gained else "—",
                days=gained,
            )
            st.info(words, icon=":material/percent:")
        if found.late:
            words = say(
                "plan.late_exposure",
                late=say.f.whole(found.late),
                interest=say.f.amount(found.interest_minor),
                fixed=say.f.amount(found.fixed_minor),
                beyond=say.f.whole(found.beyond_cap),
                amount=say.f.amount(found.beyond_minor),
            )
            st.warning(words, icon=":material/gavel:")
    if asked.credit is not None:
        st.info(
            say(
                f"plan.credit_note.{asked.credit.kind}",
                amount=say.f.amount(asked.credit.amount_minor),
                cost=say.f.amount(certain_cost_minor(of, asked.credit)),
            ),
            icon=":material/account_balance:",
        )


def _gained(of: Ledger, policy: SupplierPolicy) -> int:
    """Days between paying for the discount and the due date, the median over suppliers' invoices."""
    days = of.suppliers.due - of.suppliers.issue - policy.days
    kept = days[days > 0]
    return int(np.median(kept)) if len(kept) else 0


def _rate(say: Voice, name: str) -> int:
    return int(st.slider(say(f"plan.{name}"), -50, 50, 0, 5, format="%d%%", key=f"plan_{name}"))


def _usual_terms(of: Ledger, partner_id: str) -> int:
    """The median of a customer's days from issue to due date."""
    place = next((k for k, p in enumerate(of.partners) if p.partner_id == partner_id), -1)
    mine = of.customers.partner == place
    days = (of.customers.due - of.customers.issue)[mine]
    return int(np.median(days)) if len(days) else 45


# ── the answer ───────────────────────────────────────────────────────────────────────────────────────────────────────


def answer(at: Desk, of: Ledger, asked: Changes) -> Answer:
    """The plan and each step of the change, projected without any protection on the same luck."""
    scenario = Scenario(horizon_days=max(1, min(HORIZONS[12], days_known(of))))
    before = answering.projection(of, scenario, session.Contracts())
    with st.spinner(at.say("plan.computing")):
        found = tuple(
            (code, session.changed(at, changed), answering.projection(changed, scenario, session.Contracts()))
            for code, changed in steps(of, asked)
        )
    return Answer(before=before, steps=found, ledger=of)


def _base(projection: Projection) -> Curve:
    return projection.curves["baseline"]


def sentence(found: Answer, say: Voice) -> str:
    """Where the lowest point goes and what moves it most."""
    low, new = _base(found.before).lowest, _base(found.after).lowest
    if not found.steps:
        return say(
            "plan.say.plain",
            amount=say.f.amount(low.median_minor, signed=True),
            day=say.f.spoken_day(low.day, found.before.curves["baseline"].first_day),
        )
    reason = max(_effects(found), key=lambda step: abs(step[1]))
    return say(
        "plan.say.changed",
        before=say.f.amount(low.median_minor, signed=True),
        after=say.f.amount(new.median_minor, signed=True),
        day=say.f.spoken_day(new.day, found.before.curves["baseline"].first_day),
        reason=say(f"plan.step.{reason[0]}").lower(),
        amount=say.f.amount(reason[1], signed=True),
    )


def _effects(found: Answer) -> list[tuple[StepCode, int]]:
    """What each step changes of the median balance of the new lowest day; they lead from the old balance to the new one."""
    day = _base(found.after).lowest.day - found.ledger.as_of
    told, before = [], int(_base(found.before).p50_minor[day])
    for code, _, projection in found.steps:
        after = int(_base(projection).p50_minor[day])
        told.append((code, after - before))
        before = after
    return told


def numbers(at: Desk, found: Answer) -> list[Headline]:
    """Lowest point, risk, need of working capital, days: as it is and as it would be."""
    say, old, new = at.say, _base(found.before), _base(found.after)
    capital, then = working_capital(found.ledger), working_capital(found.changed)
    was = say("plan.was")
    return [
        Headline(
            label=say("plan.kpi.low"),
            value=say.f.amount(new.lowest.median_minor, signed=True),
            second=f"{was} {say.f.amount(old.lowest.median_minor, signed=True)}"
            if found.steps
            else say.f.day(new.lowest.day),
            help=say("plan.definition.low"),
        ),
        Headline(
            label=say("plan.kpi.risk"),
            value=say.f.chance(new.probability_below_floor_ever),
            second=f"{was} {say.f.chance(old.probability_below_floor_ever)}" if found.steps else "",
            help=say("plan.definition.risk"),
        ),
        Headline(
            label=say("plan.kpi.need"),
            value=say.f.amount(then.need_minor),
            second=f"{was} {say.f.amount(capital.need_minor)}" if found.steps else _days(then.need_days, say),
            help=say("plan.definition.need"),
        ),
        Headline(
            label=say("plan.kpi.dso"),
            value=_days(then.dso_days, say),
            second=f"{was} {_days(capital.dso_days, say)}" if found.steps else "",
            help=say("plan.definition.dso"),
        ),
        Headline(
            label=say("plan.kpi.conversion"),
            value=_days(then.cash_conversion_days, say),
            second=f"{was} {_days(capital.cash_conversion_days, say)}"
            if found.steps
            else f"DPO {_days(then.dpo_days, say)}",
            help=say("plan.definition.conversion"),
        ),
    ]


def _days(days: Decimal | None, say: Voice) -> str:
    return "—" if days is None else say("plan.days", days=say.f.decimal(days, digits=0))


def pictures(at: Desk, found: Answer) -> None:
    """Both curves, and what leads from one lowest balance to the other."""
    say, of = at.say, found.ledger
    left, right = (st.container(), st.container()) if at.phone else st.columns([9, 3], gap="large")
    curves = [(say("plan.as_is"), _base(found.before))]
    if found.steps:
        curves.append((say("plan.as_would_be"), _base(found.after)))
    with left:
        st.header(say("plan.curve_title", unit=say.f.unit), anchor=False)
        picture = Compared(
            curves=curves,
            overdraft_limit_minor=of.overdraft_limit_minor,
            cash_floor_minor=of.cash_floor_minor,
            phone=at.phone,
        )
        frame.figure(compare(picture, say), key="plan_curves", alt=sentence(found, say).replace("**", ""))
        frame.folded_table(say, lambda: figure_tables.curves(curves, say), key="plan_curves_table")
    with right:
        st.header(say("plan.why_title"), anchor=False)
        if not found.steps:
            st.caption(say("plan.why_nothing"))
            return
        told = bridge(found, say)
        words = ", ".join(f"{name} {say.f.of_thousands(amount, signed=True)}" for name, amount in told.causes)
        frame.figure(drivers(told, say), key="plan_causes", alt=words)
        frame.folded_table(say, lambda: figure_tables.steps(told, say), key="plan_causes_table")
        st.caption(say("plan.why_note", day=say.f.day_year(_base(found.after).lowest.day)))


def bridge(found: Answer, say: Voice) -> Bridge:
    """The steps in words and whole thousands; they add up."""
    day = _base(found.after).lowest.day - found.ledger.as_of
    effects = _effects(found)
    start, rounded, end = rounded_steps(int(_base(found.before).p50_minor[day]), [a for _, a in effects], say.f)
    return Bridge(
        start=(say("plan.as_is"), start),
        causes=tuple((say(f"plan.step.{code}"), step) for (code, _), step in zip(effects, rounded, strict=True)),
        result=(say("plan.as_would_be"), end),
    )


def capital(at: Desk, found: Answer) -> None:
    """The need of working capital, figure by figure, before and after."""
    say = at.say
    old, new = working_capital(found.ledger), working_capital(found.changed)
    names = ("sales", "purchases", "receivables", "payables", "need")

    def minor(of: WorkingCapital, name: str) -> int:
        return int(getattr(of, f"{name}_minor"))

    columns: dict[str, Sequence[object]] = {
        say("plan.column.figure"): [say(f"plan.figure.{name}") for name in names],
        say("plan.as_is"): [say.f.thousands(minor(old, name)) for name in names],
        say("plan.as_would_be"): [say.f.thousands(minor(new, name)) for name in names],
        say("plan.column.change"): [
            say.f.thousands(minor(new, name)) - say.f.thousands(minor(old, name)) for name in names
        ],
    }
    writers = {name: (lambda v: say.f.whole(int(v))) for name in (say("plan.as_is"), say("plan.as_would_be"))}
    writers[say("plan.column.change")] = lambda v: say.f.whole(int(v), signed=True)
    table = Table(columns=columns, writers=writers, strong=(len(names) - 1,))
    frame.folded_table(say, lambda: table, key="plan_capital")
    st.caption(say("plan.capital_note"))


# ── thirteen weeks, twelve months ────────────────────────────────────────────────────────────────────────────────────


def calendar(at: Desk, found: Answer) -> None:
    """Opening, flows by heading, closing: by week for a quarter, by month for the year; the invoices behind a week."""
    say, curve = at.say, _base(found.after)
    st.header(say("plan.calendar_title", unit=say.f.unit), anchor=False)
    by = st.segmented_control(
        say("plan.by"),
        ["week", "month"],
        default="week",
        required=True,
        format_func=lambda v: say(f"plan.by_{v}"),
        key="plan_by",
    )
    days = len(curve.p50_minor)
    starts = week_starts(curve.first_day) if by == "week" else month_starts(curve.first_day, days)
    starts = tuple(s for s in starts if s < curve.first_day + days)
    stop = min(starts[-1] + 7, curve.first_day + days) if by == "week" else curve.first_day + days
    flows = by_period(daily_headings(curve, found.changed), curve.first_day, starts, stop)
    rows = statement(found.changed.opening_cash_minor, flows)
    st.download_button(
        say("plan.download"),
        data=weeks_text(rows, starts, say.f.currency).encode(),
        file_name=f"plan_{by}.csv",
        mime="text/csv",
        on_click="ignore",
        key="download_plan",
    )
    frame.table(_statement_table(at, rows, starts, by == "week"), alt=say("plan.calendar_title", unit=say.f.unit))
    if by == "week":
        chosen = st.selectbox(
            say("cash.week_choice"),
            [None, *starts],
            format_func=lambda s: say("cash.week_none") if s is None else say("cash.week_of", day=say.f.day_year(s)),
            key="plan_week",
            width=320,
        )
        if chosen is not None:
            cash_parts.invoices_of(at, Outlook(question=Question(), projection=found.before, ledger=found.ledger), chosen)
    st.caption(say("plan.calendar_note"))


def _statement_table(at: Desk, rows: dict[str, list[int]], starts: Sequence[int], weekly_: bool) -> Table:
    say = at.say
    names = [say(f"plan.row.{n}") if n in ("opening", "net", "closing") else say(f"cash.heading.{n}") for n in rows]
    shown = range(min(len(starts), 4 if at.phone else len(starts)))
    columns: dict[str, Sequence[object]] = {say("plan.column.heading"): names}
    writers = {}
    for k in shown:
        title = say.f.day(starts[k]) if weekly_ else say.f.month_year(starts[k])
        columns[title] = [say.f.thousands(values[k]) for values in rows.values()]
        writers[title] = lambda v: say.f.whole(int(v), signed=True)
    strong = tuple(k for k, n in enumerate(rows) if n in ("opening", "closing"))
    return Table(columns=columns, writers=writers, strong=strong)
