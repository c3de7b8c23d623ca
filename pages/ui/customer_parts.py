"""The parts of the page of customers: days of sales, ageing, exposure against three limits, solvency facts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import streamlit as st

from data import repository
from data.access import may
from data.repository import CustomerPosition
from forecasting.ageing import SalesDays, ageing, concentration, sales_days
from forecasting.behaviour import failure_risk, history_of
from forecasting.dates import to_date, to_day
from forecasting.dso import Dso
from forecasting.factoring.approval import Approvals
from forecasting.insurance.limits import Limits
from forecasting.offers.limits import exposures
from forecasting.solvency import FACT_KINDS, RATINGS, FactKind, Solvency, SolvencyFact, solvency
from pages.ui import collecting, frame, session
from pages.ui.formats import UNKNOWN
from pages.ui.frame import Headline, Table
from pages.ui.session import Desk
from pages.ui.voice import Voice

#: Customers listed at first, and those that make the concentration.
_SHOWN: Final = 20
_LARGEST: Final = 5
#: Keys of the ageing bands in the order of `ageing`.
_BANDS: Final = ("not_due", "to_30", "to_60", "to_90", "beyond")
_PROCEDURES: Final = ("liquidation", "reorganisation", "safeguard")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limited:
    """A customer's limits: one's own, the insurer's, the factor's (None: no limit, or no contract), and which are exceeded."""

    internal_minor: int | None
    insured_minor: int | None
    approved_minor: int | None
    exceeded: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Customers:
    """What the page shows: positions, the ageing of everything open, days of sales, limits and solvency by customer."""

    as_of: int
    positions: tuple[CustomerPosition, ...]
    bands_minor: tuple[int, ...]
    days: SalesDays
    limits: dict[str, Limited]
    solvency: dict[str, Solvency]

    @property
    def owed_minor(self) -> int:
        """All that is open."""
        return sum(self.bands_minor)

    @property
    def overdue_minor(self) -> int:
        """What is past due."""
        return sum(self.bands_minor[1:])


def customers(at: Desk) -> Customers:
    """Everything that the page shows, read and computed once."""
    of = session.ledger(at)
    positions = repository.customer_positions(at.store, at.principal)
    lines = [line for owed in collecting.open_lines(at, of).values() for line in owed if line.due is not None]
    bands = ageing(((to_day(line.due), line.open_minor) for line in lines if line.due), of.as_of)
    risk = failure_risk(history_of(of, "customer"), of.partners).probability
    facts = collecting.facts_by_customer(at)
    return Customers(
        as_of=of.as_of,
        positions=positions,
        bands_minor=bands,
        days=sales_days(of.customers, of.as_of, sum(bands), sum(bands[1:])),
        limits=_limits(at, positions),
        solvency={
            partner.partner_id: solvency(facts.get(partner.partner_id, ()), of.as_of, float(risk[k]))
            for k, partner in enumerate(of.partners)
        },
    )


def _limits(at: Desk, positions: Sequence[CustomerPosition]) -> dict[str, Limited]:
    of, chosen = session.ledger(at), session.contracts(at)
    insured = Limits(chosen.insurance) if chosen.insurance else None
    approvals = Approvals(chosen.factoring) if chosen.factoring else None
    beyond = (
        {e.partner_id for e in exposures(chosen.insurance, of, of.as_of) if e.beyond_minor} if chosen.insurance else set()
    )
    found = {}
    for position in positions:
        name, owed = position.partner.partner_id, position.owed_minor
        internal = position.partner.credit_limit_minor
        approved = approvals.on(name, of.as_of) if approvals else None
        exceeded = [
            ("internal", internal is not None and owed > internal),
            ("insured", name in beyond),
            ("approved", approved is not None and owed > approved),
        ]
        found[name] = Limited(
            internal_minor=internal,
            insured_minor=insured.on(name, of.as_of) if insured else None,
            approved_minor=approved,
            exceeded=tuple(code for code, is_so in exceeded if is_so),
        )
    return found


# ── head ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def sentence(found: Customers, say: Voice) -> str:
    """What customers owe, how much of it is late, and for how many days of sales it stands."""
    if not found.owed_minor:
        return say("customers.say.none")
    words = say(
        "customers.say.some",
        owed=say.f.amount(found.owed_minor),
        overdue=say.f.amount(found.overdue_minor),
        share=say.f.percent(found.overdue_minor / found.owed_minor),
    )
    if found.days.simple is None:
        return words
    return f"{words} {say('customers.say.days', days=_days(found.days.simple, say))}"


def headlines(found: Customers, say: Voice) -> list[Headline]:
    """Days of sales three ways, overdue share, concentration; each definition in its help."""
    owed = [position.owed_minor for position in found.positions]
    largest = max(found.positions, key=lambda p: p.owed_minor, default=None)
    name = largest.partner.name or largest.partner.partner_id if largest and largest.owed_minor > 0 else ""
    return [
        _number("simple", _days(found.days.simple, say), say),
        _number("counted_back", _days(found.days.counted_back, say), say),
        _number("best", _days(found.days.best, say), say),
        _number("overdue", say.f.percent(found.overdue_minor / found.owed_minor) if found.owed_minor else UNKNOWN, say),
        Headline(
            label=say("customers.kpi.largest", count=_LARGEST),
            help=say("explain.customers_largest", count=_LARGEST),
            value=say.f.percent(concentration(owed, _LARGEST)),
            second=f"{name} {say.f.percent(concentration(owed, 1))}" if name else "",
        ),
    ]


def _number(code: str, value: str, say: Voice) -> Headline:
    return Headline(
        label=say(f"customers.kpi.{code}"),
        value=value,
        second=say(f"customers.second.{code}"),
        help=say(f"customers.definition.{code}"),
    )


def _days(dso: Dso | None, say: Voice) -> str:
    if dso is None or dso.flag:
        return UNKNOWN
    return say("customers.days", days=say.f.decimal(dso.days, digits=0))


def definitions(say: Voice) -> None:
    """How each number is counted, printed: definition, formula and source as one paragraph."""
    for code in ("simple", "counted_back", "best"):
        words = say(f"customers.definition.{code}").replace("\n\n", " ")
        st.caption(f"**{say(f'customers.kpi.{code}')}** · {words}")


# ── tables ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def aged(found: Customers, say: Voice) -> None:
    """What is owed by how late it is, what is not yet due first."""
    st.header(say("customers.ageing", unit=say.f.symbol), anchor=False)
    amount, share = say("customers.column.amount"), say("customers.column.share")
    whole = found.owed_minor
    frame.listing(
        say,
        Table(
            columns={
                say("customers.column.band"): [*(say(f"customers.band.{b}") for b in _BANDS), say("customers.total")],
                amount: [*found.bands_minor, whole],
                share: [*(minor / whole if whole else 0.0 for minor in found.bands_minor), 1.0 if whole else 0.0],
            },
            writers={amount: lambda v: say.f.units(int(v)), share: lambda v: say.f.percent(v)},
            strong=(len(_BANDS),),
        ),
        key="ageing",
        alt=say("customers.ageing", unit=say.f.symbol),
    )


def exposed(at: Desk, found: Customers) -> None:
    """Each customer's debt against the internal limit, the insurer's and the factor's, with its habits."""
    say = at.say
    st.header(say("customers.exposure", unit=say.f.symbol), anchor=False)
    owing = [position for position in found.positions if position.owed_minor > 0]
    if not owing:
        return
    whole = len(owing) <= _SHOWN or st.toggle(say("customers.all", count=len(owing)), key="customers_all")
    frame.listing(
        say,
        _exposure(owing if whole else owing[:_SHOWN], found, say, phone=at.phone),
        key="exposure",
        alt=say("customers.exposure", unit=""),
        whole=lambda: _exposure(owing, found, say, phone=False),
    )
    st.caption(say("customers.exposure_note"))


