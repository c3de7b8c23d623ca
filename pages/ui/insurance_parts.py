"""What a policy does: sentence, exposure against limits, one claim through the waterfall, deadlines, cost, other offers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from data import repository
from forecasting.curve import Curve, Projection
from forecasting.dates import to_date
from forecasting.insurance.policy import InsurancePolicy
from forecasting.ledger import Ledger
from forecasting.offers.costs import before_vat
from forecasting.offers.limits import Exposure, deadlines, exposures
from forecasting.offers.waterfall import waterfall_of
from forecasting.scenario import Scenario
from forecasting.simulation.claims import Claim
from pages.ui import answering, figure_tables, frame, limit_parts, session
from pages.ui.causes import rounded_steps
from pages.ui.charts.drivers import Bridge, drivers
from pages.ui.charts.gauge import gauge
from pages.ui.contract_library import Offer
from pages.ui.factoring_figures import cost_table
from pages.ui.factoring_parts import offers_table
from pages.ui.frame import Headline, Table
from pages.ui.question import HORIZONS, days_known
from pages.ui.rules import ten_rules
from pages.ui.session import Contracts, Desk
from pages.ui.story_parts import invoice_story
from pages.ui.voice import Voice


def note(offer: Offer) -> str:
    """The policy's name, beside the title."""
    return offer.name


def results(at: Desk, offer: Offer, words: Any, place: Any) -> None:
    """Compute once, then show."""
    policy, of = offer.draft, session.ledger(at)
    assert isinstance(policy, InsurancePolicy)
    if session.is_empty(of):
        with words:
            frame.sentence(at.say("cash.empty.caption"))
        return
    horizon = max(1, min(HORIZONS[12], days_known(of)))
    with place, st.spinner(at.say("cash.simulating", paths=at.say.f.whole(Scenario().path_count))):
        answer = answering.projection(of, Scenario(horizon_days=horizon), Contracts(insurance=policy))
    curve = answer.curves["insurance"]
    with words:
        frame.sentence(_sentence(at, offer, curve, policy))
    with place:
        frame.headlines(_numbers(at, curve, policy), phone=at.phone)
        _exposure(at, policy, of)
        _waterfall(at, policy, of)
        _deadlines(at, policy, of)
        limit_parts.worth(at, policy, of)
        limit_parts.blocked(at, policy, of)
        st.header(at.say("factoring.cost.title", currency=at.say.f.symbol), anchor=False)
        cost_table(at, before_vat(curve, insurance=policy))
        limit_parts.years(at, policy, of)
        invoice_story(at, Contracts(insurance=policy))
        _others(at, horizon)
        ten_rules("insurance", at.say)


def _sentence(at: Desk, offer: Offer, curve: Curve, policy: InsurancePolicy) -> str:
    say, cost = at.say, before_vat(curve, insurance=policy).total_minor
    key = "insurance.say.costs" if cost > 0 else "insurance.say.pays"
    return say(
        key,
        name=frame.plain(offer.name) or say("insurance.this_policy"),
        cost=say.f.amount(abs(cost)),
        kept=say.f.percent(1 - policy.insured_pct),
    )


def _numbers(at: Desk, curve: Curve, policy: InsurancePolicy) -> list[Headline]:
    say, costs = at.say, before_vat(curve, insurance=policy).headings
    premium = costs.get("premium", 0) + costs.get("insurance_fee", 0)
    back = -(costs.get("indemnity", 0) + costs.get("insurer_share", 0))
    return [
        Headline(
            label=say("insurance.kpi.premium"),
            help=say("explain.insurance_premium"),
            value=say.f.amount(premium),
            second=say("insurance.kpi.premium_note"),
        ),
        Headline(
            label=say("insurance.kpi.indemnity"),
            help=say("explain.insurance_indemnity"),
            value=say.f.amount(back),
            second=say("insurance.kpi.assumed"),
        ),
        Headline(
            label=say("insurance.kpi.net"),
            help=say("explain.insurance_net"),
            value=say.f.amount(sum(costs.values())),
            second=say("cash.kpi.per_year"),
        ),
        Headline(
            label=say("insurance.kpi.kept"),
            help=say("explain.insurance_kept"),
            value=say.f.percent(1 - policy.insured_pct),
            second=say("insurance.kpi.kept_note"),
            tone="red",
        ),
    ]


