"""Which partners are companies of the group, on the settings view: what is known of it, and a form to say it."""

from __future__ import annotations

import streamlit as st

from data import repository
from data.access import may
from forecasting.group.members import Members, members_of
from forecasting.ledger import Partner
from pages.ui import frame, session
from pages.ui.frame import Table
from pages.ui.session import Desk
from pages.ui.voice import Voice


def members(at: Desk) -> None:
    """Nothing for a company by itself; else the partners inside the group, and a form that says of one which company it is."""
    say, whole = at.say, session.loaded(at)
    found = members_of(whole)
    if found is None or not whole.partners:
        return
    st.header(say("group.member.title"), anchor=False)
    st.caption(say("group.member.note"))
    inside = [(p, e) for p, e, own in zip(whole.partners, found.entity_of, found.inside, strict=True) if own]
    if inside:
        frame.listing(say, _known(inside, say), key="members", alt=say("group.member.title"))
    if may(at.principal, "change_data"):
        _form(at, whole.partners, found)


def _known(inside: list[tuple[Partner, str]], say: Voice) -> Table:
    return Table(
        columns={
            say("group.member.partner"): [_name(partner) for partner, _ in inside],
            say("group.member.entity"): [frame.plain(entity) or say("group.unnamed") for _, entity in inside],
            say("group.member.known_by"): [say(f"group.member.by.{_source(*one)}") for one in inside],
        }
    )


def _source(partner: Partner, entity: str) -> str:
    """How it is known that a partner is inside: somebody said it, it bears the name of an entity, or a flag alone."""
    if partner.group_entity:
        return "said"
    return "name" if entity else "flag"


def _form(at: Desk, partners: tuple[Partner, ...], found: Members) -> None:
    say, by_id = at.say, {partner.partner_id: partner for partner in partners}
    order = sorted(by_id, key=lambda partner_id: (_name(by_id[partner_id]).casefold(), partner_id))
    with st.form("members", border=False):
        one, other = [st.container(), st.container()] if at.phone else st.columns(2, gap="medium")
        picked = one.selectbox(
            say("group.member.partner"), order, format_func=lambda name: _name(by_id[name]), key="member_partner"
        )
        entity = other.selectbox(
            say("group.member.is"),
            ["", *found.names],
            format_func=lambda name: frame.plain(name) or say("group.member.unsaid"),
            key="member_entity",
        )
        if not st.form_submit_button(say("group.member.save"), type="primary"):
            return
    repository.save_group_entity(at.store, at.principal, picked, entity)
    st.session_state["settings_saved"] = True
    st.rerun()


def _name(partner: Partner) -> str:
    """A partner's name with its id, for two ids may bear one name."""
    if partner.name in ("", partner.partner_id):
        return frame.plain(partner.partner_id)
    return frame.plain(f"{partner.name} · {partner.partner_id}")