def _exposure(rows: Sequence[CustomerPosition], found: Customers, say: Voice, *, phone: bool) -> Table:
    limits = [found.limits[p.partner.partner_id] for p in rows]
    money: dict[str, list[int | None]] = {
        say("customers.column.owed"): [p.owed_minor for p in rows],
        say("customers.column.overdue"): [p.overdue_minor for p in rows],
    }
    texts: dict[str, Sequence[object]] = {}
    if not phone:
        money |= {
            say("customers.column.internal"): [limit.internal_minor for limit in limits],
            say("customers.column.insured"): [limit.insured_minor for limit in limits],
            say("customers.column.approved"): [limit.approved_minor for limit in limits],
        }
        texts = {
            say("customers.column.late"): [_late(p, say) for p in rows],
            say("customers.column.habit"): [UNKNOWN if p.habit is None else say.f.percent(p.habit) for p in rows],
            say("customers.column.default"): [_chance(found, p.partner.partner_id, say) for p in rows],
        }
    writers: dict[str, Callable[[Any], str]] = {name: lambda v: say.f.units(int(v)) for name in money}
    return Table(
        columns={
            say("customers.column.customer"): [frame.plain(p.partner.name or p.partner.partner_id) for p in rows],
            **{name: [None if v is None else float(v) for v in values] for name, values in money.items()},
            **texts,
            say("customers.column.exceeded"): [_exceeded(limit, say) for limit in limits],
        },
        writers=writers,
    )


def _late(position: CustomerPosition, say: Voice) -> str:
    late = position.mean_late_days
    return UNKNOWN if late is None else say("customers.late", count=abs(round(late)), number=say.f.whole(round(late)))