# ── exposure ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@st.fragment
def _exposure(at: Desk, policy: InsurancePolicy, of: Ledger) -> None:
    """Exposure against limit per buyer on a day that the reader moves."""
    say = at.say
    basis = say(f"insurance.choice.limit_basis.{policy.limit_basis}")
    st.header(say("insurance.gauge.title", unit=say.f.unit, basis=basis), anchor=False)
    days = max(1, min(180, days_known(of)))
    ahead = st.select_slider(
        say("insurance.gauge.day"),
        options=range(0, days + 1, 7),
        format_func=lambda k: say.f.day_year(of.as_of + k),
        key="exposure_day",
    )
    found = exposures(policy, of, of.as_of + int(ahead))
    if not found:
        st.caption(say("insurance.gauge.nobody"))
        return
    beyond = sum(e.beyond_minor for e in found)
    words = say("insurance.gauge.beyond", amount=say.f.amount(beyond), count=sum(e.beyond_minor > 0 for e in found))
    st.markdown(words if beyond else say("insurance.gauge.all_within"))
    frame.figure(gauge(found, say, phone=at.phone), key="gauge", alt=words if beyond else say("insurance.gauge.all_within"))
    frame.folded_table(say, lambda: _exposure_table(found, say), key="gauge_table")
    limit_parts.uncovered(at, policy, of, of.as_of + int(ahead))


def _exposure_table(found: Sequence[Exposure], say: Voice) -> Table:
    owed, limit, beyond = say("insurance.gauge.owed"), say("insurance.gauge.limit"), say("insurance.gauge.beyond_column")
    columns: dict[str, Sequence[object]] = {
        say("insurance.buyer"): [frame.plain(e.name) for e in found],
        owed: [float(say.f.thousands(e.owed_minor)) for e in found],
        limit: [None if e.limit_minor is None else float(say.f.thousands(e.limit_minor)) for e in found],
        beyond: [float(say.f.thousands(e.beyond_minor)) for e in found],
    }
    return Table(columns=columns, writers=dict.fromkeys((owed, limit, beyond), lambda v: say.f.whole(int(v))))


# ── one claim ────────────────────────────────────────────────────────────────────────────────────────────────────────


@st.fragment
def _waterfall(at: Desk, policy: InsurancePolicy, of: Ledger) -> None:
    """One buyer fails: what is owed, what each clause takes away, what is paid and when."""
    say = at.say
    st.header(say("insurance.claim.title", unit=say.f.unit), anchor=False)
    owing = exposures(policy, of, of.as_of + 30)
    names = {e.partner_id: e.name for e in owing}
    if not names:
        return
    buyer = st.selectbox(
        say("insurance.claim.who"), list(names), format_func=names.__getitem__, key="claim_buyer", width=420
    )
    claim = answering.claim_of(of, policy, buyer)
    if claim is None:
        st.caption(say("insurance.claim.none"))
        return
    picture = claim_bridge(claim, policy, say)
    left, right = [st.container(), st.container()] if at.phone else st.columns([5, 3], gap="large")
    with left:
        alt = ", ".join(f"{name} {say.f.of_thousands(amount, signed=True)}" for name, amount in picture.causes)
        frame.figure(drivers(picture, say), key="claim", alt=alt or say("insurance.claim.title", unit=""))
        frame.folded_table(say, lambda: figure_tables.steps(picture, say), key="claim_table")
    with right:
        st.markdown(_claim_dates(claim, say))
        if policy.nql_minor or claim.indemnity.below_threshold:
            st.caption(say("insurance.claim.threshold", amount=say.f.amount(policy.nql_minor)))


