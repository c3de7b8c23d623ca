"""What an offer costs and is worth on the page Factoring: headings, services, saving, refusals, quality, need, entries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from decimal import Decimal
from fractions import Fraction
from typing import Final

import streamlit as st

from data.exporters.journal_files import fec_text, journal_rows
from forecasting.curve import Curve
from forecasting.dates import to_date
from forecasting.factoring.contract import FactoringContract
from forecasting.factoring.journal import Chart, journal
from forecasting.ledger import Ledger
from forecasting.money import Currency
from forecasting.offers.costs import SERVICES, BeforeVat, admin_cost_minor, before_vat, effective, saving, split
from forecasting.offers.quality import quality
from forecasting.offers.refused import by_clause
from forecasting.offers.usage import mean_use, working_capital
from forecasting.simulation.path import PathResult
from forecasting.simulation.story import refused_on
from pages.ui import answering, frame
from pages.ui.cash_words import name_of
from pages.ui.frame import Headline, Table
from pages.ui.session import Desk
from pages.ui.typed import Field
from pages.ui.voice import Voice

#: What the price of cover alone and an hour of administration are taken for until the reader says otherwise.
_COVER: Final = Field(key="cover_rate", usual=Decimal("0.3"), most=Decimal(5))
_HOURLY: Final = Field(key="hourly_cost", usual=Decimal(35), most=Decimal(500), money=True)
#: Refusals that are listed one by one.
_LISTED: Final = 50


# ── cost ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def costs(at: Desk, contract: FactoringContract, curve: Curve, path: PathResult) -> None:
    """Cost by heading before VAT, then the same money as finance, cover and collection; hours of work stand apart."""
    say = at.say
    st.header(say("factoring.cost.title", currency=say.f.symbol), anchor=False)
    cost_table(at, before_vat(curve, contract))
    _services(at, contract, curve, path)


def cost_table(at: Desk, found: BeforeVat) -> None:
    """One row per heading with its share, the total before VAT, the VAT that comes back, what the bank sees."""
    say = at.say
    total = found.total_minor
    amount, share = say("factoring.cost.amount"), say("factoring.cost.share")
    names = [say(f"factoring.heading.{h}") for h in found.headings]
    bases = [say(f"factoring.basis.{h}") for h in found.headings]
    amounts = [*found.headings.values(), total]
    shares: list[float | None] = [c / total if total else 0.0 for c in found.headings.values()]
    names, bases, shares = [*names, say("factoring.cost.before_vat")], [*bases, ""], [*shares, 1.0]
    if found.vat_minor:
        names += [say("factoring.cost.vat"), say("factoring.cost.total")]
        bases += [say("factoring.basis.service_vat"), ""]
        amounts += [found.vat_minor, total + found.vat_minor]
        shares += [None, None]
    columns: dict[str, Sequence[object]] = {
        say("factoring.cost.heading"): names,
        say("factoring.cost.basis"): bases,
        amount: amounts,
        share: shares,
    }
    writers = {amount: lambda v: say.f.units(int(v)), share: lambda v: say.f.percent(float(v))}
    strong = (len(found.headings),)
    content = Table(columns=columns, writers=writers, strong=strong)
    narrow = (say("factoring.cost.heading"), amount)
    frame.listing(
        say,
        content.only(narrow) if at.phone else content,
        key="factoring_cost",
        alt=say("factoring.cost.title", currency=""),
    )


@st.fragment
def _services(at: Desk, contract: FactoringContract, curve: Curve, path: PathResult) -> None:
    """What of the offer pays for money, for cover and for collection, under two prices that the reader may change."""
    say = at.say
    st.subheader(say("factoring.split.title"), anchor=False)
    places = [st.container() for _ in range(2)] if at.phone else st.columns([3, 3, 6], gap="medium")
    cover = _COVER.draw(places[0], say("factoring.split.cover_rate"), say, say("factoring.split.cover_help"))
    label = say("factoring.split.hourly", currency=say.f.symbol)
    hourly = _HOURLY.draw(places[1], label, say, say("factoring.split.hourly_help"))
    headings = before_vat(curve, contract).headings
    parts = split(headings, contract, cover / 100)
    exponent = Currency(at.company.currency).exponent
    admin = admin_cost_minor(path.admin_hours, int(hourly.scaleb(exponent)))
    numbers = [
        Headline(
            label=say(f"factoring.split.{service}"),
            help=say(f"explain.split_{service}"),
            value=say.f.amount(parts[service]),
            second=say(f"factoring.split.{service}_note"),
        )
        for service in SERVICES
    ]
    numbers.append(
        Headline(
            label=say("factoring.split.admin"),
            help=say("explain.split_admin"),
            value=say.f.amount(admin),
            second=say("factoring.split.admin_note", hours=say.f.decimal(path.admin_hours)),
        )
    )
    frame.headlines(numbers, phone=at.phone, key="kpi_services")
    st.caption(say("factoring.split.assumption"))


def effective_words(contract: FactoringContract, curve: Curve, path: PathResult, say: Voice) -> str:
    """What is paid for what is lent: in percent where enough is used, in euros otherwise."""
    use = mean_use(path)
    cost = before_vat(curve, contract).total_minor
    found = effective(cost, use.used_minor, use.ceiling_minor, len(path.balance_minor))
    values = {"used": say.f.amount(use.used_minor), "cost": say.f.amount(cost)}
    if found.rate_pa is None:
        return say("factoring.say.unused", **values)
    return say("factoring.say.used", share=say.f.percent(float(found.rate_pa), digits=1), **values)


def saved_words(at: Desk, of: Ledger, contract: FactoringContract, horizon: int, path: PathResult) -> str:
    """What drawing by this policy saves against drawing everything; "" where everything is drawn."""
    if contract.draw_policy == "full":
        return ""
    full = answering.told_path(of, horizon, replace(contract, draw_policy="full"))
    found, say = saving(path, full), at.say
    if found.saved_minor <= 0:
        return say("factoring.saving.none", policy=say(f"factoring.choice.draw_policy.{contract.draw_policy}"))
    return say(
        "factoring.saving.some",
        policy=say(f"factoring.choice.draw_policy.{contract.draw_policy}"),
        saved=say.f.amount(found.saved_minor),
        share=say.f.percent(float(found.share)),
        full=say.f.amount(found.full_minor),
    )


# ── what is refused ──────────────────────────────────────────────────────────────────────────────────────────────────


def refused(at: Desk, of: Ledger, path: PathResult) -> None:
    """What the contract refuses on the last day, clause by clause, since when, and line by line on demand."""
    say = at.say
    groups = by_clause(refused_on(path, path.first_day + len(path.balance_minor) - 1))
    if not groups:
        return
    title = say("factoring.refused.title")
    st.header(title, anchor=False)
    amount, count = say("factoring.refused.amount", unit=say.f.unit), say("factoring.refused.count")
    columns: dict[str, Sequence[object]] = {
        say("factoring.refused.why"): [_reason(group.clause, say) for group in groups],
        say("factoring.refused.since"): [say.f.short_date(to_date(group.since)) for group in groups],
        count: [len(group.lines) for group in groups],
        amount: [say.f.thousands(group.amount_minor) for group in groups],
    }
    frame.listing(
        say,
        Table(columns=columns, writers=dict.fromkeys((amount, count), lambda v: say.f.whole(int(v)))),
        key="refused",
        alt=title,
    )
    fold = st.expander(say("factoring.refused.lines"), key="refused_lines", on_change="rerun")
    if not fold.open:
        return
    lines = sorted((line for group in groups for line in group.lines), key=lambda r: -r.amount_minor)[:_LISTED]
    exact = say("factoring.refused.exact", currency=say.f.symbol)
    detail: dict[str, Sequence[object]] = {
        say("factoring.refused.since"): [say.f.short_date(to_date(line.since)) for line in lines],
        say("factoring.refused.who"): [frame.plain(name_of(of, line.partner_id)) for line in lines],
        say("factoring.refused.invoice"): [frame.plain(line.invoice_id) or "—" for line in lines],
        say("factoring.refused.why"): [_reason(line.clause, say) for line in lines],
        exact: [line.amount_minor for line in lines],
    }
    with fold:
        frame.listing(
            say,
            Table(columns=detail, writers={exact: lambda v: say.f.cents(int(v), symbol=False)}),
            key="refused_lines",
            alt=say("factoring.refused.lines"),
        )


def _reason(clause: str, say: Voice) -> str:
    key = f"factoring.refused.clause.{clause}"
    return say(key) if say.t.knows(key) else clause


# ── the portfolio and what it ties up ────────────────────────────────────────────────────────────────────────────────


def portfolio(at: Desk, of: Ledger, path: PathResult) -> None:
    """What a factor reads in the portfolio, and what trade ties up with the factor and without it."""
    say = at.say
    use = mean_use(path)
    found = quality(of, use.assigned_minor, use.eligible_minor)
    st.header(say("factoring.quality.title"), anchor=False)
    numbers = [
        Headline(
            label=say("factoring.quality.ineligible"),
            help=say("explain.quality_ineligible"),
            value=_share(found.ineligible, say),
            second=say("factoring.quality.ineligible_note"),
        ),
        Headline(
            label=say("factoring.quality.late"),
            help=say("explain.quality_late"),
            value=_share(found.late, say),
            second=say("factoring.quality.late_note"),
        ),
        Headline(
            label=say("factoring.quality.disputes"),
            help=say("explain.quality_disputes"),
            value=_count(found.disputes, say),
            second=say("factoring.quality.per_hundred"),
        ),
        Headline(
            label=say("factoring.quality.credit_notes"),
            help=say("explain.quality_credit_notes"),
            value=_count(found.credit_notes, say),
            second=say("factoring.quality.per_hundred"),
        ),
    ]
    frame.headlines(numbers, phone=at.phone, key="kpi_quality")
    _need(at, of, path)


def _need(at: Desk, of: Ledger, path: PathResult) -> None:
    say = at.say
    found = working_capital(of, answering.told_facts(of, len(path.balance_minor)), path)
    st.header(say("factoring.need.title"), anchor=False)
    days, amount = say("factoring.need.days"), say("factoring.need.amount", unit=say.f.unit)
    columns: dict[str, Sequence[object]] = {
        say("factoring.need.what"): [
            say(f"factoring.need.{row}") for row in ("without", "with", "economic", "reported", "debt")
        ],
        days: [
            _days(value, say)
            for value in (found.need_days, found.with_factor_days, found.economic_days, found.reported_days, None)
        ],
        amount: [
            say.f.whole(say.f.thousands(value)) if value is not None else "—"
            for value in (found.need_minor, found.with_factor_minor, None, None, found.net_debt_minor)
        ],
    }
    frame.listing(say, Table(columns=columns), key="working_capital", alt=say("factoring.need.title"))
    st.caption(say("factoring.need.note"))


def _share(value: Fraction | None, say: Voice) -> str:
    return "—" if value is None else say.f.percent(float(value), digits=1)


def _count(value: Fraction | None, say: Voice) -> str:
    return "—" if value is None else say.f.decimal(Decimal(str(round(float(value), 1))), digits=1)


def _days(value: Fraction | None, say: Voice) -> str:
    return "—" if value is None else say.f.decimal(Decimal(str(round(float(value), 1))), digits=1)


# ── accounting ───────────────────────────────────────────────────────────────────────────────────────────────────────


def entries(at: Desk, of: Ledger, path: PathResult) -> None:
    """The accounting entries of the contract in the 18 columns of the FEC, under the accounts that the reader gives."""
    say = at.say
    fold = st.expander(say("journal.screen.title"), key="journal", on_change="rerun")
    if not fold.open:
        return
    with fold:
        st.caption(say("journal.screen.note"))
        chart = _chart(at)
        lines = journal(path.events, chart)
        debit, credit = (sum(getattr(line, f"{side}_minor") for line in lines) for side in ("debit", "credit"))
        st.markdown(
            say(
                "journal.screen.sums",
                count=len({line.entry for line in lines}),
                debit=say.f.cents(debit),
                credit=say.f.cents(credit),
            )
        )
        st.download_button(
            say("journal.screen.download"),
            data=fec_text(journal_rows(lines, chart, of, say)).encode("utf-8"),
            file_name=f"{chart.journal}.txt",
            mime="text/plain",
            on_click="ignore",
            key="journal_download",
        )


def _chart(at: Desk) -> Chart:
    """The accounts, each a field with what it is called."""
    say, usual = at.say, Chart()
    names = [f.name for f in fields(Chart)]
    per_row = 1 if at.phone else 5
    given: dict[str, str] = {}
    for start in range(0, len(names), per_row):
        for place, name in zip(st.columns(per_row, gap="small"), names[start : start + per_row], strict=False):
            label = say("journal.screen.code") if name == "journal" else say(f"journal.account.{name}")
            typed = place.text_input(label, getattr(usual, name), max_chars=12, key=f"account_{name}")
            given[name] = typed.strip() or getattr(usual, name)
    return Chart(**given)