def _chance(found: Customers, partner_id: str, say: Voice) -> str:
    known = found.solvency.get(partner_id)
    return UNKNOWN if known is None else say.f.percent(known.probability, digits=1)


def _exceeded(limit: Limited, say: Voice) -> str:
    if not limit.exceeded:
        return UNKNOWN
    return f":red[:material/error: {say.list([say(f'customers.limit.{code}') for code in limit.exceeded])}]"


# ── solvency ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def facts(at: Desk, found: Customers) -> None:
    """What is known of one customer's solvency, fact by fact, with what each did; and a fact more."""
    say = at.say
    st.header(say("customers.solvency"), anchor=False)
    names = {p.partner.partner_id: p.partner.name or p.partner.partner_id for p in found.positions}
    if not names:
        return
    picked = st.selectbox(
        say("customers.column.customer"), list(names), format_func=names.__getitem__, key="solvency_customer"
    )
    known = found.solvency.get(picked)
    if known is not None:
        st.markdown(say("customers.chance", customer=frame.plain(names[picked]), share=_chance(found, picked, say)))
        if known.effects:
            frame.listing(say, _effects(known, say), key="solvency_facts", alt=say("customers.solvency"))
    if may(at.principal, "change_data"):
        _add(at, picked, found.as_of)
    st.caption(say("customers.assumption"))
    _held(at, picked)
    _erase(at, picked, names[picked])


def _held(at: Desk, partner_id: str) -> None:
    """All that is kept on a customer as a file, for a request of access; made, and noted in the trail, when asked for."""
    if not (may(at.principal, "read_treasury") and may(at.principal, "read_imports")):
        return
    st.download_button(
        at.say("customers.held"),
        data=lambda: repository.held_on(at.store, at.principal, partner_id).encode("utf-8"),
        file_name=f"{at.say('customers.held_file')}.json",
        mime="application/json",
        icon=":material/folder_shared:",
        type="tertiary",
        help=at.say("customers.held_help"),
        on_click="ignore",
        key="held",
    )


def _erase(at: Desk, partner_id: str, name: str) -> None:
    """Who a customer is taken out for good, once what goes and what stays has been read; who administers alone."""
    if not may(at.principal, "administer"):
        return
    say = at.say

    def erase() -> None:
        repository.erase_partner(at.store, at.principal, partner_id)
        # Chosen anew, so that the browser writes the id where it still shows the name.
        st.session_state["solvency_customer"] = partner_id
        st.toast(say("customers.erased", partner=frame.plain(partner_id)), icon=":material/check:")

    # Another element once there is no name any more: it stands closed.
    key = "erase_nameless" if name == partner_id else "erase"
    with st.popover(say("customers.erase"), type="tertiary", icon=":material/person_off:", key=key):
        st.write(say("customers.erase_what", customer=frame.plain(name), partner=frame.plain(partner_id)))
        st.button(say("customers.erase_now"), type="primary", on_click=erase, key="erase_now")


def _effects(known: Solvency, say: Voice) -> Table:
    effects = known.effects
    return Table(
        columns={
            say("customers.column.day"): [say.f.short_date(e.fact.day) for e in effects],
            say("customers.column.fact"): [_fact(e.fact, say) for e in effects],
            say("customers.column.source"): [frame.plain(e.fact.source) or UNKNOWN for e in effects],
            say("customers.column.before"): [say.f.percent(e.before, digits=1) for e in effects],
            say("customers.column.after"): [say.f.percent(e.after, digits=1) for e in effects],
        }
    )


def _fact(fact: SolvencyFact, say: Voice) -> str:
    kind = say(f"customers.fact.{fact.kind}")
    return f"{kind} · {say(f'customers.value.{fact.value}')}" if fact.value else kind


def _add(at: Desk, partner_id: str, as_of: int) -> None:
    say = at.say
    kind_at, value_at, day_at, source_at = [st.container() for _ in range(4)] if at.phone else st.columns(4, gap="medium")
    kind: FactKind = kind_at.selectbox(
        say("customers.column.fact"), FACT_KINDS, format_func=lambda k: say(f"customers.fact.{k}"), key="fact_kind"
    )
    values = {"rating": RATINGS, "insolvency": _PROCEDURES, "incident": ("",)}[kind]
    value = value_at.selectbox(
        say("customers.column.value"),
        values,
        format_func=lambda v: say(f"customers.value.{v}") if v else UNKNOWN,
        key=f"fact_value_{kind}",
        disabled=kind == "incident",
    )
    day = day_at.date_input(
        say("customers.column.day"), to_date(as_of), max_value=to_date(as_of), format="DD/MM/YYYY", key="fact_day"
    )
    source = source_at.text_input(say("customers.column.source"), key="fact_source")
    if st.button(say("customers.add"), key="fact_add"):
        repository.save_solvency_fact(
            at.store, at.principal, partner_id=partner_id, day=day, kind=kind, value=value, source=source
        )
        st.rerun()
