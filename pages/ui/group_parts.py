"""A group on screen: which company a page looks at, what the companies owe each other, where their books differ."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import streamlit as st

from data.access import may
from forecasting.group.mutual import Between, Difference, Half
from forecasting.group.views import GROUP
from pages.ui import frame, session
from pages.ui.frame import Table
from pages.ui.session import Desk
from pages.ui.voice import Voice

#: Differences that the page lists; the command line writes them all.
_LISTED: Final = 100
#: The name of the company in the address; the browser's own follows within so many seconds.
_ADDRESS: Final = "entity"
_LAG_SECONDS: Final = 3.0
_REMEMBERED: Final = 40
#: Stands in the session while the address named a company that does not exist.
_UNKNOWN: Final = "entity_unknown"


def arrive(at: Desk) -> None:
    """Look at the company that the address names where it is new there; one that does not exist is told, and the whole is shown.

    The browser's address follows ours a little later: what comes with a moved control, or was written a moment ago, is no
    news; an address that names no company leaves the reader where they are.
    """
    group, asked = session.view(at).group, st.query_params.get(_ADDRESS, "")
    lately = [name for when, name in _written() if time.monotonic() - when < _LAG_SECONDS]
    moved = st.session_state.get("entity", GROUP) != st.session_state.get("looking_at", GROUP)
    if not asked or moved or asked in lately or asked == (_written() or [(0.0, GROUP)])[-1][1]:
        return
    known = group is not None and asked in group.names
    st.session_state["looking_at"] = st.session_state["entity"] = asked if known else GROUP
    st.session_state[_UNKNOWN] = "" if known else asked[:40]
    if group is None:
        _write(GROUP)


def unknown(at: Desk) -> None:
    """One line where the address named a company that does not exist, until the reader chooses one."""
    asked = st.session_state.get(_UNKNOWN, "")
    if asked:
        st.info(at.say("group.unknown", asked=frame.plain(asked)), icon=":material/link:")


def _written() -> list[tuple[float, str]]:
    found: list[tuple[float, str]] = st.session_state.get("entity_written", [])
    return found


def _write(name: str) -> None:
    """Keep the address in step with the company that is looked at."""
    st.session_state["entity_written"] = [*_written()[-_REMEMBERED:], (time.monotonic(), name)]
    if name:
        st.query_params[_ADDRESS] = name
    elif _ADDRESS in st.query_params:
        del st.query_params[_ADDRESS]


def choose(at: Desk) -> Desk:
    """The place with the company that the reader looks at: the group, or one of its entities; a company by itself as it is."""
    group, say = session.view(at).group, at.say
    if group is None:
        return at
    names, kept = [GROUP, *group.names], st.session_state.get("looking_at", GROUP)
    if st.session_state.get("entity") not in names:
        st.session_state["entity"] = kept if kept in names else GROUP
    st.segmented_control(
        say("group.entity"),
        names,
        required=True,
        format_func=lambda name: frame.plain(name) or say("plan.group"),
        key="entity",
    )
    found = chosen(at)
    if found.entity != kept:
        st.session_state[_UNKNOWN] = ""
    st.session_state["looking_at"] = found.entity
    _write(found.entity)
    st.caption(say("group.note_entity" if found.entity else "group.note_whole"))
    for account in group.unrated:
        words = say("group.no_rate", account=account.account_id, entity=account.entity, currency=account.currency)
        st.warning(words, icon=":material/currency_exchange:")
    return found


def chosen(at: Desk) -> Desk:
    """The same place without asking again, for a part of the page that is drawn anew by itself."""
    group = session.view(at).group
    name = st.session_state.get("entity", st.session_state.get("looking_at", GROUP)) or GROUP
    return replace(at, entity=name) if group is not None and name in group.names else at


def between(at: Desk) -> None:
    """What the companies owe each other, with every invoice about which two books differ; nothing for a company by itself."""
    view, say = session.view(at), at.say
    if view.group is None:
        return
    mutual = view.group.mutual
    sums = [one for one in mutual.between if view.name in (GROUP, one.seller, one.buyer)]
    found = [one for one in mutual.differences if view.name in (GROUP, one.pair.seller, one.pair.buyer)]
    if not sums:
        return
    with st.expander(say("group.title", count=len(found)), key="between"):
        totals = _sums(sums, say)
        if at.phone:
            totals = totals.only([say(f"group.{name}") for name in ("seller", "buyer", "receivable", "payable")])
        frame.table(totals, alt=say("group.sums"))
        if not found:
            st.caption(say("group.agree"))
            return
        gap = say.f.cents(sum(one.gap_minor for one in found))
        st.markdown(say("group.gap", gap=gap))
        if not may(at.principal, "read_customers"):
            return
        listed = _differences(found[:_LISTED], say)
        if at.phone:
            listed = listed.only([say(f"group.{name}") for name in ("number", "kind", "gap_column")])
        frame.listing(say, listed, key="differences", alt=say("group.differences"))
        if len(found) > _LISTED:
            st.caption(say("group.more", count=len(found) - _LISTED))


def _sums(found: Sequence[Between], say: Voice) -> Table:
    receivable, payable, invoices = say("group.receivable"), say("group.payable"), say("group.invoices")
    return Table(
        columns={
            say("group.seller"): [_name(one.seller, say) for one in found],
            say("group.buyer"): [_name(one.buyer, say) for one in found],
            invoices: [one.invoices for one in found],
            receivable: [one.receivable_minor for one in found],
            payable: [one.payable_minor for one in found],
        },
        writers={
            invoices: lambda v: say.f.whole(int(v)),
            receivable: lambda v: say.f.cents(int(v)),
            payable: lambda v: say.f.cents(int(v)),
        },
    )


def _differences(found: Sequence[Difference], say: Voice) -> Table:
    gap, sold, bought = say("group.gap_column"), say("group.in_seller"), say("group.in_buyer")
    return Table(
        columns={
            say("group.seller"): [_name(one.pair.seller, say) for one in found],
            say("group.buyer"): [_name(one.pair.buyer, say) for one in found],
            say("group.number"): [frame.plain(one.pair.number) for one in found],
            say("group.kind"): [", ".join(say(f"group.kinds.{kind}") for kind in one.kinds) for one in found],
            sold: [_half(one.pair.sold, say) for one in found],
            bought: [_half(one.pair.bought, say) for one in found],
            gap: [one.gap_minor for one in found],
        },
        writers={gap: lambda v: say.f.cents(int(v))},
    )


def _half(half: Half | None, say: Voice) -> str:
    """What is open in one book, and when it is due."""
    if half is None:
        return "—"
    return say("group.open_due", amount=say.f.cents(half.open_minor), day=say.f.day_year(half.due))


def _name(entity: str, say: Voice) -> str:
    return frame.plain(entity) or say("group.unnamed")