def claim_bridge(claim: Claim, policy: InsurancePolicy, say: Voice) -> Bridge:
    """From all that is owed before VAT to the indemnity, clause by clause, in whole thousands that add up."""
    found = waterfall_of(claim, policy)
    start, shown, end = rounded_steps(found.owed_minor, [amount for _, amount in found.steps], say.f)
    return Bridge(
        start=(say("insurance.claim.owed"), start),
        causes=tuple(
            (say(f"insurance.claim.step.{name}"), amount)
            for (name, _), amount in zip(found.steps, shown, strict=True)
            if amount
        ),
        result=(say("insurance.claim.indemnity"), end),
    )


def _claim_dates(claim: Claim, say: Voice) -> str:
    dates = claim.dates
    lines = [say("insurance.claim.loss", day=say.f.long_day(dates.loss))]
    if dates.deadline is not None:
        lines.append(say("insurance.claim.deadline", day=say.f.long_day(dates.deadline)))
    lines.append(say("insurance.claim.declared", day=say.f.long_day(dates.declared)))
    if claim.indemnity.indemnity_minor:
        lines.append(say("insurance.claim.paid", day=say.f.long_day(dates.pay)))
    return "\n".join(f"- {line}" for line in lines)


# ── deadlines, cost, others ──────────────────────────────────────────────────────────────────────────────────────────


def _deadlines(at: Desk, policy: InsurancePolicy, of: Ledger) -> None:
    """Overdue buyers with the day by which each must be declared, and a warning a fortnight ahead."""
    say, found = at.say, deadlines(policy, of)
    st.header(say("insurance.deadlines.title"), anchor=False)
    if not found:
        st.caption(say("insurance.deadlines.none"))
        return
    names = {p.partner_id: p.name or p.partner_id for p in of.partners}
    near = [d for d in found if d.warning <= of.as_of <= d.deadline]
    for deadline in near[:3]:
        words = say("insurance.deadlines.near", name=names[deadline.partner_id], day=say.f.long_day(deadline.deadline))
        st.warning(words, icon=":material/notification_important:")
    amount = say("insurance.deadlines.amount", unit=say.f.unit)
    columns: dict[str, Sequence[object]] = {
        say("insurance.buyer"): [frame.plain(names[d.partner_id]) for d in found],
        say("insurance.deadlines.stop"): [say.f.short_date(to_date(d.stop)) for d in found],
        say("insurance.deadlines.by"): [_by(d.deadline, of.as_of, say) for d in found],
        amount: [say.f.thousands(d.balance_minor) for d in found],
    }
    content = Table(columns=columns, writers={amount: lambda v: say.f.whole(int(v))})
    narrow = (say("insurance.buyer"), say("insurance.deadlines.by"), amount)
    frame.listing(say, content.only(narrow) if at.phone else content, key="deadlines", alt=say("insurance.deadlines.title"))


def _by(deadline: int, today: int, say: Voice) -> str:
    words = say.f.short_date(to_date(deadline))
    return f":red[:material/error: {say('insurance.deadlines.missed', day=words)}]" if deadline < today else words


def _others(at: Desk, horizon: int) -> None:
    say, saved = at.say, repository.contracts(at.store, at.principal, "insurance")
    if len(saved) < 2:
        return
    fold = st.expander(say("insurance.compare", count=len(saved)), key="compare_policies", on_change="rerun")
    if not fold.open:
        return
    of, scenario = session.ledger(at), Scenario(horizon_days=horizon)
    answers: list[tuple[str, Projection, int]] = []
    with fold, st.spinner(say("cash.simulating", paths=say.f.whole(scenario.path_count))):
        for found in saved:
            policy = replace(session.insurance_of(at, found), name="")
            answer = answering.projection(of, scenario, Contracts(insurance=policy))
            answers.append((found.name, answer, before_vat(answer.curves["insurance"], insurance=policy).total_minor))
    with fold:
        frame.listing(
            say, offers_table(answers, say), key="insurance_offers", alt=say("insurance.compare", count=len(saved))
        )
