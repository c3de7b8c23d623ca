"""What a policy leaves out, what more limit is worth, which orders a limit would block, what three years cost."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import streamlit as st

from forecasting.behaviour import failure_risk, history_of
from forecasting.dates import to_date
from forecasting.insurance.policy import InsurancePolicy
from forecasting.ledger import Ledger
from forecasting.money import Currency
from forecasting.offers.limits import blocked_orders, limit_worth
from forecasting.offers.refused import by_clause, uncovered_on
from forecasting.offers.years import PolicyYear, three_years, total_cost_3y
from pages.ui import answering, frame
from pages.ui.cash_words import name_of
from pages.ui.frame import Table
from pages.ui.question import HORIZONS, days_known
from pages.ui.session import Desk
from pages.ui.voice import Voice

#: What is added to a limit to see what it is worth, in the currency's unit, and how many buyers are listed.
_EXTRA: Final = 10_000
_LISTED: Final = 8


def uncovered(at: Desk, policy: InsurancePolicy, of: Ledger, day: int) -> None:
    """What the insurer would not cover on a day, clause by clause, since when."""
    say = at.say
    groups = [group for group in by_clause(uncovered_on(policy, of, day)) if group.amount_minor]
    if not groups:
        return
    title = say("insurance.uncovered.title", day=say.f.long_day(day))
    st.subheader(title, anchor=False)
    amount = say("insurance.uncovered.amount", unit=say.f.unit)
    columns: dict[str, Sequence[object]] = {
        say("factoring.refused.why"): [say(f"insurance.uncovered.clause.{group.clause}") for group in groups],
        say("factoring.refused.since"): [say.f.short_date(to_date(group.since)) for group in groups],
        say("insurance.uncovered.whose"): [
            say.list([frame.plain(name_of(of, who)) for who in dict.fromkeys(line.partner_id for line in group.lines)][:3])
            for group in groups
        ],
        amount: [say.f.thousands(group.amount_minor) for group in groups],
    }
    content = Table(columns=columns, writers={amount: lambda v: say.f.whole(int(v))})
    narrow = (say("factoring.refused.why"), amount)
    frame.listing(say, content.only(narrow) if at.phone else content, key="uncovered", alt=title)


def worth(at: Desk, policy: InsurancePolicy, of: Ledger) -> None:
    """What 10,000 more of limit is worth at each buyer that would fill it."""
    say = at.say
    extra = _EXTRA * 10 ** Currency(of.currency).exponent
    risk = failure_risk(history_of(of, "customer"), of.partners).probability
    likely = {partner.partner_id: float(risk[k]) for k, partner in enumerate(of.partners)}
    found = limit_worth(policy, of, extra, likely, max(1, min(180, days_known(of))))[:_LISTED]
    title = say("insurance.worth.title", extra=say.f.amount(extra, signed=True))
    st.header(title, anchor=False)
    if not found:
        st.caption(say("insurance.worth.none"))
        return
    covered, yearly = (
        say("insurance.worth.covered", currency=say.f.symbol),
        say("insurance.worth.yearly", currency=say.f.symbol),
    )
    limit = say("insurance.worth.limit", unit=say.f.unit)
    columns: dict[str, Sequence[object]] = {
        say("insurance.buyer"): [frame.plain(one.name) for one in found],
        limit: [say.f.thousands(one.limit_minor) for one in found],
        covered: [one.covered_minor for one in found],
        yearly: [one.yearly_minor for one in found],
    }
    writers = {limit: lambda v: say.f.whole(int(v))}
    writers |= dict.fromkeys((covered, yearly), lambda v: say.f.units(int(v)))
    content = Table(columns=columns, writers=writers)
    narrow = (say("insurance.buyer"), yearly)
    frame.listing(say, content.only(narrow) if at.phone else content, key="worth_limits", alt=title)
    st.caption(say("insurance.worth.note"))


def blocked(at: Desk, policy: InsurancePolicy, of: Ledger) -> None:
    """Orders to come within three months that a limit would block."""
    say, days = at.say, HORIZONS[3]
    found = blocked_orders(policy, of, max(1, min(days, days_known(of))))
    st.header(say("insurance.blocked.title"), anchor=False)
    if not found:
        st.caption(say("insurance.blocked.none"))
        return
    total = sum(one.amount_minor for one in found)
    st.markdown(
        say(
            "insurance.blocked.total", amount=say.f.amount(total), orders=sum(one.orders for one in found), count=len(found)
        )
    )
    amount, orders = say("insurance.blocked.amount", unit=say.f.unit), say("insurance.blocked.orders")
    shown = found[:_LISTED]
    columns: dict[str, Sequence[object]] = {
        say("insurance.buyer"): [frame.plain(one.name) for one in shown],
        say("insurance.blocked.first"): [say.f.short_date(to_date(one.first_day)) for one in shown],
        orders: [one.orders for one in shown],
        amount: [say.f.thousands(one.amount_minor) for one in shown],
    }
    content = Table(columns=columns, writers=dict.fromkeys((orders, amount), lambda v: say.f.whole(int(v))))
    frame.listing(say, content, key="blocked_orders", alt=say("insurance.blocked.title"))


def years(at: Desk, policy: InsurancePolicy, of: Ledger) -> None:
    """Three years of the policy without a claim, and with one of a buyer in the first year; bonus and malus included."""
    say = at.say
    st.header(say("insurance.years.title", unit=say.f.unit), anchor=False)
    buyers = answering.largest_buyers(of, policy)
    if not buyers:
        return
    who = st.selectbox(
        say("insurance.years.who"), buyers, format_func=lambda p: name_of(of, p), key="years_buyer", width=420
    )
    claim = answering.claim_of(of, policy, who)
    paid = claim.indemnity.indemnity_minor if claim else 0
    calm, hit = three_years(policy, of, {}), three_years(policy, of, {0: paid})
    frame.listing(say, _years_table(calm, hit, say), key="policy_years", alt=say("insurance.years.title", unit=""))
    st.caption(
        say(
            "insurance.years.note",
            calm=say.f.amount(total_cost_3y(calm)),
            name=frame.plain(name_of(of, who)),
            paid=say.f.amount(paid),
            hit=say.f.amount(total_cost_3y(hit)),
        )
    )


def _years_table(calm: Sequence[PolicyYear], hit: Sequence[PolicyYear], say: Voice) -> Table:
    def cost(years: Sequence[PolicyYear]) -> list[int]:
        return [
            *(say.f.thousands(y.premium_minor + y.tax_and_fees_minor) for y in years),
            say.f.thousands(sum(y.premium_minor + y.tax_and_fees_minor for y in years)),
        ]

    quiet, after = say("insurance.years.calm"), say("insurance.years.hit")
    back = say("insurance.years.paid")
    columns: dict[str, Sequence[object]] = {
        say("insurance.years.year"): [
            *(say("insurance.years.nth", number=y.year + 1) for y in calm), say("factoring.cost.all"),
        ],
        quiet: cost(calm),
        say("insurance.years.bonus"): [*(_change(y.change, say) for y in calm), ""],
        after: cost(hit),
        back: [*(say.f.thousands(y.indemnity_minor) for y in hit), say.f.thousands(sum(y.indemnity_minor for y in hit))],
        say("insurance.years.malus"): [*(_change(y.change, say) for y in hit), ""],
    }  # fmt: skip
    writers = dict.fromkeys((quiet, after, back), lambda v: say.f.whole(int(v)))
    return Table(columns=columns, writers=writers, strong=(len(calm),))


def _change(change: Decimal | None, say: Voice) -> str:
    if change is None:
        return "—"
    return ("+" if change > 0 else "") + say.f.percent(change)
